"""Jobs by schedule: asked for once per time and tenant, however many workers there are."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.ids import Application
from contracts.jobs import Job
from croniter import croniter
from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from servicekit.db import ControlSession
from servicekit.records import Outgoing, ScheduledRun, Tenant


def latest(schedule: str, now: datetime, time_zone: str) -> datetime:
    """The last time, up to now, at which a cron expression is due on the clocks of a time zone.

    A time that a change of clocks leaves out is due when the clocks have moved; one that
    comes twice is due the first time.
    """
    local = now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, second=0, microsecond=0)
    found: datetime = croniter(schedule, local + timedelta(minutes=1), ret_type=datetime).get_prev()
    return found.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


async def ask_for_due(
    session: ControlSession, schedules: Mapping[type[Job], str], *, service: str, application: Application
) -> int:
    """Put the jobs that are due into the outbox; says how many.

    A schedule that is new here begins with its next time.
    """
    now = (await session.execute(select(func.now()))).scalar_one()
    zones = await session.scalars(select(Tenant.time_zone).where(Tenant.status == "active").distinct())
    asked = 0
    for zone in list(zones):
        for job, schedule in schedules.items():
            slot = latest(schedule, now, zone)
            row = {"job": job.name, "time_zone": zone, "slot": slot}
            new = insert(ScheduledRun).values(row).on_conflict_do_nothing().returning(ScheduledRun.slot)
            if await session.scalar(new) is not None:
                continue
            earlier = await session.get(ScheduledRun, (job.name, zone), with_for_update=True)
            if earlier is None or earlier.slot >= slot:
                continue
            earlier.slot = slot
            asked += await _ask(session, job, zone, service=service, application=application)
    return asked


async def _ask(
    session: ControlSession, job: type[Job], zone: str, *, service: str, application: Application
) -> int:
    columns = {
        "kind": literal("job"),
        "queue": literal(service),
        "tenant": Tenant.id,
        "application": literal(application),
        "type": literal(job.name),
        "aggregate": literal(""),
        "version": literal(0),
        "data": literal(job().model_dump(mode="json"), Outgoing.data.type),
        "weight": literal(job.weight),
    }
    wanted = select(*columns.values()).where(Tenant.status == "active", Tenant.time_zone == zone)
    result = await session.execute(insert(Outgoing).from_select(list(columns), wanted).returning(Outgoing.id))
    return len(result.all())
