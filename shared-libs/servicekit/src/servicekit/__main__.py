"""`python -m servicekit migrate|head|worker <package>`: what a service's image runs besides its API.

`migrate` takes several packages where one installation has them all (`fleet up`),
because importing the libraries costs more than databases that are at head.
"""

import argparse
import asyncio
import importlib
import signal
import sys

import uvloop
from redis.asyncio import Redis

from servicekit.db import Database
from servicekit.migrations.runner import migrate
from servicekit.observability import configure_logging, serve_metrics
from servicekit.service import Service
from servicekit.worker import Watchdog, Worker


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m servicekit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    migrating = commands.add_parser("migrate", help="bring control and all tenants' schemas to head")
    migrating.add_argument("packages", nargs="+", help="services' packages, such as business_hrms")
    migrating.add_argument("--tenant", help="only this one")
    migrating.add_argument(
        "--at-once", type=int, default=4, metavar="N", help="tenants in parallel (default 4)"
    )
    heading = commands.add_parser("head", help="say what control.tenant.revision is at head")
    heading.add_argument("packages", nargs="+", help="services' packages, such as business_hrms")
    working = commands.add_parser("worker", help="relay facts, do jobs, until stopped")
    working.add_argument("package")
    arguments = parser.parse_args()
    if arguments.command == "worker":
        uvloop.run(_work(_service(arguments.package)))
        return 0
    services = [_service(package) for package in arguments.packages]
    if arguments.command == "head":
        for service in services:
            print(f"{service.name}\t{service.revision}")  # noqa: T201 - a command
        return 0
    return max(asyncio.run(_migrate(service, arguments.tenant, arguments.at_once)) for service in services)


def _service(package: str) -> Service:
    service: Service = importlib.import_module(f"{package}.main").service
    return service


async def _migrate(service: Service, tenant: str | None, at_once: int) -> int:
    def show(progress: str) -> None:
        print(f"\r{service.name}: {progress}", end="", file=sys.stderr, flush=True)  # noqa: T201 - a command

    outcome = await migrate(service, tenant=tenant, at_once=at_once, report=show)
    for failed, error in outcome.failed.items():
        print(f"\n{service.name}: {failed}: {error}", file=sys.stderr)  # noqa: T201 - a command
    summary = f"{outcome.migrated} migrated, {outcome.at_head} at head, {len(outcome.failed)} failed"
    print(f"{service.name}: {summary}")  # noqa: T201 - a command
    return 1 if outcome.failed else 0


async def _work(service: Service) -> None:
    settings = service.settings
    configure_logging(settings.environment, settings.log_level)
    serve_metrics(settings, service.entry.port)
    async with Redis.from_url(str(settings.redis_url)) as redis:
        database = Database(settings, service.name, redis)
        worker = Worker(service, database, redis)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        with Watchdog(settings.worker_lease):
            await worker.run()
        await database.dispose()


if __name__ == "__main__":
    sys.exit(main())
