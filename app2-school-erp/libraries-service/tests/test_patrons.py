from uuid import UUID

import pytest
from contracts.facts import (
    AccountActivated,
    AccountDeactivated,
    AccountReactivated,
    RoleChanged,
    TenantSchemaReady,
)
from lending import Library


@pytest.mark.parametrize(
    ("roles", "category"),
    [
        (["student"], "student"),
        (["guardian", "student"], "guardian"),
        (["teacher", "librarian"], "teacher"),
        (["owner"], "staff"),
        (["caretaker"], "staff"),
    ],
)
async def test_every_account_is_a_patron_by_its_roles(
    library: Library, roles: list[str], category: str
) -> None:
    member = await library.member(*roles)
    patron = await library.get(f"patrons/{member.id}")
    assert (patron["category"], patron["has_account"], patron["active"]) == (category, True, True)
    assert patron["card"].startswith("P")


async def test_facts_of_an_account_count_in_whatever_order_they_come(library: Library) -> None:
    member = await library.member("student")
    id_ = UUID(member.id)

    async def patron() -> tuple[str, bool]:
        found = await library.get(f"patrons/{member.id}")
        return found["category"], found["active"]

    await library.tell(RoleChanged(user_id=id_, roles=["teacher"], token_version=4), about=id_, version=4)
    await library.tell(AccountDeactivated(user_id=id_, token_version=3), about=id_, version=3)
    assert await patron() == ("teacher", False)
    old = AccountActivated(user_id=id_, email="a@b.test", display_name="Old", roles=["student"])
    await library.tell(old, about=id_, version=1)
    await library.tell(RoleChanged(user_id=id_, roles=["student"], token_version=2), about=id_, version=2)
    assert await patron() == ("teacher", False)
    await library.tell(AccountReactivated(user_id=id_), about=id_, version=5)
    assert await patron() == ("teacher", True)


async def test_who_left_borrows_nothing_and_brings_back_what_they_have(library: Library) -> None:
    book, other = await library.book(), await library.book()
    member = await library.member("student")
    await member.post("borrow", barcode=book["barcode"])
    gone = AccountDeactivated(user_id=UUID(member.id), token_version=2)
    await library.tell(gone, about=UUID(member.id), version=2)
    refusal = await library.refused("borrow", barcode=other["barcode"], patron_id=member.id)
    assert refusal["reasons"] == [{"code": "inactive"}]
    await library.post("return", barcode=book["barcode"])


async def test_cards_are_numbered_and_stepped_over_where_written_by_hand(library: Library) -> None:
    first = await library.patron()
    following = f"P{int(first['card'][1:]) + 1:05}"
    assert (await library.patron(card=following.lower()))["card"] == following.lower()
    assert (await library.refused("patrons", name="Twin", card=following))["code"] == "libraries.card_taken"
    assert int((await library.patron())["card"][1:]) == int(first["card"][1:]) + 2


async def test_patrons_are_found_by_name_and_card(library: Library) -> None:
    await library.patron(name="Zoë 100% Müller", card="Z-1")
    await library.patron(name="Adam", category="staff")
    for params, names in (
        ({"q": "zoe"}, ["Zoë 100% Müller"]),
        ({"q": "100%"}, ["Zoë 100% Müller"]),
        ({"q": "z-1"}, ["Zoë 100% Müller"]),
        ({"q": "%"}, ["Zoë 100% Müller"]),
        ({"category": "staff"}, ["Adam"]),
        ({}, ["Adam", "Zoë 100% Müller"]),
    ):
        found = (await library.get("patrons", **params))["items"]
        assert [patron["name"] for patron in found] == names, params


async def test_joining_a_school_that_was_there_before_the_service_asks_for_its_accounts(
    library: Library,
) -> None:
    for service in ("app2-events-service", "app2-libraries-service"):
        ready = TenantSchemaReady(service=service, revision="libraries:0002")
        await library.tell(ready, about=UUID(int=0), version=0)
    (asked,) = await library.outbox("user.tell_accounts")
    assert (asked.kind, asked.queue) == ("job", "app2-user-service")
