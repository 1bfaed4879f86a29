"""Telling those concerned, some days before, that a document expires."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from contracts.jobs import Job, Notify, SendMail
from servicekit import jobs
from servicekit.db import TenantSession
from sqlalchemy import Row, func, or_, select, true

from business_hrms.models.document import Document, DocumentAlert, DocumentType
from business_hrms.models.employee import Employee
from business_hrms.rules.document import EmployeeMay, ManagerMay, alert_due
from business_hrms.services.current import Statement, calendar, employee, full_name, is_todays, job

_EARLIEST = timedelta(days=365)  # before the day of expiry, as `alert_days` may say
_LATEST = timedelta(days=7)  # after it, where nobody looked for so long
_document, _kind, _sent = Document.__table__, DocumentType.__table__, DocumentAlert.__table__
_manager = Employee.__table__.alias("manager")


class AlertOfDocuments(Job):
    """Look which documents expire. Every day."""

    name: ClassVar[str] = "hrms.alert_of_documents"


async def send(session: TenantSession) -> None:
    """Tell of each document once per alert of its type, and anew when a newer one expires later."""
    for row in await session.execute(_expiring(), {"tenant": session.tenant}):
        due = alert_due((row.expires_on - row.today).days, row.alert_days, row.alerted)
        if due is None:
            continue
        session.add(DocumentAlert(document_id=row.id, expires_on=row.expires_on, days=due))
        for message in _messages(row):
            jobs.add(session, message)
    await session.flush()


def _expiring() -> Statement:
    """Documents of those employed whose day of expiry is near, with all that a message needs."""
    dates = calendar()
    today = dates.c.today
    alerted = (
        select(func.min(_sent.c.days))
        .where(_sent.c.document_id == _document.c.id, _sent.c.expires_on == _document.c.expires_on)
        .scalar_subquery()
    )
    return (
        select(
            _document.c.id,
            _document.c.expires_on,
            _document.c.uploaded_by,
            _kind.c.name.label("type"),
            _kind.c.alert_days,
            _kind.c.employee_may,
            _kind.c.manager_may,
            employee.c.user_id,
            employee.c.email,
            full_name(employee).label("employee"),
            _manager.c.user_id.label("manager"),
            today,
            alerted.label("alerted"),
        )
        .join_from(_document, dates, true())
        .join(_kind, _kind.c.id == _document.c.type_id)
        .join(employee, employee.c.id == _document.c.employee_id)
        .join(job, is_todays(job, employee, today))
        .outerjoin(_manager, _manager.c.id == job.c.manager_id)
        .where(_document.c.expires_on.between(today - _LATEST, today + _EARLIEST))
        .where(or_(employee.c.last_day.is_(None), employee.c.last_day >= today))
        .order_by(_document.c.id)
    )


def _messages(row: Row[Any]) -> Iterator[Job]:
    """To the employee and the manager, where they may see it, and to who uploaded it."""
    about = {"document_id": str(row.id), "type": row.type, "expires_on": row.expires_on.isoformat()}
    if row.employee_may != EmployeeMay.NOTHING:
        to = {"account_id": row.user_id} if row.user_id else {"address": row.email}
        yield SendMail(purpose="document_expiring", data=about, **to)
        if row.user_id:
            yield Notify(account_id=row.user_id, kind="hrms.document_expiring", data=about)
    others: set[UUID | None] = {row.uploaded_by}
    if row.manager_may == ManagerMay.SEE:
        others.add(row.manager)
    for account in others - {None, row.user_id}:
        assert account is not None  # noqa: S101 - taken out above
        named = {**about, "employee": row.employee}
        yield SendMail(purpose="document_expiring", account_id=account, data=named)
        yield Notify(account_id=account, kind="hrms.document_expiring", data=named)
