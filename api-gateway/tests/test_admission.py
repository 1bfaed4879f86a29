"""Who gets through, with which context, and who is refused how."""

import asyncio
import base64
import json
import time
from typing import Any

import httpx
import pytest
from contracts.context import CONTEXT_HEADER
from gateway.testing.fleetlet import Fleetlet
from servicekit.auth import Signer, new_signing_key, public_jwks


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, which every refusal must be."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, problem["code"]


async def test_a_signed_in_request_reaches_the_service_of_its_application_with_its_context(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    answer = await client.get("/hrms/employees?limit=2&q=a%20b", headers=fleetlet.business.bearer())
    seen = answer.json()
    assert (seen["service"], seen["path"], seen["query"]) == (
        "app1-hrms-service",
        "/hrms/employees",
        "limit=2&q=a%20b",
    )
    context = fleetlet.context_of(fleetlet.hrms.asked[0], "app1-hrms-service")
    assert (context.kind, context.application, context.tenant) == ("user", "business", "acme")
    assert (context.roles, context.permissions) == (
        frozenset({"hr"}),
        frozenset({"hrms.employee.read"}),
    )


async def test_the_same_prefix_leads_to_each_applications_own_service(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    for issuer, service in ((fleetlet.business, "app1-user-service"), (fleetlet.school, "app2-user-service")):
        answer = await client.get("/user/me", headers=issuer.bearer())
        assert answer.json()["service"] == service
        context = fleetlet.context_of(fleetlet.stand_ins[service].asked[0], service)
        assert context.application == issuer.application


async def test_a_service_of_the_other_application_does_not_exist_for_a_tenant(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    answer = await client.get("/libraries/loans", headers=fleetlet.business.bearer())
    assert refusal(answer) == (404, "gateway.not_found")
    answer = await client.get("/hrms/employees", headers=fleetlet.school.bearer())
    assert refusal(answer) == (404, "gateway.not_found")
    assert not fleetlet.hrms.asked


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/hrms/internal/jwks",
        "/user/internal/tenants/acme",
        "/hrms/%69nternal/x",
        "/user/internal",
    ],
)
async def test_unknown_prefixes_and_internal_routes_are_not_found(
    client: httpx.AsyncClient, fleetlet: Fleetlet, path: str
) -> None:
    before = [len(s.seen) for s in fleetlet.stand_ins.values()]
    assert refusal(await client.get(path, headers=fleetlet.business.bearer())) == (404, "gateway.not_found")
    assert [len(s.seen) for s in fleetlet.stand_ins.values()] == before


async def test_without_a_token_nothing_but_public_routes_is_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/hrms/employees")
    assert refusal(answer) == (401, "gateway.token_missing")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_expired_token_is_told_apart(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    answer = await client.get("/hrms/employees", headers=fleetlet.business.bearer(lifetime=-60))
    assert refusal(answer) == (401, "gateway.token_expired")


def _forged(fleetlet: Fleetlet) -> dict[str, str]:
    good = fleetlet.business.token()
    head, payload, signature = good.split(".")
    public = public_jwks(fleetlet.business.pems[0])["keys"][0]

    def encoded(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    stranger = Signer("app1-user-service", new_signing_key())
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    kid = public["kid"]
    return {
        "no token at all": "x",
        "no signature": f"{head}.{payload}.",
        "algorithm none": f"{encoded({'alg': 'none', 'kid': kid})}.{payload}.",
        "HS256 with the public key": f"{encoded({'alg': 'HS256', 'kid': kid})}.{payload}.{signature}",
        "changed payload": f"{head}.{encoded({**claims, 'tid': 'other'})}.{signature}",
        "another key": stranger.sign(
            audience="api-gateway", subject=claims["sub"], lifetime=60, claims=claims
        ),
        "the other application's issuer": fleetlet.school.token(app="business"),
        "another audience": fleetlet.business.token(audience="app1-hrms-service"),
        "a key of its own": f"{encoded({'alg': 'ES256', 'kid': kid, 'jwk': public})}.{payload}.{signature}",
        "no tenant": fleetlet.business.token(tid=""),
        "a tenant that is none": fleetlet.business.token(tid="a'b"),
        "the gateway's own context": "",
        "too long": good + "x" * 9000,
    }


async def test_forged_tokens_are_refused(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    await client.get("/hrms/employees", headers=fleetlet.business.bearer())
    scope = fleetlet.hrms.asked[-1]
    forged = _forged(fleetlet) | {
        "the gateway's own context": dict(scope["headers"])[CONTEXT_HEADER.encode()].decode()
    }
    for kind, token in forged.items():
        answer = await client.get("/hrms/employees", headers={"authorization": f"Bearer {token}"})
        assert refusal(answer) == (401, "gateway.token_invalid"), kind
    assert len(fleetlet.hrms.asked) == 1


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
async def test_other_schemes_than_bearer_are_refused(
    client: httpx.AsyncClient, fleetlet: Fleetlet, scheme: str
) -> None:
    answer = await client.get(
        "/hrms/employees", headers={"authorization": f"{scheme} {fleetlet.business.token()}".strip()}
    )
    assert refusal(answer) == (401, "gateway.token_invalid")


@pytest.mark.parametrize(("header", "value"), [("x-tenant-id", "other"), ("x-application", "school")])
async def test_a_header_that_disagrees_with_the_token_is_refused(
    client: httpx.AsyncClient, fleetlet: Fleetlet, header: str, value: str
) -> None:
    answer = await client.get("/hrms/employees", headers=fleetlet.business.bearer() | {header: value})
    assert refusal(answer) == (403, "gateway.tenant_mismatch")
    assert answer.json()["header"].lower() == header


async def test_headers_that_agree_with_the_token_are_fine(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    agreeing = {"x-tenant-id": "acme", "x-application": "business"}
    answer = await client.get("/hrms/employees", headers=fleetlet.business.bearer() | agreeing)
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["authorization", "x-tenant-id", "x-application", "x-request-id"])
async def test_headers_that_decide_come_once(
    client: httpx.AsyncClient, fleetlet: Fleetlet, header: str
) -> None:
    given = [*fleetlet.business.bearer().items(), ("x-tenant-id", "acme"), ("x-application", "business")]
    given.append(("x-request-id", "12345678"))
    answer = await client.get("/hrms/employees", headers=[*given, (header, "acme")])
    assert refusal(answer) == (400, "gateway.header_repeated")


async def test_what_a_client_claims_about_itself_stops_at_the_gateway(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    claims = {
        "x-internal-context": "forged",
        "x-internal-anything": "forged",
        "X-Tenant": "forged",
        "x-tenant-name": "forged",
        "x-user-id": "forged",
        "x_tenant_id": "forged",
        "x-forwarded-host": "forged",
        "x-forwarded-for": "203.0.113.9",
        "forwarded": "for=forged",
        "x-real-ip": "forged",
        "cookie": "forged=1",
        "proxy-authorization": "forged",
        "te": "forged",
        "x-hop": "forged",
        "connection": "keep-alive, x-hop",
    }
    answer = await client.get(
        "/hrms/employees", headers=fleetlet.business.bearer() | claims | {"x-kept": "1"}
    )
    seen = answer.json()["headers"]
    assert not [header for header in seen if "forged" in header[1] or header[0] == "authorization"]
    assert ["x-forwarded-for", "127.0.0.1"] in seen
    assert ["x-kept", "1"] in seen
    assert len([name for name, _ in seen if name == CONTEXT_HEADER]) == 1


async def test_a_public_route_needs_a_tenant_and_gets_its_application(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    answer = await client.post(
        "/user/login", headers={"x-tenant-id": "acme", "x-application": "business"}, json={}
    )
    assert answer.json()["service"] == "app1-user-service"
    context = fleetlet.context_of(fleetlet.stand_ins["app1-user-service"].asked[0], "app1-user-service")
    assert (context.kind, context.application, context.tenant) == ("anonymous", "business", "acme")
    assert context.user_id is None


async def test_a_template_makes_a_public_route_of_one_segment(client: httpx.AsyncClient) -> None:
    headers = {"x-tenant-id": "acme", "x-application": "school"}
    assert (await client.post("/user/links/77/open", headers=headers)).status_code == 200
    assert refusal(await client.post("/user/links/7/7/open", headers=headers)) == (
        401,
        "gateway.token_missing",
    )
    assert refusal(await client.get("/user/links/77/open", headers=headers)) == (401, "gateway.token_missing")


async def test_a_public_route_without_a_tenant_is_refused(client: httpx.AsyncClient) -> None:
    assert refusal(await client.post("/user/login", json={})) == (400, "gateway.tenant_required")


async def test_registering_takes_an_application_and_no_tenant(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    assert refusal(await client.post("/user/register", json={})) == (400, "gateway.application_required")
    answer = await client.post("/user/register", headers={"x-application": "school"}, json={})
    assert answer.json()["service"] == "app2-user-service"
    context = fleetlet.context_of(fleetlet.stand_ins["app2-user-service"].asked[0], "app2-user-service")
    assert (context.application, context.tenant) == ("school", None)


async def test_the_application_is_found_where_the_tenant_is_known(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    fleetlet.stand_ins["app2-user-service"].tenants["river"] = 200
    answer = await client.post("/user/login", headers={"x-tenant-id": "river"}, json={})
    assert answer.json()["service"] == "app2-user-service"


async def test_a_tenant_of_both_applications_needs_the_application_said(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    for name in ("app1-user-service", "app2-user-service"):
        fleetlet.stand_ins[name].tenants["both"] = 200
    answer = await client.post("/user/login", headers={"x-tenant-id": "both"}, json={})
    assert refusal(answer) == (400, "gateway.application_required")
    answer = await client.post(
        "/user/login", headers={"x-tenant-id": "both", "x-application": "school"}, json={}
    )
    assert answer.json()["service"] == "app2-user-service"


@pytest.mark.parametrize("tenant", ["nobody", "ACME", "a/b", "../x", "www", "'", "x" * 41])
async def test_an_unknown_tenant_is_said_to_be_unknown(client: httpx.AsyncClient, tenant: str) -> None:
    answer = await client.post("/user/login", headers={"x-tenant-id": tenant}, json={})
    assert refusal(answer) == (404, "gateway.tenant_unknown")


async def test_when_a_user_service_fails_nobody_is_called_unknown(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    fleetlet.stand_ins["app2-user-service"].tenants["half"] = 500
    answer = await client.post("/user/login", headers={"x-tenant-id": "half"}, json={})
    assert refusal(answer) == (503, "gateway.lookup_failed")


async def test_tenants_are_looked_up_once_in_a_while(client: httpx.AsyncClient, fleetlet: Fleetlet) -> None:
    fleetlet.stand_ins["app1-user-service"].tenants["often"] = 200
    headers = {"x-tenant-id": "often"}
    await asyncio.gather(*(client.post("/user/login", headers=headers, json={}) for _ in range(20)))
    looked_up = [s for s in fleetlet.stand_ins["app1-user-service"].seen if s["path"].endswith("/often")]
    assert len(looked_up) == 1


async def test_the_host_names_the_tenant_below_the_tenants_domain(fleetlet: Fleetlet) -> None:
    fleetlet.stand_ins["app1-user-service"].tenants["north_yard"] = 200
    async with (
        fleetlet.gateway(gateway_tenant_domain="example.org") as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        answer = await client.post("/user/login", headers={"host": "north-yard.example.org:8080"}, json={})
        assert answer.json()["service"] == "app1-user-service"
        for host in ("example.org", "a.b.example.org", "www.example.org", "notexample.org"):
            answer = await client.post("/user/login", headers={"host": host}, json={})
            assert refusal(answer) == (400, "gateway.tenant_required"), host
        answer = await client.get(
            "/hrms/x", headers=fleetlet.business.bearer() | {"host": "other.example.org"}
        )
        assert refusal(answer) == (403, "gateway.tenant_mismatch")


async def test_a_context_token_is_made_once_for_many_requests(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    bearer = fleetlet.business.bearer()
    for _ in range(5):
        await client.get("/hrms/employees", headers=bearer)
    assert len({dict(s["headers"])[CONTEXT_HEADER.encode()] for s in fleetlet.hrms.asked}) == 1


async def test_a_new_key_is_believed_at_once_and_the_old_one_while_it_is_published(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    old = fleetlet.business.bearer()
    fleetlet.business.pems.append(new_signing_key())
    assert (await client.get("/hrms/employees", headers=fleetlet.business.bearer())).status_code == 200
    assert (await client.get("/hrms/employees", headers=old)).status_code == 200


async def test_made_up_key_ids_do_not_reach_the_user_services_as_fast_as_they_come(
    client: httpx.AsyncClient, fleetlet: Fleetlet
) -> None:
    strangers = [Signer("app1-user-service", new_signing_key()) for _ in range(10)]
    tokens = [s.sign(audience="api-gateway", subject="x", lifetime=9, claims={}) for s in strangers]
    began = time.monotonic()
    answers = await asyncio.gather(
        *(client.get("/hrms/employees", headers={"authorization": f"Bearer {token}"}) for token in tokens)
    )
    seconds = time.monotonic() - began
    assert {refusal(answer) for answer in answers} == {(401, "gateway.token_invalid")}
    fetched = [s for s in fleetlet.stand_ins["app1-user-service"].seen if s["path"].endswith("/jwks")]
    assert len(fetched) <= 2 + seconds


async def test_an_address_is_believed_from_trusted_proxies_alone(fleetlet: Fleetlet) -> None:
    forwarded = fleetlet.business.bearer() | {"x-forwarded-for": "198.51.100.1, 203.0.113.9, 10.0.0.3"}
    async with (
        fleetlet.gateway(gateway_trusted_proxies="127.0.0.0/8,10.0.0.0/8") as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        answer = await client.get("/hrms/employees", headers=forwarded)
        assert ["x-forwarded-for", "203.0.113.9"] in answer.json()["headers"]
