import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from fleet.place import FleetError
from fleet.processes import Process
from fleet.supervision import Supervisor

Python = Callable[..., Process]
LIVES = "import signal\nsignal.pause()\n"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    if supervisor.is_running():
        supervisor.shutdown()
    supervisor.stop_orphans()


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Make a process that runs some Python in some environment."""

    def process(name: str, code: str = LIVES, **environment: str) -> Process:
        script = tmp_path / f"{name}.py"
        script.write_text(code)
        return Process(name, [sys.executable, str(script)], (0,), environment)

    return process


def launched(supervisor: Supervisor, *processes: Process) -> None:
    supervisor.configure(processes)
    supervisor.launch()
    supervisor.start(processes)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_process_gets_its_environment_word_for_word(
    supervisor: Supervisor, python: Python, tmp_path: Path
) -> None:
    said = "100% of 'it', a;b=c#d"
    written = tmp_path / "written"
    code = f"import os, pathlib\npathlib.Path({str(written)!r}).write_text(os.environ['SAID'])\n{LIVES}"
    launched(supervisor, python("speaker", code, SAID=said))
    await until(lambda: written.exists() and written.read_text() == said)


@pytest.mark.parametrize("value", ['say "it"', "two\nlines", "a ;b", "a #b"])
def test_a_value_that_would_be_cut_is_refused(supervisor: Supervisor, python: Python, value: str) -> None:
    with pytest.raises(FleetError, match="cannot carry"):
        supervisor.configure([python("one", VALUE=value)])


async def test_a_killed_process_is_started_again(supervisor: Supervisor, python: Python) -> None:
    launched(supervisor, python("one"))
    await until(lambda: supervisor.states()["one"]["pid"] != 0)
    first = supervisor.states()["one"]["pid"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.states()["one"]["pid"] not in {0, first})


async def test_a_process_that_keeps_crashing_comes_back_once_it_can(
    supervisor: Supervisor, python: Python, tmp_path: Path
) -> None:
    tries, cured = tmp_path / "tries", tmp_path / "cured"
    code = f"""\
import pathlib, sys
with open({str(tries)!r}, 'a') as tries: tries.write('x')
pathlib.Path({str(cured)!r}).exists() or sys.exit(1)
{LIVES}"""
    sick = python("sick", code)
    launched(supervisor, sick)
    await until(lambda: tries.exists() and len(tries.read_text()) >= 3)
    cured.touch()
    await until(lambda: supervisor.states()["sick"]["pid"] != 0 and supervisor.missing([sick]) == [])


async def test_a_changed_process_is_missing_until_it_is_started_anew_and_the_others_stay(
    supervisor: Supervisor,
    python: Python,
) -> None:
    stays, changes = python("stays"), python("changes")
    launched(supervisor, stays, changes)
    await until(lambda: all(info["pid"] for info in supervisor.states().values()))
    pid = supervisor.states()["stays"]["pid"]
    changed, new = python("changes", NEW="1"), python("new")
    supervisor.configure([stays, changed, new])
    assert supervisor.missing([stays, changed, new]) == [changed, new]
    supervisor.start([changed, new])
    await until(lambda: supervisor.missing([stays, changed, new]) == [])
    assert supervisor.states()["stays"]["pid"] == pid


async def test_what_a_killed_supervisor_left_behind_is_found_and_stopped(
    supervisor: Supervisor, python: Python, tmp_path: Path
) -> None:
    launched(supervisor, python("left"), python("behind"))
    await until(lambda: all(info["pid"] for info in supervisor.states().values()))
    pids = [info["pid"] for info in supervisor.states().values()]
    head = psutil.Process(int((tmp_path / "supervisor.pid").read_text()))
    head.kill()
    head.wait()
    assert not supervisor.is_running()
    assert supervisor.stop_orphans() == ["behind", "left"]
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_two_checkouts_do_not_touch_each_other(
    supervisor: Supervisor, python: Python, tmp_path: Path
) -> None:
    other = Supervisor(tmp_path / "with" / ("a long path" * 20))
    launched(supervisor, python("ours"))
    assert other.states() == {}
    assert other.stop_orphans() == []
    launched(other, python("theirs"))
    supervisor.shutdown()
    assert list(other.states()) == ["theirs"]
    other.shutdown()
