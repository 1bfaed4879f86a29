"""A psql shell on the fleet's PostgreSQL."""

import os
import re
import shutil
import subprocess
from urllib.parse import unquote, urlsplit

from servicekit.embedded import postgres_program

SERVER_VERSION = 18  # major; also the least that the fleet works with


def replace_with_psql(admin_url: str, database: str | None, arguments: list[str]) -> None:
    """Become psql, as the superuser."""
    where, password = address(admin_url, database)
    program = _program()
    os.execve(program, [program, where, *arguments], os.environ | password)  # noqa: S606 - no shell is needed


def address(admin_url: str, database: str | None) -> tuple[str, dict[str, str]]:
    """A database's URL without the password, and the password as libpq's programs take it.

    It goes by the environment, where `ps` does not show it.
    """
    server = urlsplit(admin_url)
    user_and_host = f"{server.username}@{server.netloc.rpartition('@')[2]}"
    path = f"/{database}" if database else server.path
    url = server._replace(netloc=user_and_host, path=path).geturl()
    return url, {"PGPASSWORD": unquote(server.password or "")}


def _program() -> str:
    """The system's psql where it is new enough, because it edits lines; else the one beside the server."""
    if installed := shutil.which("psql"):
        version = subprocess.run([installed, "--version"], check=True, capture_output=True, text=True).stdout
        if (major := re.search(r"\d+", version)) and int(major[0]) >= SERVER_VERSION:
            return installed
    return str(postgres_program("psql"))
