"""Background jobs of the service."""

from contracts.facts import Envelope
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from business_hrms.services import (
    accrual,
    document_alert,
    employee_import,
    employee_take_over,
    leave_year,
    termination,
)
from business_hrms.services.accrual import AccrueLeave, AccrueToday
from business_hrms.services.document_alert import AlertOfDocuments
from business_hrms.services.employee_import import ImportEmployees
from business_hrms.services.employee_take_over import TakeOverEmployees
from business_hrms.services.leave_year import MakeLeaveYear, MakeLeaveYears
from business_hrms.services.termination import TellWhoHasLeft

handlers = Handlers()


@handlers.does(TellWhoHasLeft, schedule="5 0 * * *")
async def tell_who_has_left(session: TenantSession, job: TellWhoHasLeft, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await termination.tell_who_has_left(session)


@handlers.does(AccrueLeave)
async def accrue_leave(session: TenantSession, job: AccrueLeave, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await accrual.credit_portion(session, job)


@handlers.does(AccrueToday, schedule="30 0 * * *")
async def accrue_today(session: TenantSession, job: AccrueToday, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await accrual.run_today(session)


@handlers.does(MakeLeaveYear)
async def make_leave_year(session: TenantSession, portion: MakeLeaveYear, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await leave_year.make_portion(session, portion)


@handlers.does(MakeLeaveYears, schedule="10 0 * * *")
async def make_leave_years(session: TenantSession, job: MakeLeaveYears, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await leave_year.run_today(session)


@handlers.does(AlertOfDocuments, schedule="0 7 * * *")
async def alert_of_documents(session: TenantSession, job: AlertOfDocuments, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await document_alert.send(session)


@handlers.does(ImportEmployees)
async def import_employees(session: TenantSession, portion: ImportEmployees, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await employee_import.read(session, portion)


@handlers.does(TakeOverEmployees)
async def take_over_employees(session: TenantSession, portion: TakeOverEmployees, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    await employee_take_over.take_over(session, portion)
