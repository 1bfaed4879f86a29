"""What every producer and worker of these benchmarks does, with nothing but the standard library.

Each queue's script runs in the environment of its library, with `produce|work URL JOBS EVERY`.
Clocks are CLOCK_MONOTONIC's, which all processes of a machine share.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator

CONCURRENCY = 8


class Tally:
    """A worker's: counts jobs, and says when the last of them was done."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._ended = itertools.count(1)  # threads may share it
        self._waits: list[float] = []

    def begins(self, sent: float) -> None:
        """A handler begins on a job that was about to be enqueued at `sent`."""
        self._waits.append(time.monotonic() - sent)

    def ends(self) -> None:
        """The queue's library holds a job for done."""
        if next(self._ended) == self._jobs:
            say({"at": time.monotonic(), "waits": self._waits})


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


def due(jobs: int, every: float) -> Iterator[float]:
    """How long to wait before each job is sent, in seconds."""
    began = time.monotonic()
    for number in range(jobs):
        yield max(0.0, began + number * every - time.monotonic())


async def produce(send: Callable[[float], Awaitable[object]], jobs: int, every: float) -> None:
    """Send jobs one after the other: at once, or one every so many seconds."""
    say({"at": time.monotonic()})
    for wait in due(jobs, every):
        if wait:
            await asyncio.sleep(wait)
        await send(time.monotonic())
    stay({"at": time.monotonic()})


def stay(last: object) -> None:
    """Say the last word and wait to be killed, so that the CPU time used can still be read."""
    say(last)
    sys.stdin.read()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["produce", "work"])
    parser.add_argument("url")
    parser.add_argument("jobs", type=int)
    parser.add_argument("every", type=float)
    return parser.parse_args()
