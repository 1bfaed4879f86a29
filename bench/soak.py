"""`python -m bench.soak`: half load for ten minutes while services and Redis are killed and keys rotate.

Two replicas of hrms, nginx answering from memory, behind the gateway. Every ten
seconds one is killed (-9) and started again three seconds later; once a minute both
are away for two seconds. Redis is killed and comes back every 90 seconds, the
user-service's key changes every two minutes. A fifth of the requests are POSTs, which
are not repeated. Needs wrk and nginx.
"""

import argparse
import itertools
import subprocess
import threading
import time
from pathlib import Path

from servicekit.auth import new_signing_key
from servicekit.embedded import free_port

from bench.ground import OUT
from bench.paced import command, read
from bench.report import Report, text
from bench.stage import Stage, staged

_TENANTS = 20


class Havoc:
    """Kills and starts again until it is told to stop."""

    def __init__(self, stage: Stage, ports: tuple[int, int]) -> None:
        self._stage = stage
        self._ports = ports
        self._replicas = {port: stage.replica(port) for port in ports}
        self._over = threading.Event()
        self.done: dict[str, int] = {
            "replica killed": 0,
            "both killed": 0,
            "Redis killed": 0,
            "key changed": 0,
        }

    def run(self) -> None:
        for tick in itertools.count(1):
            if self._over.wait(1):
                return
            if tick % 60 == 0:
                self._kill(*self._ports, away=2)
                self.done["both killed"] += 1
            elif tick % 10 == 0:
                self._kill(self._ports[tick // 10 % 2], away=3)
                self.done["replica killed"] += 1
            if tick % 90 == 0:
                self._stage.redis.stop()
                self._over.wait(3)
                self._stage.redis.start()
                self.done["Redis killed"] += 1
            if tick % 120 == 0:
                self._stage.fleetlet.business.pems.append(new_signing_key())
                self.done["key changed"] += 1

    def stop(self) -> None:
        self._over.set()

    def _kill(self, *ports: int, away: float) -> None:
        for port in ports:
            self._replicas[port].kill()
            self._replicas[port].wait()
        time.sleep(away)
        for port in ports:
            self._replicas[port] = self._stage.replica(port)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=2000, help="requests a second (%(default)s)")
    options = parser.parse_args()
    seconds = round(options.minutes * 60)
    report = Report("soak")
    with staged() as stage:
        ports = (free_port(), free_port())
        havoc = Havoc(stage, ports)
        addresses = ",".join(f"http://127.0.0.1:{port}" for port in ports)
        gateway = stage.gateway(APP1_HRMS_SERVICE_UPSTREAM=addresses)
        issuer = stage.fleetlet.business
        tokens = stage.folder / "tokens"
        tokens.write_text("".join(f"{issuer.token(tid=f't{n}', lifetime=86_400)}\n" for n in range(_TENANTS)))
        url = gateway.url + "/hrms/employees"
        subprocess.run(command(url, tokens, rate=options.rate, seconds=10), check=True, capture_output=True)
        memory, descriptors = gateway.memory, gateway.descriptors
        wreaking = threading.Thread(target=havoc.run)
        wreaking.start()
        run = command(url, tokens, rate=options.rate, seconds=seconds, posts=0.2)
        said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
        havoc.stop()
        wreaking.join()
        subprocess.run(command(url, tokens, rate=options.rate, seconds=5), check=True, capture_output=True)
        after, descriptors_after = gateway.memory, gateway.descriptors
        problems = _codes(stage.folder / "gateway.log")
        stage.do(gateway.stop())
    pace = read(said)
    rows = [
        ("minutes, rate", f"{options.minutes:g}, {pace.rate:.0f}/s"),
        *((what, str(times)) for what, times in havoc.done.items()),
        ("p50, p99, p99.9 ms", f"{pace.p50:.1f}, {pace.p99:.1f}, {pace.p999:.1f}"),
        *((f"answers {status}", f"{count:,}") for status, count in sorted(pace.statuses.items())),
        *((f"… {code}", f"{count:,}") for code, count in sorted(problems.items())),
        ("connections broken", ", ".join(f"{what} {count}" for what, count in pace.broken.items())),
        ("memory before, after", f"{memory / 2**20:.1f} MB, {after / 2**20:.1f} MB"),
        ("descriptors before, after", f"{descriptors}, {descriptors_after}"),
    ]
    report.table("Soak", ("", ""), rows)
    OUT.mkdir(exist_ok=True)
    (OUT / "soak.md").write_text(text([report]))
    print(text([report]))


def _codes(log: Path) -> dict[str, int]:
    """How often the gateway refused or broke off, by code, from its access log."""
    counts: dict[str, int] = {}
    for line in log.read_text().splitlines():
        if (at := line.find('"code":"')) >= 0:
            code = line[at + 8 :].partition('"')[0]
            counts[code] = counts.get(code, 0) + 1
    return counts


if __name__ == "__main__":
    main()
