"""The `fleet` command: the development fleet of this checkout, and what operators need."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from servicekit.databases import init_script
from servicekit.embedded import ServerStartError
from servicekit.fleet import fleet, root

from fleet import (
    backup_commands,
    cluster_secrets,
    demo,
    doctor,
    logs,
    mail,
    node,
    psql,
    queue_commands,
    start,
    status,
    tenant_commands,
)
from fleet.keys import make_keys
from fleet.place import FleetError, Place
from fleet.processes import plan
from fleet.supervision import Supervisor


def main() -> None:
    """Run one command; exit with 1 and a sentence where it cannot be done."""
    arguments = parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except (FleetError, ServerStartError, FileNotFoundError) as error:
        sys.exit(f"fleet: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def parser() -> argparse.ArgumentParser:
    """All commands: what each was given, and as `run` what does it."""
    whole = argparse.ArgumentParser(prog="fleet", description=__doc__)
    commands = whole.add_subparsers(metavar="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], object], what: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(run=run)
        return added

    command("up", _up, "start everything, with demo data, in the background")
    command("dev", _dev, "the same in the foreground, services start again on a change; Ctrl-C stops it")
    command("web", _web, "the same with frontends from their sources, pages follow a change")
    command("down", _down, "stop what this checkout started")
    reset = command("reset", _reset, "forget this checkout's development data, after asking")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    command("status", _status, "what runs, where, since when; exit code 1 where something is not ready")
    command("doctor", _doctor, "what is wrong and what to do; exit code 1 where something is")
    log = command("logs", _logs, "the log of a process, or all of them")
    log.add_argument("names", nargs="*", metavar="process", help="e.g. app1-hrms-service (default: all)")
    log.add_argument("-f", "--follow", action="store_true", help="go on with what is added, until Ctrl-C")
    log.add_argument("-n", "--lines", type=int, default=50, help="how many last lines (default: %(default)s)")
    mails = command("mail", _mail, "the mails that were sent in development, newest last")
    mails.add_argument("number", nargs="?", type=int, help="show this one")
    mails.add_argument("--to", help="only those to addresses that contain this")
    shell = command("psql", _psql, "a psql shell as the superuser")
    shell.add_argument("database", nargs="?", help="e.g. app1_hrms (default: postgres)")
    shell.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="handed to psql")
    inside = command("exec", _exec, "a command of your own with a service's settings")
    inside.add_argument("service", help="e.g. app1-user-service")
    inside.add_argument("arguments", nargs=argparse.REMAINDER, metavar="command", help="what to run")
    queue = commands.add_parser("queue", help="queues of the services: depth, dead letters, replay, pause, …")
    queue_commands.add_to(queue)
    tenant = commands.add_parser("tenant", help="a tenant's life: create, list, suspend, export, delete, …")
    tenant_commands.add_to(tenant)
    backup_commands.add_backup_to(
        command(
            "backup", backup_commands.back_up, "everything in a folder: databases, and what users uploaded"
        )
    )
    backup_commands.add_restore_to(
        command(
            "restore",
            backup_commands.restore,
            "bring everything back as a backup has it; stop services first",
        )
    )
    packages = command("npm", _npm, "npm, with a Node that the frontends run on")
    packages.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="handed to npm")
    keys = command(
        "keys", _keys, "make the keys that the gateway and the services sign with; existing ones stay"
    )
    keys.add_argument("--folder", type=Path, required=True, help="where to write *.pem and trusted.json")
    cluster = command("secrets", _secrets, "what a Kubernetes cluster keeps secret, for `kubectl apply -f -`")
    cluster.add_argument(
        "--folder", type=Path, required=True, help="where they are kept: made once, the same at every call"
    )
    demonstration = command("demo", _demo, "make the demo tenants; what is there stays (`up` does this too)")
    demonstration.add_argument("gateway", help="its address, e.g. http://127.0.0.1:8080")
    command("init-sql", _init_sql, "write infrastructure/postgres/init.sql anew")
    return whole


def _up(_: argparse.Namespace) -> None:
    asyncio.run(start.up(Place.wanted(root())))


def _dev(_: argparse.Namespace) -> None:
    start.dev(Place.wanted(root()), "services")


def _web(_: argparse.Namespace) -> None:
    start.dev(Place.wanted(root()), "frontends")


def _npm(arguments: argparse.Namespace) -> None:
    node.replace_with_npm(arguments.arguments)


def _down(_: argparse.Namespace) -> None:
    start.down(Place.last_used(root()))


def _reset(arguments: argparse.Namespace) -> None:
    start.reset(Place.last_used(root()), sure=arguments.yes)


def _status(_: argparse.Namespace) -> bool:
    return not asyncio.run(status.print_status(Place.last_used(root()), fleet()))


def _doctor(_: argparse.Namespace) -> bool:
    async def ailing() -> bool:
        remedies = []
        async for finding in doctor.examine(Place.last_used(root()), fleet()):
            print(f"{'ok  ' if finding.remedy is None else 'BAD '} {finding.what}")
            if finding.remedy is not None:
                remedies.append(finding.remedy)
                print(f"     → {finding.remedy}")
        return bool(remedies)

    return asyncio.run(ailing())


def _logs(arguments: argparse.Namespace) -> None:
    folder = Supervisor(Place.last_used(root()).dev).logs
    names = arguments.names or sorted(path.stem for path in folder.glob("*.log"))
    if arguments.follow:
        asyncio.run(logs.follow(folder, names, last=arguments.lines))
    else:
        logs.show(folder, names, last=arguments.lines)


def _mail(arguments: argparse.Namespace) -> None:
    folder = root() / ".dev/mail"
    print(
        mail.listed(folder, arguments.to)
        if arguments.number is None
        else mail.shown(folder, arguments.number)
    )


def _psql(arguments: argparse.Namespace) -> None:
    place = Place.last_used(root())
    psql.replace_with_psql(plan(place, fleet()).admin_url, arguments.database, arguments.arguments)


def _exec(arguments: argparse.Namespace) -> None:
    services = {process.name: process for process in plan(Place.last_used(root()), fleet()).services}
    if arguments.service not in services or not arguments.arguments:
        raise FleetError(f"say which service and what to run; services are {', '.join(services)}")
    program = arguments.arguments[0]
    os.execvpe(program, arguments.arguments, os.environ | services[arguments.service].environment)  # noqa: S606 - no shell is wanted


def _keys(arguments: argparse.Namespace) -> None:
    make_keys(arguments.folder, [fleet().gateway.name, *(entry.name for entry in fleet().built)])


def _secrets(arguments: argparse.Namespace) -> None:
    print(json.dumps(cluster_secrets.manifests(arguments.folder, fleet()), indent=2))


def _demo(arguments: argparse.Namespace) -> None:
    asyncio.run(demo.make(arguments.gateway))


def _init_sql(_: argparse.Namespace) -> None:
    path = root() / "infrastructure/postgres/init.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(init_script(entry.database for entry in fleet().built))
    print(path)
