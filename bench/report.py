"""What was measured, kept as JSON and told as Markdown tables."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.ground import REPOSITORY


@dataclass
class Report:
    """What one part measured, in that order."""

    part: str
    seconds: float = 0  # that it took
    tables: list[tuple[str, list[Sequence[str]]]] = field(
        default_factory=list
    )  # title, rows; the header first
    goals: list[Sequence[str]] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)  # a peer's, by what was measured
    by_tenants: dict[str, float] = field(default_factory=dict)  # requests a second, by how many there were
    failures: list[str] = field(default_factory=list)

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.tables.append((title, [header, *rows]))

    def goal(self, what: str, wanted: str, measured: str, *, met: bool) -> None:
        self.goals.append((what, wanted, measured, "yes" if met else "**no**"))

    def keep(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def kept(cls, path: Path) -> "Report":
        return cls(**json.loads(path.read_text()))


def text(reports: Sequence[Report]) -> str:
    """All tables, the goals of all parts last, and what failed."""
    parts = [_where(reports)]
    parts += [f"### {title}\n\n{_table(rows)}" for report in reports for title, rows in report.tables]
    if goals := [goal for report in reports for goal in report.goals]:
        parts.append(f"### Goals\n\n{_table([('', 'goal', 'measured', 'met'), *goals])}")
    parts += [f"**Failed:** {failure}" for report in reports for failure in report.failures]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in rows[0][1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (rows[0], rule, *rows[1:]))


def _where(reports: Sequence[Report]) -> str:
    model = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ": unknown")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
        text=True,
    )
    memory = psutil.virtual_memory().total / 2**30
    took = ", ".join(f"{report.part} {report.seconds:.0f} s" for report in reports)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit.stdout.strip()}, {platform.system()} on "
        f"{os.cpu_count()} cores ({model.partition(':')[2].strip()}), {memory:.0f} GB, "
        f"Python {platform.python_version()}. Measuring took: {took}."
    )


def _lines(path: str) -> list[str]:
    with open(path) as file:  # noqa: PTH123 - of /proc
        return file.readlines()
