"""The supervisor that keeps the fleet's processes running: its configuration and its control.

PyPI's `supervisor`, reached by a Unix socket that only this user may open. A process
that ends before `startsecs` is tried again after 1 s, 2 s, 3 s and so on, for as long
as it takes: `startretries` is never used up, so no process is given up for good.
"""

import hashlib
import os
import pwd
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from fleet.place import FleetError
from fleet.processes import Process

_LONGEST_SOCKET_PATH = 100  # bytes; the kernel takes 103 (macOS) or 107 (Linux)
_ORPHANS_END_WITHIN = 30.0  # seconds
_NO_WAIT = False  # the second argument of startProcess and stopProcess
_UP = {"STARTING", "RUNNING"}


class Supervisor:
    """The supervisor of one checkout, whether it runs or not."""

    def __init__(self, dev: Path) -> None:
        self._config = dev / "supervisor.conf"
        self.logs = dev / "logs"
        socket = dev / "supervisor.sock"
        if len(bytes(socket)) > _LONGEST_SOCKET_PATH:
            digest = hashlib.sha256(bytes(socket)).hexdigest()[:16]
            socket = Path(tempfile.gettempdir()) / f"fleet-{digest}.sock"
        self._socket = socket
        self._url = f"unix://{socket}"

    def is_running(self) -> bool:
        try:
            self._call("getState")
        except (OSError, Fault):  # nobody listens, or it is about to end
            return False
        return True

    def configure(self, processes: Iterable[Process]) -> None:
        """Write the configuration, and have a running supervisor drop or stop what differs in it."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._config.touch(0o600)
        self._config.write_text(self._head() + "".join(self._program(process) for process in processes))
        if self.is_running():
            [[added, changed, removed]] = self._call("reloadConfig")
            for name in (*changed, *removed):
                self._call("stopProcessGroup", name)
                self._call("removeProcessGroup", name)
            for name in (*added, *changed):
                self._call("addProcessGroup", name)

    def launch(self) -> None:
        """Start the supervisor in the background; it starts nothing by itself."""
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._config)]
        inherited = {name: value for name, value in os.environ.items() if name != "ADMIN_DATABASE_URL"}
        launched = subprocess.run(command, env=inherited, check=False, capture_output=True, text=True)
        if launched.returncode != 0:
            raise FleetError(f"the supervisor did not start:\n{launched.stderr or launched.stdout}")

    def states(self) -> dict[str, dict[str, Any]]:
        """What the supervisor knows of each process (`statename`, `pid`, `description`, …)."""
        return {info["name"]: info for info in self._call("getAllProcessInfo")} if self.is_running() else {}

    def missing(self, processes: Iterable[Process]) -> list[Process]:
        """Those that do not run."""
        states = self.states()
        return [p for p in processes if p.name not in states or states[p.name]["statename"] not in _UP]

    def start(self, processes: Iterable[Process]) -> None:
        states = self.states()
        for process in processes:
            if states[process.name]["statename"] == "BACKOFF":
                self._call("stopProcess", process.name)  # do not wait for its next try
            self._call("startProcess", process.name, _NO_WAIT)

    def stop(self, names: Iterable[str]) -> None:
        """Stop processes side by side, and wait for the last."""
        for name in names:
            with suppress(Fault):  # it does not run
                self._call("stopProcess", name, _NO_WAIT)
        while any(info["statename"] == "STOPPING" for info in self.states().values()):
            time.sleep(0.1)

    def shutdown(self) -> None:
        """End the supervisor with all that still runs under it."""
        supervisor = psutil.Process(self._call("getPID"))
        self._call("shutdown")
        supervisor.wait()

    def stop_orphans(self) -> list[str]:
        """Stop what a supervisor of this checkout left behind because it was killed; their names."""
        ours = {}
        for process in psutil.process_iter():
            try:
                environment = process.environ()
            except psutil.Error:  # it ended meanwhile, or is another user's
                continue
            if environment.get("SUPERVISOR_SERVER_URL") == self._url:
                ours[process.pid] = (process, environment["SUPERVISOR_PROCESS_NAME"])
        heads = {process: name for process, name in ours.values() if process.ppid() not in ours}
        for process in heads:
            process.send_signal(signal.SIGINT)  # what all of them take for a quick orderly end
        _, stubborn = psutil.wait_procs(heads, timeout=_ORPHANS_END_WITHIN)
        for process in stubborn:
            process.kill()
        return sorted(heads.values())

    def _call(self, method: str, *arguments: Any) -> Any:
        """Call the supervisor; its answers are XML-RPC's, so of any type."""
        transport = SupervisorTransport(None, None, self._url)
        try:
            supervisor = ServerProxy("http://localhost", transport=transport).supervisor
            return getattr(supervisor, method)(*arguments)
        finally:
            transport.close()

    def _head(self) -> str:
        return f"""\
[unix_http_server]
file={_escaped(str(self._socket))}
chmod=0700

[supervisord]
directory={_escaped(str(self._config.parent))}
logfile={_escaped(str(self.logs / "supervisor.log"))}
logfile_maxbytes=1MB
logfile_backups=1
pidfile={_escaped(str(self._config.with_suffix(".pid")))}
user={pwd.getpwuid(os.geteuid()).pw_name}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

    def _program(self, process: Process) -> str:
        environment = ",".join(f"{name}={_quoted(value)}" for name, value in process.environment.items())
        user = f"user={process.user}\n" if process.user else ""
        return f"""
[program:{process.name}]
command={_escaped(shlex.join(process.argv))}
environment={environment}
{user}autostart=false
autorestart=true
startsecs=10
startretries=1000000000
stopsignal={process.stop_signal}
stopwaitsecs={process.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={_escaped(str(self.logs / process.name))}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=1
"""


def _quoted(value: str) -> str:
    if '"' in value:
        raise FleetError(f"supervisor's configuration cannot carry the quotation mark in {value!r}")
    return f'"{_escaped(value)}"'


def _escaped(value: str) -> str:
    if re.search(r"\n|\s[;#]", value):
        raise FleetError(
            f"supervisor's configuration cannot carry the line break or comment sign in {value!r}"
        )
    return value.replace("%", "%%")
