"""The words of lending: what copies, holds and entries of an account can be."""

from enum import StrEnum


class CopyStatus(StrEnum):
    ON_ORDER = "on_order"
    AVAILABLE = "available"
    ON_LOAN = "on_loan"
    HOLD_SHELF = "hold_shelf"
    IN_TRANSIT = "in_transit"
    LOST = "lost"
    DAMAGED = "damaged"
    WITHDRAWN = "withdrawn"


class HoldState(StrEnum):
    QUEUED = "queued"
    SUSPENDED = "suspended"
    READY = "ready"
    FULFILLED = "fulfilled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


QUEUE = (HoldState.QUEUED, HoldState.SUSPENDED)
OPEN = (*QUEUE, HoldState.READY)


class EntryKind(StrEnum):
    """Charges raise what a patron owes; the last three lower it."""

    OVERDUE = "overdue"
    REPLACEMENT = "replacement"
    PROCESSING = "processing"
    DAMAGE = "damage"
    OTHER = "other"
    PAYMENT = "payment"
    WAIVER = "waiver"
    REFUND = "refund"


CHARGES = (
    EntryKind.OVERDUE,
    EntryKind.REPLACEMENT,
    EntryKind.PROCESSING,
    EntryKind.DAMAGE,
    EntryKind.OTHER,
)


class FoundPolicy(StrEnum):
    """What comes back when a lost copy is found: nothing, its price, or its price and the processing fee."""

    NOTHING = "nothing"
    PRICE = "price"
    ALL = "all"
