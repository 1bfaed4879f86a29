"""What holds for every service.

Each inherits it:

class TestService(ServiceSuite):
    pass
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from contracts.context import CONTEXT_HEADER
from contracts.permissions import PERMISSIONS
from sqlalchemy import Connection, text

from servicekit.auth import Signer, new_signing_key
from servicekit.edge import Route
from servicekit.migrations import Stream
from servicekit.tenant_schema import CONTROL, EXTENSIONS, schema_of
from servicekit.testing.running import Running

HOSTILE_BODIES: dict[str, bytes] = {
    "not JSON": b"{",
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "a null byte": b'{"name": "a\\u0000b"}',
    "10,000 levels": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "an unknown field": b'{"no_such_field": 1}',
    "an array": b"[]",
    "a lone surrogate": b'{"name": "\\ud800"}',
    "nothing": b"",
}


def routes(running: Running) -> Iterator[Route]:
    """Every route of the service."""
    for router in running.service.all_routers:
        for route in router.routes:
            assert isinstance(route, Route)
            yield route


def concrete(route: Route) -> str:
    """The route's path with ids that nothing has."""
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", str(uuid4()))
    return path


class ServiceSuite:
    async def test_without_a_context_every_route_is_401(self, running: Running) -> None:
        async with running.client(None) as stranger:
            for route in routes(running):
                for method in route.methods or ():
                    answer = await stranger.request(method, concrete(route))
                    assert (answer.status_code, answer.json()["code"]) == (401, "context_required"), (
                        route.path
                    )

    @pytest.mark.parametrize(
        "forgery", ["other audience", "expired", "own key", "service for a user", "twice", "junk"]
    )
    async def test_a_forged_context_is_401(self, running: Running, tenant: str, forgery: str) -> None:
        user = running.context(tenant)
        good = running.minter.mint(user, audience=running.service.name)
        claims = {"ctx": user.model_dump(mode="json")}
        signer = Signer("api-gateway", (running.keys / "api-gateway.pem").read_text())
        own = Signer(running.service.name, running.service.settings.signing_key_file.read_text())
        stolen = Signer("api-gateway", new_signing_key())
        make = {
            "other audience": lambda: [running.minter.mint(user, audience="app9-other-service")],
            "expired": lambda: [
                signer.sign(audience=running.service.name, subject="x", lifetime=-60, claims=claims)
            ],
            "own key": lambda: [
                stolen.sign(audience=running.service.name, subject="x", lifetime=60, claims=claims)
            ],
            "service for a user": lambda: [
                own.sign(audience=running.service.name, subject="x", lifetime=60, claims=claims)
            ],
            "twice": lambda: [good, good],
            "junk": lambda: ["junk"],
        }
        headers = [(CONTEXT_HEADER, token) for token in make[forgery]()]
        async with running.client(None) as stranger:
            for route in routes(running):
                method = next(iter(route.methods or ()))
                answer = await stranger.request(method, concrete(route), headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "context_required"), route.path

    async def test_without_the_permission_a_route_is_403(self, running: Running, tenant: str) -> None:
        nobody = running.context(tenant, roles=())
        async with running.client(nobody) as client:
            for route in routes(running):
                if route.access.kind == "permission":
                    for method in route.methods or ():
                        answer = await client.request(method, concrete(route), content=b"{")
                        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing"), (
                            route.path
                        )

    async def test_internal_routes_serve_no_user(self, running: Running, client: httpx.AsyncClient) -> None:
        for route in routes(running):
            assert (route.access.kind == "internal") == ("/internal/" in route.path), route.path
            if route.access.kind == "internal":
                for method in route.methods or ():
                    assert (await client.request(method, concrete(route))).status_code == 401

    def test_permissions_asked_for_are_in_the_catalogue(self, running: Running) -> None:
        known = {permission.code for permission in PERMISSIONS}
        prefix = running.service.entry.prefix
        for route in routes(running):
            if route.access.kind == "permission":
                assert route.access.permission in known
                assert route.access.permission.startswith(prefix + "."), route.path

    def test_public_routes_are_those_of_the_fleet_list(self, running: Running) -> None:
        public = {
            f"{m} {r.path}" for r in routes(running) if r.access.kind == "public" for m in r.methods or ()
        }
        assert public == set(running.service.entry.public)

    def test_facts_heard_are_those_of_the_fleet_list(self, running: Running) -> None:
        assert running.service.all_handlers.facts == sorted(running.service.entry.hears)

    async def test_no_table_stands_outside_control_and_tenants(self, running: Running, tenant: str) -> None:
        async with running.database.control() as session:
            rows = await session.execute(
                text(
                    "SELECT DISTINCT schemaname FROM pg_tables "
                    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                )
            )
            schemas = set(rows.scalars())
        assert schema_of(tenant) in schemas
        assert {name for name in schemas if not name.startswith("tenant_")} <= {CONTROL, EXTENSIONS}

    @pytest.mark.usefixtures("tenant")
    async def test_no_foreign_key_leaves_a_tenants_schema(self, running: Running) -> None:
        async with running.database.control() as session:
            leaving = await session.scalars(
                text(
                    "SELECT conname FROM pg_constraint JOIN pg_class AS there ON there.oid = confrelid "
                    "WHERE contype = 'f' AND connamespace <> there.relnamespace"
                )
            )
        assert leaving.all() == []

    async def test_models_and_migrations_agree(self, running: Running, tenant: str) -> None:
        async with running.database.control() as session:
            connection = await session.connection()
            for stream in (*running.service.control_streams, *running.service.tenant_streams):
                schema = CONTROL if stream.scope == "control" else schema_of(tenant)
                assert await connection.run_sync(_differences, stream, schema) == []

    async def test_an_id_that_nothing_has_is_404(self, running: Running, client: httpx.AsyncClient) -> None:
        for route in routes(running):
            if route.param_convertors and route.access.kind != "internal" and "GET" in (route.methods or ()):
                answer = await client.get(concrete(route))
                assert answer.status_code == 404, route.path

    @pytest.mark.parametrize("hostile", HOSTILE_BODIES)
    async def test_a_hostile_body_is_refused(
        self, running: Running, client: httpx.AsyncClient, hostile: str
    ) -> None:
        headers = {"content-type": "application/json", "if-match": '"1"'}
        for route in routes(running):
            for method in (route.methods or set()) & {"POST", "PUT", "PATCH"}:
                if route.body_field is None or route.access.kind == "internal":
                    continue
                answer = await client.request(
                    method, concrete(route), content=HOSTILE_BODIES[hostile], headers=headers
                )
                assert 400 <= answer.status_code < 500, (route.path, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                assert {
                    "type",
                    "title",
                    "status",
                    "detail",
                    "instance",
                    "code",
                    "request_id",
                } <= answer.json().keys()

    async def test_an_unknown_query_parameter_is_422(
        self, running: Running, client: httpx.AsyncClient
    ) -> None:
        for route in routes(running):
            if route.access.kind in {"permission", "signed_in"}:
                method = next(iter(route.methods or ()))
                answer = await client.request(method, concrete(route), params={"no_such_parameter": "1"})
                assert answer.status_code == 422, route.path
                assert answer.json()["errors"][0]["pointer"] == "?no_such_parameter"

    async def test_operation_ids_are_unique_and_documents_are_json(self, running: Running) -> None:
        document = running.app.openapi()
        ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
        assert len(ids) == len(set(ids)) > 0
        json.dumps(document)

    async def test_a_tenant_that_is_not_there_yet_is_503(self, running: Running) -> None:
        async with running.client(running.context("not_registered")) as client:
            listing = next(
                (
                    r
                    for r in routes(running)
                    if r.methods == {"GET"}
                    and not r.param_convertors
                    and r.access.kind in {"permission", "signed_in"}
                ),
                None,
            )
            assert listing is not None
            answer = await client.get(listing.path)
        assert (answer.status_code, answer.json()["code"]) == (503, "tenant_provisioning")
        assert answer.headers["retry-after"] == "1"


def _differences(connection: Connection, stream: Stream, schema: str) -> list[Any]:
    """What a migration would still have to change for the models to be right."""
    seen = (
        EXTENSIONS if stream.scope == CONTROL else f"{schema}, {EXTENSIONS}"
    )  # its models name their schema
    connection.execute(text(f"SET LOCAL search_path = {seen}"))
    tables = {table.name for table in stream.metadata.tables.values()}

    def named(name: str | None, kind: str, _: object) -> bool:
        return name in {None, CONTROL} if kind == "schema" else True

    def owned(_: object, name: str | None, kind: str, *__: object) -> bool:
        return kind != "table" or name in tables

    options = {
        "version_table": stream.version_table,
        "compare_type": True,
        "include_schemas": stream.scope == CONTROL,
        "include_name": named,
        "include_object": owned,
    }
    migrating = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(migrating, stream.metadata))
