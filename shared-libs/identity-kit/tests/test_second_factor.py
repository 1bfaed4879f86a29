import asyncio
from base64 import b32decode
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from identity_kit.rules import totp
from organisation import PASSWORD, Organisation
from servicekit.testing.running import statements

KEY = b"12345678901234567890"


@pytest.mark.parametrize(("time", "code"), [(59, "94287082"), (1111111109, "07081804")])
def test_codes_are_those_of_rfc_6238(time: int, code: str) -> None:
    assert totp.code_at(KEY, time // 30, digits=8) == code


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(seconds: int, good: bool) -> None:
    now = datetime.fromisoformat("2026-11-22T12:00:15+00:00")
    shown = now + timedelta(seconds=seconds)
    code = totp.code_at(KEY, int(shown.timestamp()) // 30)
    assert (totp.matching_step(KEY, code, now) is not None) == good


class App:
    """An authenticator app. Each code it gives is of a later step, as far as drift allows."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.step = 0

    async def code(self, acme: Organisation) -> str:
        if self.step:  # the next step without waiting for it: what was used is moved into the past
            await acme.rows("UPDATE {schema}.totp_factors SET last_used_step = last_used_step - 1")
        ((now,),) = await acme.rows("SELECT extract(epoch FROM clock_timestamp())::bigint")
        self.step = now // 30
        return totp.code_at(b32decode(self.letters), self.step)


async def enrol(acme: Organisation, client: httpx.AsyncClient) -> tuple[App, list[str]]:
    begun = await client.post("/user/me/mfa/totp")
    assert begun.status_code == 201, begun.text
    app = App(begun.json()["secret"])
    confirmed = await client.post("/user/me/mfa/totp/confirm", json={"code": await app.code(acme)})
    assert confirmed.status_code == 200, confirmed.text
    return app, confirmed.json()["recovery_codes"]


async def challenged(acme: Organisation, email: str = "ada@acme.test") -> str:
    answer = await acme.visitor.post("/user/login", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "user.code_required")
    challenge: str = answer.json()["challenge"]
    return challenge


async def answer(acme: Organisation, challenge: str, code: str) -> httpx.Response:
    return await acme.visitor.post("/user/mfa/challenge", json={"challenge": challenge, "code": code})


async def test_signing_in_takes_a_code_once_an_app_is_confirmed(acme: Organisation) -> None:
    app, codes = await enrol(acme, await acme.owner())
    assert len(set(codes)) == 10
    challenge = await challenged(acme)
    assert (await answer(acme, challenge, "000000")).json()["code"] == "user.code_wrong"
    answered = await answer(acme, challenge, await app.code(acme))
    assert answered.status_code == 200, answered.text
    state = (await (await acme.as_(answered.json())).get("/user/me/mfa")).json()
    assert state == {"totp": True, "recovery_codes_left": 10, "required": False}


async def test_a_secret_comes_as_letters_address_and_qr_code(acme: Organisation) -> None:
    setup = (await (await acme.owner()).post("/user/me/mfa/totp")).json()
    assert setup["address"].startswith("otpauth://totp/Acme%20Ltd:ada%40acme.test?secret=" + setup["secret"])
    assert setup["qr_svg"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    (row,) = await acme.rows("SELECT * FROM {schema}.totp_factors")
    assert setup["secret"] not in str(row)


async def test_before_it_is_confirmed_nothing_changes(acme: Organisation) -> None:
    ada = await acme.owner()
    await ada.post("/user/me/mfa/totp")
    assert (await ada.post("/user/me/mfa/totp/confirm", json={"code": "abc"})).status_code == 403
    await acme.log_in()


async def test_a_code_is_good_once(acme: Organisation) -> None:
    app, _ = await enrol(acme, await acme.owner())
    code = await app.code(acme)
    challenges = [await challenged(acme) for _ in range(20)]
    answers = await asyncio.gather(*(answer(acme, challenge, code) for challenge in challenges))
    assert [response.status_code for response in answers].count(200) == 1


async def test_a_recovery_code_is_good_once_and_kept_as_a_hash(acme: Organisation) -> None:
    _, codes = await enrol(acme, await acme.owner())
    assert (await answer(acme, await challenged(acme), codes[0].upper())).status_code == 200
    assert (await answer(acme, await challenged(acme), codes[0])).status_code == 403
    assert (await answer(acme, await challenged(acme), codes[1].replace("-", ""))).status_code == 200
    assert len(await acme.rows("SELECT * FROM {schema}.recovery_codes")) == 8


async def test_a_recovery_code_shown_many_times_at_once_is_good_once(acme: Organisation) -> None:
    _, codes = await enrol(acme, await acme.owner())
    challenge = await challenged(acme)
    answers = await asyncio.gather(*(answer(acme, challenge, codes[0]) for _ in range(20)))
    assert [response.status_code for response in answers].count(200) == 1


async def test_of_many_codes_tried_at_once_no_more_than_five_are_looked_at(acme: Organisation) -> None:
    await enrol(acme, await acme.owner())
    challenge = await challenged(acme)
    with statements() as sent:
        answers = await asyncio.gather(*(answer(acme, challenge, f"{guess:06}") for guess in range(20)))
    assert {response.status_code for response in answers} == {403}
    assert sum("totp_factors.secret_sealed" in statement for statement in sent) == 5


async def test_after_five_wrong_codes_the_right_one_is_refused(acme: Organisation) -> None:
    app, codes = await enrol(acme, await acme.owner())
    challenge = await challenged(acme)
    for _ in range(5):
        await answer(acme, challenge, "123 456")
    assert (await answer(acme, challenge, codes[0])).status_code == 403
    assert (await answer(acme, challenge, await app.code(acme))).status_code == 403


@pytest.mark.parametrize("challenge", ["", "junk", "a" * 200, "é"])
async def test_a_challenge_nobody_made_is_refused(acme: Organisation, challenge: str) -> None:
    refused = await answer(acme, challenge, "000000")
    assert (refused.status_code, refused.json()["code"]) == (401, "user.challenge_invalid")


async def test_a_challenge_is_void_after_a_new_password_and_elsewhere(
    acme: Organisation, tenant: str
) -> None:
    _, codes = await enrol(acme, await acme.owner())
    challenge = await challenged(acme)
    elsewhere = Organisation(acme.running, acme._mails, tenant)
    assert (await answer(elsewhere, challenge, codes[0])).status_code == 401
    await acme.rows("UPDATE {schema}.passwords SET changed_at = now()")
    assert (await answer(acme, challenge, codes[0])).status_code == 401


async def test_a_second_factor_ends_the_other_sessions_and_is_told_by_mail(acme: Organisation) -> None:
    elsewhere = await acme.log_in()
    ada = await acme.owner()
    await enrol(acme, ada)
    assert (await acme.refresh(elsewhere["refresh_token"])).status_code == 401
    assert (await ada.post("/user/me/mfa/totp")).json()["code"] == "user.second_factor_present"
    assert (await ada.delete("/user/me/mfa/totp")).status_code == 204
    await acme.running.settle()
    subjects = [mail["subject"] for mail in acme.mails_to("ada@acme.test")]
    assert "A second factor was added to your account for Acme Ltd" in subjects
    assert "A second factor was removed from your account for Acme Ltd" in subjects
    await acme.log_in()


async def test_a_new_password_does_not_pass_by_the_second_factor(acme: Organisation) -> None:
    _, codes = await enrol(acme, await acme.owner())
    await acme.visitor.post("/user/password/forgot", json={"email": "ada@acme.test"})
    await acme.running.settle()
    token = acme.token_mailed_to("ada@acme.test", "reset-password")
    new = {"token": token, "password": PASSWORD + " anew"}
    assert (await acme.visitor.post("/user/password/reset", json=new)).status_code == 204
    credentials = {"email": "ada@acme.test", "password": PASSWORD + " anew"}
    challenged = await acme.visitor.post("/user/login", json=credentials)
    assert (challenged.status_code, challenged.json()["code"]) == (401, "user.code_required")
    assert (await answer(acme, challenged.json()["challenge"], codes[0])).status_code == 200


async def test_new_recovery_codes_void_the_former(acme: Organisation) -> None:
    ada = await acme.owner()
    _, former = await enrol(acme, ada)
    renewed = (await ada.post("/user/me/mfa/recovery-codes")).json()["recovery_codes"]
    assert (await answer(acme, await challenged(acme), former[0])).status_code == 403
    assert (await answer(acme, await challenged(acme), renewed[0])).status_code == 200


async def test_who_needs_a_second_factor_may_set_it_up_and_nothing_else(acme: Organisation) -> None:
    await acme.rows("UPDATE {schema}.settings SET mfa_roles = ARRAY['owner']")
    tokens = await acme.log_in()
    assert tokens["second_factor_required"] is True
    claims = await acme.claims(tokens["access_token"])
    assert (claims["roles"], claims["perms"]) == ([], [])
    ada = await acme.as_(tokens)
    assert (await ada.get("/user/users")).status_code == 403
    assert (await ada.get("/user/me")).json()["permissions"] == []
    assert not any(row["allowed"] for row in (await ada.get("/user/permissions")).json())
    assert (await ada.get("/user/me/mfa")).json()["required"] is True
    await enrol(acme, ada)
    renewed: dict[str, Any] = (await acme.refresh(tokens["refresh_token"])).json()
    assert renewed["second_factor_required"] is False
    assert (await (await acme.as_(renewed)).get("/user/users")).status_code == 200


async def test_what_is_dangerous_wants_a_recent_proof(acme: Organisation) -> None:
    ada = await acme.owner()
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    refused = await ada.post("/user/me/mfa/totp")
    assert (refused.status_code, refused.json()["code"]) == (403, "user.step_up_required")
    wrong = await ada.post("/user/me/step-up", json={"password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "user.password_wrong")
    assert (await ada.post("/user/me/step-up", json={"password": PASSWORD})).status_code == 204
    app, _ = await enrol(acme, ada)
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    by_password = await ada.post("/user/me/step-up", json={"password": PASSWORD})
    assert (by_password.status_code, by_password.json()["code"]) == (422, "user.code_needed")
    assert (await ada.delete("/user/me/mfa/totp")).status_code == 403
    assert (await ada.post("/user/me/step-up", json={"code": await app.code(acme)})).status_code == 204
    assert (await ada.delete("/user/me/mfa/totp")).status_code == 204


async def test_the_proof_is_asked_for_anew_each_time_and_kept_nowhere(acme: Organisation) -> None:
    ada = await acme.owner()
    answer = await ada.post(
        "/user/me/step-up", json={"password": PASSWORD}, headers={"idempotency-key": "again"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")


async def test_a_lost_second_factor_is_removed_by_those_above(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "hr")
    await enrol(acme, await acme.as_(tokens))
    path = f"/user/users/{tokens['user']['id']}/mfa/totp"
    admin = await acme.as_(await acme.join("admin@acme.test", "admin"))
    own = (await acme.log_in())["user"]["id"]
    refused = await admin.delete(f"/user/users/{own}/mfa/totp")
    assert (refused.status_code, refused.json()["code"]) == (403, "user.role_not_yours_to_give")
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.delete(path)).json()["code"] == "user.second_factor_absent"
    assert (await acme.refresh(tokens["refresh_token"])).status_code == 401
    await acme.log_in("bob@acme.test")
    await acme.running.settle()
    subjects = [mail["subject"] for mail in acme.mails_to("bob@acme.test")]
    assert "A second factor was removed from your account for Acme Ltd" in subjects
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    assert (await admin.delete(path)).json()["code"] == "user.step_up_required"
