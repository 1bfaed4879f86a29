"""Credit what has been earned: as a job, a portion of the allocations at a time.

Each portion is a transaction of its own that asks for the next, so a killed worker
repeats one portion, and the ledger takes each period of an allocation once.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from contracts.jobs import Job
from servicekit import long_jobs
from servicekit.db import TenantSession, found
from servicekit.long_jobs import LongJob, Portion
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from business_hrms.models.employee import Employee
from business_hrms.models.leave_allocation import LeaveAllocation, LedgerEntry
from business_hrms.models.leave_type import LeaveType
from business_hrms.rules.accrual import credits_of
from business_hrms.rules.leave import ZERO
from business_hrms.rules.leave_words import EntryKind
from business_hrms.services import leave_ledger as ledger
from business_hrms.services.current import today

AT_ONCE = 500  # allocations


class AccrueLeave(Portion):
    """Credit the portion of the allocations that follows `after`."""

    name: ClassVar[str] = "hrms.accrue_leave"

    as_of: date
    after: UUID


class AccrueToday(Job):
    """Credit what is earned until the day on which it is done."""

    name: ClassVar[str] = "hrms.accrue_today"


async def start(session: TenantSession, as_of: date) -> LongJob:
    """Have everything credited that was earned up to a day."""
    earning = LeaveAllocation.per_year.is_not(None), LeaveAllocation.starts_on <= as_of
    total = await session.scalar(select(func.count()).select_from(LeaveAllocation).where(*earning))
    return await long_jobs.start(session, AccrueLeave, total=total or 0, as_of=as_of, after=UUID(int=0))


async def run_today(session: TenantSession) -> None:
    """Have everything credited that was earned until today, where anybody earns leave."""
    if await session.scalar(select(LeaveAllocation.id).where(LeaveAllocation.per_year.is_not(None)).limit(1)):
        await start(session, await today(session))


async def credit_portion(session: TenantSession, portion: AccrueLeave) -> None:
    if await long_jobs.cancelled(session, portion):
        return
    batch = (
        await session.execute(
            select(LeaveAllocation, Employee)
            .join(Employee, Employee.id == LeaveAllocation.employee_id)
            .where(LeaveAllocation.per_year.is_not(None), LeaveAllocation.starts_on <= portion.as_of)
            .where(LeaveAllocation.id > portion.after)
            .order_by(LeaveAllocation.id)
            .limit(AT_ONCE)
            .with_for_update(of=Employee, key_share=True)
        )
    ).all()
    rows = [(allocation, employee) for allocation, employee in batch]
    credited = await _credited(session, [allocation.id for allocation, _ in rows])
    entries = [
        {
            "allocation_id": allocation.id,
            "kind": EntryKind.ALLOCATE,
            "day": credit.day,
            "days": credit.days,
            "source_id": allocation.id,
            "segment": credit.period.isoformat(),
        }
        for allocation, employee in rows
        for credit in credits_of(ledger.plan_of(employee, allocation), portion.as_of)
        if (allocation.id, credit.period.isoformat()) not in credited
    ]
    if entries:
        await session.execute(insert(LedgerEntry).on_conflict_do_nothing(), entries)
    await _carry_on(session, rows, portion)
    following = portion.model_copy(update={"after": rows[-1][0].id}) if len(rows) == AT_ONCE else None
    await long_jobs.advance(session, portion, len(rows), following=following)


async def _credited(session: TenantSession, allocations: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """What has been credited already, by allocation and segment: most of it, night after night."""
    rows = await session.execute(
        select(LedgerEntry.source_id, LedgerEntry.segment).where(
            LedgerEntry.source_id.in_(allocations), LedgerEntry.kind == EntryKind.ALLOCATE
        )
    )
    return {(source, segment) for source, segment in rows}


async def correct(session: TenantSession, employee: Employee) -> None:
    """Bring what was credited to an employee, who is locked, in line with the last day of employment.

    What was used already stays where the leave type allows no negative balance.
    """
    earning = (LeaveAllocation.employee_id == employee.id) & LeaveAllocation.per_year.is_not(None)
    for allocation in (await session.scalars(select(LeaveAllocation).where(earning))).all():
        step = f"v{employee.version}"
        excess = await _recredit(session, employee, allocation, step)
        account = await _settle(session, employee, allocation, step)
        leave_type = await found(session, LeaveType, allocation.leave_type_id)
        if excess is None or not account.short or leave_type.allow_negative:
            continue
        period, day, days = excess
        used = min(days, account.short)
        await ledger.write(session, [_credit(session, allocation, f"{period} {step} used", day, used)])
        await _settle(session, employee, allocation, f"{step} used")


async def _recredit(
    session: TenantSession, employee: Employee, allocation: LeaveAllocation, step: str
) -> tuple[str, date, Decimal] | None:
    """Credit again the periods credited before; the last one in which this took days, and how many in all."""
    plan = ledger.plan_of(employee, allocation)
    earned = {credit.period.isoformat(): credit.days for credit in credits_of(plan, plan.ends_on)}
    period = func.left(LedgerEntry.segment, len("2026-01-01")).label("period")
    credited = await session.execute(
        select(period, func.min(LedgerEntry.day), func.sum(LedgerEntry.days))
        .where(LedgerEntry.source_id == allocation.id, LedgerEntry.kind == EntryKind.ALLOCATE)
        .group_by(period)
        .order_by(period)
    )
    entries, excess, last = [], ZERO, None
    for name, day, days in credited.all():
        change = earned.get(name, ZERO) - days
        if change:
            entries.append(_credit(session, allocation, f"{name} {step}", day, change))
        if change < 0:
            excess, last = excess - change, (name, day)
    await ledger.write(session, entries)
    return (*last, excess) if last else None


def _credit(
    session: TenantSession, allocation: LeaveAllocation, segment: str, day: date, days: Decimal
) -> ledger.Entry:
    return ledger.entry(
        session, allocation.id, EntryKind.ALLOCATE, day, days, source=allocation.id, segment=segment
    )


async def _settle(
    session: TenantSession, employee: Employee, allocation: LeaveAllocation, step: str
) -> ledger.Account:
    event = f"{step} {allocation.id}"
    return await ledger.settle(session, employee, allocation.leave_type_id, cause=employee.id, event=event)


async def _carry_on(
    session: TenantSession, rows: Sequence[tuple[LeaveAllocation, Employee]], portion: AccrueLeave
) -> None:
    """Carry what late credits leave into the allocations that follow."""
    later = LeaveAllocation.__table__.alias("later")
    followed = set(
        await session.scalars(
            select(LeaveAllocation.id)
            .join(
                later,
                (later.c.employee_id == LeaveAllocation.employee_id)
                & (later.c.leave_type_id == LeaveAllocation.leave_type_id)
                & (later.c.starts_on > LeaveAllocation.ends_on),
            )
            .where(LeaveAllocation.id.in_([allocation.id for allocation, _ in rows]))
        )
    )
    accounts = {
        (employee.id, allocation.leave_type_id): employee
        for allocation, employee in rows
        if allocation.id in followed
    }
    await ledger.settle_all(session, accounts, cause=portion.job_id, event=f"after {portion.after}")
