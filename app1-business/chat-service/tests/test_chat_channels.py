"""Channels, their members, direct conversations."""

import asyncio

import pytest
from chatting import Chat
from contracts.facts import AccountDeactivated


async def test_a_private_channel_does_not_exist_for_others_whatever_they_may(chat: Chat) -> None:
    ada, eve = await chat.person("ada"), await chat.person("eve", roles=("owner",))
    secret = await ada.opens("plans", "private")
    said = await ada.says(secret, "between us")
    for method, path, body in (
        ("GET", f"/channels/{secret}", None),
        ("PATCH", f"/channels/{secret}", {"topic": "x"}),
        ("GET", f"/channels/{secret}/messages", None),
        ("POST", f"/channels/{secret}/messages", {"client_msg_id": secret, "text": "hi"}),
        ("GET", f"/channels/{secret}/events?after_seq=0", None),
        ("GET", f"/channels/{secret}/members", None),
        ("POST", f"/channels/{secret}/members", {"user_id": eve.id}),
        ("DELETE", f"/channels/{secret}/members/{ada.id}", None),
        ("POST", f"/channels/{secret}/join", None),
        ("POST", f"/channels/{secret}/leave", None),
        ("POST", f"/channels/{secret}/read", {"seq": 1}),
        ("GET", f"/messages/{said['id']}", None),
        ("PATCH", f"/messages/{said['id']}", {"text": "x"}),
        ("DELETE", f"/messages/{said['id']}", None),
        ("GET", f"/messages/{said['id']}/revisions", None),
        ("GET", f"/messages/{said['id']}/thread", None),
        ("POST", f"/messages/{said['id']}/reactions", {"emoji": "👍"}),
        ("DELETE", f"/messages/{said['id']}/reactions/x", None),
        ("POST", f"/messages/{said['id']}/unread", None),
        ("PUT", f"/messages/{said['id']}/thread/follow", None),
    ):
        await eve.asks(method, path, body, status=404, version=1)
    assert secret not in str(await eve.asks("GET", "/channels"))


async def test_a_public_channel_is_read_by_all_and_written_by_members(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    open_ = await ada.opens("town-hall")
    await ada.says(open_, "welcome")
    assert len((await ben.asks("GET", f"/channels/{open_}/messages"))["items"]) == 1
    message = {"client_msg_id": open_, "text": "hi"}
    refused = await ben.asks("POST", f"/channels/{open_}/messages", message, status=403)
    assert refused["code"] == "chat.not_a_member"
    await ben.asks("POST", f"/channels/{open_}/join")
    await ben.asks("POST", f"/channels/{open_}/join")
    await ben.says(open_, "hi")
    joins = [event for event in await ada.events(open_) if event["kind"] == "member_added"]
    assert [event["data"]["user_id"] for event in joins] == [ada.id, ben.id]


async def test_names_are_taken_once_without_regard_to_case(chat: Chat) -> None:
    ada = await chat.person("ada")
    await ada.opens("Sales")
    refused = await ada.asks("POST", "/channels", {"kind": "private", "name": "sales"}, status=409)
    assert refused["code"] == "chat.channel_name_taken"


async def test_owners_govern_a_channel_and_members_do_not(chat: Chat) -> None:
    ada, ben, cy = [await chat.person(name) for name in ("ada", "ben", "cy")]
    team = await ada.opens("team", "private")
    await ada.asks("POST", f"/channels/{team}/members", {"user_id": ben.id})
    await ben.asks("POST", f"/channels/{team}/members", {"user_id": cy.id})
    for method, path, body in (
        ("PATCH", f"/channels/{team}", {"topic": "mine"}),
        ("DELETE", f"/channels/{team}/members/{cy.id}", None),
        ("PATCH", f"/channels/{team}/members/{ben.id}", {"role": "owner"}),
    ):
        assert (await ben.asks(method, path, body, status=403, version=1))["code"] == "chat.not_an_owner"
    await ada.asks("PATCH", f"/channels/{team}/members/{ben.id}", {"role": "owner"})
    changed = await ben.asks("PATCH", f"/channels/{team}", {"topic": "ours"}, version=1)
    assert (changed["topic"], changed["version"]) == ("ours", 2)
    await ada.asks("PATCH", f"/channels/{team}", {"topic": "late"}, status=412, version=1)
    await ben.asks("DELETE", f"/channels/{team}/members/{cy.id}")
    await cy.asks("GET", f"/channels/{team}", status=404)


async def test_when_the_last_owner_leaves_the_eldest_member_follows(chat: Chat) -> None:
    ada, ben, cy = [await chat.person(name) for name in ("ada", "ben", "cy")]
    team = await ada.opens("team", "private")
    for person in (ben, cy):
        await ada.asks("POST", f"/channels/{team}/members", {"user_id": person.id})
    await ada.asks("POST", f"/channels/{team}/leave")
    roles = {m["user_id"]: m["role"] for m in (await ben.asks("GET", f"/channels/{team}/members"))["items"]}
    assert roles == {ben.id: "owner", cy.id: "member"}


async def test_one_direct_conversation_per_set_of_people_however_often_opened_at_once(chat: Chat) -> None:
    people = [await chat.person(name) for name in ("ada", "ben", "cy")]
    ids = [person.id for person in people]
    opened = await asyncio.gather(
        *(
            people[n % 3].asks("POST", "/dms", {"user_ids": ids[: 1 + n % 3] + ids[n % 3 :]})
            for n in range(21)
        )
    )
    assert len({direct["id"] for direct in opened}) == 1
    assert opened[0]["member_ids"] == sorted(ids)
    pair = await people[0].asks("POST", "/dms", {"user_ids": [ids[1]]})
    assert pair["id"] != opened[0]["id"]
    assert (await people[0].asks("POST", f"/channels/{pair['id']}/leave", status=409))[
        "code"
    ] == "chat.direct_is_fixed"
    await people[2].asks("GET", f"/channels/{pair['id']}", status=404)


async def test_a_new_account_is_in_the_default_channel_and_stays_out_once_it_left(chat: Chat) -> None:
    ada = await chat.person("ada")
    (general,) = (await ada.asks("GET", "/channels?mine=true"))["items"]
    assert (general["name"], general["is_default"], general["my_role"]) == ("general", True, "member")
    await ada.asks("POST", f"/channels/{general['id']}/leave")
    await chat.person("ada", user_id=ada.context.user_id)
    assert (await ada.asks("GET", "/channels?mine=true"))["items"] == []


async def test_twenty_accounts_activated_at_once_are_all_in_the_default_channel(chat: Chat) -> None:
    people = [await chat.person(f"p{n}") for n in range(5)]
    (general,) = (await people[0].asks("GET", "/channels"))["items"]
    members = (await people[0].asks("GET", f"/channels/{general['id']}/members"))["items"]
    assert [m["user_id"] for m in members] == [person.id for person in people]


async def test_nobody_can_write_to_who_is_unknown_or_deactivated(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    gone = AccountDeactivated(user_id=ben.context.user_id, token_version=2)
    await chat.running.hear(gone, tenant=chat.tenant, version=2)
    team = await ada.opens("team", "private")
    for stranger in (ben.id, team):
        for path, body in (
            ("/dms", {"user_ids": [stranger]}),
            (f"/channels/{team}/members", {"user_id": stranger}),
        ):
            assert (await ada.asks("POST", path, body, status=422))["code"] == "chat.person_unknown"


@pytest.mark.parametrize("stays", ["in", "out"])
async def test_read_receipts_are_shown_in_direct_conversations_only(chat: Chat, stays: str) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    if stays == "out":
        direct = await ada.opens("team", "private")
        await ada.asks("POST", f"/channels/{direct}/members", {"user_id": ben.id})
    said = await ada.says(direct, "read this")
    await ben.asks("POST", f"/channels/{direct}/read", {"seq": said["seq"]})
    members = (await ada.asks("GET", f"/channels/{direct}/members"))["items"]
    seen = {member["user_id"]: member["last_read_seq"] for member in members}
    assert seen[ben.id] == (said["seq"] if stays == "in" else None)
