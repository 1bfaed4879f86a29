"""Background jobs."""

from contracts.facts import Envelope
from contracts.jobs import Job
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from business_chat.services import log, mail

handlers = Handlers()


class TrimEvents(Job):
    """Drop what is too old of the channels' logs."""

    name = "chat.trim_events"


@handlers.does(mail.MailUnread)
async def mail_unread(session: TenantSession, job: mail.MailUnread, _: Envelope) -> None:
    await mail.look(session, job.user_id)


@handlers.does(TrimEvents, schedule="30 3 * * *")
async def trim_events(session: TenantSession, _: TrimEvents, __: Envelope) -> None:
    await log.trim(session)
