"""Standard output. To hand over a line costs more than to make it, so those that can wait go together."""

import asyncio
import sys
from asyncio import AbstractEventLoop
from collections import deque
from contextlib import suppress

_TOGETHER = 0.25  # seconds: what a killed process can lose

_waiting: deque[str] = deque()
_flushes: AbstractEventLoop | None = None


def later(line: str) -> None:
    """Write a line, in an event loop a moment later, with those that come until then."""
    global _flushes  # noqa: PLW0603 - as standard output itself, one for the process
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        now(line)
        return
    if not _waiting or _flushes is not loop:
        _flushes = loop
        loop.call_later(_TOGETHER, flush)
    _waiting.append(line)


def now(line: str) -> None:
    """Write a line, after those that wait."""
    _waiting.append(line)
    flush()


def flush() -> None:
    """Write what waits."""
    lines = []
    with suppress(IndexError):
        while True:  # one by one: another thread may write as well
            lines.append(_waiting.popleft())
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
