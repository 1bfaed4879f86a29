"""A small service for the kit's own tests: notes with a name, a deferred constraint, a job."""

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from contracts.facts import Envelope
from contracts.jobs import Job
from fastapi import Query, Request, Response
from pydantic import SecretStr
from servicekit import files, jobs, long_jobs
from servicekit.access import internal, needs, public, signed_in
from servicekit.db import TYPES, Editable, found, tenant_metadata
from servicekit.db import TenantSession as WriteSession
from servicekit.edge import ExpectedVersion, ReadSession, Router, TenantSession
from servicekit.errors import Conflict, NotFound, PreconditionFailed
from servicekit.file_routes import download
from servicekit.files import FILES, FileName, StoredFile
from servicekit.fleet import ServiceEntry
from servicekit.handlers import Handlers
from servicekit.long_job_routes import LongJobRead, accepted, long_jobs_router
from servicekit.long_jobs import LONG_JOBS, Portion, Refusal
from servicekit.migrations import Stream
from servicekit.pagination import ListQuery, Page, page
from servicekit.schemas import Input, Name, Output
from servicekit.service import Service
from servicekit.settings import ServiceSettings
from servicekit.testing.environment import PASSWORD, Environment
from sqlalchemy import UniqueConstraint, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped

ENTRY = ServiceEntry(
    name="toy-service",
    application="business",
    folder="",
    package="toy",
    port=1,
    database="toy",
    prefix="toy",
    built=True,
    hears=("tenant.registered.v1", "tenant.updated.v1", "tenant.closed.v1"),
    public=("POST /toy/echo",),
)
LARGEST_FILE = 3_000_000  # bytes, more than other routes take


class Base(DeclarativeBase):
    metadata = tenant_metadata()
    type_annotation_map = TYPES


class Note(Editable, Base):
    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("name", deferrable=True, initially="DEFERRED"),)
    name: Mapped[str]


class CountUp(Job):
    name = "toy.count_up"
    note: UUID
    fail: bool = False


class ShoutPortion(Portion):
    """Make the names of two notes upper case, those after `after`; a name with a digit is refused."""

    name = "toy.shout_portion"
    after: str = ""
    fail: bool = False


class NoteWish(Input):
    name: Name


class NoteRead(Output):
    id: UUID
    name: str
    version: int


class NoteQuery(ListQuery):
    sort: Literal["name", "-name"] = "name"


class NameTaken(Conflict):
    code = "toy.name_taken"


router = Router("toy")
handlers = Handlers()


@router.post("/notes", status_code=201, dependencies=[signed_in()])
async def add_note(wish: NoteWish, session: TenantSession) -> NoteRead:
    note = Note(name=wish.name)
    session.add(note)
    await session.flush()
    if wish.name == "refused":
        raise NameTaken("Not this one.")
    return NoteRead.model_validate(note)


@router.get("/notes", dependencies=[signed_in()])
async def list_notes(query: Annotated[NoteQuery, Query()], session: ReadSession) -> Page[NoteRead]:
    columns = Note.__table__.c
    statement = select(columns.id, columns.name, columns.version)
    listed = await page(
        session, statement, query, key=columns.name, id_=columns.id, descending=query.sort.startswith("-")
    )
    return Page[NoteRead].model_validate(listed)


@router.patch("/notes/{note_id}", dependencies=[signed_in()])
async def rename_note(
    note_id: UUID, wish: NoteWish, session: TenantSession, expected: ExpectedVersion
) -> NoteRead:
    note = await session.get(Note, note_id)
    if note is None:
        raise NotFound
    if note.version != expected:
        raise PreconditionFailed
    note.name = wish.name
    await session.flush()
    return NoteRead.model_validate(note)


@router.post("/notes/{note_id}/count", status_code=202, dependencies=[signed_in()])
async def count_up(note_id: UUID, session: TenantSession) -> None:
    jobs.add(session, CountUp(note=note_id))


@router.post("/shout", status_code=202, dependencies=[signed_in()])
async def shout(session: TenantSession, response: Response) -> LongJobRead:
    total = await session.scalar(select(func.count()).select_from(Note))
    return accepted("toy", await long_jobs.start(session, ShoutPortion, total=total or 0), response)


@router.post("/files", status_code=201, dependencies=[needs("toy.file.write", takes_file=LARGEST_FILE)])
async def upload_file(request: Request, name: FileName, session: TenantSession, refuse: bool = False) -> UUID:
    async with files.received(session, request.stream(), name=name, accept=["image/png", "text/csv"]) as file:
        session.add(file)
        await session.flush()
        if refuse:
            raise NameTaken("Not this one.")
        return file.id


@router.get("/files/{file_id}", dependencies=[signed_in()])
async def download_file(file_id: UUID, session: ReadSession) -> Response:
    file = await found(session, StoredFile, file_id)
    return download(file, await files.content_of(session, file))


@router.delete("/files/{file_id}", status_code=204, dependencies=[signed_in()])
async def delete_file(file_id: UUID, session: TenantSession) -> None:
    await files.remove(session, await found(session, StoredFile, file_id))


@router.post("/write-through-read", dependencies=[signed_in()])
async def write_through_read(session: ReadSession) -> None:
    await session.execute(text("CREATE TABLE ext.stolen ()"))


@router.post("/forget-the-tenant", dependencies=[signed_in()])
async def forget_the_tenant(session: TenantSession) -> None:
    await session.execute(text("SELECT * FROM notes"))


@router.post("/broken", dependencies=[signed_in()])
async def broken() -> None:
    raise RuntimeError("the inside of this service")


@router.post("/echo", dependencies=[public()])
async def echo(wish: NoteWish) -> str:
    return wish.name


@router.get("/internal/ping", dependencies=[internal()])
async def ping() -> str:
    return "pong"


@handlers.does(CountUp)
async def do_count_up(session: WriteSession, job: CountUp, _: Envelope) -> None:
    """Rename the note by one more mark: done twice, it would show."""
    if job.fail:
        raise RuntimeError("as told")
    note = await session.get_one(Note, job.note)
    note.name += "!"


@handlers.does(ShoutPortion)
async def shout_portion(session: WriteSession, portion: ShoutPortion, _: Envelope) -> None:
    if await long_jobs.cancelled(session, portion):
        return
    if portion.fail:
        raise RuntimeError("as told")
    wanted = select(Note).where(Note.name > portion.after).order_by(Note.name).limit(2)
    notes = list(await session.scalars(wanted))
    following = portion.model_copy(update={"after": notes[-1].name}) if len(notes) == 2 else None
    refused = [
        Refusal("toy.digit", "Digits cannot be shouted.", row=row, column="name")
        for row, note in enumerate(notes, 1)
        if not note.name.isalpha()
    ]
    for note in notes:
        note.name = note.name.upper()
    await long_jobs.advance(
        session, portion, len(notes), following=following, refused=refused, counts={"notes": len(notes)}
    )


class Settings(ServiceSettings, env_prefix="TOY_"):
    secret: SecretStr = SecretStr("")


def toy(environment: Environment, database: str = "toy") -> Service:
    """The service, on a database of the environment's server."""
    host = environment.admin_url.split("@")[-1].split("/")[0]
    entry = ENTRY.model_copy(update={"database": database, "name": f"{database}-service"})
    settings = Settings.model_validate(
        {
            "environment": "test",
            "log_level": "error",
            "worker_lease": 1,
            "redis_url": environment.redis_url,
            "trusted_keys_file": environment.folder / "trusted.json",
            "signing_key_file": environment.folder / "app1-hrms-service.pem",
            "database_url": f"postgresql://{database}:{PASSWORD}@{host}/{database}",
            "database_read_url": f"postgresql://{database}_ro:{PASSWORD}@{host}/{database}",
        }
    )
    stream = Stream("toy", "tenant", Path(__file__).parent / "toy_migrations", Base.metadata)
    return Service(
        entry=entry,
        settings=settings,
        routers=[router, long_jobs_router("toy")],
        streams=[FILES, LONG_JOBS, stream],
        handlers=Handlers(handlers, files.handlers),
    )
