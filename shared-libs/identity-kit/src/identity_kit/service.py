"""An identity service, assembled from its policy."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from servicekit.fleet import fleet
from servicekit.migrations import Stream
from servicekit.service import Service

from identity_kit.handlers import handlers_of
from identity_kit.identity import Identity
from identity_kit.models.base import Base, ControlBase
from identity_kit.policy import Policy
from identity_kit.routes import (
    account,
    api_key,
    directory,
    invitation,
    notification,
    password,
    registration,
    role,
    second_factor,
    session,
    tenant,
)
from identity_kit.settings import IdentitySettings

_MIGRATIONS = Path(__file__).parent / "migrations"
STREAMS = (
    Stream("identity", "control", _MIGRATIONS / "control", ControlBase.metadata),
    Stream("identity", "tenant", _MIGRATIONS / "tenant", Base.metadata),
)

_ROUTES = (
    registration,
    session,
    password,
    second_factor,
    account,
    role,
    api_key,
    invitation,
    notification,
    tenant,
    directory,
)


def identity_service(policy: Policy, settings: IdentitySettings) -> Service:
    """The user-service of the policy's application.

    Raises:
        ValueError: the settings name a role that the policy does not have.
    """
    entry = fleet().at(policy.application, "user")
    if entry is None:
        raise LookupError(f"fleet.toml has no user-service for {policy.application}")
    if unknown := settings.mfa_roles.difference(policy.roles):
        raise ValueError(f"mfa_roles names roles that there are not: {', '.join(sorted(unknown))}")
    identity = Identity.of(entry, settings, policy, STREAMS)

    @asynccontextmanager
    async def plug(app: FastAPI) -> AsyncGenerator[None]:
        app.state.identity = identity
        await identity.keys.load(app.state.database)
        reloading = asyncio.create_task(identity.keys.keep_loading(app.state.database))
        yield
        reloading.cancel()
        await identity.redis.aclose()

    return Service(
        entry=entry,
        settings=settings,
        routers=[module.router for module in _ROUTES],
        streams=STREAMS,
        handlers=handlers_of(identity),
        plugs=[plug],
    )
