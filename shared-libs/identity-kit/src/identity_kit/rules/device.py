"""Telling devices apart by their User-Agent."""

import re
from collections.abc import Iterable

_VERSION = re.compile(r"[\d._]+")


def is_new(device: str | None, known: Iterable[str | None]) -> bool:
    """Whether none of the known devices is of this kind. A browser's update does not make a new one."""
    return _kind(device) not in {_kind(other) for other in known}


def _kind(device: str | None) -> str:
    return _VERSION.sub("", device or "")
