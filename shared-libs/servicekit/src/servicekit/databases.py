"""One database per service, with a role that owns it and a role that only reads it.

The SQL here is the one source for development and tests (`ensure_database`) and for
infrastructure/postgres/init.sql (`init_script`). It may run again at any time.

A role's search_path names the extensions alone, so that a statement which forgets
its tenant fails. CONNECT is revoked from PUBLIC, so that a service opens no database
but its own. Default privileges let the reading role see every schema and table that
the owner will make, so tenants made later need no grants.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import asyncpg

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")

_ROLES = """\
DO $$ BEGIN CREATE ROLE {owner} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE {reader} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT {owner} TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE {owner} SET search_path = ext;
ALTER ROLE {owner} SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE {reader} SET search_path = ext;
ALTER ROLE {reader} SET default_transaction_read_only = on;
ALTER ROLE {reader} SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
"""

_MISSING_DATABASE = """\
SELECT 'CREATE DATABASE {owner} OWNER {owner}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{owner}')"""

_INSIDE = """\
REVOKE ALL ON DATABASE {owner} FROM PUBLIC;
GRANT CONNECT ON DATABASE {owner} TO {reader};
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO {owner}, {reader};
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SCHEMAS TO {reader};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO {reader};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON SEQUENCES TO {reader};
"""


class Statements(NamedTuple):
    """What makes one database, in this order."""

    roles: str  # any database
    missing_database: str  # any database; selects the statement to run, or no row
    inside: str  # the new database, by a superuser or its owner's member


def statements(database: str) -> Statements:
    """The SQL for a database whose owner has its name and whose reader is `<name>_ro`.

    Raises:
        ValueError: the name is not a plain lower-case identifier.
    """
    if not _NAME.fullmatch(database):
        raise ValueError(f"not a database name: {database!r}")
    names = {"owner": database, "reader": f"{database}_ro"}
    return Statements(*(sql.format(**names) for sql in (_ROLES, _MISSING_DATABASE, _INSIDE)))


async def ensure_database(admin_url: str, database: str, password: str, read_password: str) -> None:
    """Make or complete a database and its two roles, and set their passwords.

    Args:
        admin_url: a superuser's, on any database of the server.
    """
    sql = statements(database)
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(sql.roles)
        for role, secret in ((database, password), (f"{database}_ro", read_password)):
            await admin.execute(
                await admin.fetchval(
                    "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, secret
                )
            )
        if create := await admin.fetchval(sql.missing_database):
            await admin.execute(create)
    finally:
        await admin.close()
    inside = await asyncpg.connect(admin_url, database=database)
    try:
        await inside.execute(sql.inside)
    finally:
        await inside.close()


def init_script(databases: Iterable[str]) -> str:
    """A psql script that makes all the databases; passwords come from its environment."""
    return _HEAD + "".join(_section(database) for database in databases)


_HEAD = """\
-- Databases and roles of the fleet. Made by `fleet init-sql` from fleet.toml: do not edit.
-- For each database, APP1_HRMS_DATABASE_PASSWORD and APP1_HRMS_DATABASE_READ_PASSWORD
-- (and so on) are the passwords of its two roles; one that is missing stops the script.
\\set ON_ERROR_STOP on
"""


def _section(database: str) -> str:
    sql = statements(database)
    variable = f"{database.upper()}_DATABASE"
    return f"""
-- {database}
\\getenv password {variable}_PASSWORD
\\getenv read_password {variable}_READ_PASSWORD
{sql.roles}ALTER ROLE {database} PASSWORD :'password';
ALTER ROLE {database}_ro PASSWORD :'read_password';
\\unset password
\\unset read_password
{sql.missing_database} \\gexec
\\connect {database}
{sql.inside}"""
