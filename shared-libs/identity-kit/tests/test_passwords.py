import asyncio

import httpx
import pytest
from identity_kit.rules.password import is_guessable
from organisation import PASSWORD, Organisation, anonymous, new_id, registration, text_of
from servicekit.testing.running import Running

NEW = "an altogether new secret"


async def forgot(acme: Organisation, email: str = "ada@acme.test") -> httpx.Response:
    return await acme.visitor.post("/user/password/forgot", json={"email": email})


async def reset(acme: Organisation, token: str, password: str = NEW) -> httpx.Response:
    return await acme.visitor.post("/user/password/reset", json={"token": token, "password": password})


async def mailed_token(acme: Organisation) -> str:
    await forgot(acme)
    await acme.running.settle()
    return acme.token_mailed_to("ada@acme.test", "reset-password")


async def test_a_forgotten_password_is_set_anew_by_a_mailed_token(acme: Organisation) -> None:
    token = await mailed_token(acme)
    assert (await reset(acme, token)).status_code == 204
    await acme.log_in(password=NEW)
    assert (
        await acme.visitor.post("/user/login", json={"email": "ada@acme.test", "password": PASSWORD})
    ).status_code == 401


async def test_a_reset_ends_all_sessions_and_is_told_by_mail(acme: Organisation) -> None:
    sessions = [await acme.log_in(), await acme.log_in()]
    assert (await reset(acme, await mailed_token(acme))).status_code == 204
    for tokens in sessions:
        assert (await acme.refresh(tokens["refresh_token"])).status_code == 401
    await acme.running.settle()
    subjects = [mail["subject"] for mail in acme.mails_to("ada@acme.test")]
    assert "Your password for Acme Ltd was changed" in subjects


async def test_a_reset_unlocks(acme: Organisation) -> None:
    for _ in range(10):
        await acme.visitor.post("/user/login", json={"email": "ada@acme.test", "password": "wrong"})
    await reset(acme, await mailed_token(acme))
    await acme.log_in(password=NEW)


async def test_known_and_unknown_addresses_are_answered_alike(acme: Organisation) -> None:
    known, unknown = await forgot(acme), await forgot(acme, "nobody@acme.test")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"null")
    await acme.running.settle()
    assert acme.mails_to("nobody@acme.test") == []


async def test_of_twenty_resets_with_one_token_at_once_one_succeeds(acme: Organisation) -> None:
    token = await mailed_token(acme)
    answers = await asyncio.gather(*(reset(acme, token, f"{NEW} {n}") for n in range(20)))
    assert sorted(answer.status_code for answer in answers) == [204] + [422] * 19
    (won,) = (n for n, answer in enumerate(answers) if answer.status_code == 204)
    await acme.log_in(password=f"{NEW} {won}")


async def test_a_token_holds_for_one_hour(acme: Organisation) -> None:
    token = await mailed_token(acme)
    await acme.rows("UPDATE {schema}.one_time_tokens SET expires_at = expires_at - interval '1 hour'")
    answer = await reset(acme, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "user.token_invalid")


async def test_a_later_mail_voids_the_token_of_the_former(acme: Organisation) -> None:
    former, later = await mailed_token(acme), await mailed_token(acme)
    assert (await reset(acme, former)).status_code == 422
    assert (await reset(acme, later)).status_code == 204


async def test_a_token_for_one_purpose_is_none_for_another(acme: Organisation) -> None:
    await acme.running.settle()  # the registration's mail
    token = acme.token_mailed_to("ada@acme.test", "verify-email")
    assert (await reset(acme, token)).status_code == 422
    assert (await acme.visitor.post("/user/email/verify", json={"token": token})).status_code == 204


async def test_an_address_gets_no_more_than_three_mails_an_hour(acme: Organisation) -> None:
    for _ in range(5):
        assert (await forgot(acme)).status_code == 202
    await acme.running.settle()
    subjects = [mail["subject"] for mail in acme.mails_to("ada@acme.test")]
    assert subjects.count("Set a new password for Acme Ltd") == 3


async def test_a_token_is_kept_as_a_hash(acme: Organisation) -> None:
    token = await mailed_token(acme)
    assert token not in str(await acme.rows("SELECT * FROM {schema}.one_time_tokens"))


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(acme: Organisation) -> None:
    elsewhere, here = await acme.log_in(), await acme.log_in()
    ada = await acme.as_(here)
    wrong = await ada.put("/user/me/password", json={"current_password": "wrong", "new_password": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "user.password_wrong")
    right = await ada.put("/user/me/password", json={"current_password": PASSWORD, "new_password": NEW})
    assert right.status_code == 204
    assert (await acme.refresh(elsewhere["refresh_token"])).status_code == 401
    assert (await acme.refresh(here["refresh_token"])).status_code == 200
    await acme.log_in(password=NEW)


async def test_a_registration_asks_to_confirm_the_address(acme: Organisation) -> None:
    ada = await acme.owner()
    assert (await ada.get("/user/me")).json()["email_verified"] is False
    await acme.running.settle()
    token = acme.token_mailed_to("ada@acme.test", "verify-email")
    assert (await acme.visitor.post("/user/email/verify", json={"token": token})).status_code == 204
    assert (await ada.get("/user/me")).json()["email_verified"] is True
    assert (await acme.visitor.post("/user/email/verify", json={"token": token})).status_code == 422


async def test_the_mail_to_confirm_can_be_had_again_until_it_is_confirmed(acme: Organisation) -> None:
    ada = await acme.owner()
    assert (await ada.post("/user/me/email/verification")).status_code == 202
    await acme.running.settle()
    assert len(acme.mails_to("ada@acme.test")) == 2
    token = acme.token_mailed_to("ada@acme.test", "verify-email")
    await acme.visitor.post("/user/email/verify", json={"token": token})
    await ada.post("/user/me/email/verification")
    await acme.running.settle()
    assert len(acme.mails_to("ada@acme.test")) == 2


async def test_who_came_by_invitation_has_confirmed_the_address(acme: Organisation) -> None:
    assert (await acme.join("bob@acme.test", "employee"))["user"]["email_verified"] is True


@pytest.mark.parametrize("password", ["password1", "12345678", "QWERTYUIOP", "acmeacme1", "Lovelace99"])
async def test_a_password_that_is_easy_to_guess_is_refused(
    stranger: httpx.AsyncClient, password: str
) -> None:
    wish = registration(new_id(), organisation="Acmeacme", password=password)
    answer = await stranger.post("/user/register", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "user.password_guessable")


@pytest.mark.parametrize(
    "password", ["x" * 11 + "y" * 245, "\U0001f600é" * 128, "пароль из многих слов", "        \u00e9\u00e9"]
)
async def test_a_password_may_be_long_and_of_any_characters(
    stranger: httpx.AsyncClient, running: Running, password: str
) -> None:
    tenant = new_id()
    await stranger.post("/user/register", json=registration(tenant, password=password))
    visitor = running.client(anonymous(running, tenant))
    right, shorter = ({"email": "ada@acme.test", "password": given} for given in (password, password[:-1]))
    assert (await visitor.post("/user/login", json=right)).status_code == 200
    assert (await visitor.post("/user/login", json=shorter)).status_code == 401


def test_a_password_of_words_about_its_owner_among_others_is_not_guessable() -> None:
    assert not is_guessable("Lovelace rides a horse", ["Ada Lovelace"])
    assert is_guessable("ada@acme.test", ["ada@acme.test"])


async def test_an_address_is_mailed_where_it_can_sign_in(
    acme: Organisation, stranger: httpx.AsyncClient, running: Running
) -> None:
    other = new_id()
    address = f"{other}@acme.test"
    for tenant in (other, new_id()):
        await stranger.post("/user/register", json=registration(tenant, email=address))
    known = await stranger.post("/user/organisations/find", json={"email": address})
    unknown = await stranger.post("/user/organisations/find", json={"email": "nobody@acme.test"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    await running.settle()
    mails = Organisation(running, acme._mails, other).mails_to(address)
    (mail,) = (mail for mail in mails if mail["subject"] == "Your organisations in the Business System")
    assert text_of(mail).count("Acme Ltd: http://frontend.test/login?tenant=") == 2


async def test_a_sign_in_on_a_new_device_is_told_by_mail(acme: Organisation) -> None:
    acme.visitor.headers["user-agent"] = "Firefox/131.0"
    await acme.log_in()
    acme.visitor.headers["user-agent"] = "Firefox/132.0"
    await acme.log_in()
    await acme.running.settle()
    assert len(acme.mails_to("ada@acme.test")) == 1  # the registration's
    acme.visitor.headers["user-agent"] = "Lynx <script>"
    acme.visitor.headers["x-forwarded-for"] = "203.0.113.7"
    await acme.log_in()
    await acme.running.settle()
    mail = acme.mails_to("ada@acme.test")[-1]
    assert mail["subject"] == "New sign-in to Acme Ltd"
    assert "203.0.113.7" in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()


async def test_another_tenants_reset_token_changes_nothing(
    acme: Organisation, running: Running, tenant: str
) -> None:
    token = await mailed_token(acme)
    elsewhere = running.client(anonymous(running, tenant))
    answer = await elsewhere.post("/user/password/reset", json={"token": token, "password": NEW})
    assert answer.status_code == 422
    await acme.log_in()


async def test_of_many_changes_by_the_same_old_password_one_succeeds(acme: Organisation) -> None:
    ada = await acme.owner()
    answers = await asyncio.gather(
        *(
            ada.put("/user/me/password", json={"current_password": PASSWORD, "new_password": f"{NEW} {n}"})
            for n in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [403] * 9


async def test_a_new_password_voids_the_link_that_was_mailed_to_set_one(acme: Organisation) -> None:
    token = await mailed_token(acme)
    ada = await acme.owner()
    await ada.put("/user/me/password", json={"current_password": PASSWORD, "new_password": NEW})
    assert (await reset(acme, token, f"{NEW} again")).status_code == 422
    await acme.log_in(password=NEW)


@pytest.mark.parametrize("password", ["Ada@acme.test", "lovelace1815", "workshop!!"])
async def test_no_new_password_is_made_of_words_about_its_owner(
    stranger: httpx.AsyncClient, acme: Organisation, password: str
) -> None:
    workshop = Organisation(acme.running, acme._mails, new_id())
    await stranger.post("/user/register", json=registration(workshop.tenant, organisation="The Workshop"))
    change = {"current_password": PASSWORD, "new_password": password}
    changed = await (await workshop.owner()).put("/user/me/password", json=change)
    assert (changed.status_code, changed.json()["code"]) == (422, "user.password_guessable")
    token = await mailed_token(workshop)
    guessable = await reset(workshop, token, password)
    assert (guessable.status_code, guessable.json()["code"]) == (422, "user.password_guessable")
    assert (await reset(workshop, token)).status_code == 204
