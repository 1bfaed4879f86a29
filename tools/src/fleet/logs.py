"""The processes' logs, one or several side by side, each line with its process's name before it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from fleet.place import FleetError

_LONGEST_LINE = 1 << 20  # bytes


def show(folder: Path, names: Sequence[str], *, last: int) -> None:
    """Print the last lines of each log."""
    for name in names:
        with _log(folder, name).open(errors="replace") as log:
            for line in deque(log, last):
                print(_prefixed(name, names, line), end="")


async def follow(folder: Path, names: Sequence[str], *, last: int) -> None:
    """Print the last lines of each log and then what is added, until cancelled."""

    async def follow_one(name: str, path: Path) -> None:
        command = ("tail", f"-n{last}", "-F", str(path))  # -F stays with a log that is turned over
        quiet, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        tail = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=quiet, limit=_LONGEST_LINE)
        assert tail.stdout is not None  # noqa: S101 - asked for
        try:
            async for line in tail.stdout:
                print(_prefixed(name, names, line.decode(errors="replace")), end="", flush=True)
        finally:
            if tail.returncode is None:
                tail.terminate()
            await tail.communicate()

    paths = {name: _log(folder, name) for name in names}
    async with asyncio.TaskGroup() as tails:
        for name, path in paths.items():
            tails.create_task(follow_one(name, path))


def _log(folder: Path, name: str) -> Path:
    path = folder / f"{name}.log"
    if not path.exists():
        known = ", ".join(sorted(log.stem for log in folder.glob("*.log")))
        raise FleetError(
            f"{name} has no log here" + (f"; there are: {known}" if known else ": start it with make up")
        )
    return path


def _prefixed(name: str, names: Sequence[str], line: str) -> str:
    return line if len(names) == 1 else f"{name:<{max(map(len, names))}} | {line}"
