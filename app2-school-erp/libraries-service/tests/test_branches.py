import pytest
from lending import JSON, Library


async def test_there_is_one_default_branch(library: Library) -> None:
    (main,) = (await library.get("branches"))["items"]
    assert main["is_default"]
    annex = await library.post("branches", name="Annex", is_default=True)
    states = {branch["id"]: branch["is_default"] for branch in (await library.get("branches"))["items"]}
    assert states == {main["id"]: False, annex["id"]: True}
    path = f"/libraries/branches/{main['id']}"
    stale = await library.desk.patch(path, json={"is_default": True}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert (await library.desk.patch(path, json={"is_default": True}, headers={"if-match": '"2"'})).is_success
    assert (await library.refused("branches", name="ANNEX"))["code"] == "libraries.branch_name_taken"


async def test_a_branch_without_a_calendar_has_the_default_ones(library: Library) -> None:
    annex = (await library.post("branches", name="Annex"))["id"]
    await library.calendar(weekly_closed=["sunday"])
    main = await library.get("calendar")
    assert await library.get("calendar", branch=annex) == main
    own = {"weekly_closed": ["monday"], "yearly_closed": ["02-29"], "closed": [], "open": ["2024-07-01"]}
    answer = await library.desk.put("/libraries/calendar", params={"branch": annex}, json=own)
    assert answer.json() == {"branch_id": annex, **own}
    assert await library.get("calendar", branch=annex) == {"branch_id": annex, **own}
    assert await library.get("calendar") == main


@pytest.mark.parametrize(
    "closures",
    [
        {"weekly_closed": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]},
        {"weekly_closed": ["Sunday"]},
        {"yearly_closed": ["02-30"]},
        {"yearly_closed": ["1-1"]},
        {"closed": ["2024-02-30"]},
        {"closed": ["2024-02-01"], "open": ["2024-02-01"]},
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(library: Library, closures: JSON) -> None:
    answer = await library.desk.put("/libraries/calendar", json=closures)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
