"""Bases of what a service takes in and gives out."""

import re
from datetime import date
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError


class Input(BaseModel):
    """A request: unknown fields are refused, text is trimmed.

    One that holds a secret says `str_strip_whitespace=False`: pydantic would trim that too.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=10_000)


LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Default of a PATCH's field that may be left out and may not be null. Read with `exclude_unset`."""


class Output(BaseModel):
    """An answer, read from a row's attributes. Fields carry no defaults: each is always there."""

    model_config = ConfigDict(from_attributes=True)


Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$",
    ),
]
"""A line of text that people gave something, without control characters and line breaks of any kind."""


def _short_enough(address: str) -> str:
    if len(address.partition("@")[0]) > 64:  # noqa: PLR2004 - RFC 5321, 4.5.3.1.1
        raise PydanticCustomError("address_form", "What stands before the @ has 64 characters at most.")
    return address


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=rf"^{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+$",
    ),
    AfterValidator(_short_enough),
]
"""A mail address in ASCII, as RFC 5321 has it, unquoted. Compare it without regard to case."""


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("There is no such time zone.")
    return zone


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""An IANA name."""


def _written_out(value: object) -> object:
    """Refuse numbers and times, which pydantic would turn into some date."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise PydanticCustomError("date_form", "A date is written YYYY-MM-DD.")


Day = Annotated[date, BeforeValidator(_written_out), Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1))]
"""A day that somebody can mean: no typing error's year 202 or 20250, no end of time."""
