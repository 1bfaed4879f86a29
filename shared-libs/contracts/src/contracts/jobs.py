"""Jobs one service asks another to do."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Job(BaseModel):
    """Base of every job.

    `name` is the wire name; `module` the prefix of the service that does it, None
    for the asker's own. `weight`, 1 to 9, is how many of a tenant's jobs of this
    weight go ahead when its turn has come: people wait for some, and not for others.
    Facts have 4.
    """

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str]
    module: ClassVar[str | None] = None
    weight: ClassVar[int] = 2


class SendMail(Job):
    """A mail for the user-service to render and send.

    To an account (`account_id`), or to an `address` that has none, such as a
    new employee's, or may have one. No secret stands here: where a mail needs a
    one-time token, the worker that sends it makes one.

    `data` by purpose: `invitation_id` for an invitation; `first_name`,
    `date_of_joining` (ISO 8601) for a welcome; `device`, `address`, `at` (ISO
    8601) for a new device; `type`, `expires_on` (ISO 8601) and, where it is not
    the reader's own, `employee` for a document; `employee`, `from`, `to` (ISO
    8601) for leave, with `status` and, where there is one, `comment` when it is
    decided; `kind` (loan_due_soon, loan_overdue, hold_ready), `title`, `patron` and
    `day` (ISO 8601) for a notice of the library; `messages`, how many are unread in
    chat, with lines of a count and a name in `direct`, who wrote, and in `channels`,
    where the reader is named.
    """

    name = "user.mail"
    module = "user"

    purpose: Literal[
        "document_expiring",
        "email_verification",
        "employee_welcome",
        "invitation",
        "leave_asked",
        "leave_decided",
        "library_notice",
        "new_device",
        "organisations",
        "password_changed",
        "password_reset",
        "second_factor_added",
        "second_factor_removed",
        "unread_messages",
    ]
    account_id: UUID | None = None
    address: str | None = None
    data: dict[str, str] = {}


class EndAccess(Job):
    """Deactivate the account of somebody who has left; the last owner's stays as it is."""

    name = "user.end_access"
    module = "user"

    account_id: UUID


class TellAccounts(Job):
    """Every account in use, told again by the user-service as a fact, for a service that has not heard of it.

    A service that joins later asks for it, once for each tenant that was there before.
    """

    name = "user.tell_accounts"
    module = "user"


class Notify(Job):
    """Something to put before an account in the application itself, by the user-service.

    `kind` is `<prefix>.<noun>_<participle>`; `data` holds what the frontend
    needs to say it in the reader's language.
    """

    name = "user.notify"
    module = "user"

    account_id: UUID
    kind: str
    data: dict[str, str] = {}
