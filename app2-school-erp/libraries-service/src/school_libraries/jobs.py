"""Background jobs of the service."""

from contracts.facts import Envelope
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from school_libraries.services import catalogue_import, notice
from school_libraries.services.catalogue_import import ImportCatalogue
from school_libraries.services.notice import ExpireHold, ExpireHolds, SendNotices, TakeForLost

handlers = Handlers()


@handlers.does(ImportCatalogue)
async def import_catalogue(session: TenantSession, portion: ImportCatalogue, _: Envelope) -> None:
    await catalogue_import.take(session, portion)


@handlers.does(SendNotices, schedule="0 6 * * *")
async def send_notices(session: TenantSession, portion: SendNotices, _: Envelope) -> None:
    await notice.send(session, portion)


@handlers.does(TakeForLost)
async def take_for_lost(session: TenantSession, job: TakeForLost, _: Envelope) -> None:
    await notice.take_for_lost(session, job.loan_id)


@handlers.does(ExpireHolds, schedule="30 5 * * *")
async def expire_holds(session: TenantSession, _: ExpireHolds, __: Envelope) -> None:
    await notice.expire_holds(session)


@handlers.does(ExpireHold)
async def expire_hold(session: TenantSession, job: ExpireHold, _: Envelope) -> None:
    await notice.expire_hold(session, job.hold_id)
