"""Numbers of days, as the API writes them: decimal strings without idle zeros."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer


def plain(days: Decimal) -> str:
    """25 and 2.5, not 25.000000 or 2.5E+1."""
    return format(days.normalize(), "f")


DayCount = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
GivenDays = Annotated[DayCount, Field(ge=0, le=3660, decimal_places=4)]
