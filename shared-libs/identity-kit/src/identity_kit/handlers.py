"""What the user-service does with facts and jobs."""

from contracts import revocations
from contracts.facts import (
    AccountDeactivated,
    Envelope,
    RoleChanged,
    SessionRevoked,
    TenantClosed,
    TenantSchemaReady,
)
from contracts.jobs import EndAccess, Notify, SendMail, TellAccounts
from servicekit.db import ControlSession, TenantSession
from servicekit.handlers import Handlers

from identity_kit.identity import Identity
from identity_kit.services import account as accounts
from identity_kit.services import directory, mail, membership
from identity_kit.services import notification as notifications
from identity_kit.services import session as sessions
from identity_kit.services.session import ForgetSessions


def handlers_of(identity: Identity) -> Handlers:
    return Handlers(_facts(identity), _jobs(identity))


def _facts(identity: Identity) -> Handlers:
    handlers = Handlers()

    @handlers.hears_in_control(TenantSchemaReady)
    async def note_readiness(session: ControlSession, fact: TenantSchemaReady, envelope: Envelope) -> None:
        await directory.is_ready(session, envelope.tenant, fact)

    @handlers.hears_in_control(TenantClosed)
    async def shut_out_tenant(_: ControlSession, __: TenantClosed, envelope: Envelope) -> None:
        await identity.revocations.add(revocations.tenant(envelope.application, envelope.tenant))

    @handlers.hears(SessionRevoked)  # our own: the outbox is its way to Redis
    async def shut_out_session(_: TenantSession, fact: SessionRevoked, __: Envelope) -> None:
        await identity.revocations.add(revocations.session(fact.session_id))

    @handlers.hears(RoleChanged)
    async def outdate_tokens(_: TenantSession, fact: RoleChanged, __: Envelope) -> None:
        await identity.revocations.add(revocations.account(fact.user_id, fact.token_version))

    @handlers.hears(AccountDeactivated)
    async def shut_out_account(_: TenantSession, fact: AccountDeactivated, __: Envelope) -> None:
        await identity.revocations.add(revocations.account(fact.user_id, fact.token_version))

    return handlers


def _jobs(identity: Identity) -> Handlers:
    handlers = Handlers()

    @handlers.does(EndAccess)
    async def end_access(session: TenantSession, job: EndAccess, _: Envelope) -> None:
        await membership.end_access(session, job.account_id)

    @handlers.does(SendMail)
    async def send_mail(session: TenantSession, job: SendMail, _: Envelope) -> None:
        await mail.send(session, identity, job)

    @handlers.does(TellAccounts)
    async def tell_accounts(session: TenantSession, _: TellAccounts, __: Envelope) -> None:
        await accounts.tell_all(session)

    @handlers.does(Notify)
    async def notify(session: TenantSession, job: Notify, _: Envelope) -> None:
        await notifications.add(session, job)

    @handlers.does(ForgetSessions, schedule="45 3 * * *")
    async def forget_sessions(session: TenantSession, _: ForgetSessions, __: Envelope) -> None:
        await sessions.forget(session)

    return handlers
