"""A tenant in one file: exported from the databases of its application's services, restored into them.

The file is a tar archive. `manifest.json` comes first and says what follows: for each service
`<service>/schema.dump`, in pg_dump's custom format, `<service>/control.json`, the rows of
`control` that are the tenant's, and `<service>/files/…`, what its users uploaded. What is on its
way between services is left out.
"""

import asyncio
import hashlib
import json
import shutil
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from contracts.ids import Application, TenantId
from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError
from servicekit.fleet import ServiceEntry, fleet

from fleet import objects
from fleet.place import FleetError
from fleet.psql import restore_dump, run
from fleet.tenants import Tenant, audit, bury, known, opened, row_in, tables_about_tenants

_MANIFEST = "manifest.json"
_SCHEMA = "schema.dump"
_CONTROL = "control.json"
_FILES = "files"
_MEMBER = rf"^({_SCHEMA}|{_CONTROL}|{_FILES}/[0-9a-f-]{{36}})$"
_LARGEST_MANIFEST = 1 << 20  # bytes


class Part(BaseModel):
    """What the archive holds of one service."""

    revision: str
    rows: dict[str, int]  # by table
    sha256: dict[Annotated[str, StringConstraints(pattern=_MEMBER)], str]  # by member


class Manifest(BaseModel):
    format: Literal[1] = 1
    tenant: TenantId
    application: Application
    exported_at: AwareDatetime
    services: dict[str, Part]


async def export(tenant: Tenant, to: Path) -> None:
    """Write the tenant to a file that only its owner can read, whole or not at all.

    Each service's part is one snapshot. The parts agree with each other where the tenant is
    suspended and what was on its way has arrived.

    Raises:
        FleetError: there is no such tenant, or it could not be read.
    """
    if (await known(tenant))["status"] == "active":
        print("  it is in use: for parts that agree to the second, suspend it first")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as name:
        folder = Path(name)
        parts = {}
        for entry in tenant.services:
            (folder / entry.name).mkdir()
            if part := await _export_from(tenant, entry, folder / entry.name):
                parts[entry.name] = part
        manifest = Manifest(
            tenant=tenant.id, application=tenant.application, exported_at=datetime.now(UTC), services=parts
        )
        (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=2))
        making = folder / "archive"
        making.touch(0o600)
        with tarfile.open(making, "w") as tar:
            for member in (
                _MANIFEST,
                *(f"{name}/{file}" for name, part in parts.items() for file in part.sha256),
            ):
                tar.add(folder / member, member)
        making.replace(to)
    audit("tenant.exported", tenant)


async def _export_from(tenant: Tenant, entry: ServiceEntry, folder: Path) -> Part | None:
    """Write one service's members; None where the service does not have the tenant."""
    async with (
        opened(tenant.admin_url, entry) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        control = {
            table: json.loads(
                await connection.fetchval(
                    f"SELECT coalesce(json_agg(t), '[]') FROM control.{table} t WHERE {key} = $1",  # noqa: S608 - the catalogue's names
                    tenant.id,
                )
            )
            for table, key, _ in await _tables_to_keep(connection)
        }
        if not control["tenant"]:
            print(f"  {entry.name:<28} does not have it: left out")
            return None
        (folder / _CONTROL).write_text(json.dumps(control))
        rows = await _counted(connection, tenant.schema)
        await run(
            "pg_dump",
            tenant.admin_url,
            entry.database,
            "--format=custom",
            f"--schema={tenant.schema}",
            f"--snapshot={await connection.fetchval('SELECT pg_export_snapshot()')}",
            f"--file={folder / _SCHEMA}",
        )
    (folder / _FILES).mkdir()
    files = await objects.fetch(tenant.files_url, tenant.files_at(entry), folder / _FILES)
    print(f"  {entry.name:<28} {_sum(rows, len(files))}", flush=True)
    members = (_CONTROL, _SCHEMA, *(f"{_FILES}/{name}" for name in files))
    sha256 = {name: digest(folder / name) for name in members}
    return Part(revision=control["tenant"][0]["revision"], rows=rows, sha256=sha256)


async def restore(file: Path, admin_url: str, files_url: str) -> Tenant:
    """Bring the tenant of an archive back as it was, in all services that the archive has.

    A run that was cut short may be repeated.

    Raises:
        FleetError: the archive is not whole or does not fit, or the tenant exists.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = await asyncio.to_thread(_unpack, file, folder)
        tenant = Tenant(manifest.tenant, manifest.application, admin_url, files_url)
        row = await row_in(tenant, tenant.directory)
        if row is not None and row["status"] != "deleted":
            raise FleetError(f"{tenant.id} exists: delete it first")
        for entry in tenant.services:
            if part := manifest.services.get(entry.name):
                await _restore_into(tenant, entry, part, folder / entry.name)
            else:
                await _leave_to_catch_up(tenant, entry)
    audit("tenant.restored", tenant)
    return tenant


def _unpack(file: Path, folder: Path) -> Manifest:
    """Take out the members that the manifest names, and compare them with it."""
    try:
        with tarfile.open(file) as tar:
            manifest = Manifest.model_validate_json(_member(tar, _MANIFEST).read(_LARGEST_MANIFEST))
            services = {e.name for e in fleet().built if e.application == manifest.application}
            if strange := manifest.services.keys() - services:
                raise FleetError(f"this fleet has no {', '.join(sorted(strange))}")
            for name, part in manifest.services.items():
                (folder / name / _FILES).mkdir(parents=True)
                for member in {_SCHEMA, _CONTROL, *part.sha256}:
                    with (folder / name / member).open("wb") as target:
                        shutil.copyfileobj(_member(tar, f"{name}/{member}"), target)
                    if digest(folder / name / member) != part.sha256.get(member):
                        raise FleetError(f"{file} is damaged: the checksum of {name}/{member} is another")
    except (tarfile.TarError, EOFError, OSError, ValidationError, KeyError) as error:
        raise FleetError(f"{file} is no archive of a tenant, or damaged: {error}") from error
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> Any:
    """A regular member's content.

    Raises:
        KeyError: there is none of that name.
    """
    content = tar.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


async def _restore_into(tenant: Tenant, entry: ServiceEntry, part: Part, folder: Path) -> None:
    control = json.loads((folder / _CONTROL).read_text())
    async with opened(tenant.admin_url, entry) as connection, connection.transaction():
        # What a run that was cut short left alive elsewhere is nobody's while the directory says "deleted".
        if not await bury(connection, control["tenant"][0], alive=entry != tenant.directory):
            raise FleetError(f"{tenant.id} was registered meanwhile")
    files = [folder / member for member in part.sha256 if member.startswith(_FILES)]
    await objects.bring(tenant.files_url, tenant.files_at(entry), files)
    await restore_dump(tenant.admin_url, entry.database, folder / _SCHEMA)
    async with opened(tenant.admin_url, entry) as connection, connection.transaction():
        if await _counted(connection, tenant.schema) != part.rows:
            raise FleetError(f"{entry.name} has not the rows that the manifest counts")
        for table, key, columns in await _tables_to_keep(connection):
            await connection.execute(f"DELETE FROM control.{table} WHERE {key} = $1", tenant.id)  # noqa: S608 - the catalogue's names
            if rows := control.get(table):
                named = ", ".join(f'"{column}"' for column in columns if column in rows[0])
                await connection.execute(
                    f"INSERT INTO control.{table} ({named}) "  # noqa: S608 - the catalogue's names
                    f"SELECT {named} FROM json_populate_recordset(NULL::control.{table}, $1)",
                    json.dumps(rows),
                )
    print(f"  {entry.name:<28} {_sum(part.rows, len(files))}", flush=True)


def _sum(rows: dict[str, int], files: int) -> str:
    return f"{len(rows)} tables, {sum(rows.values())} rows" + (f", {files} files" if files else "")


async def _leave_to_catch_up(tenant: Tenant, entry: ServiceEntry) -> None:
    """Take the tombstone away, so that the service makes the tenant an empty schema."""
    async with opened(tenant.admin_url, entry) as connection:
        await connection.execute("DELETE FROM control.tenant WHERE id = $1 AND status = 'deleted'", tenant.id)
    print(f"  {entry.name:<28} not in the archive: starts empty, within 10 minutes", flush=True)


async def _tables_to_keep(connection: Any) -> list[tuple[str, str, list[str]]]:
    return [table for table in await tables_about_tenants(connection) if table[0] != "outbox"]


async def _counted(connection: Any, schema: str) -> dict[str, int]:
    """Rows by table of a schema."""
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", schema
    )
    return {
        table: await connection.fetchval(f'SELECT count(*) FROM {schema}."{table}"')  # noqa: S608 - the catalogue's names
        for (table,) in tables
    }


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
