"""What is written on things, and what they are called."""

from typing import Annotated

from pydantic import Field, StringConstraints
from servicekit.schemas import Name

Barcode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f/?#]+$"),
]
"""Compared without regard to case. It is part of addresses, so it has no `/`, `?` or `#`."""

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""A category of patrons or a type of items, as a school names them: `student`, `dvd`."""

Names = Annotated[list[Name], Field(max_length=50)]
