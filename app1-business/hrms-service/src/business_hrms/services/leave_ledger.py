"""The ledger: whatever changes an employee's leave ends here, with the employee locked.

What is carried and what expires follow from the rest. They are written as the
difference to what is written already, so that they are right at any time and no job
has to run on the day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from servicekit.db import TenantSession
from servicekit.errors import Conflict
from sqlalchemy import func, insert, select

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LeaveAllocation, LedgerEntry
from business_hrms.models.leave_request import LeaveDay, LeaveRequest
from business_hrms.rules import accrual, leave
from business_hrms.rules.leave import ZERO, Policy, Settled, Term
from business_hrms.rules.leave_words import GRANTS, STANDING, EntryKind, LeaveStatus
from business_hrms.schemas.day_count import plain

Key = tuple[UUID, UUID]
"""An account: an employee's id and a leave type's."""
Entry = dict[str, Any]
"""A row of the ledger, by column."""
Sums = dict[tuple[UUID, EntryKind], dict[date, Decimal]]


class BalanceExceeded(Conflict):
    code = "hrms.leave_balance_exceeded"

    def __init__(self, requested: Decimal, available: Decimal) -> None:
        super().__init__("There are not enough days.", requested=plain(requested), available=plain(available))


@dataclass(frozen=True)
class Account:
    """An employee's allocations of one leave type, the first one first, and what follows for each."""

    allocations: Sequence[LeaveAllocation]
    terms: Sequence[Term]
    settled: Sequence[Settled]

    def require_cover(self, asked: Mapping[date, Decimal]) -> None:
        """Pass where days that are among the uses were there to be used.

        Raises:
            BalanceExceeded: some day none was left, that day or later on.
        """
        without = [replace(term, uses=_minus(term.uses, asked)) for term in self.terms]
        before = leave.settle(without)
        requested = sum(asked.values(), ZERO)
        covered = ZERO
        for term, was, now in zip(without, before, self.settled, strict=True):
            own = [day for day in asked if term.starts_on <= day <= term.ends_on]
            if now.lowest < min(was.lowest, ZERO):
                raise BalanceExceeded(requested, leave.available(term, was, min(own, default=term.ends_on)))
            covered += sum((asked[day] for day in own), ZERO)
        if covered < requested:
            raise BalanceExceeded(requested, covered)

    @property
    def short(self) -> Decimal:
        """How many days are missing on the worst day; zero where none is below zero."""
        return max(ZERO, -min((result.lowest for result in self.settled), default=ZERO))


async def settle(
    session: TenantSession, employee: Employee, leave_type_id: UUID, *, cause: UUID, event: str
) -> Account:
    """Bring carried and expired days of one account up to date; as `settle_all` otherwise."""
    of_type = {(employee.id, leave_type_id): employee}
    return (await settle_all(session, of_type, cause=cause, event=event))[employee.id, leave_type_id]


async def settle_all(
    session: TenantSession, employees: Mapping[Key, Employee], *, cause: UUID, event: str
) -> dict[Key, Account]:
    """Bring carried and expired days up to date, in as many statements for one account as for many.

    Args:
        employees: whose accounts, by employee and leave type; each is locked.
        cause: the request, allocation, adjustment or job that changed something.
        event: what happened to it; each happens once.
    """
    found = await session.scalars(
        select(LeaveAllocation)
        .where(LeaveAllocation.employee_id.in_({employee_id for employee_id, _ in employees}))
        .where(LeaveAllocation.leave_type_id.in_({leave_type_id for _, leave_type_id in employees}))
        .order_by(LeaveAllocation.starts_on)
    )
    allocations: dict[Key, list[LeaveAllocation]] = {key: [] for key in employees}
    for allocation in found:
        if (own := allocations.get((allocation.employee_id, allocation.leave_type_id))) is not None:
            own.append(allocation)
    written = await _written(session, [allocation.id for own in allocations.values() for allocation in own])
    uses = await _uses(session, employees)
    accounts, entries = {}, list[Entry]()
    for key, employee in employees.items():
        terms = [_term(employee, allocation, written, uses[key]) for allocation in allocations[key]]
        account = accounts[key] = Account(allocations[key], terms, leave.settle(terms))
        for allocation, result in zip(account.allocations, account.settled, strict=True):
            entries += _corrections(session, allocation, result, written, cause=cause, event=event)
    await write(session, entries)
    return accounts


def booked(
    session: TenantSession,
    request: LeaveRequest,
    days: Mapping[date, Decimal],
    allocations: Iterable[LeaveAllocation],
) -> Iterator[Entry]:
    """What reserves a request's days in the allocations they lie in, or uses them where it is approved."""
    kind = EntryKind.USE if request.status == LeaveStatus.APPROVED else EntryKind.RESERVE
    for allocation in allocations:
        own = {d: n for d, n in days.items() if allocation.starts_on <= d <= allocation.ends_on}
        if own:
            used = -sum(own.values(), ZERO)
            segment = str(allocation.id)
            yield entry(session, allocation.id, kind, min(own), used, source=request.id, segment=segment)


def entry(
    session: TenantSession,
    allocation_id: UUID,
    kind: EntryKind,
    day: date,
    days: Decimal,
    *,
    source: UUID,
    segment: str,
    note: str | None = None,
) -> Entry:
    """An entry on behalf of the session's user, to be written."""
    return {
        "allocation_id": allocation_id,
        "kind": kind,
        "day": day,
        "days": days,
        "source_id": source,
        "segment": segment,
        "actor": session.context.user_id,
        "note": note,
    }


async def write(session: TenantSession, entries: Iterable[Entry]) -> None:
    """Add to the ledger, in one go: as objects of a session, rows without a key go one by one."""
    await session.flush()
    if rows := list(entries):
        await session.execute(insert(LedgerEntry), rows)


def plan_of(employee: Employee, allocation: LeaveAllocation) -> accrual.Plan:
    """How an allocation is earned.

    Raises:
        LookupError: it was granted at once.
    """
    if allocation.per_year is None or allocation.frequency is None:
        raise LookupError("nothing is earned here")
    return accrual.Plan(
        per_year=allocation.per_year,
        frequency=allocation.frequency,
        starts_on=allocation.starts_on,
        ends_on=allocation.ends_on,
        joined_on=employee.date_of_joining,
        last_day=employee.last_day,
        step=allocation.rounding,
    )


def _corrections(
    session: TenantSession,
    allocation: LeaveAllocation,
    settled: Settled,
    written: Sums,
    *,
    cause: UUID,
    event: str,
) -> Iterator[Entry]:
    """What the ledger lacks of an allocation's carried and expired days."""
    wanted = {(EntryKind.CARRY, allocation.starts_on): settled.carried}
    if settled.expires_on is not None:
        wanted[EntryKind.EXPIRE, settled.expires_on] = -settled.expired
    for (kind, day), days in wanted.items():
        change = days - sum(written[allocation.id, kind].values(), ZERO)
        if change:
            segment = f"{allocation.id} {event}"
            yield entry(session, allocation.id, kind, day, change, source=cause, segment=segment)


async def _written(session: TenantSession, allocations: Sequence[UUID]) -> Sums:
    """What the ledger says of allocations, leave apart, by kind and day."""
    kinds = (*GRANTS, EntryKind.CARRY, EntryKind.EXPIRE)
    rows = await session.execute(
        select(LedgerEntry.allocation_id, LedgerEntry.kind, LedgerEntry.day, func.sum(LedgerEntry.days))
        .where(LedgerEntry.allocation_id.in_(allocations), LedgerEntry.kind.in_(kinds))
        .group_by(LedgerEntry.allocation_id, LedgerEntry.kind, LedgerEntry.day)
    )
    sums: Sums = defaultdict(dict)
    for allocation_id, kind, day, days in rows:
        sums[allocation_id, kind][day] = days
    return sums


async def _uses(session: TenantSession, accounts: Collection[Key]) -> dict[Key, dict[date, Decimal]]:
    """Leave that is pending or approved, by day."""
    rows = await session.execute(
        select(LeaveRequest.employee_id, LeaveRequest.leave_type_id, LeaveDay.day, func.sum(LeaveDay.portion))
        .join(LeaveRequest, LeaveRequest.id == LeaveDay.request_id)
        .where(LeaveRequest.employee_id.in_({employee_id for employee_id, _ in accounts}))
        .where(LeaveRequest.leave_type_id.in_({leave_type_id for _, leave_type_id in accounts}))
        .where(LeaveRequest.status.in_(STANDING))
        .group_by(LeaveRequest.employee_id, LeaveRequest.leave_type_id, LeaveDay.day)
    )
    uses: dict[Key, dict[date, Decimal]] = defaultdict(dict)
    for employee_id, leave_type_id, day, days in rows:
        uses[employee_id, leave_type_id][day] = days
    return uses


def _term(
    employee: Employee, allocation: LeaveAllocation, written: Sums, uses: Mapping[date, Decimal]
) -> Term:
    grants: dict[date, Decimal] = defaultdict(Decimal)
    for kind in GRANTS:
        for day, days in written[allocation.id, kind].items():
            grants[day] += days
    entitled = allocation.days
    if entitled is None:
        plan = plan_of(employee, allocation)
        entitled = sum((credit.days for credit in accrual.credits_of(plan, plan.ends_on)), ZERO)
    return Term(
        policy=Policy(
            carry_forward_cap=allocation.carry_forward_cap,
            max_balance=allocation.max_balance,
            carry_forward_expires_after_days=allocation.carry_forward_expires_after_days,
        ),
        starts_on=allocation.starts_on,
        ends_on=allocation.ends_on,
        entitled=entitled,
        grants=grants,
        uses={d: days for d, days in uses.items() if allocation.starts_on <= d <= allocation.ends_on},
    )


def _minus(uses: Mapping[date, Decimal], less: Mapping[date, Decimal]) -> dict[date, Decimal]:
    return {day: days - less.get(day, ZERO) for day, days in uses.items()}
