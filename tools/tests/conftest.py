import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from contracts.facts import TenantRegistered
from fleet import tenants
from fleet.psql import address
from fleet.tenants import Tenant
from servicekit.databases import ensure_database
from servicekit.db import Database
from servicekit.embedded import free_port, postgres_program, postgres_server
from servicekit.fleet import fleet
from servicekit.migrations.runner import migrate
from servicekit.service import Service
from servicekit.tenancy import provision
from servicekit.testing.environment import PASSWORD, Environment

ABOUT = TenantRegistered(
    organisation="Kept Ltd", country="GB", currency="GBP", time_zone="Europe/London", locale="en-GB"
)
FILL_HRMS = """
INSERT INTO departments (name, version) VALUES ('Engineering', 1), ('Größe & "Quotes"', 3);
INSERT INTO employees (employee_no, first_name, last_name, email, date_of_joining, version)
SELECT 'E' || nextval('employee_numbers'), 'Zoë', 'N' || g, g || '@kept.test', '2026-01-05', 1
FROM generate_series(1, 40) g;
INSERT INTO control.outbox (kind, tenant, application, type, aggregate, version, data)
VALUES ('fact', '{id}', 'business', 'hrms.employee_hired.v1', '', 1, '{{}}');
"""
FILL_USERS = """
INSERT INTO users (email, name, status, token_version, version)
VALUES ('ada@kept.test', 'Ada', 'active', 1, 1);
INSERT INTO passwords (user_id, hash) SELECT id, 'secret' FROM users;
INSERT INTO control.account_address VALUES ('ada@kept.test', '{id}');
"""

RESTRICT = r"^\\(un)?restrict "  # a random word of each dump
# PostgreSQL words a list in a condition anew each time it reads one: casts and brackets move.
WORDING = r"::(text|character varying)(\[\])?|[()]"

Make = Callable[[], Awaitable[Tenant]]


@pytest.fixture(scope="session")
async def admin_url() -> AsyncIterator[str]:
    """A PostgreSQL of this session's own: these tests make roles, which belong to the whole server."""
    server = postgres_server(Path(tempfile.mkdtemp(prefix="fleet-tests-")), free_port(), durable=False)
    server.start()
    try:
        await server.wait_ready()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@pytest.fixture(scope="session")
async def services(environment: Environment) -> AsyncIterator[list[tuple[Service, Database]]]:
    """The Business System's services, each with its database."""
    found: list[Service] = []
    for entry in fleet().built:
        if entry.application == "business":
            await ensure_database(environment.admin_url, entry.database, PASSWORD, PASSWORD)
            found.append(importlib.import_module(f"{entry.package}.main").service)
            await migrate(found[-1])
    databases = [Database(service.settings, service.name) for service in found]
    yield list(zip(found, databases, strict=True))
    for database in databases:
        await database.dispose()


@pytest.fixture
def make(environment: Environment, services: list[tuple[Service, Database]]) -> Make:
    """Make a tenant with some rows, not in use, so that deleting it waits for nobody."""

    async def make() -> Tenant:
        tenant = Tenant(
            f"o{uuid4().hex[:10]}", "business", environment.admin_url, os.environ["FLEET_FILES_URL"]
        )
        for service, database in services:
            async with database.control() as session:
                await provision(session, tenant.id, ABOUT, service.tenant_streams)
                await session.commit()
        for filled, fill in (("app1_hrms", FILL_HRMS), ("app1_user", FILL_USERS)):
            connection = await asyncpg.connect(tenant.admin_url, database=filled)
            await connection.execute(f"SET search_path = {tenant.schema}, ext; {fill.format(id=tenant.id)}")
            await connection.close()
        await tenants.set_status(tenant, "suspended")
        return tenant

    return make


@pytest.fixture
async def tenant(make: Make) -> Tenant:
    return await make()


@pytest.fixture
def dump() -> Callable[..., list[str]]:
    """All that a database's schemas hold: tables, owners, privileges, rows, sequences."""

    def dump(admin_url: str, database: str, *schemas: str) -> list[str]:
        where, password = address(admin_url, database)
        dumped = subprocess.run(
            [postgres_program("pg_dump"), where, *(f"--schema={schema}" for schema in schemas)],
            env=os.environ | password,
            capture_output=True,
            text=True,
            check=True,
        )
        return sorted(
            re.sub(WORDING, "", line) for line in dumped.stdout.splitlines() if not re.search(RESTRICT, line)
        )

    return dump
