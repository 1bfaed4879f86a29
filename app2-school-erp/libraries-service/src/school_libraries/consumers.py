"""Facts heard from other services: every account is a patron."""

from contracts.facts import (
    AccountActivated,
    AccountDeactivated,
    AccountReactivated,
    Envelope,
    RoleChanged,
    TenantSchemaReady,
)
from contracts.jobs import TellAccounts
from servicekit import jobs
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from school_libraries.services import patron as patrons

handlers = Handlers()


@handlers.hears(TenantSchemaReady)
async def ask_for_accounts(session: TenantSession, fact: TenantSchemaReady, _: Envelope) -> None:
    """Accounts that were there before this service was: their facts came too early for it."""
    if fact.service == session.service:
        jobs.add(session, TellAccounts())


@handlers.hears(AccountActivated)
async def enter_account(session: TenantSession, fact: AccountActivated, envelope: Envelope) -> None:
    await patrons.enter_account(session, fact, version=envelope.version)


@handlers.hears(RoleChanged)
async def set_roles(session: TenantSession, fact: RoleChanged, envelope: Envelope) -> None:
    await patrons.set_roles(session, fact.user_id, fact.roles, version=envelope.version)


@handlers.hears(AccountDeactivated)
async def deactivate(session: TenantSession, fact: AccountDeactivated, envelope: Envelope) -> None:
    await patrons.set_active(session, fact.user_id, active=False, version=envelope.version)


@handlers.hears(AccountReactivated)
async def reactivate(session: TenantSession, fact: AccountReactivated, envelope: Envelope) -> None:
    await patrons.set_active(session, fact.user_id, active=True, version=envelope.version)
