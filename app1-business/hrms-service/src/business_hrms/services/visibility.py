"""Who sees whom: the one place that decides, for lists, search, export, charts and leave alike.

Who may read everybody does; everybody else sees themselves and those who report to
them today, directly or through others. To the others, the rest is not there.
"""

from typing import Any
from uuid import UUID

from contracts.context import TenantContext
from servicekit.db import ReadSession, TenantSession
from servicekit.errors import NotFound
from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, true

from business_hrms.services.current import calendar, employee, is_todays, job


def sees_all(context: TenantContext) -> bool:
    return context.kind == "service" or "hrms.employee.read_all" in context.permissions


def values(context: TenantContext) -> dict[str, Any]:
    """What `seen` is bound to."""
    return {"tenant": context.tenant, "viewer": context.user_id}


def seen() -> Select[UUID]:
    """Ids of the employees whom a viewer who does not see all sees. Bound: `tenant`, `viewer`."""
    themselves = select(employee.c.id).where(employee.c.user_id == bindparam("viewer", type_=Uuid))
    found = themselves.cte("seen", recursive=True)
    today = calendar()
    below = (
        select(employee.c.id)
        .join_from(employee, today, true())
        .join(job, is_todays(job, employee, today.c.today))
        .join(found, job.c.manager_id == found.c.id)
    )
    return select(found.union(below).c.id)


def sees(context: TenantContext, employee_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """A condition on rows that belong to employees: somebody sees them."""
    return true() if sees_all(context) else employee_id.in_(seen().params(values(context)))


def team() -> Select[UUID]:
    """Ids of the manager whom a viewer reports to today, and of all who do. Bound: `tenant`, `viewer`."""
    me, mine, today = employee.alias("me"), job.alias("mine"), calendar()
    manager = (
        select(mine.c.manager_id.label("id"))
        .join_from(me, today, true())
        .join(mine, is_todays(mine, me, today.c.today))
        .where(me.c.user_id == bindparam("viewer", type_=Uuid), mine.c.manager_id.is_not(None))
        .cte("manager")
    )
    reports = (
        select(employee.c.id)
        .join_from(employee, today, true())
        .join(job, is_todays(job, employee, today.c.today))
        .join(manager, job.c.manager_id == manager.c.id)
    )
    return select(select(manager.c.id).union(reports).cte("team").c.id)


_IS_SEEN = select(employee.c.id).where(
    employee.c.id == bindparam("employee_id", type_=Uuid), employee.c.id.in_(seen())
)
_IS_THERE = select(employee.c.id).where(employee.c.id == bindparam("employee_id", type_=Uuid))


async def require_visible(session: TenantSession | ReadSession, employee_id: UUID) -> None:
    """Pass where the session's user sees the employee.

    Raises:
        NotFound: there is no such employee for this user.
    """
    statement = _IS_THERE if sees_all(session.context) else _IS_SEEN
    bound = {**values(session.context), "employee_id": employee_id}
    if await session.scalar(statement, bound) is None:
        raise NotFound
