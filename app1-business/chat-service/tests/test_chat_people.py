"""People: found to be written to, and named where they wrote."""

from uuid import UUID

from chatting import Chat
from contracts.facts import AccountActivated, AccountDeactivated


async def test_people_are_found_by_the_beginning_of_a_handle_or_of_a_word_of_the_name(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    renamed = AccountActivated(
        user_id=UUID(ben.id), email="ben@example.com", display_name="Benjamin van Dyk", roles=["employee"]
    )
    await chat.running.hear(renamed, tenant=chat.tenant, version=2)
    for q, found in {"AD": [ada.id], "van": [ben.id], "dyk": [ben.id], "an": [], "%25": []}.items():
        page = await ada.asks("GET", f"/people?q={q}")
        assert [person["user_id"] for person in page["items"]] == found, q


async def test_who_left_is_named_by_id_and_not_offered(chat: Chat) -> None:
    ada, ben = await chat.person("ada"), await chat.person("ben")
    gone = AccountDeactivated(user_id=UUID(ben.id), token_version=2)
    await chat.running.hear(gone, tenant=chat.tenant, version=2)
    assert [person["handle"] for person in (await ada.asks("GET", "/people"))["items"]] == ["ada"]
    named = (await ada.asks("GET", f"/people?id={ben.id}"))["items"]
    assert [(person["display_name"], person["active"]) for person in named] == [("Ben", False)]
