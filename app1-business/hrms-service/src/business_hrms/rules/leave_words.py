"""The words of leave: what requests, approvals and the ledger can be."""

from enum import StrEnum


class LeaveStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


STANDING = (LeaveStatus.PENDING, LeaveStatus.APPROVED)


class Approver(StrEnum):
    """Who decides: somebody above, somebody above that, or who manages leave."""

    MANAGER = "manager"
    SECOND_MANAGER = "second_manager"
    HR = "hr"


class EntryKind(StrEnum):
    """Leave first reserves days, then uses them; each has its way back."""

    ALLOCATE = "allocate"
    ADJUST = "adjust"
    CARRY = "carry"
    EXPIRE = "expire"
    RESERVE = "reserve"
    RELEASE = "release"
    USE = "use"
    RETURN = "return"


GRANTS = (EntryKind.ALLOCATE, EntryKind.ADJUST)
PENDING = (EntryKind.RESERVE, EntryKind.RELEASE)
TAKEN = (EntryKind.USE, EntryKind.RETURN)
BACK = {EntryKind.RESERVE: EntryKind.RELEASE, EntryKind.USE: EntryKind.RETURN}
