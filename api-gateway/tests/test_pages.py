"""What the gateway serves itself."""

import httpx
from gateway.testing.fleetlet import Fleetlet


async def test_the_index_says_what_this_is_and_where_to_read_on(client: httpx.AsyncClient) -> None:
    index = (await client.get("/")).json()
    assert index["name"] == "api-gateway"
    for application in index["applications"].values():
        assert (await client.get(application["openapi"])).status_code == 200
        assert (await client.get(application["docs"])).status_code == 200


async def test_an_applications_document_holds_its_services_and_nothing_internal(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("/openapi/business.json")).json()
    assert {path.split("/")[1] for path in document["paths"]} == {"user", "hrms"}
    assert not [path for path in document["paths"] if "internal" in path]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_equal_names_of_two_services_stay_apart_and_the_kits_own_stay_one(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("/openapi/business.json")).json()
    assert set(document["components"]["schemas"]) == {"HrmsThing", "UserThing", "ProblemDocument"}
    answer = document["paths"]["/hrms/things"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/HrmsThing"
    operations = [
        operation["operationId"] for item in document["paths"].values() for operation in item.values()
    ]
    assert sorted(operations) == ["hrms_list_things", "hrms_login", "user_list_things", "user_login"]


async def test_public_operations_ask_for_the_tenant_instead_of_a_token(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi/business.json")).json()
    login = document["paths"]["/user/login"]["post"]
    assert login["security"] == []
    assert [(p["name"], p["required"]) for p in login["parameters"]] == [
        ("X-Tenant-ID", True),
        ("X-Application", False),
    ]
    assert "security" not in document["paths"]["/user/things"]["get"]


async def test_the_docs_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs/school")).text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page
        assert (await client.get(f"/docs/assets/{asset}")).status_code == 200


async def test_documents_of_other_applications_do_not_exist(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi/other.json")
    assert (answer.status_code, answer.json()["code"]) == (404, "gateway.not_found")


async def test_a_document_with_a_service_missing_is_not_shown(fleetlet: Fleetlet) -> None:
    nowhere = "http://127.0.0.1:1"
    async with (
        fleetlet.gateway(app1_hrms_service_upstream=nowhere) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        answer = await client.get("/openapi/business.json")
        assert (answer.status_code, answer.json()["code"]) == (503, "gateway.document_unavailable")
        assert (await client.get("/openapi/school.json")).status_code == 200


async def test_the_gateway_is_ready_once_it_knows_the_keys_of_every_user_service(fleetlet: Fleetlet) -> None:
    nowhere = "http://127.0.0.1:1"
    async with (
        fleetlet.gateway(ready=False, app2_user_service_upstream=nowhere) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        answer = await client.get("/readyz")
        assert (answer.status_code, list(answer.json()["failing"])) == (503, ["keys"])
        assert (await client.get("/healthz")).status_code == 200
