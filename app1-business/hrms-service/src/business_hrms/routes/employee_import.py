from typing import Annotated

from fastapi import Query, Request, Response
from servicekit.access import needs
from servicekit.edge import Router, TenantSession
from servicekit.errors import documented
from servicekit.file_routes import TABLES, TableForm, table, takes
from servicekit.files import FileTypeRefused
from servicekit.long_job_routes import LongJobRead, accepted

from business_hrms.schemas.employee_import import ImportWish
from business_hrms.services import employee_import
from business_hrms.services.employee_import import ACCEPTED, COLUMNS, LARGEST

router = Router("hrms", tags=["imports"])


@router.post(
    "/imports",
    status_code=202,
    dependencies=[needs("hrms.employee.write", takes_file=LARGEST)],
    openapi_extra=takes(*ACCEPTED),
    responses=documented(FileTypeRefused),
)
async def import_employees(
    wish: Annotated[ImportWish, Query()], request: Request, session: TenantSession, response: Response
) -> LongJobRead:
    """Hire and change employees from a CSV or XLSX file, which is the body as it is.

    Rows are told apart by `employee_no`; what a row leaves as it is, is not touched, so
    the same file again changes nothing. The job tells how many were created, updated
    and unchanged, and its errors what is wrong in which row and column. Nobody gets a
    welcome by mail.
    """
    job = await employee_import.start(session, wish, request.stream())
    return accepted("hrms", job, response)


@router.get(
    "/imports/template",
    dependencies=[needs("hrms.employee.write")],
    response_class=Response,
    responses=TABLES,
)
async def get_import_template(form: Annotated[TableForm, Query(alias="format")] = "csv") -> Response:
    """An empty file with the columns that an import takes. The employees' export is one, too."""
    return table("employees", [COLUMNS], form)
