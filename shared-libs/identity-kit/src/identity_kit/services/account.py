"""Accounts: made, found, listed."""

from typing import Any, Literal
from uuid import UUID

from contracts.facts import AccountActivated
from contracts.ids import EmployeeId
from servicekit import facts
from servicekit.db import ReadSession, TenantSession, refusing
from servicekit.errors import Conflict, NotFound
from servicekit.pagination import page
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from identity_kit.models.account import AccountStatus, PasswordHash, User, UserRole
from identity_kit.models.directory import AccountAddress
from identity_kit.schemas.account import UserQuery


class EmailTaken(Conflict):
    code = "user.email_taken"

    def __init__(self) -> None:
        super().__init__("There is an account with this address.")


class AccountUnknown(NotFound):
    code = "user.account_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such account.")


async def create(
    session: TenantSession,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    employee_id: EmployeeId | None = None,
) -> User:
    """An active account, told to the other services.

    Raises:
        EmailTaken
    """
    user = User(email=email, name=name, grants=[UserRole(role=role)])
    session.add(user)
    async with refusing({"uq_users_email": EmailTaken()}):
        await session.flush()
    session.add(PasswordHash(user_id=user.id, hash=password_hash))
    session.add(AccountAddress(address=email.lower(), tenant=session.tenant))
    _tell(session, user, employee_id)
    return user


async def tell_all(session: TenantSession) -> None:
    """Tell of every account in use as if it had just been activated, for who has not heard of it."""
    in_use = select(User).where(User.status == AccountStatus.ACTIVE).options(selectinload(User.grants))
    for user in await session.scalars(in_use.order_by(User.id)):
        _tell(session, user, None)


def _tell(session: TenantSession, user: User, employee_id: EmployeeId | None) -> None:
    fact = AccountActivated(
        user_id=user.id,
        email=user.email,
        display_name=user.name,
        roles=user.roles,
        employee_id=employee_id,
    )
    facts.add(session, fact, about=user)


async def get(
    session: ReadSession | TenantSession, id_: UUID | None, *, lock: Literal["share", "update"] | None = None
) -> User:
    """An account with its roles.

    Args:
        lock: `update` for whoever changes the account, `share` for whoever relies on it.

    Raises:
        AccountUnknown
    """
    wanted = select(User).where(User.id == id_).options(selectinload(User.grants))
    if lock is not None:
        wanted = wanted.with_for_update(read=lock == "share")
    user = await session.scalar(wanted)
    if user is None:
        raise AccountUnknown
    return user


async def listing(session: ReadSession, query: UserQuery) -> dict[str, Any]:
    roles = (
        select(func.array_agg(UserRole.role))
        .where(UserRole.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    statement = select(
        User.id,
        User.email,
        User.email_verified_at.is_not(None).label("email_verified"),
        User.name,
        User.status,
        func.coalesce(roles, []).label("roles"),
        User.created_at,
    )
    if query.q is not None:
        statement = statement.where(
            User.name.icontains(query.q, autoescape=True) | User.email.icontains(query.q, autoescape=True)
        )
    if query.role is not None:
        statement = statement.where(
            select(UserRole).where(UserRole.user_id == User.id, UserRole.role == query.role).exists()
        )
    if query.status is not None:
        statement = statement.where(User.status == query.status)
    column = getattr(User, query.sort.removeprefix("-"))
    return await page(
        session, statement, query, key=column, id_=User.__table__.c.id, descending=query.sort.startswith("-")
    )
