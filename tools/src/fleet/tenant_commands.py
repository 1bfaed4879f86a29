"""`fleet tenant …`: what operators ask for, and on whose databases it is done."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

from contracts.ids import Application
from pydantic import ValidationError
from servicekit.fleet import fleet, root
from servicekit.tenant_schema import schema_of

from fleet import archive, migrations, tenants
from fleet.place import FleetError, Place
from fleet.processes import Plan, plan
from fleet.tenants import Tenant

_PROFILE = ("country", "currency", "time_zone", "locale")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Give `fleet tenant` its subcommands."""
    commands = parser.add_subparsers(metavar="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], object], what: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(run=run)
        return added

    def about_one(
        name: str, run: Callable[[argparse.Namespace], object], what: str
    ) -> argparse.ArgumentParser:
        added = command(name, run, what)
        added.add_argument("id", type=_tenant_id)
        _application(added, required=True)
        return added

    _application(command("list", _list, "all tenants, and how far each service has them"))
    create = about_one("create", _create, "register a tenant and wait until every service has it")
    create.add_argument("--organisation", required=True, metavar="NAME", help="the organisation's name")
    create.add_argument("--email", required=True, help="its owner's address")
    create.add_argument("--name", required=True, help="its owner's name")
    create.add_argument(
        "--password-stdin", action="store_true", help="the owner's password is the first line of the input"
    )
    for name in _PROFILE:
        create.add_argument(f"--{name.replace('_', '-')}", help="(default: the registration's)")
    create.add_argument("--gateway", metavar="URL", help="(default: this checkout's)")
    about_one("suspend", _suspend, "refuse a tenant's users; takes effect within 10 seconds")
    about_one("resume", _resume, "serve a suspended tenant's users again")
    export = about_one("export", _export, "write a tenant to one file; the file holds personal data")
    export.add_argument("--to", required=True, type=Path, metavar="FILE")
    restore = command("restore", _restore, "bring a tenant back from such a file, where it does not exist")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--no-migrate", action="store_true", help="leave that to the services' images, as outside development"
    )
    delete = about_one("delete", _delete, "drop a tenant's data for ever, after asking for its id again")
    delete.add_argument("--confirm", metavar="ID", help="the id again: do not ask")
    migrate = command("migrate", _migrate, "bring all tenants, or one, to head; goes on past failures")
    migrate.add_argument("id", type=_tenant_id, nargs="?")
    _application(migrate)


def _application(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    note = "" if required else "only this one"
    parser.add_argument("--application", required=required, choices=get_args(Application), help=note)


def _tenant_id(text: str) -> str:
    try:
        schema_of(text)
    except ValidationError:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be a tenant's id") from None
    return text


def _plan() -> Plan:
    """This checkout's fleet, on the server that the environment names, if any."""
    place = Place.last_used(root())
    if given := os.environ.get("ADMIN_DATABASE_URL"):
        place = replace(place, admin_url=given)
    elif not (place.dev / "place.json").exists():
        raise FleetError("the fleet was never started here: make up, or set ADMIN_DATABASE_URL")
    return plan(place, fleet())


def admin_url() -> str:
    """A superuser's address: the environment's, or that of this checkout's fleet, which was started."""
    return os.environ.get("ADMIN_DATABASE_URL") or _plan().admin_url


def _tenant(arguments: argparse.Namespace) -> Tenant:
    return Tenant(arguments.id, arguments.application, admin_url(), files_url())


def files_url() -> str:
    """Where the services keep files: as the environment says, or in this checkout."""
    return os.environ.get("FLEET_FILES_URL") or (root() / ".dev/files").as_uri()


def _list(arguments: argparse.Namespace) -> None:
    async def run() -> None:
        fleet_plan = _plan()
        applications = _chosen(arguments)
        entries = [entry for entry in fleet().built if entry.application in applications]
        heads = await migrations.heads(fleet_plan, entries)
        print(await tenants.listed(fleet_plan.admin_url, applications, heads))

    asyncio.run(run())


def _create(arguments: argparse.Namespace) -> None:
    wish = {"organisation": arguments.organisation, "email": arguments.email, "name": arguments.name}
    wish |= {name: value for name in _PROFILE if (value := getattr(arguments, name))}
    password = sys.stdin.readline().rstrip("\n") if arguments.password_stdin else None
    gateway = arguments.gateway or _plan().services[-1].url
    asyncio.run(tenants.create(gateway, _tenant(arguments), wish, password))


def _suspend(arguments: argparse.Namespace) -> None:
    asyncio.run(tenants.set_status(_tenant(arguments), "suspended"))


def _resume(arguments: argparse.Namespace) -> None:
    asyncio.run(tenants.set_status(_tenant(arguments), "active"))


def _export(arguments: argparse.Namespace) -> None:
    asyncio.run(archive.export(_tenant(arguments), arguments.to))


def _restore(arguments: argparse.Namespace) -> None:
    async def run() -> None:
        tenant = await archive.restore(arguments.file, admin_url(), files_url())
        if not arguments.no_migrate:
            await migrations.migrate(_plan(), tenant.services, tenant.id)

    asyncio.run(run())


def _delete(arguments: argparse.Namespace) -> None:
    given = arguments.confirm or _asked(arguments.id)
    if given != arguments.id:
        raise FleetError("nothing was deleted")
    asyncio.run(tenants.delete(_tenant(arguments)))


def _asked(tenant: str) -> str:
    print(f"This drops all data of {tenant}, in every service, for ever.")
    try:
        return input("Type its id to go on: ").strip()
    except EOFError:  # nobody is there to answer
        return ""


def _migrate(arguments: argparse.Namespace) -> None:
    async def run() -> None:
        fleet_plan = _plan()
        applications = _chosen(arguments)
        if arguments.id is not None:
            found = [
                Tenant(arguments.id, application, fleet_plan.admin_url, files_url())
                for application in applications
            ]
            applications = [one.application for one in found if await tenants.row_in(one, one.directory)]
            if not applications:
                raise FleetError(f"there is no tenant {arguments.id}")
        entries = [entry for entry in fleet().built if entry.application in applications]
        await migrations.migrate(fleet_plan, entries, arguments.id)

    asyncio.run(run())


def _chosen(arguments: argparse.Namespace) -> list[Application]:
    return [arguments.application] if arguments.application else list(get_args(Application))
