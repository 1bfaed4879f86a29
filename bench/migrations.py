"""Migrating many tenants: when there is nothing to do, and when a thousand lack one revision.

Timed is the operators' command, its start included. The new revision is a throwaway one in a copy of
a service's migrations, taken back afterwards; `python -m bench.migrations business_hrms` is the
command with it.
"""

import asyncio
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from fleet.migrations import heads
from fleet.processes import plan
from servicekit.fleet import ServiceEntry, fleet
from servicekit.migrations import runner
from servicekit.service import Service

from bench import tenants
from bench.ground import REPOSITORY, Ground
from bench.options import Options
from bench.report import Report

_TENANTS = 1_000
_NOTHING, _REVISION = 5, 60  # goals: seconds
_NEW = "bench"
_CHANGED = "app1-hrms-service"  # the one with the most tables
_SOURCE = """
import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("audit_events", sa.Column("{new}", sa.Text()))
"""
_LEAVE = """
UPDATE control.tenant SET revision = $1
WHERE id NOT IN (SELECT id FROM control.tenant WHERE status <> 'deleted' LIMIT $2)
"""
_TAKE_BACK = """
DO $$ DECLARE schema text; BEGIN
  FOR schema IN SELECT 'tenant_' || id FROM control.tenant WHERE revision LIKE '%:{new}' LOOP
    EXECUTE format('ALTER TABLE %I.audit_events DROP COLUMN IF EXISTS {new}', schema);
    EXECUTE format('UPDATE %I.alembic_version_{owner} SET version_num = %L', schema, '{head}');
  END LOOP;
  UPDATE control.tenant SET revision = '{revision}' WHERE revision LIKE '%:{new}';
END $$
"""


def of_many_tenants(where: Ground, _options: Options, report: Report) -> None:
    """Each service of the Business System with nothing to do, one of them with a new revision."""
    there = asyncio.run(tenants.count(where))
    if there < _TENANTS:
        print(f"  only {there} tenants: make bench-data makes more, once")
        return
    entries = [entry for entry in fleet().built if entry.application == "business"]
    planned = plan(where.place, fleet())
    at_head = asyncio.run(heads(planned, entries))
    environments = {process.name: process.environment for process in planned.services}
    for entry in entries:
        timed = partial(_timed, entry.package, os.environ | environments[entry.name])
        if entry.name == _CHANGED:
            new = asyncio.run(_by_one_revision(where, entry, at_head[entry.name], timed))
            report.goal(
                f"{entry.name}: migrating {_TENANTS:,} tenants by one revision",
                f"< {_REVISION} s",
                f"{new:.1f} s",
                met=new < _REVISION,
            )
        nothing = timed("servicekit", "migrate", migrated=0)
        report.goal(
            f"{entry.name}: migrating {there:,} tenants, nothing to do",
            f"< {_NOTHING} s",
            f"{nothing:.1f} s",
            met=nothing < _NOTHING,
        )


async def _by_one_revision(
    where: Ground, entry: ServiceEntry, at_head: str, timed: Callable[..., float]
) -> float:
    """Seconds with a new revision."""
    others, _, last = at_head.rpartition(" ")
    owner, _, head = last.partition(":")
    back = _TAKE_BACK.format(new=_NEW, owner=owner, head=head, revision=at_head)
    connection = await where.connect(entry.database)
    try:
        await connection.execute(back)  # where the last run was killed
        await connection.execute(_LEAVE, f"{others} {owner}:{_NEW}", _TENANTS)
        return timed("bench.migrations", migrated=_TENANTS)
    finally:
        await connection.execute(back)
        await connection.close()


def _timed(package: str, environment: Mapping[str, str], *module: str, migrated: int) -> float:
    """Seconds of a module's run, which has to say how many tenants it migrated."""
    command = [sys.executable, "-m", *module, package]
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    seconds = time.monotonic() - began
    if f": {migrated} migrated" not in done.stdout:
        raise RuntimeError(f"the migration did something else: {done.stdout}")
    return seconds


def _with_one_more(service: Service, folder: Path) -> Service:
    """The service with a copy of its own migrations, and one more among them."""
    own = service.tenant_streams[-1]
    shutil.copytree(own.folder, folder, dirs_exist_ok=True)
    (folder / f"{_NEW}.py").write_text(_SOURCE.format(new=_NEW, head=own.head))
    longer = replace(own, folder=folder)
    return replace(service, streams=[longer if stream is own else stream for stream in service.streams])


def main() -> int:
    service: Service = importlib.import_module(f"{sys.argv[1]}.main").service
    with tempfile.TemporaryDirectory(prefix="bench-migrations-") as folder:
        outcome = asyncio.run(runner.migrate(_with_one_more(service, Path(folder))))
    print(f"{sys.argv[1]}: {outcome.migrated} migrated, {len(outcome.failed)} failed")
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
