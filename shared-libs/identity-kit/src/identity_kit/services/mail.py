"""The mails that the fleet sends: each purpose of `SendMail` has its letter."""

from contracts.jobs import SendMail
from servicekit.db import TenantSession
from servicekit.records import Tenant

from identity_kit.identity import Identity
from identity_kit.mail.letter import message
from identity_kit.services import letters, module_letters
from identity_kit.services.desk import Desk, Writer


async def send(session: TenantSession, identity: Identity, mail: SendMail) -> None:
    """Render a mail and hand it over. Where it carries a token, doing it again voids the former."""
    tenant = await session.get_one(Tenant, session.tenant)
    written = await _WRITERS[mail.purpose](Desk(session, identity, tenant, mail))
    if written is None:
        return
    to, letter = written
    sender = identity.policy.product if mail.purpose == "organisations" else tenant.name
    await identity.mail.send(message(letter, sender=sender, address=identity.settings.mail_from, to=to))


_WRITERS: dict[str, Writer] = {
    "document_expiring": module_letters.document_expiring,
    "email_verification": letters.email_verification,
    "employee_welcome": module_letters.employee_welcome,
    "invitation": letters.invitation,
    "leave_asked": module_letters.leave_asked,
    "leave_decided": module_letters.leave_decided,
    "library_notice": module_letters.library_notice,
    "new_device": letters.new_device,
    "organisations": letters.organisations,
    "password_changed": letters.password_changed,
    "password_reset": letters.password_reset,
    "second_factor_added": letters.second_factor_added,
    "second_factor_removed": letters.second_factor_removed,
    "unread_messages": module_letters.unread_messages,
}
