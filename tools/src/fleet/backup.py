"""`fleet backup` and `fleet restore`: everything that the fleet must not lose, in a folder.

A backup is `<moment>/`: for each service `<database>.dump`, in pg_dump's custom format, with `control`
and all tenants; `files/`, what users uploaded; `manifest.json`, with checksums, written last. Roles and
databases are init.sql's; keys and passwords are kept elsewhere, or a stolen backup would open the house.
Each database is one snapshot. They differ by the time that a dump takes, which facts bridge: with an
empty Redis the relays send again what they sent within seven days, and inboxes drop what was handled.
"""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ValidationError
from servicekit.fleet import ServiceEntry

from fleet import objects
from fleet.archive import digest
from fleet.place import FleetError
from fleet.psql import restore_dump, run
from fleet.tenants import opened

_MANIFEST = "manifest.json"
_FILES = "files"
_SCHEMAS = (
    r"SELECT nspname FROM pg_namespace WHERE nspname = 'control' OR nspname LIKE 'tenant\_%' ORDER BY 1"
)


class Manifest(BaseModel):
    format: Literal[1] = 1
    made_at: AwareDatetime
    sha256: dict[str, str]  # by file, below the backup's folder


async def back_up(
    services: Sequence[ServiceEntry], admin_url: str, files_url: str, to: Path, *, keep: int | None
) -> Path:
    """Write a backup, whole or not at all, that only its owner can read; says where it is.

    Args:
        services: whose databases.
        admin_url: a superuser's, or that of a member of the services' roles.
        files_url: where the services keep files.
        to: the folder of all backups.
        keep: how many of them stay, the newest; None: all.

    Raises:
        FleetError: something could not be read.
    """
    moment = datetime.now(UTC)
    made = to / f"{moment:%Y-%m-%dT%H%M%SZ}"
    making = to / f".{made.name}.making"
    (making / _FILES).mkdir(parents=True)
    making.chmod(0o700)
    try:
        for entry in services:
            dump = making / f"{entry.database}.dump"
            only = ("--schema=control", "--schema=tenant_*")
            await run("pg_dump", admin_url, entry.database, "--format=custom", *only, f"--file={dump}")
            print(f"  {entry.database:<28} {dump.stat().st_size >> 10} KB", flush=True)
        count = await objects.fetch_all(files_url, making / _FILES)
        print(f"  {'files':<28} {count}", flush=True)
        manifest = Manifest(made_at=moment, sha256=await asyncio.to_thread(_digests, making))
        (making / _MANIFEST).write_text(manifest.model_dump_json(indent=2))
        making.rename(made)
    except BaseException:
        shutil.rmtree(making)
        raise
    if keep is not None:
        _forget(to, keep)
    return made


def _forget(folder: Path, keep: int) -> None:
    for old in sorted(manifest.parent for manifest in folder.glob(f"*/{_MANIFEST}"))[:-keep]:
        shutil.rmtree(old)


async def restore(
    services: Sequence[ServiceEntry], admin_url: str, files_url: str, folder: Path, *, replace: bool
) -> None:
    """Bring the services' databases and files back as a backup has them.

    Nothing may use the databases meanwhile. A run that was cut short may be given again, with `replace`.

    Args:
        services: whose databases, which init.sql has made.
        admin_url: a superuser's, or that of a member of the services' roles.
        files_url: where the services keep files; what lies there and not in the backup stays.
        folder: of this one backup.
        replace: drop what the databases hold; else they must hold nothing.

    Raises:
        FleetError: the backup is not whole, or the databases hold something.
    """
    manifest = await asyncio.to_thread(_checked, folder, services)
    for entry in services:
        async with opened(admin_url, entry) as connection:
            if await connection.fetchval(_SCHEMAS) and not replace:
                raise FleetError(f"{entry.database} holds data: --replace drops it")
    for entry in services:
        async with opened(admin_url, entry) as connection:
            await _empty(connection)
        await restore_dump(admin_url, entry.database, folder / f"{entry.database}.dump")
        async with opened(admin_url, entry) as connection:
            tenants = await connection.fetchval(
                "SELECT count(*) FROM control.tenant WHERE status <> 'deleted'"
            )
        print(f"  {entry.database:<28} {tenants} tenants", flush=True)
    files = [name.removeprefix(f"{_FILES}/") for name in manifest.sha256 if name.startswith(f"{_FILES}/")]
    await objects.bring_all(files_url, folder / _FILES, files)
    print(f"  {'files':<28} {len(files)}", flush=True)


async def _empty(connection: Any) -> None:
    """One schema at a time: a transaction holds a lock for each table that it drops."""
    for (schema,) in await connection.fetch(_SCHEMAS):
        await connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _checked(folder: Path, services: Sequence[ServiceEntry]) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_text())
    except (OSError, ValidationError) as error:
        raise FleetError(f"{folder} is no backup, or damaged: {error}") from error
    if missing := {f"{entry.database}.dump" for entry in services} - manifest.sha256.keys():
        raise FleetError(f"{folder} has no {', '.join(sorted(missing))}")
    found = _digests(folder)
    del found[_MANIFEST]
    if found != manifest.sha256:
        differ = {name for name, _ in found.items() ^ manifest.sha256.items()}
        raise FleetError(f"{folder} is damaged: {', '.join(sorted(differ))}")
    return manifest
