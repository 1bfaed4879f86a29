"""ISBN: the two forms and their check digits (ISO 2108)."""

import re

_BOOKLAND = "978"


def isbn13(written: str) -> str | None:
    """The thirteen digits of an ISBN-10 or ISBN-13, however it is written; None where it is neither.

    Catalogues write more than the number: `1-85798-218-5 (pbk.)` is understood.
    """
    leading = re.match(r"[\s\d-]*[\dXx]", written)
    digits = re.sub(r"[\s-]", "", leading.group()).upper() if leading else ""
    if re.fullmatch(r"\d{9}[\dX]", digits) and digits[-1] == _check_10(digits[:9]):
        return _BOOKLAND + digits[:9] + _check_13(_BOOKLAND + digits[:9])
    if re.fullmatch(r"97[89]\d{10}", digits) and digits[-1] == _check_13(digits[:12]):
        return digits
    return None


def isbn10(thirteen: str) -> str | None:
    """The older form of a valid ISBN-13; None where it has none."""
    if not thirteen.startswith(_BOOKLAND):
        return None
    return thirteen[3:12] + _check_10(thirteen[3:12])


def _check_10(nine: str) -> str:
    rest = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004 - the digit of value ten


def _check_13(twelve: str) -> str:
    return str(-sum((1, 3)[n % 2] * int(digit) for n, digit in enumerate(twelve)) % 10)
