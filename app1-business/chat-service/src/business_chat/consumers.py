"""Facts heard from other services: every account can be written to."""

from contracts.facts import (
    AccountActivated,
    AccountDeactivated,
    AccountReactivated,
    Envelope,
    TenantSchemaReady,
)
from contracts.jobs import TellAccounts
from servicekit import jobs
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from business_chat.services import channel as channels
from business_chat.services import person as people

handlers = Handlers()


@handlers.hears(TenantSchemaReady)
async def ask_for_accounts(session: TenantSession, fact: TenantSchemaReady, _: Envelope) -> None:
    """Accounts that were there before this service was: their facts came too early for it."""
    if fact.service == session.service:
        jobs.add(session, TellAccounts())


@handlers.hears(AccountActivated)
async def welcome(session: TenantSession, fact: AccountActivated, envelope: Envelope) -> None:
    """Whoever is new joins the default channels; who left one is not brought back."""
    if await people.enter(session, fact, envelope.version):
        await channels.join_defaults(session, fact.user_id)


@handlers.hears(AccountDeactivated)
async def deactivate(session: TenantSession, fact: AccountDeactivated, envelope: Envelope) -> None:
    await people.set_active(session, fact.user_id, envelope.version, active=False)


@handlers.hears(AccountReactivated)
async def reactivate(session: TenantSession, fact: AccountReactivated, envelope: Envelope) -> None:
    await people.set_active(session, fact.user_id, envelope.version, active=True)
