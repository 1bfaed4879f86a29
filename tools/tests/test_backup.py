"""Everything backed up, lost and brought back, on the migrated databases of an application's services."""

import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from fleet import backup
from fleet.place import FleetError
from fleet.tenants import Tenant
from servicekit.testing.environment import PASSWORD

Make = Callable[[], Awaitable[Tenant]]
Dump = Callable[..., list[str]]


@pytest.fixture
def everything(dump: Dump) -> Callable[[Tenant], dict[str, object]]:
    """All that the databases of a tenant's services and their store of files hold, of all tenants."""

    def everything(tenant: Tenant) -> dict[str, object]:
        held: dict[str, object] = {
            entry.database: dump(tenant.admin_url, entry.database, "control", "tenant_*")
            for entry in tenant.services
        }
        store = store_of(tenant)
        return held | {
            str(path.relative_to(store)): path.read_bytes() for path in store.rglob("*") if path.is_file()
        }

    return everything


def store_of(tenant: Tenant) -> Path:
    return Path(urlsplit(tenant.files_url).path)


async def execute(tenant: Tenant, database: str, statement: str, **role: str) -> object:
    connection = await asyncpg.connect(tenant.admin_url, database=database, **role)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def backed_up(tenant: Tenant, to: Path, *, keep: int | None = None) -> Path:
    return await backup.back_up(tenant.services, tenant.admin_url, tenant.files_url, to, keep=keep)


async def test_everything_lost_and_restored_is_what_it_was(
    make: Make, everything: Callable[[Tenant], dict[str, object]], tmp_path: Path
) -> None:
    first, second = await make(), await make()
    file = store_of(first) / first.files_at(first.services[0]) / "01a2"
    file.parent.mkdir(parents=True)
    file.write_bytes(os.urandom(100_000))
    before = everything(first)
    made = await backed_up(first, tmp_path)
    await execute(first, "app1_hrms", f"DELETE FROM {first.schema}.employees")
    await execute(first, "app1_hrms", f"DROP SCHEMA {second.schema} CASCADE")
    await execute(first, "app1_user", "DROP SCHEMA control CASCADE")
    await execute(first, "app1_user", "CREATE SCHEMA tenant_later AUTHORIZATION app1_user")
    shutil.rmtree(file.parent)
    assert everything(first) != before
    await backup.restore(first.services, first.admin_url, first.files_url, made, replace=True)
    assert everything(first) == before
    employees = f"SELECT count(*) FROM {second.schema}.employees"
    assert await execute(second, "app1_hrms", employees, user="app1_hrms_ro", password=PASSWORD) == 40


async def test_databases_that_hold_something_are_not_restored_over(
    make: Make, everything: Callable[[Tenant], dict[str, object]], tmp_path: Path
) -> None:
    tenant = await make()
    made = await backed_up(tenant, tmp_path)
    await execute(tenant, "app1_hrms", f"DELETE FROM {tenant.schema}.employees")
    before = everything(tenant)
    with pytest.raises(FleetError, match="holds data"):
        await backup.restore(tenant.services, tenant.admin_url, tenant.files_url, made, replace=False)
    assert everything(tenant) == before


@pytest.mark.parametrize("file", ["app1_hrms.dump", "manifest.json"])
async def test_a_damaged_backup_restores_nothing(
    file: str, make: Make, everything: Callable[[Tenant], dict[str, object]], tmp_path: Path
) -> None:
    tenant = await make()
    made = await backed_up(tenant, tmp_path)
    content = (made / file).read_bytes()
    before = everything(tenant)
    middle = len(content) // 2
    for damaged in (
        content[:middle],
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        None,
    ):
        (made / file).unlink()
        if damaged is not None:
            (made / file).write_bytes(damaged)
        with pytest.raises(FleetError, match=r"damaged|has no"):
            await backup.restore(tenant.services, tenant.admin_url, tenant.files_url, made, replace=True)
        (made / file).write_bytes(content)
    assert everything(tenant) == before


async def test_a_backup_is_for_its_owners_eyes(make: Make, tmp_path: Path) -> None:
    made = await backed_up(await make(), tmp_path)
    assert made.stat().st_mode & 0o777 == 0o700


async def test_a_backup_that_fails_leaves_nothing_behind(make: Make, tmp_path: Path) -> None:
    tenant = await make()
    nobody = tenant.admin_url.replace("://", "://nobody:wrong@").replace("@postgres@", "@")
    with pytest.raises(FleetError, match="pg_dump failed"):
        await backup.back_up(tenant.services, nobody, tenant.files_url, tmp_path, keep=None)
    assert list(tmp_path.iterdir()) == []


async def test_the_newest_backups_are_kept(make: Make, tmp_path: Path) -> None:
    tenant = await make()
    newest = await backed_up(tenant, tmp_path)
    for older in ("2025-01-01T000000Z", "2025-02-01T000000Z", "2025-03-01T000000Z"):
        shutil.copytree(newest, tmp_path / older)
    shutil.rmtree(newest)
    newest = await backed_up(tenant, tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-03-01T000000Z", newest.name]
