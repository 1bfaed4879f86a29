"""`python -m bench.outage`: one service dead, failing or frozen: what its clients wait, what others notice.

hrms (business) is out of order; libraries (school) is nginx answering from memory.
Needs wrk and nginx.
"""

import asyncio
import contextlib
import subprocess
import tempfile
from pathlib import Path

from gateway.testing.scripted import ScriptedService, request_of
from servicekit.embedded import free_port

from bench.ground import OUT
from bench.paced import Pace, command, paced, read
from bench.report import Report
from bench.stage import UPSTREAM, Stage, staged

_RATE = 500  # requests a second to each service
_SECONDS = 10
_SOON, _FLAT, _TIMES = 50, 5, 1.2  # goals: ms, ms, times


def outage(stage: Stage, kind: str, hrms: str, report: Report) -> Pace:
    """Load on both services at once; libraries is measured before, too."""
    gateway = stage.gateway(
        APP1_HRMS_SERVICE_UPSTREAM=hrms,
        APP2_LIBRARIES_SERVICE_UPSTREAM=f"http://127.0.0.1:{UPSTREAM}",
        GATEWAY_FIRST_BYTE_TIMEOUT="PT2S",
    )
    school = stage.fleetlet.school.token(lifetime=86_400)
    libraries = gateway.url + "/libraries/loans"
    before = paced(libraries, school, rate=_RATE, seconds=_SECONDS)
    with tempfile.NamedTemporaryFile("w") as tokens:
        tokens.write(stage.token + "\n")
        tokens.flush()
        run = command(gateway.url + "/hrms/employees", Path(tokens.name), rate=_RATE, seconds=_SECONDS)
        subprocess.run(
            [*run[:3], "-d2s", *run[4:]], check=True, capture_output=True
        )  # until the circuit is open
        flood = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
        during = paced(libraries, school, rate=_RATE, seconds=_SECONDS - 2)
        out = read(flood.communicate()[0])
    stage.do(gateway.stop())
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(out.statuses.items()))
    report.table(
        f"hrms {kind}, {_RATE}/s to each",
        ("", "answers", "p50 ms", "p99 ms", "p99.9 ms"),
        [
            (name, answers, f"{pace.p50:.2f}", f"{pace.p99:.2f}", f"{pace.p999:.2f}")
            for name, answers, pace in (
                ("hrms", statuses, out),
                ("libraries before", f"200: {before.answered:,}", before),
                ("libraries meanwhile", f"200: {during.answered:,}", during),
            )
        ],
    )
    if kind == "dead":
        report.goal("dead service refused, p99", "≤ 50 ms", f"{out.p99:.1f} ms", met=out.p99 <= _SOON)
    more = during.p99 - before.p99
    report.goal(f"others' p99 while one is {kind}", "flat", f"{more:+.1f} ms", met=more <= _FLAT)
    return out


class Failing(ScriptedService):
    """Reads each request and closes; counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0
        self.script = self._fail

    async def _fail(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            await request_of(reader)
            self.requests += 1


async def _never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


def main() -> None:
    report = Report()
    with staged() as stage:
        stage.upstream()
        outage(stage, "dead", f"http://127.0.0.1:{free_port()}", report)
        failing = Failing()
        stage.do(failing.start())
        asked = outage(stage, "failing", failing.url, report).answered
        times = failing.requests / asked
        report.goal(
            "requests that reached it, by asked", "≤ 1.2 times", f"{times:.3f} times", met=times <= _TIMES
        )
        frozen = ScriptedService()
        frozen.script = _never
        stage.do(frozen.start())
        outage(stage, "frozen", frozen.url, report)
    OUT.mkdir(exist_ok=True)
    (OUT / "outage.md").write_text(report.text())
    print(report.text())


if __name__ == "__main__":
    main()
