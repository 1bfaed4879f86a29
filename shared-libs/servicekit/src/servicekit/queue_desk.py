"""What operators see of a service's queue, and do about it: `/{prefix}/internal/queue`, for `fleet queue`."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from contracts.context import TenantContext
from contracts.facts import Envelope
from fastapi import Query, Request
from pydantic import AwareDatetime, Field
from sqlalchemy.dialects.postgresql import insert

from servicekit import audit
from servicekit.access import internal
from servicekit.db import Database
from servicekit.edge import Router
from servicekit.errors import NotFound
from servicekit.fleet import ServiceEntry
from servicekit.queue import DeadItem, Item, Queue
from servicekit.records import Handled
from servicekit.schemas import Input, Output
from servicekit.tenancy import TenantDeleted, TenantProvisioning, Tenants

log = structlog.get_logger()

_LOOKED_AT = 10_000  # dead items that are counted by kind


class ItemRead(Output):
    id: UUID
    type: str
    tenant: str
    tries: int
    since: AwareDatetime


class DeadItemRead(ItemRead):
    error: str


class WorkerRead(Output):
    """A worker that was seen within the hour, and what it holds."""

    name: str
    items: list[ItemRead]


class QueueRead(Output):
    """How many items are where; `oldest_seconds` is how long the one that waits longest has waited."""

    ready: int
    delayed: int
    running: int
    dead: int
    parked: int
    oldest_seconds: float | None
    dead_by_kind: dict[str, int]
    paused: list[str]
    workers: list[WorkerRead]


class Order(Input):
    """`by` is the operator, for the audit log."""

    by: str = Field(min_length=1, max_length=200)


class Done(Output):
    """`outcome` of a cancellation: a running item ends within a heartbeat of its worker."""

    outcome: Literal["replayed", "discarded", "removed", "running", "paused", "resumed"]


def queue_router(entry: ServiceEntry) -> Router:
    router = Router(f"{entry.prefix}/internal/queue", tags=["queue"])
    options: dict[str, Any] = {"include_in_schema": False, "dependencies": [internal()]}

    @router.get("", **options)
    async def show_queue(request: Request) -> QueueRead:
        queue = _queue(request, entry)
        waiting = [_shown(item).since for item in await queue.oldest()]
        workers = await queue.workers()
        return QueueRead(
            **vars(await queue.depth()),
            oldest_seconds=(datetime.now(UTC) - min(waiting)).total_seconds() if waiting else None,
            dead_by_kind=await queue.dead_kinds(_LOOKED_AT),
            paused=await queue.paused(),
            workers=[
                WorkerRead(name=name, items=[_shown(item) for item in items])
                for name, items in workers.items()
            ],
        )

    @router.get("/dead", **options)
    async def list_dead(
        request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> list[DeadItemRead]:
        """The items given up longest ago."""
        return [_mourned(dead) for dead in await _queue(request, entry).dead(limit)]

    @router.post("/items/{item_id}/replay", **options)
    async def replay(request: Request, item_id: UUID, order: Order) -> Done:
        await _act(request, entry, item_id, _queue(request, entry).replay, done="replayed", by=order.by)
        return Done(outcome="replayed")

    @router.post("/items/{item_id}/discard", **options)
    async def discard(request: Request, item_id: UUID, order: Order) -> Done:
        await _act(request, entry, item_id, _queue(request, entry).discard, done="discarded", by=order.by)
        return Done(outcome="discarded")

    @router.post("/items/{item_id}/cancel", **options)
    async def cancel(request: Request, item_id: UUID, order: Order) -> Done:
        outcome = await _act(
            request, entry, item_id, _queue(request, entry).cancel, done="cancelled", by=order.by
        )
        return Done.model_validate({"outcome": outcome})

    @router.post("/kinds/{kind}/pause", **options)
    async def pause(request: Request, kind: str, order: Order) -> Done:
        await _queue(request, entry).pause(kind)
        log.warning("queue_paused", type=kind, by=order.by)
        return Done(outcome="paused")

    @router.post("/kinds/{kind}/resume", **options)
    async def resume(request: Request, kind: str, order: Order) -> Done:
        await _queue(request, entry).resume(kind)
        log.warning("queue_resumed", type=kind, by=order.by)
        return Done(outcome="resumed")

    return router


def _queue(request: Request, entry: ServiceEntry) -> Queue:
    return Queue(request.app.state.redis, entry.name)


def _shown(item: Item) -> ItemRead:
    since = Envelope.model_validate_json(item.body).occurred_at
    return ItemRead(id=UUID(item.id), type=item.type, tenant=item.tenant, tries=item.tries, since=since)


def _mourned(dead: DeadItem) -> DeadItemRead:
    return DeadItemRead(**_shown(dead.item).model_dump(), error=dead.error)


async def _act(
    request: Request,
    entry: ServiceEntry,
    item_id: UUID,
    act: Callable[[Item], Awaitable[str | bool]],
    *,
    done: str,
    by: str,
) -> str | bool:
    """Do something to an item, with a line in its tenant's audit log where the tenant has one.

    What is taken out for good counts as handled: a lost Redis does not bring it back.
    """
    item = await _queue(request, entry).find(str(item_id))
    if item is None:
        raise NotFound
    database: Database = request.app.state.database
    context = TenantContext(kind="service", application=entry.application, tenant=item.tenant)
    async with database.tenant(context) as session:
        if await _has_schema(database, item.tenant):
            told = {"type": item.type, "by": by}
            audit.add(session, f"{entry.prefix}.message_{done}", target=f"message:{item_id}", after=told)
            await session.flush()
        outcome = await act(item)
        if outcome in {False, "unknown"}:
            raise NotFound
        if done != "replayed":
            handled = insert(Handled).values(message_id=item_id)
            await session.execute(handled.on_conflict_do_nothing())
        await session.commit()
    log.warning("queue_message", done=done, message=item.id, type=item.type, by=by)
    return outcome


async def _has_schema(database: Database, tenant: str) -> bool:
    try:
        await Tenants(database).require_schema(tenant)
    except (TenantDeleted, TenantProvisioning):
        return False
    return True
