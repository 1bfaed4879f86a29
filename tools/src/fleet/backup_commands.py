"""`fleet backup` and `fleet restore`: what is asked, and on whose databases it is done."""

import argparse
import asyncio
from pathlib import Path

from servicekit.fleet import fleet

from fleet import backup
from fleet.place import FleetError
from fleet.tenant_commands import admin_url, files_url


def add_backup_to(parser: argparse.ArgumentParser) -> None:
    """Give `fleet backup` its options."""
    parser.add_argument("--to", required=True, type=Path, metavar="FOLDER", help="the folder of all backups")
    parser.add_argument("--keep", type=int, metavar="N", help="forget all but the newest N (default: none)")


def add_restore_to(parser: argparse.ArgumentParser) -> None:
    """Give `fleet restore` its options."""
    parser.add_argument("folder", type=Path, help="of one backup: FOLDER/<moment>")
    parser.add_argument("--replace", action="store_true", help="drop what the databases hold")


def back_up(arguments: argparse.Namespace) -> None:
    if arguments.keep is not None and arguments.keep < 1:
        raise FleetError("at least the newest is kept")
    made = backup.back_up(fleet().built, admin_url(), files_url(), arguments.to, keep=arguments.keep)
    print(asyncio.run(made))


def restore(arguments: argparse.Namespace) -> None:
    asyncio.run(
        backup.restore(fleet().built, admin_url(), files_url(), arguments.folder, replace=arguments.replace)
    )
