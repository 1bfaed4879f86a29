"""An organisation's own affairs: its settings, its end."""

from contracts.facts import TenantClosed, TenantUpdated
from servicekit import audit, facts
from servicekit.db import EditConflict, ReadSession, TenantSession
from servicekit.errors import Unprocessable
from servicekit.records import Tenant
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from identity_kit.identity import Identity
from identity_kit.models.account import User, UserRole
from identity_kit.models.role import Role
from identity_kit.models.settings import Settings
from identity_kit.schemas.tenant import OwnTenantRead, TenantChanges
from identity_kit.services import directory, membership
from identity_kit.services.access import RoleUnknown


class NotThisTenant(Unprocessable):
    code = "user.not_this_tenant"

    def __init__(self) -> None:
        super().__init__("That is not this organisation's id.")


async def read(session: ReadSession | TenantSession, identity: Identity, tenant: Tenant) -> OwnTenantRead:
    return OwnTenantRead.of(
        tenant,
        identity.policy.application,
        mfa_roles=(await session.scalars(select(Settings.mfa_roles))).one(),
        services=await directory.services(session, identity, tenant.id),
    )


async def change(
    session: TenantSession, identity: Identity, changes: TenantChanges, *, version: int
) -> Tenant:
    """Change the organisation. Who needs a second factor from now on gets new tokens at once.

    Raises:
        EditConflict, RoleUnknown
    """
    tenant = await session.get_one(Tenant, session.tenant, with_for_update=True)
    if tenant.version != version:
        raise EditConflict
    given = changes.model_dump(exclude_unset=True)
    settings = (await session.scalars(select(Settings).with_for_update())).one()
    before = {name: getattr(settings if name == "mfa_roles" else tenant, name) for name in given}
    if "mfa_roles" in given:
        roles = given["mfa_roles"] = sorted(given["mfa_roles"])
        await _require_known(session, identity, roles)
        await _outdate_holders(session, set(roles).difference(settings.mfa_roles))
        settings.mfa_roles = roles
    for name, value in given.items():
        if name != "mfa_roles":
            setattr(tenant, name, value)
    tenant.version += 1
    await session.flush()
    audit.add(session, "user.tenant_changed", target=f"tenant:{tenant.id}", before=before, after=given)
    fact = TenantUpdated(
        organisation=tenant.name, country=tenant.country, time_zone=tenant.time_zone, locale=tenant.locale
    )
    _tell(session, fact, tenant)
    return tenant


async def close(session: TenantSession, confirmed: str) -> None:
    """Serve nobody any more, here and in every service. The data stay.

    Args:
        confirmed: the organisation's id, so that nobody closes one by mistake.

    Raises:
        NotThisTenant
    """
    if confirmed != session.tenant:
        raise NotThisTenant
    tenant = await session.get_one(Tenant, session.tenant, with_for_update=True)
    tenant.status = "suspended"
    tenant.version += 1
    await session.flush()
    was, is_ = {"status": "active"}, {"status": "suspended"}
    audit.add(session, "user.tenant_closed", target=f"tenant:{tenant.id}", before=was, after=is_)
    _tell(session, TenantClosed(), tenant)


async def _require_known(session: TenantSession, identity: Identity, roles: list[str]) -> None:
    own = set(await session.scalars(select(Role.code)))
    for role in roles:
        if role not in own and role not in identity.policy.roles:
            raise RoleUnknown(role)


async def _outdate_holders(session: TenantSession, roles: set[str]) -> None:
    held = select(UserRole.user_id).where(UserRole.role.in_(roles))
    holders = await session.scalars(
        select(User)
        .where(User.id.in_(held))
        .order_by(User.id)
        .options(selectinload(User.grants))
        .with_for_update()
    )
    for user in holders.all():
        await membership.outdate(session, user)


def _tell(session: TenantSession, fact: TenantUpdated | TenantClosed, tenant: Tenant) -> None:
    facts.tell(
        session,
        fact,
        tenant=tenant.id,
        application=facts.application_of(session),
        actor=session.context.user_id,
        aggregate=tenant.id,
        version=tenant.version,
    )
