"""How thoroughly to measure."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    peer: Path  # where the naive peer's source lies
    seconds: int  # of each run under load
    repeats: int  # of each measurement; the median counts
    requests: int  # that the gateway's memory has to stay flat over

    @property
    def turns(self) -> int:
        """Of the employees list, whose ratios are goals: the machine's pace changes, so a few more."""
        return self.repeats + 2
