"""What identity's routes ask for besides what every service's do."""

from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Request, Response
from servicekit.db import Database
from servicekit.edge import Actor, ReadSession

from identity_kit.identity import Identity
from identity_kit.services import session as sessions
from identity_kit.services import step_up


async def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _client(request: Request) -> sessions.Client:
    address = request.headers.get("x-forwarded-for", "")  # written by the gateway: one address
    try:
        known = str(ip_address(address))
    except ValueError:
        known = None
    device = request.headers.get("user-agent")
    return sessions.Client(device=device and device[:300], address=known)


async def _fresh(session: ReadSession, actor: Actor) -> None:
    await step_up.require(session, actor)


async def _no_store(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


no_store = Depends(_no_store)
"""For routes that answer with a secret."""
fresh = Depends(_fresh, scope="function")
"""For routes that are dangerous: the session has just shown who it is."""
Kit = Annotated[Identity, Depends(_identity)]
AnyDatabase = Annotated[Database, Depends(_database)]
"""For routes that open sessions of their own: about tenants, not in one."""
Client = Annotated[sessions.Client, Depends(_client)]
