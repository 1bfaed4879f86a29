"""The services' databases: made and migrated, and left alone while nothing about that changes.

Whether there is anything to migrate is known by a process that imports every service, which takes
some seconds. So a database that is complete says in its comment what it was completed with.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import asyncpg
from servicekit.databases import ensure_database, statements
from servicekit.fleet import ServiceEntry, root

from fleet.place import FleetError, Place

_MIGRATIONS = ("shared-libs/*/src/*/migrations/**/*.py", "app*/*/migrations/**/*.py")


async def outdated(place: Place, admin_url: str, entries: Sequence[ServiceEntry]) -> list[ServiceEntry]:
    """Those whose database is missing, or was completed with other migrations, roles or passwords."""
    connection = await asyncpg.connect(admin_url)
    try:
        marks = dict(
            await connection.fetch("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database")
        )
    finally:
        await connection.close()
    return [entry for entry in entries if marks.get(entry.database) != _mark(place, entry)]


async def make(place: Place, admin_url: str, entries: Sequence[ServiceEntry]) -> None:
    """Make or complete databases and roles."""
    for entry in entries:
        await ensure_database(admin_url, entry.database, *_passwords(place, entry))


async def migrate(
    place: Place, admin_url: str, entries: Sequence[ServiceEntry], settings: Mapping[str, str]
) -> None:
    """Bring all their tenants to head, in one process.

    Args:
        settings: of all the services.

    Raises:
        FleetError: something could not be migrated.
    """
    command = (sys.executable, "-m", "servicekit", "migrate", *(entry.package for entry in entries))
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **settings}, stdout=pipe, stderr=pipe
    )
    said = b"".join(await child.communicate())
    if child.returncode != 0:
        raise FleetError(f"the migrations failed:\n{said.decode()[-4000:]}")
    await remember(place, admin_url, entries)


async def remember(place: Place, admin_url: str, entries: Sequence[ServiceEntry]) -> None:
    """Mark databases as complete, as they are."""
    connection = await asyncpg.connect(admin_url)
    try:
        for entry in entries:
            await connection.execute(f"COMMENT ON DATABASE {entry.database} IS '{_mark(place, entry)}'")
    finally:
        await connection.close()


def _mark(place: Place, entry: ServiceEntry) -> str:
    """What makes the database complete, as one number."""
    digest = sha256()
    for part in (*statements(entry.database), *_passwords(place, entry), *_migrations()):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _passwords(place: Place, entry: ServiceEntry) -> tuple[str, str]:
    """The owner's and the reader's."""
    return place.secret(entry.database), place.secret(f"{entry.database}_ro")


def _migrations() -> Iterator[str]:
    for pattern in _MIGRATIONS:
        for file in sorted(root().glob(pattern)):
            yield file.name
            yield file.read_text()
