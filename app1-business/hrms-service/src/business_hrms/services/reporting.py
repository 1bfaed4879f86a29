"""Who reports to whom: no circle on any day, and the org chart of today."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from servicekit.db import ReadSession, TenantSession, advisory_lock
from servicekit.errors import Unprocessable
from sqlalchemy import Date, Row, Select, Subquery, Uuid, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import DATERANGE

from business_hrms.models.employee import Employee, EmploymentRecord
from business_hrms.schemas.employee import EmployeeFilter
from business_hrms.services.current import calendar, employee, full_name, is_todays, job
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


class Superior(NamedTuple):
    """Somebody whom an employee reports to, directly where `level` is 1."""

    employee_id: UUID
    user_id: UUID | None
    name: str
    level: int


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
    managers = select(literal(record.manager_id, Uuid).label("id"), days.label("days")).cte(
        "managers", recursive=True
    )
    job_days = func.daterange(job.c.valid_from, job.c.valid_to, "[]", type_=DATERANGE)
    managers = managers.union(
        select(job.c.manager_id, managers.c.days * job_days)
        .join_from(managers, job, job.c.employee_id == managers.c.id)
        .where(job.c.manager_id.is_not(None), managers.c.days.overlaps(job_days))
        .where(managers.c.id != record.employee_id)
    )
    if await session.scalar(select(managers.c.id).where(managers.c.id == record.employee_id).limit(1)):
        raise ManagerCycle


def superiors(below: Select[UUID]) -> Subquery:
    """To whom employees report today, directly or through others. Bound: `tenant`.

    Whose job begins later or has ended is left out and passes nothing on: together
    with jobs of other days theirs could make a circle.

    Args:
        below: ids of the employees.

    Returns:
        A row for each of them and each of those: `below_id`, and the fields of `Superior`.
    """
    dates = calendar()
    today = dates.c.today
    first = (
        select(employee.c.id.label("below_id"), job.c.manager_id, literal(1).label("level"))
        .join_from(employee, dates, true())
        .join(job, is_todays(job, employee, today))
        .where(employee.c.id.in_(below))
    )
    chain = first.cte("chain", recursive=True)
    chain = chain.union_all(
        select(chain.c.below_id, job.c.manager_id, chain.c.level + 1)
        .join_from(chain, dates, true())
        .join(job, (job.c.employee_id == chain.c.manager_id) & (job.c.valid_from <= today))
        .where(or_(job.c.valid_to.is_(None), job.c.valid_to >= today))
    )
    return (
        select(
            chain.c.below_id,
            employee.c.id.label("employee_id"),
            employee.c.user_id,
            full_name(employee).label("name"),
            chain.c.level,
        )
        .join_from(chain, dates, true())
        .join(employee, employee.c.id == chain.c.manager_id)
        .where(or_(employee.c.last_day.is_(None), employee.c.last_day >= today))
        .subquery("superiors")
    )


async def above(session: TenantSession | ReadSession, employee_id: UUID) -> list[Superior]:
    """To whom an employee reports today, the nearest first."""
    found = superiors(select(employee.c.id).where(employee.c.id == employee_id))
    statement = select(*(found.c[name] for name in Superior._fields)).order_by(found.c.level)
    return [Superior(*row) for row in await session.execute(statement, {"tenant": session.tenant})]


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
