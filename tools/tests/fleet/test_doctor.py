"""`fleet doctor` names what is wrong, and the page that mends it."""

import asyncio
import subprocess

from fleet.testing import FLEET, Organisation, RunningFleet
from servicekit.fleet import root

GIVEN_UP = """
INSERT INTO control.outbox (kind, queue, tenant, application, type, aggregate, version, data)
VALUES ('job', 'app1-hrms-service', $1, 'business', 'hrms.nobody_does_this', '', 0, '{}')
"""
FAILED = """
INSERT INTO control.migration_run (schema, revision, error)
VALUES ($1, 'next', 'Traceback …' || chr(10) || 'LockNotAvailable: somebody reads all day')
"""


def examined(fleet: RunningFleet) -> str:
    ran = subprocess.run(
        [FLEET, "doctor"], env=fleet.environment, check=False, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in ran.stderr
    return ran.stdout


def remedy(said: str, what: str) -> str:
    """The line below the finding, of which a page is a file."""
    lines = said.splitlines()
    (found,) = [number for number, line in enumerate(lines) if what in line]
    assert lines[found].startswith("BAD")
    return lines[found + 1]


async def test_what_was_given_up_is_named_with_its_page(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    await running_fleet.query("app1_hrms", GIVEN_UP, acme.id)
    async with asyncio.timeout(120):
        while "has given up" not in (said := examined(running_fleet)):
            await asyncio.sleep(1)
    page = remedy(said, "app1-hrms-service has given up 1 facts or jobs").rpartition(" ")[2]
    assert (root() / page).is_file()
    running_fleet.run("queue", "discard", "app1-hrms-service", "--all", "--type", "hrms.nobody_does_this")


async def test_a_tenant_that_was_not_migrated_is_named_with_its_page(
    running_fleet: RunningFleet, acme: Organisation
) -> None:
    await running_fleet.query("app1_chat", FAILED, f"tenant_{acme.id}")
    what = f"app1-chat-service could not migrate tenant_{acme.id}: LockNotAvailable: somebody reads all day"
    page = remedy(examined(running_fleet), what).rpartition(" ")[2]
    assert (root() / page).is_file()
    await running_fleet.query("app1_chat", "DELETE FROM control.migration_run WHERE error IS NOT NULL")
    assert "could not migrate" not in examined(running_fleet)
