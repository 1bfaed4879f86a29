"""Registration: an organisation and its owner, in one transaction."""

from contracts.facts import TenantRegistered
from contracts.jobs import SendMail
from servicekit import audit, facts, jobs
from servicekit.db import TenantSession, advisory_lock
from servicekit.errors import Conflict
from servicekit.records import Tenant
from servicekit.tenancy import provision
from sqlalchemy import update

from identity_kit.identity import Identity
from identity_kit.models.account import User
from identity_kit.models.settings import Settings
from identity_kit.schemas.tenant import Registration
from identity_kit.services import account as accounts


class TenantTaken(Conflict):
    code = "user.tenant_taken"

    def __init__(self) -> None:
        super().__init__("Another organisation has this id.")


async def register(
    session: TenantSession, identity: Identity, wish: Registration, password_hash: str
) -> tuple[Tenant, User]:
    """Make the organisation, its schema and its owner's account.

    Args:
        session: of the tenant that is to be.

    Raises:
        TenantTaken: it is there already.
    """
    await advisory_lock(session, "registration")
    if await session.get(Tenant, wish.tenant) is not None:
        raise TenantTaken
    about = TenantRegistered(
        organisation=wish.organisation,
        country=wish.country,
        currency=wish.currency,
        time_zone=wish.time_zone,
        locale=wish.locale,
    )
    if not await provision(session, wish.tenant, about, identity.tenant_streams):
        raise TenantTaken
    await session.execute(update(Settings).values(mfa_roles=sorted(identity.settings.mfa_roles)))
    owner = await accounts.create(
        session, email=wish.email, name=wish.name, role="owner", password_hash=password_hash
    )
    jobs.add(session, SendMail(purpose="email_verification", account_id=owner.id))
    made = {"organisation": wish.organisation, "owner": owner.email}
    audit.add(session, "user.tenant_registered", target=f"tenant:{wish.tenant}", actor=owner.id, after=made)
    facts.tell(
        session,
        about,
        tenant=wish.tenant,
        application=facts.application_of(session),
        actor=owner.id,
        aggregate=wish.tenant,
        version=1,
    )
    return await session.get_one(Tenant, wish.tenant), owner
