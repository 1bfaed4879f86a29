"""The services' own `python -m servicekit`, run with the settings that the fleet gives them."""

import asyncio
import os
import sys
from collections.abc import Sequence

from servicekit.fleet import ServiceEntry

from fleet.place import FleetError
from fleet.processes import Plan


async def migrate(fleet_plan: Plan, services: Sequence[ServiceEntry], tenant: str | None) -> None:
    """Bring all tenants, or one, to head in some services, going on past failures.

    Raises:
        FleetError: something could not be migrated.
    """
    failed = []
    for entry in services:
        only = [] if tenant is None else [f"--tenant={tenant}"]
        child = await _servicekit(fleet_plan, ["migrate", entry.package, *only], [entry])
        if await child.wait() != 0:
            failed.append(entry.name)
    if failed:
        raise FleetError(f"not all is migrated in {', '.join(failed)}; control.migration_run says why")


async def heads(fleet_plan: Plan, services: Sequence[ServiceEntry]) -> dict[str, str]:
    """What `control.tenant.revision` is at head, by service."""
    command = ["head", *(entry.package for entry in services)]
    child = await _servicekit(fleet_plan, command, services, stdout=asyncio.subprocess.PIPE)
    said, _ = await child.communicate()
    if child.returncode != 0:
        raise FleetError("the services do not say what is at head")
    return dict(line.split("\t") for line in said.decode().splitlines())


async def _servicekit(
    fleet_plan: Plan, arguments: Sequence[str], services: Sequence[ServiceEntry], stdout: int | None = None
) -> asyncio.subprocess.Process:
    """Start `python -m servicekit` with the services' settings."""
    environment = dict(os.environ)
    names = {entry.name for entry in services}
    for process in fleet_plan.services:
        if process.name in names:
            environment |= process.environment
    command = (sys.executable, "-m", "servicekit", *arguments)
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=stdout)
