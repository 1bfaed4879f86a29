"""What processes use, from /proc."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def resident_mb(processes: Iterable[psutil.Process]) -> float:
    """Their resident memory, what several share counted once (PSS)."""
    return float(sum(process.memory_full_info().pss for process in processes) / 2**20)


def forget_peak(process: psutil.Process) -> None:
    """Have `peak_mb` begin from now."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak_mb(process: psutil.Process) -> float:
    """The most resident memory that it ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024  # from kB


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """CPU time so far of each process, by name, with that of its children, living and ended."""
    return {name: sum(map(_cpu_seconds, family(pid))) for name, pid in pids.items()}


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it ended just now: its parent counts it
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
