"""What holds for the tenant now."""

from datetime import date
from typing import Any, NamedTuple

from servicekit.db import ReadSession, TenantSession
from servicekit.records import Tenant
from sqlalchemy import Date, Select, cast, func, select

Session = TenantSession | ReadSession
Statement = Select[*tuple[Any, ...]]

TODAY = cast(func.timezone(Tenant.time_zone, func.now()), Date).label("today")


class Now(NamedTuple):
    """`today` is the date in the tenant's time zone, by the database's clock."""

    today: date
    currency: str


async def now(session: Session) -> Now:
    row = await session.execute(select(TODAY, Tenant.currency).where(Tenant.id == session.tenant))
    return Now(*row.one())
