"""Who reports to whom: no circle on any day, and the org chart of today."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from servicekit.db import ReadSession, TenantSession, advisory_lock
from servicekit.errors import Unprocessable
from sqlalchemy import Date, Row, Uuid, func, literal, or_, select
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlalchemy.orm import aliased

from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.schemas.employee import EmployeeFilter
from business_hrms.services.directory import bound, employees
from business_hrms.services.visibility import require_visible


class ManagerUnknown(Unprocessable):
    code = "hrms.manager_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such employee to report to.")


class ManagerHasLeft(Unprocessable):
    code = "hrms.manager_has_left"

    def __init__(self, last_day: date) -> None:
        super().__init__("The manager has left by then.", last_day=last_day.isoformat())


class ManagerCycle(Unprocessable):
    code = "hrms.manager_cycle"

    def __init__(self) -> None:
        super().__init__("Somebody would report to themselves, directly or through others.")


async def require_manager(session: TenantSession, manager_id: UUID, day: date) -> None:
    """Pass where somebody can report to this employee on a day.

    Raises:
        ManagerUnknown: there is no such employee.
        ManagerHasLeft: not employed any more on that day.
    """
    manager = await session.get(Employee, manager_id)
    if manager is None:
        raise ManagerUnknown
    if manager.last_day is not None and manager.last_day < day:
        raise ManagerHasLeft(manager.last_day)


async def require_no_cycle(session: TenantSession, record: EmploymentRecord) -> None:
    """Pass where nobody comes to report to themselves on any day of a record yet to be flushed.

    One such change is made at a time in a tenant, because two that are innocent
    alone can close a circle together.

    Raises:
        ManagerCycle: on some day the manager reports to the employee, however indirectly.
    """
    if record.manager_id is None:
        return
    await advisory_lock(session, "reporting_lines")
    days = func.daterange(
        literal(record.valid_from, Date), literal(record.valid_to, Date), "[]", type_=DATERANGE
    )
    above = select(literal(record.manager_id, Uuid).label("id"), days.label("days")).cte(
        "above", recursive=True
    )
    job = aliased(EmploymentRecord, name="job")
    job_days = func.daterange(job.valid_from, job.valid_to, "[]", type_=DATERANGE)
    above = above.union(
        select(job.manager_id, above.c.days * job_days)
        .join_from(above, job, job.employee_id == above.c.id)
        .where(job.manager_id.is_not(None), above.c.days.overlaps(job_days), above.c.id != record.employee_id)
    )
    if await session.scalar(select(above.c.id).where(above.c.id == record.employee_id).limit(1)):
        raise ManagerCycle


async def chart(session: ReadSession, below: UUID | None, depth: int) -> Sequence[Row[Any]]:
    """Those employed today down to `depth`, below one of them or from the top, managers first.

    At the top are those whose manager is not employed today, too.

    Raises:
        NotFound: there is no employee `below` whom to look.
    """
    if below is not None:
        await require_visible(session, below)
    filters, values = bound(session.context, EmployeeFilter())
    everybody = employees(filters).subquery()
    present = select(everybody).where(everybody.c.status.in_(["active", "notice"])).cte("present")
    first = (
        present.c.manager_id == below
        if below
        else or_(present.c.manager_id.is_(None), present.c.manager_id.not_in(select(present.c.id)))
    )
    nodes = select(present, literal(1).label("depth")).where(first).cte("nodes", recursive=True)
    nodes = nodes.union_all(
        select(present, nodes.c.depth + 1)
        .join(nodes, present.c.manager_id == nodes.c.id)
        .where(nodes.c.depth < depth)
    )
    counts = (
        select(present.c.manager_id, func.count().label("reports"))
        .group_by(present.c.manager_id)
        .subquery("counts")
    )
    statement = (
        select(nodes, func.coalesce(counts.c.reports, 0).label("reports"))
        .outerjoin(counts, counts.c.manager_id == nodes.c.id)
        .order_by(nodes.c.depth, nodes.c.last_name, nodes.c.first_name, nodes.c.id)
    )
    return (await session.execute(statement, values)).all()
