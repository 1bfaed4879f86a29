import asyncio
from uuid import uuid4

import httpx
import pytest
from contracts.jobs import SendMail
from organisation import PASSWORD, Organisation, text_of
from servicekit import jobs
from servicekit.testing.running import Running

INVITATIONS = "/user/invitations"


async def accept(acme: Organisation, token: str, **changes: str) -> httpx.Response:
    body = {"token": token, "name": "Bob", "password": PASSWORD} | changes
    return await acme.visitor.post(f"{INVITATIONS}/accept", json=body)


async def invite(acme: Organisation, email: str = "bob@acme.test", role: str = "employee") -> httpx.Response:
    return await (await acme.owner()).post(INVITATIONS, json={"email": email, "role": role})


async def test_who_is_invited_gets_a_mail_whose_token_makes_the_account(acme: Organisation) -> None:
    answer = await invite(acme)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["status"], answer.json()["role"]) == ("pending", "employee")
    await acme.running.settle()
    (mail,) = acme.mails_to("bob@acme.test")
    assert mail["subject"] == "Ada Lovelace invites you to Acme Ltd"
    assert str(mail["from"]).startswith("Acme Ltd <")
    html = mail.get_body(("html",))
    assert html is not None
    assert f"http://frontend.test/invitation?tenant={acme.tenant}#token=" in html.get_content()
    accepted = await accept(acme, acme.token_mailed_to("bob@acme.test"))
    assert (accepted.status_code, accepted.json()["roles"]) == (201, ["employee"])
    assert (await acme.log_in("bob@acme.test"))["user"]["name"] == "Bob"


async def test_accepting_tells_which_employee_the_account_is(acme: Organisation) -> None:
    employee = str(uuid4())
    wish = {"email": "bob@acme.test", "role": "employee", "employee_id": employee}
    assert (await (await acme.owner()).post(INVITATIONS, json=wish)).status_code == 201
    await acme.running.settle()
    accepted = await accept(acme, acme.token_mailed_to("bob@acme.test"))
    told = await acme.rows(
        "SELECT data->>'user_id' AS user, data->>'employee_id' AS employee FROM control.outbox"
        " WHERE tenant = $1 AND type = 'user.account_activated.v1' ORDER BY id",
        acme.tenant,
    )
    assert [(row["user"], row["employee"]) for row in told][1:] == [(accepted.json()["id"], employee)]


async def test_of_twenty_acceptances_at_once_one_succeeds(acme: Organisation) -> None:
    await invite(acme)
    await acme.running.settle()
    token = acme.token_mailed_to("bob@acme.test")
    answers = await asyncio.gather(*(accept(acme, token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert {answer.json().get("code") for answer in answers} == {None, "user.invitation_invalid"}


async def test_a_token_is_kept_as_a_hash_and_stands_in_no_queue(acme: Organisation) -> None:
    await invite(acme)
    await acme.running.settle()
    token = acme.token_mailed_to("bob@acme.test")
    assert token not in str(await acme.rows("SELECT * FROM {schema}.invitations"))
    assert token not in str(await acme.rows("SELECT * FROM control.outbox"))


async def test_a_mail_sent_again_voids_the_former(acme: Organisation, running: Running) -> None:
    invitation = (await invite(acme)).json()["id"]
    await running.settle()
    former = acme.token_mailed_to("bob@acme.test")
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, SendMail(purpose="invitation", data={"invitation_id": invitation}))
        await session.commit()
    await running.settle()
    assert (await accept(acme, former)).status_code == 422
    assert (await accept(acme, acme.token_mailed_to("bob@acme.test"))).status_code == 201


async def test_an_invitation_sent_again_holds_anew_and_voids_the_former_link(acme: Organisation) -> None:
    invitation = (await invite(acme)).json()["id"]
    await acme.running.settle()
    former = acme.token_mailed_to("bob@acme.test")
    await acme.rows("UPDATE {schema}.invitations SET expires_at = now() - interval '1 day'")
    ada = await acme.owner()
    assert (await ada.post(f"{INVITATIONS}/{invitation}/resend")).status_code == 202
    await acme.running.settle()
    assert (await accept(acme, former)).status_code == 422
    assert (await accept(acme, acme.token_mailed_to("bob@acme.test"))).status_code == 201
    again = await ada.post(f"{INVITATIONS}/{invitation}/resend")
    assert (again.status_code, again.json()["code"]) == (422, "user.invitation_invalid")


async def test_an_address_is_invited_three_times_an_hour_at_most(acme: Organisation) -> None:
    invitation = (await invite(acme)).json()["id"]
    ada = await acme.owner()
    answers = [await ada.post(f"{INVITATIONS}/{invitation}/resend") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (await ada.delete(f"{INVITATIONS}/{invitation}")).status_code == 204
    assert (await invite(acme)).json()["code"] == "user.too_many_mails"


async def test_an_invitation_withdrawn_is_accepted_by_nobody(acme: Organisation) -> None:
    invitation = (await invite(acme)).json()["id"]
    await acme.running.settle()
    ada = await acme.owner()
    assert (await ada.delete(f"{INVITATIONS}/{invitation}")).status_code == 204
    assert (await accept(acme, acme.token_mailed_to("bob@acme.test"))).status_code == 422
    listed = (await ada.get(INVITATIONS, params={"status": "revoked"})).json()["items"]
    assert [row["email"] for row in listed] == ["bob@acme.test"]
    assert (await ada.delete(f"{INVITATIONS}/{uuid4()}")).status_code == 404
    assert (await invite(acme)).status_code == 201


async def test_an_invitation_expires_and_a_new_one_may_follow(acme: Organisation) -> None:
    await invite(acme)
    await acme.running.settle()
    old = acme.token_mailed_to("bob@acme.test")
    await acme.rows("UPDATE {schema}.invitations SET expires_at = now()")
    assert (await accept(acme, old)).status_code == 422
    assert (await invite(acme)).status_code == 201
    statuses = await acme.rows("SELECT status FROM {schema}.invitations ORDER BY id")
    assert [row["status"] for row in statuses] == ["expired", "pending"]


async def test_of_twenty_invitations_of_one_address_at_once_one_succeeds(acme: Organisation) -> None:
    ada = await acme.owner()
    wishes = [{"email": f"{'bB'[n % 2]}ob@acme.test", "role": "employee"} for n in range(20)]
    answers = await asyncio.gather(*(ada.post(INVITATIONS, json=wish) for wish in wishes))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json().get("code") for answer in answers} == {None, "user.invitation_pending"}


async def test_whoever_has_an_account_is_not_invited(acme: Organisation) -> None:
    answer = await invite(acme, email="Ada@Acme.test")
    assert (answer.status_code, answer.json()["code"]) == (409, "user.email_taken")


@pytest.mark.parametrize(
    ("inviter", "role", "expected"),
    [
        ("owner", "owner", 201),
        ("admin", "owner", 403),
        ("admin", "hr", 201),
        ("hr", "admin", 403),
        ("hr", "payroll", 403),
        ("hr", "employee", 201),
        ("employee", "employee", 403),
        ("owner", "teacher", 422),
        ("owner", "", 422),
    ],
)
async def test_nobody_gives_a_role_above_their_own(
    acme: Organisation, inviter: str, role: str, expected: int
) -> None:
    client = await acme.owner()
    if inviter != "owner":
        client = await acme.as_(await acme.join("inviter@acme.test", inviter))
    answer = await client.post(INVITATIONS, json={"email": "bob@acme.test", "role": role})
    assert answer.status_code == expected, answer.text


@pytest.mark.parametrize("token", ["", "junk", "x" * 43])
async def test_what_is_no_token_makes_no_account(acme: Organisation, token: str) -> None:
    await invite(acme)  # its mail is not sent yet, so it has no token at all
    answer = await accept(acme, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "user.invitation_invalid")


async def test_another_tenants_token_makes_no_account(
    acme: Organisation, running: Running, tenant: str
) -> None:
    await invite(acme)
    await running.settle()
    token = acme.token_mailed_to("bob@acme.test")
    elsewhere = Organisation(running, acme._mails, tenant)
    assert (await accept(elsewhere, token)).status_code == 422
    assert (await accept(acme, token)).status_code == 201


async def test_a_new_employee_is_welcomed_at_the_address_given(acme: Organisation, running: Running) -> None:
    data = {"first_name": "<b>Bob</b>", "date_of_joining": "2026-12-01"}
    async with running.database.tenant(running.context(acme.tenant)) as session:
        jobs.add(session, SendMail(purpose="employee_welcome", address="bob@acme.test", data=data))
        await session.commit()
    await running.settle()
    (mail,) = acme.mails_to("bob@acme.test")
    assert mail["subject"] == "Welcome to Acme Ltd"
    assert "Hello <b>Bob</b>," in text_of(mail)
    assert "Your first day is 1 December 2026." in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert "<b>Bob" not in html.get_content()


async def test_whoever_sends_an_invitation_again_voids_the_former_link_at_once(acme: Organisation) -> None:
    invitation = (await invite(acme)).json()["id"]
    await acme.running.settle()
    former = acme.token_mailed_to("bob@acme.test")
    await (await acme.owner()).post(f"{INVITATIONS}/{invitation}/resend")
    assert (await accept(acme, former)).status_code == 422


async def test_who_is_invited_chooses_no_password_of_words_about_them(acme: Organisation) -> None:
    await invite(acme, "bobthebuilder@acme.test")
    await acme.running.settle()
    token = acme.token_mailed_to("bobthebuilder@acme.test")
    answer = await accept(acme, token, password="BobTheBuilder1")
    assert (answer.status_code, answer.json()["code"]) == (422, "user.password_guessable")
    assert (await accept(acme, token)).status_code == 201


@pytest.mark.parametrize(("role", "expected"), [("owner", 403), ("admin", 403), ("hr", 201)])
async def test_inviting_to_a_role_with_power_over_accounts_wants_a_recent_proof(
    acme: Organisation, role: str, expected: int
) -> None:
    ada = await acme.owner()
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    answer = await ada.post(INVITATIONS, json={"email": "bob@acme.test", "role": role})
    assert answer.status_code == expected
    assert answer.json().get("code") in {None, "user.step_up_required"}
