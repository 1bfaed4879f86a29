"""One service dead, failing or frozen: what its clients wait, and what another's notice.

hrms (business) is out of order; libraries (school) is nginx answering from memory. Two gateways
take turns, one with hrms out of order and one with it well, under the same load. Needs wrk and nginx.
"""

import asyncio
import contextlib
import subprocess
from statistics import median

from gateway.testing.fleetlet import Gateway
from gateway.testing.scripted import ScriptedService, request_of
from servicekit.embedded import free_port

from bench.options import Options
from bench.paced import Pace, command, paced, read
from bench.report import Report
from bench.stage import UPSTREAM, Stage, staged

_RATE = 500  # requests a second to each service
_TURNS = 3
_SECONDS = 2  # of each
_SOON, _FLAT, _TIMES = 50, 3, 1.2  # goals: ms, ms, times


def beside_well(_options: Options, report: Report) -> None:
    """The three ways of being out of order."""
    with staged() as stage:
        stage.upstream()
        well = _gateway(stage, f"http://127.0.0.1:{UPSTREAM}")
        refused = _outage(stage, "dead", f"http://127.0.0.1:{free_port()}", well, report)
        soon = median(pace.p99 for pace in refused)
        report.goal("dead service refused, p99", "≤ 50 ms", f"{soon:.1f} ms", met=soon <= _SOON)
        failing = Failing()
        stage.do(failing.start())
        asked = sum(pace.answered for pace in _outage(stage, "failing", failing.url, well, report))
        times = failing.requests / asked
        report.goal(
            "requests that reached it, by asked", "≤ 1.2 times", f"{times:.3f} times", met=times <= _TIMES
        )
        frozen = ScriptedService()
        frozen.script = _never
        stage.do(frozen.start())
        _outage(stage, "frozen", frozen.url, well, report)
        stage.do(well.stop())


def _outage(stage: Stage, kind: str, hrms: str, well: Gateway, report: Report) -> list[Pace]:
    """What the clients of the service that is out of order saw, turn by turn."""
    ill = _gateway(stage, hrms)
    _turn(stage, ill)  # until the circuit is open
    turns = [(_turn(stage, well), _turn(stage, ill)) for _ in range(_TURNS)]
    stage.do(ill.stop())
    rows = {
        "hrms": [hrms for _, (hrms, _) in turns],
        "libraries meanwhile": [libraries for _, (_, libraries) in turns],
        "libraries while hrms is well": [libraries for (_, libraries), _ in turns],
    }
    report.table(
        f"hrms {kind}, {_RATE}/s to each, medians of {_TURNS} runs",
        ("", "answers", "p50 ms", "p99 ms"),
        [
            (
                name,
                _answers(paces),
                f"{median(p.p50 for p in paces):.2f}",
                f"{median(p.p99 for p in paces):.2f}",
            )
            for name, paces in rows.items()
        ],
    )
    more = median(ill.p99 - well.p99 for (_, well), (_, ill) in turns)
    report.goal(f"others' p99 while one is {kind}", "flat", f"{more:+.1f} ms", met=more <= _FLAT)
    return rows["hrms"]


def _gateway(stage: Stage, hrms: str) -> Gateway:
    return stage.gateway(
        APP1_HRMS_SERVICE_UPSTREAM=hrms,
        APP2_LIBRARIES_SERVICE_UPSTREAM=f"http://127.0.0.1:{UPSTREAM}",
        GATEWAY_FIRST_BYTE_TIMEOUT="PT2S",
    )


def _turn(stage: Stage, gateway: Gateway) -> tuple[Pace, Pace]:
    """Load on both services at once; how hrms and libraries answered."""
    tokens = stage.folder / "tokens"
    tokens.write_text(stage.token + "\n")
    run = command(gateway.url + "/hrms/employees", tokens, rate=_RATE, seconds=_SECONDS)
    school = stage.fleetlet.school.token(lifetime=86_400)
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as flood:
        libraries = paced(gateway.url + "/libraries/loans", school, rate=_RATE, seconds=_SECONDS)
        said, _ = flood.communicate()
    return read(said), libraries


def _answers(paces: list[Pace]) -> str:
    counts: dict[str, int] = {}
    for pace in paces:
        for status, count in pace.statuses.items():
            counts[status] = counts.get(status, 0) + count
    return ", ".join(f"{status}: {count:,}" for status, count in sorted(counts.items()))


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
