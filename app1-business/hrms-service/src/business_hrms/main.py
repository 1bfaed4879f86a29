"""The hrms-service: what it is made of."""

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

from business_hrms import consumers, jobs
from business_hrms.models.base import Base
from business_hrms.routes import (
    accrual,
    checklist,
    department,
    document,
    document_type,
    employee,
    employee_import,
    employment,
    holiday_list,
    leave_allocation,
    leave_policy,
    leave_request,
    leave_settings,
    leave_type,
    position,
    report,
    team_calendar,
)
from business_hrms.settings import Settings

service = Service(
    entry=fleet().named("app1-hrms-service"),
    settings=Settings(),
    routers=[
        department.router,
        position.router,
        employee.router,
        employment.router,
        holiday_list.router,
        leave_type.router,
        leave_allocation.router,
        leave_policy.router,
        leave_request.router,
        leave_settings.router,
        accrual.router,
        checklist.router,
        team_calendar.router,
        document_type.router,
        document.router,
        employee_import.router,
        report.router,
        long_jobs_router("hrms"),
    ],
    streams=[
        FILES,
        LONG_JOBS,
        Stream("hrms", "tenant", Path(__file__).parents[2] / "migrations/versions", Base.metadata),
    ],
    handlers=Handlers(files.handlers, consumers.handlers, jobs.handlers),
)
app = create_app(service)
