"""Facts heard from other services."""

from contracts.facts import AccountActivated, Envelope
from servicekit.db import TenantSession
from servicekit.handlers import Handlers

from business_hrms.services import employee as employees

handlers = Handlers()


@handlers.hears(AccountActivated)
async def link_account(session: TenantSession, fact: AccountActivated, envelope: Envelope) -> None:  # noqa: ARG001 - a handler's signature
    """The invitation carried the employee's id; an address alone links nobody."""
    if fact.employee_id is not None:
        await employees.link_account(session, fact.employee_id, fact.user_id)
