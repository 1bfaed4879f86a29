"""What a file of employees comes to: whom it hires, what it changes, which of its rows are refused.

Employees are told apart by their number without regard to case. What a row leaves
out because the file has no such column stays as it is; a blank cell clears a
department, position, manager or holiday list, and leaves anything else as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

REQUIRED = ("first_name", "last_name", "email", "date_of_joining")
CLEARED_BY_BLANK = frozenset({"department", "position", "manager_no", "holiday_list"})
_REFERENCES = ("department", "holiday_list")


@dataclass(frozen=True)
class Row:
    """A row of the file; `cells` by column, None where blank, without the columns that the file lacks."""

    number: int
    cells: Mapping[str, Any]

    @property
    def key(self) -> str:
        return folded(self.cells["employee_no"])


@dataclass(frozen=True)
class Somebody:
    """An employee as they are, whether the file names them or not; keys are numbers, folded."""

    email: str
    manager: str | None
    may_lead: bool  # not left by the day of the import


@dataclass(frozen=True)
class Known:
    """What there is before the import.

    `employees` has those whom the file names: id, version and the value of each
    column. `names` holds, for each of department and holiday list, the folded names
    there are.
    """

    everybody: Mapping[str, Somebody]
    employees: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Step:
    """A row that is to take effect. `employee_id` is None for a new employee; `changes` by column."""

    row: int
    employee_no: str
    employee_id: UUID | None
    version: int | None
    changes: dict[str, Any]


@dataclass(frozen=True)
class RowRefused:
    row: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True)
class Plan:
    """`steps` come in an order in which managers are there before those who report to them."""

    steps: list[Step]
    refused: list[RowRefused]
    unchanged: int


def plan(rows: Sequence[Row], known: Known) -> Plan:
    steps: dict[str, Step] = {}
    refused: list[RowRefused] = []
    unchanged = 0
    seen: set[str] = set()
    emails = {somebody.email: number for number, somebody in known.everybody.items()}
    for row in rows:
        step = _step(row, known)
        problem = (
            RowRefused(row.number, "employee_no", "duplicate", "The number stands in an earlier row.")
            if row.key in seen
            else _problem(row, step, known, emails)
        )
        seen.add(row.key)
        if problem is not None:
            refused.append(problem)
        elif step.employee_id is not None and not step.changes:
            unchanged += 1
        else:
            steps[row.key] = step
            if "email" in step.changes:
                emails[folded(step.changes["email"])] = row.key
    while more := [*_without_circles(steps, known), *_with_managers(steps, known)]:
        refused += more  # and what stays as it is because of them may refuse others
    return Plan(_managers_first(steps), sorted(refused, key=lambda refusal: refusal.row), unchanged)


def folded(text: str) -> str:
    """As names and numbers are compared."""
    return text.lower()


def _step(row: Row, known: Known) -> Step:
    """What the row changes, of everything for a new employee."""
    before = known.employees.get(row.key)
    if before is None:
        changes = {name: value for name, value in row.cells.items() if value is not None}
        del changes["employee_no"]
        return Step(row.number, row.cells["employee_no"], None, None, changes)
    changes = {
        name: value
        for name, value in row.cells.items()
        if name != "employee_no"
        and (value is not None or name in CLEARED_BY_BLANK)
        and not _same(name, value, before[name])
    }
    return Step(row.number, row.cells["employee_no"], before["id"], before["version"], changes)


def _same(column: str, one: Any, other: Any) -> bool:
    if column in CLEARED_BY_BLANK and one is not None and other is not None:
        return folded(one) == folded(other)
    return bool(one == other)


def _problem(row: Row, step: Step, known: Known, emails: Mapping[str, str]) -> RowRefused | None:
    changes = step.changes
    if step.employee_id is None:
        for column in REQUIRED:
            if column not in changes:
                return RowRefused(row.number, column, "missing", "A new employee needs this.")
    elif "date_of_joining" in changes:
        detail = "The date of joining of an employee who is there is not changed by an import."
        return RowRefused(row.number, "date_of_joining", "hrms.date_of_joining_fixed", detail)
    for column in _REFERENCES:
        name = changes.get(column)
        if name is not None and folded(name) not in known.names[column]:
            return RowRefused(row.number, column, f"hrms.{column}_unknown", "There is none of this name.")
    if "email" in changes and emails.get(folded(changes["email"]), row.key) != row.key:
        detail = "Another employee has this e-mail address."
        return RowRefused(row.number, "email", "hrms.email_taken", detail)
    return None


def _without_circles(steps: dict[str, Step], known: Known) -> Iterator[RowRefused]:
    """Take out, and refuse, the steps through which somebody would come to report to themselves."""
    lines = {number: somebody.manager for number, somebody in known.everybody.items()}
    lines |= {
        number: step.changes["manager_no"] and folded(step.changes["manager_no"])
        for number, step in steps.items()
        if "manager_no" in step.changes
    }
    while closing := [n for n in _circle(lines) if n in steps and "manager_no" in steps[n].changes]:
        for number in closing:
            row = steps.pop(number).row
            lines[number] = known.everybody[number].manager if number in known.everybody else None
            detail = "Somebody would report to themselves, directly or through others."
            yield RowRefused(row, "manager_no", "hrms.manager_cycle", detail)


def _circle(lines: Mapping[str, str | None]) -> list[str]:
    """Those who would report to themselves."""
    closed: set[str] = set()
    found: list[str] = []
    for start in lines:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in closed and at not in path:
            path[at] = len(path)
            at = lines.get(at)
        if at in path:
            found += list(path)[path[at] :]
        closed |= path.keys()
    return found


def _with_managers(steps: dict[str, Step], known: Known) -> Iterator[RowRefused]:
    """Take out, and refuse, the steps that name a manager who is not there, or not any more."""
    for step in _managers_first(steps):
        number = step.changes.get("manager_no")
        if number is None:
            continue
        manager = known.everybody.get(folded(number))
        if manager.may_lead if manager else folded(number) in steps:
            continue
        del steps[folded(step.employee_no)]
        code = "hrms.manager_unknown" if manager is None else "hrms.manager_has_left"
        yield RowRefused(step.row, "manager_no", code, "There is nobody of this number to report to.")


def _managers_first(steps: Mapping[str, Step]) -> list[Step]:
    """The steps in the file's order, but those of managers before those who come to report to them."""
    ordered: dict[str, Step] = {}
    for start in steps:
        chain: list[str] = []
        at: str | None = start
        while at is not None and at in steps and at not in ordered:
            chain.append(at)
            number = steps[at].changes.get("manager_no")
            at = None if number is None else folded(number)
        ordered |= {number: steps[number] for number in reversed(chain)}
    return list(ordered.values())
