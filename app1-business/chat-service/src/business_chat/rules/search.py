"""What is typed into a search box: words, "exact words", -not, beginn*, and operators such as from:ada."""

import re
from typing import NamedTuple


class Term(NamedTuple):
    """Words that stand beside each other. `begins`: the last one may be the beginning of one."""

    text: str
    begins: bool
    excluded: bool


class Parsed(NamedTuple):
    """`operators` are names with their values; a name that is excluded keeps its `-`."""

    terms: list[Term]
    operators: list[tuple[str, str]]


_PART = re.compile(
    r"""(?=\S)(?P<no>-?)(?:(?P<operator>from|in|before|after|has):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S*))""",
    re.IGNORECASE,
)


def parse(q: str) -> Parsed:
    """Take a search apart. What has neither letter nor digit says nothing and is left out."""
    parsed = Parsed([], [])
    for part in _PART.finditer(q):
        text = part["word"] if part["phrase"] is None else part["phrase"]
        if part["operator"] is not None:
            parsed.operators.append((part["no"] + part["operator"].lower(), text))
        elif any(map(str.isalnum, text)):
            begins = part["phrase"] is None and text.endswith("*")
            parsed.terms.append(Term(text, begins, bool(part["no"])))
    return parsed
