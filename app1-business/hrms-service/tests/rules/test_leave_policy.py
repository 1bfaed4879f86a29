from datetime import date
from uuid import UUID, uuid4

import pytest
from business_hrms.rules.leave_policy import Assignment, Person, chosen, leave_year

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
OWN, NEAR, FAR = uuid4(), uuid4(), uuid4()
PERSON = Person(OWN, [NEAR, FAR], "full_time")


def of(name: str, starts_on: date = FIRST) -> Assignment:
    """An assignment by what it is for; its policy's id tells it from the others."""
    scope: dict[str, UUID | str] = {
        "own": {"employee_id": OWN},
        "another's": {"employee_id": uuid4()},
        "near": {"department_id": NEAR},
        "far": {"department_id": FAR},
        "elsewhere": {"department_id": uuid4()},
        "full time": {"employment_type": "full_time"},
        "intern": {"employment_type": "intern"},
        "everybody": {},
    }[name]  # type: ignore[assignment] # a dict of one entry each
    return Assignment(uuid4(), starts_on, **scope)  # type: ignore[arg-type] # likewise


@pytest.mark.parametrize(
    "order", [("own", "near"), ("near", "far"), ("far", "full time"), ("full time", "everybody")]
)
def test_the_closest_assignment_decides(order: tuple[str, str]) -> None:
    closer, farther = of(order[0]), of(order[1], date(2025, 6, 1))
    assert chosen(PERSON, [farther, closer], FIRST, LAST) is closer


@pytest.mark.parametrize("name", ["another's", "elsewhere", "intern"])
def test_what_is_for_others_does_not_decide(name: str) -> None:
    assert chosen(PERSON, [of(name)], FIRST, LAST) is None


def test_of_equals_the_latest_that_holds_decides() -> None:
    first, second = of("everybody", date(2024, 1, 1)), of("everybody", date(2025, 1, 1))
    coming = of("everybody", date(2026, 7, 1))
    assert chosen(PERSON, [first, coming, second], FIRST, LAST) is second


def test_where_none_holds_yet_the_first_to_begin_decides() -> None:
    soon, late = of("everybody", date(2026, 3, 1)), of("own", date(2026, 7, 1))
    assert chosen(PERSON, [late, soon], FIRST, LAST) is soon
    assert chosen(PERSON, [of("everybody", date(2027, 1, 1))], FIRST, LAST) is None


@pytest.mark.parametrize(
    ("day", "starts_in", "year"),
    [
        ("2026-01-01", 1, ("2026-01-01", "2026-12-31")),
        ("2026-12-31", 1, ("2026-01-01", "2026-12-31")),
        ("2026-03-31", 4, ("2025-04-01", "2026-03-31")),
        ("2026-04-01", 4, ("2026-04-01", "2027-03-31")),
        ("2023-12-31", 3, ("2023-03-01", "2024-02-29")),
    ],
)
def test_a_leave_year_has_twelve_months_from_its_first(
    day: str, starts_in: int, year: tuple[str, str]
) -> None:
    assert tuple(map(str, leave_year(date.fromisoformat(day), starts_in))) == year
