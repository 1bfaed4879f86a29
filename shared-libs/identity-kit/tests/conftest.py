"""The kit's tests run it as a service, with a policy of their own."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from contracts.permissions import ROLES
from identity_kit.policy import Policy
from identity_kit.service import identity_service
from identity_kit.settings import IdentitySettings
from pydantic import HttpUrl
from servicekit.app import create_app
from servicekit.testing.environment import Environment
from servicekit.testing.running import Running, start

sys.path.insert(0, str(Path(__file__).parent))  # what these tests share is a module beside them

from organisation import Organisation, anonymous, new_id, registration

POLICY = Policy(
    application="business",
    product="Business System",
    grants={"admin": frozenset(ROLES["business"]) - {"owner"}, "hr": frozenset({"manager", "employee"})},
)


class Settings(IdentitySettings, env_prefix="APP1_USER_"):
    public_url: HttpUrl = HttpUrl("http://frontend.test")


@pytest.fixture(scope="session")
async def running(environment: Environment) -> AsyncIterator[Running]:
    service = identity_service(POLICY, Settings())
    async with start(environment, create_app(service), service) as started:
        yield started


@pytest.fixture
async def stranger(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who names an application and no tenant."""
    async with running.client(anonymous(running, None)) as client:
        yield client


@pytest.fixture
async def acme(running: Running, environment: Environment, stranger: httpx.AsyncClient) -> Organisation:
    """An organisation with its owner, Ada."""
    tenant = new_id()
    answer = await stranger.post("/user/register", json=registration(tenant))
    assert answer.status_code == 201, answer.text
    return Organisation(running, environment.folder / "mail", tenant)
