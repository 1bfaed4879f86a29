"""How many statements a request costs PostgreSQL, by its own count (pg_stat_statements).

BEGIN and COMMIT count, and so does what the service does beside it, such as relaying a fact. It
counts only here, where one request comes after the other, so that no other measurement pays for it.
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

import httpx

from bench.ground import Ground
from bench.load import Post, Target

_REQUESTS = 100
_HEARD = 0.5  # seconds until all backends have heard of a changed setting

_COUNT = """
SELECT sum(calls) FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = $1
"""


def per_request(where: Ground, target: Target, database: str) -> float:
    posts = target.posts(_REQUESTS) if target.posts is not None else None
    return asyncio.run(_per_request(where, target, posts, database))


async def _per_request(where: Ground, target: Target, posts: Sequence[Post] | None, database: str) -> float:
    connection = await where.connect("postgres")
    async with httpx.AsyncClient(timeout=30) as client:
        await _track(connection, "top")
        await connection.execute("SELECT pg_stat_statements_reset()")
        try:
            for number in range(_REQUESTS):
                headers = {"Authorization": f"Bearer {target.tokens[number % len(target.tokens)]}"}
                if posts is None:
                    answer = await client.get(target.url, headers=headers)
                else:
                    path, body = posts[number]
                    headers["Content-Type"] = "application/json"
                    content = body.replace("#", secrets.token_hex(8))
                    answer = await client.post(
                        httpx.URL(target.url).join(path), content=content, headers=headers
                    )
                answer.raise_for_status()
            calls = await connection.fetchval(_COUNT, database)
        finally:
            await _track(connection, "none")
            await connection.close()
    return float(calls) / _REQUESTS


async def _track(connection: Any, what: str) -> None:
    await connection.execute(f"ALTER SYSTEM SET pg_stat_statements.track = {what}")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(_HEARD)
