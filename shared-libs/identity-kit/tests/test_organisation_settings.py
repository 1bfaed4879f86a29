import asyncio

import pytest
from contracts import revocations
from organisation import Organisation

TENANT = "/user/tenant"


async def test_an_owner_changes_the_organisation_and_the_services_hear_of_it(acme: Organisation) -> None:
    ada = await acme.owner()
    etag = (await ada.get(TENANT)).headers["etag"]
    changes = {"name": "Acme Group", "country": "DE", "time_zone": "Europe/Berlin", "locale": "de-DE"}
    answer = await ada.patch(TENANT, json=changes, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    assert changes.items() <= (await ada.get(TENANT)).json().items()
    (fact,) = await acme.rows(
        "SELECT version, data FROM control.outbox WHERE tenant = $1 AND type = 'tenant.updated.v1'",
        acme.tenant,
    )
    assert fact["version"] == 1
    assert '"organisation": "Acme Group"' in fact["data"]


async def test_of_many_changes_from_one_version_one_succeeds(acme: Organisation) -> None:
    ada = await acme.owner()
    headers = {"if-match": (await ada.get(TENANT)).headers["etag"]}
    answers = await asyncio.gather(
        *(ada.patch(TENANT, json={"name": f"Acme {n}"}, headers=headers) for n in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


@pytest.mark.parametrize(
    "changes", [{"currency": "EUR"}, {"name": None}, {"time_zone": "Nowhere"}, {"status": "active"}]
)
async def test_what_cannot_be_changed_is_422(acme: Organisation, changes: dict[str, str | None]) -> None:
    answer = await (await acme.owner()).patch(TENANT, json=changes, headers={"if-match": '"0"'})
    assert answer.status_code == 422


async def test_who_needs_a_second_factor_is_the_owners_to_say_and_counts_at_once(acme: Organisation) -> None:
    tokens = await acme.join("bob@acme.test", "hr")
    ada = await acme.owner()
    etag = (await ada.get(TENANT)).headers["etag"]
    unknown = await ada.patch(TENANT, json={"mfa_roles": ["nobody"]}, headers={"if-match": etag})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "user.role_unknown")
    answer = await ada.patch(TENANT, json={"mfa_roles": ["hr"]}, headers={"if-match": etag})
    assert (answer.status_code, answer.json()["mfa_roles"]) == (200, ["hr"])
    await acme.running.settle()
    stale = revocations.account(tokens["user"]["id"], 2)
    assert await acme.running.redis.zscore(revocations.KEY, stale) is not None
    assert (await acme.refresh(tokens["refresh_token"])).json()["second_factor_required"] is True


async def test_a_closed_organisation_serves_nobody(acme: Organisation) -> None:
    ada = await acme.owner()
    tokens = await acme.log_in()
    wrong = await ada.post(f"{TENANT}/close", json={"tenant": "another"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "user.not_this_tenant")
    assert (await ada.post(f"{TENANT}/close", json={"tenant": acme.tenant})).status_code == 204
    await acme.running.settle()
    member = revocations.tenant("business", acme.tenant)
    assert await acme.running.redis.zscore(revocations.KEY, member) is not None
    tenants = acme.running.app.state.tenants
    tenants._active.clear()  # as after the seconds that it is believed to be active
    for answer in (await ada.get("/user/me"), await acme.refresh(tokens["refresh_token"])):
        assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")


async def test_only_an_owner_with_a_recent_proof_closes_the_organisation(acme: Organisation) -> None:
    admin = await acme.as_(await acme.join("admin@acme.test", "admin"))
    assert (await admin.post(f"{TENANT}/close", json={"tenant": acme.tenant})).status_code == 403
    ada = await acme.owner()
    await acme.rows("UPDATE {schema}.sessions SET authenticated_at = now() - interval '10 minutes'")
    answer = await ada.post(f"{TENANT}/close", json={"tenant": acme.tenant})
    assert (answer.status_code, answer.json()["code"]) == (403, "user.step_up_required")
