"""Whom a text names: `@handle`; `@channel` or `@all`, everybody there; `@here`, who is at a device now."""

import re
from collections.abc import Collection

LARGE_CHANNEL = 50  # members from which on `@channel` and `@here` must be meant

_EVERYBODY = frozenset({"all", "channel"})
_HERE = "here"
_RESERVED = _EVERYBODY | {"everyone", _HERE}
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)", re.IGNORECASE)


def handles(text: str) -> frozenset[str]:
    """What follows an @ in the text, in lower case. Code and mail addresses name nobody."""
    return frozenset(handle.lower() for handle in _MENTION.findall(_CODE.sub(" ", text)))


def everybody(named: Collection[str]) -> bool:
    return not _EVERYBODY.isdisjoint(named)


def whoever_is_there(named: Collection[str]) -> bool:
    return _HERE in named and not everybody(named)


def handle_base(email: str) -> str:
    """What a handle begins with, from what stands before the @ of an address."""
    return re.sub(r"[^a-z0-9._-]+", "-", email.partition("@")[0].lower()).strip("._-") or "user"


def handle_for(base: str, taken: Collection[str]) -> str:
    """The base, or the base with the first number from 2 on that makes a handle nobody has."""
    handle, number = base, 1
    while handle in taken or handle in _RESERVED:
        number += 1
        handle = f"{base}{number}"
    return handle
