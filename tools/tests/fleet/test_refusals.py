"""Every route of the fleet, asked in every way that must be refused."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from contracts.context import TenantContext
from fleet.testing import Organisation, RunningFleet
from identity_kit.sealing import Sealer
from pydantic import SecretStr
from servicekit.auth import Signer, new_signing_key
from servicekit.context import ContextMinter

MARKERS = ("Marker", "marker@acme.test")  # what only acme's data hold
PUBLIC = {"/user/register", "/user/login", "/user/refresh", "/user/invitations/accept"}

SIGNING_OUT = {"/user/logout", "/user/me/sessions"}  # for one's own token they work, and end it


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    return header, claims


async def routes(gateway: str, application: str) -> list[tuple[str, str]]:
    async with httpx.AsyncClient(base_url=gateway) as client:
        document = (await client.get(f"/openapi/{application}.json")).json()
    return [
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
        if path not in PUBLIC and document["paths"][path][method].get("security") != []
    ]


@pytest.fixture(scope="module")
async def forged(running_fleet: RunningFleet, acme: Organisation) -> dict[str, str]:
    """Tokens for acme's owner that nobody may believe."""
    header, claims = decoded(acme.token)
    (row,) = await running_fleet.query(
        "app1_user",
        "SELECT kid, public_jwk, private_sealed FROM control.signing_key WHERE kid = $1",
        header["kid"],
    )
    secret = SecretStr(running_fleet.place.secret("app1-user-service"))
    pem = Sealer(secret).open("signing-key", row["private_sealed"], bound_to=row["kid"].encode()).decode()
    own = {name: claims[name] for name in ("tid", "app", "sid", "ver", "roles", "perms")}

    def signed(
        issuer: str, key: str, *, audience: str = "api-gateway", lifetime: int = 600, **changed: Any
    ) -> str:
        signer = Signer(issuer, key)
        return signer.sign(
            audience=audience, subject=claims["sub"], lifetime=lifetime, claims={**own, **changed}
        )

    def hs256(key: bytes) -> str:
        text = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
        digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
        return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    return {
        "expired": signed("app1-user-service", pem, lifetime=-3600),
        "alg none": f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}.",
        "HS256 with the public key": hs256(str(row["public_jwk"]).encode()),
        "another key": signed("app1-user-service", new_signing_key()),
        "another key under the known kid": acme.token.rsplit(".", 1)[0]
        + "."
        + signed("app1-user-service", new_signing_key()).rsplit(".", 1)[1],
        "another issuer": signed("app2-user-service", pem),
        "another audience": signed("app1-user-service", pem, audience="app1-hrms-service"),
        "another application's name": signed("app1-user-service", pem, app="school"),
        "a changed tenant": ".".join(
            (acme.token.split(".")[0], encoded({**claims, "tid": "1"}), acme.token.split(".")[2])
        ),
        "junk": "junk",
    }


async def test_no_route_answers_whom_it_must_refuse(
    running_fleet: RunningFleet,
    acme: Organisation,
    rival: Organisation,
    school: Organisation,
    forged: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    keys = running_fleet.place.dev / "keys"
    employee = (await acme.client.get("/hrms/employees", params={"q": "Marker"})).json()["items"][0]["id"]
    department = (await acme.client.get("/hrms/departments")).json()["items"][0]["id"]
    me = (await acme.client.get("/user/me")).json()["id"]
    ids = {"employee_id": employee, "department_id": department, "user_id": me}

    def concrete(path: str) -> str:
        """The path with acme's own ids, where there are any."""
        parts = (
            ids.get(part[1:-1], str(uuid4())) if part.startswith("{") else part for part in path.split("/")
        )
        return "/".join(parts)

    def bearer(token: str, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {token}", **more}

    minter = ContextMinter("app1-hrms-service", keys / "app1-hrms-service.pem")
    stolen = minter.mint(_context(acme), audience="app1-hrms-service")
    inside = {
        "x-internal-context": stolen,
        "x-tenant": acme.id,
        "x-user-id": me,
        "x-user-roles": "owner",
    }
    ways: dict[str, tuple[dict[str, str], Callable[[int, str], bool]]] = {
        "no token": ({}, _is(401, "gateway.token_missing")),
        "forged internal headers": (inside, _is(401, "gateway.token_missing")),
        "internal headers and another tenant's token": (bearer(rival.token, **inside), _not_acme),
        "another tenant's token": (bearer(rival.token), _not_acme),
        "another tenant's token for this tenant": (
            bearer(rival.token, **{"x-tenant-id": acme.id}),
            _is(403, "gateway.tenant_mismatch"),
        ),
        "the other application's token for this one": (
            bearer(school.token, **{"x-application": "business"}),
            _is(403, "gateway.tenant_mismatch"),
        ),
        "own token for another tenant": (
            bearer(acme.token, **{"x-tenant-id": rival.id}),
            _is(403, "gateway.tenant_mismatch"),
        ),
    }
    for name, token in forged.items():
        ways[name] = (bearer(token), _any_of(401))
    tried: Counter[str] = Counter()
    leaks: list[str] = []
    wrong: list[str] = []
    asked = await routes(running_fleet.gateway, "business")
    async with httpx.AsyncClient(base_url=running_fleet.gateway, timeout=30) as stranger:
        for method, path in asked:
            only_business = not path.startswith("/user/")
            for name, (headers, right) in {
                **ways,
                **(
                    {"the other application's token": (bearer(school.token), _is(404, "gateway.not_found"))}
                    if only_business
                    else {}
                ),
            }.items():
                if right is _not_acme and path in SIGNING_OUT:
                    continue
                answer = await stranger.request(method, concrete(path), headers=headers, content=b"{}")
                tried[name] += 1
                if any(marker in answer.text for marker in MARKERS):
                    leaks.append(f"{name}: {method} {path}")
                if not right(answer.status_code, answer.text) or ("{" in path and answer.status_code < 400):
                    wrong.append(f"{name}: {method} {path} → {answer.status_code} {answer.text[:200]}")
    with capsys.disabled():
        print(f"\n{tried.total()} refusals tried on {len(asked)} routes, {len(leaks)} leaks")
        for name, number in tried.items():
            print(f"  {number:>4}  {name}")
    assert leaks == []
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/user/internal/jwks",
        "/user/internal/tenants",
        "/hrms/internal/openapi.json",
        "/hrms/%69nternal/openapi.json",
        "/hrms/../user/internal/tenants",
        "/hrms/%2e%2e/user/internal/tenants",
        "/hrms%2finternal%2fopenapi.json",
        "//user/internal/tenants",
        "/payroll/payslips",
        "/metrics",
    ],
)
async def test_what_is_internal_or_not_built_is_not_there(
    running_fleet: RunningFleet, acme: Organisation, path: str
) -> None:
    host, port = running_fleet.gateway.removeprefix("http://").split(":")
    # By hand, because clients tidy such paths up.
    reader, writer = await asyncio.open_connection(host, int(port))
    request = (
        f"GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {acme.token}\r\nconnection: close\r\n\r\n"
    )
    writer.write(request.encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    assert status in {400, 404}


def _context(organisation: Organisation) -> TenantContext:
    return TenantContext(
        kind="user",
        application="business",
        tenant=organisation.id,
        user_id=uuid4(),
        session_id=uuid4(),
        roles=frozenset({"owner"}),
    )


def _is(status: int, code: str) -> Callable[[int, str], bool]:
    return lambda answered, text: answered == status and json.loads(text)["code"] == code


def _any_of(*statuses: int) -> Callable[[int, str], bool]:
    return lambda answered, _: answered in statuses


def _not_acme(answered: int, _: str) -> bool:
    """Another tenant is served as itself: acme's ids are not there for it. (Leaks are looked for apart.)"""
    return answered < 500
