"""Which leave policy somebody has, and which leave year a day lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Assignment:
    """A policy from a day on, for one employee, a department, a type of employment, or everybody."""

    policy_id: UUID
    starts_on: date
    employee_id: UUID | None = None
    department_id: UUID | None = None
    employment_type: str | None = None


@dataclass(frozen=True)
class Person:
    """`departments` are the own one and all above it, the nearest first."""

    employee_id: UUID
    departments: Sequence[UUID]
    employment_type: str


A = TypeVar("A", bound=Assignment)


def chosen(person: Person, assignments: Sequence[A], first: date, last: date) -> A | None:
    """The assignment that decides on somebody's leave from `first` to `last`, both included.

    The closest of those that hold on the first day: the employee's own, then the
    nearest department's, the type of employment's, everybody's; of equals the latest.
    Where none holds yet, the first to begin by the last day.
    """
    fitting = [(rank, one) for one in assignments if (rank := _rank(person, one)) is not None]
    if holding := [(rank, one) for rank, one in fitting if one.starts_on <= first]:
        closest = min(rank for rank, _ in holding)
        return max((one for rank, one in holding if rank == closest), key=lambda one: one.starts_on)
    coming = [(one.starts_on, rank, one) for rank, one in fitting if one.starts_on <= last]
    return min(coming, key=lambda found: found[:2])[2] if coming else None


def leave_year(day: date, starts_in: int) -> tuple[date, date]:
    """The first and the last day of the leave year that a day lies in; it starts in a month, 1 to 12."""
    first = date(day.year - (day.month < starts_in), starts_in, 1)
    return first, date(first.year + 1, starts_in, 1) - _DAY


def _rank(person: Person, assignment: Assignment) -> int | None:
    """How close an assignment is to somebody, 0 the closest; None where it is not for them."""
    if assignment.employee_id is not None:
        return 0 if assignment.employee_id == person.employee_id else None
    if assignment.department_id is not None:
        if assignment.department_id not in person.departments:
            return None
        return 1 + list(person.departments).index(assignment.department_id)
    beyond = 1 + len(person.departments)
    if assignment.employment_type is not None:
        return beyond if assignment.employment_type == person.employment_type else None
    return beyond + 1
