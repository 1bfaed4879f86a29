from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

LISTS = "/hrms/holiday-lists"
Hire = Callable[..., Awaitable[dict[str, Any]]]
Make = Callable[..., Awaitable[dict[str, Any]]]

WEEKEND = ["saturday", "sunday"]
CHRISTMAS = {"date": "2026-12-25", "name": "Christmas Day"}


async def test_a_list_is_made_read_changed_and_deleted(client: httpx.AsyncClient) -> None:
    wish = {"name": "UK", "weekly_off": WEEKEND, "days": [CHRISTMAS]}
    made = await client.post(LISTS, json=wish)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.json().items() >= wish.items()
    path = made.headers["location"]
    assert (await client.get(path)).json() == made.json()
    day = {"date": "2026-01-01", "name": "New Year"}
    changed = await client.patch(path, json={"days": [CHRISTMAS, day]}, headers={"if-match": '"1"'})
    assert (changed.json()["days"], changed.headers["etag"]) == ([day, CHRISTMAS], '"2"')
    assert changed.json()["weekly_off"] == WEEKEND
    stale = await client.patch(path, json={"name": "GB"}, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert [item["name"] for item in (await client.get(LISTS)).json()["items"]] == ["UK"]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "X", "days": [CHRISTMAS, CHRISTMAS]},
        {"name": "X", "weekly_off": ["someday"]},
        {"name": "X", "weekly_off": [*WEEKEND, "monday", "tuesday", "wednesday", "thursday", "friday"]},
        {"name": "X", "days": [{"date": "2026-02-30", "name": "never"}]},
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(client: httpx.AsyncClient, wish: dict[str, Any]) -> None:
    assert (await client.post(LISTS, json=wish)).status_code == 422


async def test_one_list_is_the_default(client: httpx.AsyncClient, make: Make) -> None:
    await make("holiday-lists", name="UK", is_default=True)
    second = await client.post(LISTS, json={"name": "FR", "is_default": True})
    assert (second.status_code, second.json()["code"]) == (409, "hrms.default_holiday_list_taken")
    same = await client.post(LISTS, json={"name": "uk"})
    assert (same.status_code, same.json()["code"]) == (409, "hrms.holiday_list_name_taken")


async def test_an_employee_has_a_list_that_is_there(
    client: httpx.AsyncClient, hire: Hire, make: Make, person: Callable[..., dict[str, Any]]
) -> None:
    chosen = await make("holiday-lists", name="UK")
    employee = await hire(holiday_list_id=chosen["id"])
    assert employee["holiday_list_id"] == chosen["id"]
    used = await client.delete(f"{LISTS}/{chosen['id']}")
    assert (used.status_code, used.json()["code"]) == (409, "hrms.holiday_list_in_use")
    unknown = person(holiday_list_id=employee["id"])
    answer = await client.post("/hrms/employees", json=unknown)
    assert (answer.status_code, answer.json()["code"]) == (422, "hrms.holiday_list_unknown")
    path = f"/hrms/employees/{employee['id']}"
    cleared = await client.patch(path, json={"holiday_list_id": None}, headers={"if-match": '"1"'})
    assert cleared.json()["holiday_list_id"] is None


async def test_a_countrys_holidays_are_suggested(client: httpx.AsyncClient) -> None:
    params = {"country": "GB", "subdivision": "ENG", "year": "2026"}
    days = (await client.get("/hrms/holiday-suggestions", params=params)).json()["days"]
    assert CHRISTMAS in days
    made = await client.post(LISTS, json={"name": "England", "days": days})
    assert made.json()["days"] == days
    for wrong in ({"country": "ZZ"}, {"subdivision": "XXX"}):
        answer = await client.get("/hrms/holiday-suggestions", params={**params, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "hrms.country_unknown")


async def test_a_list_is_seeded_with_a_countrys_holidays_and_keeps_what_people_wrote(
    client: httpx.AsyncClient,
) -> None:
    own = [{"date": "2026-12-25", "name": "Works party"}, {"date": "2026-06-01", "name": "Founders' Day"}]
    seed = {"country": "GB", "subdivision": "ENG", "year": 2026}
    made = await client.post(LISTS, json={"name": "England", "days": own, "seed": seed})
    assert made.status_code == 201, made.text
    days = {day["date"]: day["name"] for day in made.json()["days"]}
    assert (days["2026-12-25"], days["2026-06-01"]) == ("Works party", "Founders' Day")
    assert days["2026-01-01"] == "New Year's Day"
    path = made.headers["location"]
    again = await client.post(f"{path}/seed", json=seed)
    assert (again.json()["days"], again.headers["etag"]) == (made.json()["days"], '"2"')
    later = await client.post(f"{path}/seed", json={**seed, "year": 2027})
    assert len(later.json()["days"]) > len(days)
    unknown = await client.post(f"{path}/seed", json={"country": "ZZ", "year": 2026})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "hrms.country_unknown")
