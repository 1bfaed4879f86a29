"""What was measured, as Markdown tables."""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil

from bench.ground import REPOSITORY


@dataclass
class Report:
    """Tables in the order in which they were measured, and the goals last."""

    parts: list[str] = field(default_factory=list)
    goals: list[Sequence[str]] = field(default_factory=list)

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.parts.append(f"### {title}\n\n{_table(header, rows)}")

    def goal(self, what: str, wanted: str, measured: str, *, met: bool) -> None:
        self.goals.append((what, wanted, measured, "yes" if met else "**no**"))

    def text(self) -> str:
        parts = [_where(), *self.parts]
        if self.goals:
            parts.append(f"### Goals\n\n{_table(('', 'goal', 'measured', 'met'), self.goals)}")
        return "\n\n".join(parts) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def _where() -> str:
    model = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ": unknown")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit.stdout.strip()}, {platform.system()} on "
        f"{os.cpu_count()} cores ({model.partition(':')[2].strip()}), {memory:.0f} GB, "
        f"Python {platform.python_version()}."
    )


def _lines(path: str) -> list[str]:
    with open(path) as file:  # noqa: PTH123 - of /proc
        return file.readlines()
