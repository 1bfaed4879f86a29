from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime
from servicekit.pagination import ListQuery
from servicekit.schemas import LEFT_OUT, Day, Email, Input, Name, Output

from school_libraries.rules.words import EntryKind
from school_libraries.schemas.amount import PositiveAmount
from school_libraries.schemas.names import Barcode, Kind


class PatronWish(Input):
    """A patron without an account, such as a young pupil. Without `card`, the next free number."""

    name: Name
    category: Kind = "student"
    card: Barcode | None = None
    email: Email | None = None
    guardian_email: Email | None = None
    until: Day | None = None


class PatronChanges(Input):
    """Nothing is lent, or due, after `until`. `blocked` says why the patron may not borrow.

    The name and address of a patron with an account are the account's.
    """

    category: Kind = LEFT_OUT
    card: Barcode = LEFT_OUT
    guardian_email: Email | None = None
    until: Day | None = None
    blocked: Name | None = None


class PatronRead(Output):
    id: UUID
    version: int
    name: str
    email: str | None
    guardian_email: str | None
    category: str
    card: str
    has_account: bool
    active: bool
    until: date | None
    blocked: str | None


class PatronQuery(ListQuery):
    """`q` finds a part of the name without regard to accents and case, or a whole card number."""

    q: Name | None = None
    category: Kind | None = None


class ChargeWish(Input):
    kind: Literal["damage", "other"]
    amount: PositiveAmount
    note: Name
    loan_id: UUID | None = None


class PaymentWish(Input):
    amount: PositiveAmount
    note: Name | None = None


class WaiverWish(Input):
    """Without `amount`, all that is left of the charge."""

    charge_id: UUID
    amount: PositiveAmount | None = None
    note: Name


class EntryRead(Output):
    """`amount` is above zero for a charge, below for what lowers the debt."""

    id: UUID
    created_at: AwareDatetime
    kind: EntryKind
    amount: Decimal
    note: str | None
    loan_id: UUID | None
    charge_id: UUID | None
    by: UUID | None


class AccountRead(Output):
    """The debt, and the newest entries first, a page of them."""

    owed: Decimal
    currency: str
    items: list[EntryRead]
    next_cursor: str | None
    total: int | None


class Booked(Output):
    """An entry that was made, and what is owed now."""

    entry: EntryRead
    owed: Decimal
    currency: str


class AccountQuery(ListQuery):
    kind: EntryKind | None = None
