from uuid import UUID

from business_hrms.rules.employee_import import Known, Plan, Row, Somebody, plan
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.sampled_from("abcdefgh")
LINES = st.dictionaries(NUMBERS, NUMBERS | st.none())
PERSON = {"first_name": "Ada", "last_name": "Byron", "date_of_joining": "2020-01-01"}


def known(lines: dict[str, str | None], gone: frozenset[str] = frozenset()) -> Known:
    """Employees who report along these lines; lines to nobody, and those that close a circle, end there."""
    standing: dict[str, str | None] = {}
    for number, manager in lines.items():
        at, closes = manager, manager not in lines
        while at is not None and not closes:
            closes = at == number
            at = standing.get(at)
        standing[number] = None if closes else manager
    return Known(
        everybody={n: Somebody(f"{n}@acme.test", manager, n not in gone) for n, manager in standing.items()},
        employees={
            n: {
                "id": UUID(int=ord(n)),
                "version": 1,
                "email": f"{n}@acme.test",
                "manager_no": manager,
                **PERSON,
            }
            for n, manager in standing.items()
        },
        names={"department": frozenset(), "holiday_list": frozenset()},
    )


def rows(wanted: list[tuple[str, str | None]]) -> list[Row]:
    return [
        Row(place, {"employee_no": number, "email": f"{number}@acme.test", "manager_no": manager, **PERSON})
        for place, (number, manager) in enumerate(wanted, 2)
    ]


def lines_after(planned: Plan, before: Known) -> dict[str, str | None]:
    lines = {number: somebody.manager for number, somebody in before.everybody.items()}
    for step in planned.steps:
        if step.employee_id is None or "manager_no" in step.changes:
            lines[step.employee_no] = step.changes.get("manager_no")
    return lines


@given(LINES, st.frozensets(NUMBERS), st.lists(st.tuples(NUMBERS, NUMBERS | st.none()), max_size=8))
def test_every_row_is_planned_refused_or_unchanged_and_nobody_reports_to_themselves(
    lines: dict[str, str | None], gone: frozenset[str], wanted: list[tuple[str, str | None]]
) -> None:
    before = known(lines, gone)
    planned = plan(rows(wanted), before)
    assert len(planned.steps) + len(planned.refused) + planned.unchanged == len(wanted)
    after = lines_after(planned, before)
    for number in after:
        above: list[str] = []
        at = after[number]
        while at is not None:
            assert at != number
            assert at not in above
            above.append(at)
            at = after[at]


@given(LINES, st.frozensets(NUMBERS), st.lists(st.tuples(NUMBERS, NUMBERS | st.none()), max_size=8))
def test_managers_are_there_before_those_who_come_to_report_to_them(
    lines: dict[str, str | None], gone: frozenset[str], wanted: list[tuple[str, str | None]]
) -> None:
    before = known(lines, gone)
    planned = plan(rows(wanted), before)
    there = {number for number, somebody in before.everybody.items() if somebody.may_lead}
    last = {step.employee_no: place for place, step in enumerate(planned.steps)}
    for place, step in enumerate(planned.steps):
        manager = step.changes.get("manager_no")
        if manager in before.everybody:
            assert manager in there
        elif manager is not None:
            assert last[manager] < place


def test_who_stays_below_somebody_because_their_row_is_refused_can_close_a_circle() -> None:
    before = known({"b": None, "a": "b"})
    planned = plan(rows([("a", "x"), ("b", "a")]), before)
    assert [refusal.code for refusal in planned.refused] == ["hrms.manager_unknown", "hrms.manager_cycle"]
