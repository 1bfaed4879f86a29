"""Which passwords are too easy to guess."""

import re
from collections.abc import Iterable
from functools import cache

_BETWEEN_WORDS = re.compile(r"[\s@._-]+")


def is_guessable(password: str, about: Iterable[str]) -> bool:
    """Whether a password is a common one, or a word `about` its owner, with or without digits around."""
    lowered = password.lower()
    known = {word for text in about for word in (text.lower(), *_BETWEEN_WORDS.split(text.lower()))}
    return lowered in _common() or lowered in known or lowered.strip("0123456789!?.") in known


@cache
def _common() -> frozenset[str]:
    """The 30,000 passwords most used, as zxcvbn has them."""
    # 14 MB that an idle service need not hold. Its types are a package of their own, too much for one list.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped] # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
