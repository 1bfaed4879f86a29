"""Mails of what waits unread: once, and only where nothing else told of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from business_chat.services.mail import MailUnread
from chatting import Chat, Somebody
from contracts.facts import AccountDeactivated
from replicas import two_in_a_channel
from servicekit import jobs, presence
from servicekit.records import Outgoing
from sqlalchemy import select, text


async def passed(chat: Chat, minutes: int) -> None:
    """Have all that was said and is waited for be so much longer ago, and do what is due.

    A job's id tells of the minute that it was asked for, which was another one then.
    """
    ago = f"- interval '{minutes} minutes'"
    waiting = f"sent_at IS NULL AND tenant = '{chat.tenant}'"
    async with chat.running.database.tenant(chat.running.context(chat.tenant)) as session:
        for change in (
            f"tenant_{chat.tenant}.messages SET created_at = created_at {ago}",
            f"control.outbox SET due_at = due_at {ago}, id = uuidv7() WHERE {waiting}",
        ):
            await session.execute(text(f"UPDATE {change}"))
        await session.commit()
    await chat.running.settle()


async def outbox(chat: Chat, type_: str) -> list[Outgoing]:
    async with chat.running.database.tenant(chat.running.context(chat.tenant)) as session:
        rows = select(Outgoing).where(Outgoing.tenant == chat.tenant, Outgoing.type == type_)
        return list(await session.scalars(rows.order_by(Outgoing.id)))


async def mails(chat: Chat, to: Somebody) -> list[Any]:
    """What the user-service was asked to tell them of."""
    sent = await outbox(chat, "user.mail")
    return [mail.data["data"] for mail in sent if mail.data["account_id"] == to.id]


async def test_one_mail_sums_up_what_waits_for_ten_minutes_and_none_repeats_it(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    cy = await chat.person("cy")
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    of_three = (await cy.asks("POST", "/dms", {"user_ids": [ada.id, ben.id]}))["id"]
    root = await ada.says(channel, "@ben the secret")
    await ada.says(channel, "nothing for him")
    await ada.says(channel, "@ben again", thread_root_id=root["id"])
    await ada.says(direct, "between us")
    await passed(chat, 9)
    assert await mails(chat, ben) == []
    await cy.says(of_three, "all of you")
    await passed(chat, 3)
    (mail,) = await mails(chat, ben)
    assert mail == {"messages": "4", "direct": "1 Ada\n1 Cy", "channels": "2 team"}
    assert "secret" not in str([row.data for row in await outbox(chat, "user.mail")])
    await passed(chat, 60)
    assert len(await mails(chat, ben)) == 1
    await ben.asks("POST", f"/messages/{root['id']}/unread")
    await ada.says(direct, "and more")
    await passed(chat, 12)
    assert (await mails(chat, ben))[1:] == [{"messages": "1", "direct": "1 Ada", "channels": ""}]
    assert [mail["direct"] for mail in await mails(chat, ada)] == ["1 Cy"]


async def test_what_was_read_deleted_muted_or_not_to_be_mailed_is_not(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    said = await ada.says(channel, "@ben")
    reply = await ada.says(channel, "@ben", thread_root_id=said["id"])
    await ben.asks("POST", f"/channels/{channel}/read", {"seq": said["seq"]})
    await ben.asks("POST", f"/messages/{said['id']}/thread/read", {"seq": reply["seq"]})
    await ada.asks("DELETE", f"/messages/{(await ada.says(channel, '@ben oh'))['id']}")
    await ada.says(direct, "x")
    await ben.asks("PUT", f"/channels/{direct}/notify", {"notify": "nothing"})
    await passed(chat, 12)
    await ben.asks("PUT", f"/channels/{direct}/notify", {"notify": "mentions"})
    await ada.says(direct, "y")
    await passed(chat, 12)
    await ben.decides(mail=False)
    await ada.says(direct, "@ben")
    await passed(chat, 12)
    assert await mails(chat, ben) == []


async def test_whose_account_was_closed_or_who_left_the_channel_gets_no_mail(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    cy = await chat.person("cy")
    await ada.asks("POST", f"/channels/{channel}/members", {"user_id": cy.id})
    await ada.says(channel, "@ben @cy")
    await ben.asks("POST", f"/channels/{channel}/leave")
    gone = AccountDeactivated(user_id=cy.context.user_id, token_version=2)
    await chat.running.hear(gone, tenant=chat.tenant, version=2)
    await passed(chat, 12)
    assert (await mails(chat, ben), await mails(chat, cy)) == ([], [])


async def test_a_mail_waits_while_somebody_is_there_or_not_to_be_disturbed(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    running, user_id = chat.running, ben.context.user_id
    assert user_id is not None
    await ada.says(channel, "@ben")
    await presence.note(running.redis, running.service.name, chat.tenant, {user_id: True})
    await passed(chat, 12)
    assert await mails(chat, ben) == []
    await running.redis.delete(f"presence:{{{running.service.name}}}:{chat.tenant}")
    await ben.decides(snooze_until=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    await passed(chat, 12)
    assert await mails(chat, ben) == []
    *_, job = await outbox(chat, MailUnread.name)
    assert timedelta(0) < job.due_at - datetime.now(UTC) - timedelta(minutes=60) < timedelta(minutes=2)
    await ben.decides()
    await passed(chat, 62)
    assert len(await mails(chat, ben)) == 1


async def test_who_wants_mails_later_gets_them_later_whatever_was_asked_for_before(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    await ben.decides(mail_after=1)
    await ada.says(channel, "@ben")
    await ben.decides(mail_after=120)
    for minutes, sent in ((100, 0), (18, 0), (4, 1)):
        await passed(chat, minutes)
        assert len(await mails(chat, ben)) == sent


async def test_twenty_looks_at_once_send_one_mail(chat: Chat) -> None:
    ada, ben, channel = await two_in_a_channel(chat)
    await ada.says(channel, "@ben")
    async with chat.running.database.tenant(ada.context) as session:
        for _ in range(20):
            jobs.add(session, MailUnread(user_id=ben.context.user_id))
        await session.commit()
    await passed(chat, 12)
    assert len(await mails(chat, ben)) == 1


async def test_twenty_messages_at_once_ask_for_one_look_a_minute(chat: Chat) -> None:
    ada, ben, _ = await two_in_a_channel(chat)
    direct = (await ada.asks("POST", "/dms", {"user_ids": [ben.id]}))["id"]
    await asyncio.gather(*(ada.says(direct, f"{n}") for n in range(20)))
    assert len(await outbox(chat, MailUnread.name)) in {1, 2}
    await passed(chat, 13)
    assert [mail["messages"] for mail in await mails(chat, ben)] == ["20"]
