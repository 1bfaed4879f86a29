from typing import Annotated
from uuid import UUID

from contracts.context import TenantContext
from fastapi import BackgroundTasks, Header, Request, Response
from servicekit.access import public
from servicekit.db import Database
from servicekit.edge import Router
from servicekit.errors import documented
from servicekit.idempotency import fingerprint, once
from servicekit.web import problem_response

from identity_kit.edge import AnyDatabase, Kit
from identity_kit.identity import Identity
from identity_kit.models.directory import KeptRegistration
from identity_kit.schemas.account import UserRead
from identity_kit.schemas.password import Address
from identity_kit.schemas.tenant import RegisteredRead, Registration, TenantRead
from identity_kit.services import directory, registration
from identity_kit.services import password as passwords
from identity_kit.services.password import PasswordGuessable
from identity_kit.services.registration import TenantTaken

router = Router("user", tags=["registration"])

_NOBODY = UUID(int=0)


@router.post(
    "/register",
    status_code=201,
    dependencies=[public(idempotency="own")],
    response_model=RegisteredRead,
    responses=documented(TenantTaken, PasswordGuessable),
)
async def register(
    wish: Registration,
    request: Request,
    identity: Kit,
    database: AnyDatabase,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Register an organisation; whoever does becomes its owner."""
    about = [wish.tenant, wish.organisation, wish.name, wish.email]
    passwords.require_unguessable(wish.password, about)
    password_hash = await identity.passwords.hash(wish.password)
    application = identity.policy.application
    context = TenantContext(kind="anonymous", application=application, tenant=wish.tenant)
    async with database.tenant(context) as session:

        async def work() -> Response:
            tenant, owner = await registration.register(session, identity, wish, password_hash)
            answer = RegisteredRead(
                tenant=TenantRead.of(tenant, application), user=UserRead.model_validate(owner)
            )
            return Response(answer.model_dump_json(), 201, media_type="application/json")

        if idempotency_key is None:
            response = await work()
        else:
            # Keyed, because the body holds a password, which its plain hash would give away.
            print_ = fingerprint(request.method, request.url.path, await request.body())
            response = await once(
                session,
                KeptRegistration,
                scope="registration",
                user_id=_NOBODY,
                key=idempotency_key,
                request_hash=identity.sealer.mac("registration", print_),
                work=work,
                answer_problem=lambda problem: problem_response(
                    problem, request.url.path, request.scope["request_id"]
                ),
            )
        await session.commit()
    return response


@router.post("/organisations/find", status_code=202, dependencies=[public()])
async def find_organisations(
    wish: Address, database: AnyDatabase, identity: Kit, later: BackgroundTasks
) -> None:
    """Have an address mailed where it can sign in. The answer is the same for every address."""
    later.add_task(_mail_organisations, database, identity, wish.email)


async def _mail_organisations(database: Database, identity: Identity, email: str) -> None:
    """After the answer, which would otherwise take longer for an address that is known."""
    async with database.control() as control:
        tenant = await directory.first_organisation(control, email)
    if tenant is not None:
        context = TenantContext(kind="anonymous", application=identity.policy.application, tenant=tenant)
        async with database.tenant(context) as session:
            await directory.mail_organisations(session, identity, email)
            await session.commit()
