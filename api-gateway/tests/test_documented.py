"""The page about the gateway and the gateway agree."""

import re
from pathlib import Path

from gateway import errors
from servicekit.errors import Problem

PAGE = Path(__file__).parents[2] / "docs" / "gateway.md"


def test_every_refusal_stands_in_the_page_with_its_status_and_no_other_does() -> None:
    own = {
        (kind.status, kind.code)
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Problem) and kind.code.startswith("gateway.")
    }
    rows = re.findall(r"^\| (\d{3}) \| `(gateway\.\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert {(int(status), code) for status, code in rows} == own
