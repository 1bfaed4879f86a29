"""Numbers of days in the database."""

from decimal import Decimal

from sqlalchemy import Numeric, TypeDecorator
from sqlalchemy.engine import Dialect


class Days(TypeDecorator[Decimal]):
    """A number of days, exact to a millionth, read without idle zeros: 25 and 2.5, not 25.000000."""

    impl = Numeric(12, 6)
    cache_ok = True

    def process_result_value(self, value: Decimal | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        if value is None:
            return None
        whole = value.to_integral_value()
        return whole if whole == value else value.normalize()
