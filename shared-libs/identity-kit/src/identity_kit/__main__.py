"""`python -m identity_kit rotate-keys <package>`: what operators do to a user-service."""

import argparse
import asyncio
import importlib
import re
from datetime import timedelta

from servicekit.db import Database
from servicekit.service import Service

from identity_kit.sealing import Sealer
from identity_kit.settings import IdentitySettings
from identity_kit.signing import SigningKeys

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m identity_kit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rotating = commands.add_parser("rotate-keys", help="make the next key for access tokens")
    rotating.add_argument("package", help="the service's package, such as business_user")
    rotating.add_argument(
        "--early",
        type=_duration,
        default=timedelta(hours=1),
        metavar="1h",
        help="how long it is published before it signs, so that every gateway knows it (default 1h)",
    )
    rotating.add_argument(
        "--compromised", action="store_true", help="withdraw the keys before at once: all must refresh"
    )
    arguments = parser.parse_args()
    service: Service = importlib.import_module(f"{arguments.package}.main").service
    asyncio.run(_rotate(service, arguments.early, compromised=arguments.compromised))


async def _rotate(service: Service, early: timedelta, *, compromised: bool) -> None:
    settings = service.settings
    if not isinstance(settings, IdentitySettings):
        raise SystemExit(f"{service.name} is no user-service")
    database = Database(settings, service.name)
    keys = SigningKeys(service.name, Sealer(settings.secret))
    kid = await keys.rotate(database, early=timedelta(0) if compromised else early, compromised=compromised)
    await database.dispose()
    print(f"{service.name}: key {kid} is published and signs from {'now' if compromised else early} on")  # noqa: T201 - a command


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([smh])", text)
    if found is None:
        raise argparse.ArgumentTypeError("a duration is like 30s, 5m or 1h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


if __name__ == "__main__":
    main()
