"""What the gateway's benchmarks need around it: trivial services, nginx, a Redis, the gateway.

What is measured has a core of its own; load, services and all else share the others, so that a
row without a gateway shows what these add by themselves.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.testing.fleetlet import Fleetlet, Gateway
from servicekit.embedded import free_port, redis_server

from bench.peer import wait_for

UPSTREAM = 9302  # the naive peer's gateway leads to it, so it is everybody's upstream
ANSWER = '{"items":[{"id":1,"name":"Ada Lovelace"},{"id":2,"name":"Alan Turing"}],"next_cursor":null}'
_PLENTY = {"rate": 1e6, "burst": 1_000_000}

_NGINX = """
master_process off;
daemon off;
error_log stderr error;
pid {folder}/{name}.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_temp_path {folder}/{name}-body;
    proxy_temp_path {folder}/{name}-proxy;
    upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ {what} }}
    }}
}}
"""
_ANSWERS = f"default_type application/json; return 200 '{ANSWER}';"
_PASSES_ON = 'proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";'


class Stage:
    """Running processes, and one client's token."""

    def __init__(self, folder: Path, core: int) -> None:
        self.folder = folder
        self._core = core
        self.fleetlet = Fleetlet(folder)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._processes: list[subprocess.Popen[bytes]] = []
        self.redis = redis_server(folder / "redis", free_port(), durable=False)
        self.redis.start()
        self.do(self.redis.wait_ready())
        self.do(self.fleetlet.start())
        self.fleetlet.environment |= {
            "GATEWAY_ENVIRONMENT": "production",
            "GATEWAY_METRICS_PORT": "0",
            "GATEWAY_REDIS_URL": self.redis.url,
            "GATEWAY_PLANS": json.dumps({"standard": {"tenant": _PLENTY, "user": _PLENTY}}),
            "APP1_HRMS_SERVICE_UPSTREAM": f"http://127.0.0.1:{UPSTREAM}",
        }
        self.token = self.fleetlet.business.token(lifetime=86_400)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Await in the loop that the stand-ins run in."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def upstream(self) -> int:
        """Start a service that answers at once; its pid."""
        return self._nginx("upstream", UPSTREAM, _ANSWERS).pid

    def nginx(self, port: int) -> int:
        """Start nginx as a proxy before it; its pid."""
        return self.apart(self._nginx("proxy", port, _PASSES_ON).pid)

    def replica(self, port: int) -> subprocess.Popen[bytes]:
        """Start a service like `upstream` on any port, to be killed."""
        return self._nginx(f"replica-{port}", port, _ANSWERS)

    def run(self, *command: str, folder: Path | None = None, port: int) -> subprocess.Popen[bytes]:
        """Start a program that listens on a port."""
        process = subprocess.Popen(command, cwd=folder)
        self._processes.append(process)
        wait_for(port)
        return process

    def gateway(self, **environment: str) -> Gateway:
        """Start the gateway; its access log goes to a file."""
        made = Gateway(self.fleetlet.environment | environment)
        made.log = (self.folder / "gateway.log").open("a")
        self.do(made.start())
        self.apart(made.process.pid)
        return made

    def apart(self, pid: int) -> int:
        """Move a process to the core that is for what is measured."""
        os.sched_setaffinity(pid, {self._core})
        return pid

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
            process.wait()
        self.do(self.fleetlet.stop())
        self.redis.stop()

    def _nginx(self, name: str, port: int, what: str) -> subprocess.Popen[bytes]:
        if shutil.which("nginx") is None:
            sys.exit("bench: nginx is not installed: apt-get install nginx-light")
        file = self.folder / f"{name}.conf"
        file.write_text(_NGINX.format(folder=self.folder, name=name, port=port, what=what, upstream=UPSTREAM))
        return self.run("nginx", "-c", str(file), port=port)


@contextmanager
def staged() -> Generator[Stage]:
    cores = os.sched_getaffinity(0)
    core = min(cores)
    os.sched_setaffinity(0, cores - {core} or cores)  # inherited by all that is started
    with tempfile.TemporaryDirectory(prefix="bench-gateway-") as folder:
        stage = Stage(Path(folder), core)
        try:
            yield stage
        finally:
            stage.close()
            os.sched_setaffinity(0, cores)
