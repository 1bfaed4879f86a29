"""The libraries-service: what it is made of."""

from pathlib import Path

from servicekit import files
from servicekit.app import create_app
from servicekit.files import FILES
from servicekit.fleet import fleet
from servicekit.handlers import Handlers
from servicekit.long_job_routes import long_jobs_router
from servicekit.long_jobs import LONG_JOBS
from servicekit.migrations import Stream
from servicekit.service import Service

from school_libraries import consumers, jobs
from school_libraries.models.base import Base
from school_libraries.routes import (
    book,
    branch,
    catalogue_import,
    circulation,
    copy,
    hold,
    loan,
    loan_rule,
    patron,
    statistics,
)
from school_libraries.settings import Settings

service = Service(
    entry=fleet().named("app2-libraries-service"),
    settings=Settings(),
    routers=[
        branch.router,
        loan_rule.router,
        book.router,
        copy.router,
        patron.router,
        circulation.router,
        loan.router,
        hold.router,
        catalogue_import.router,
        statistics.router,
        long_jobs_router("libraries"),
    ],
    streams=[
        FILES,
        LONG_JOBS,
        Stream("libraries", "tenant", Path(__file__).parents[2] / "migrations/versions", Base.metadata),
    ],
    handlers=Handlers(files.handlers, consumers.handlers, jobs.handlers),
)
app = create_app(service)
