from typing import Annotated

from fastapi import Query, Request, Response
from servicekit.access import needs
from servicekit.edge import Router, TenantSession
from servicekit.errors import documented
from servicekit.file_routes import TABLES, TableForm, table, takes
from servicekit.files import FileTypeRefused
from servicekit.long_job_routes import LongJobRead, accepted

from school_libraries.rules.record import COLUMNS
from school_libraries.schemas.catalogue_import import ImportWish
from school_libraries.services import catalogue_import
from school_libraries.services.catalogue_import import ACCEPTED, LARGEST

router = Router("libraries", tags=["imports"])


@router.post(
    "/imports",
    status_code=202,
    dependencies=[needs("libraries.catalogue.write", takes_file=LARGEST)],
    openapi_extra=takes(*ACCEPTED),
    responses=documented(FileTypeRefused),
)
async def import_catalogue(
    wish: Annotated[ImportWish, Query()], request: Request, session: TenantSession, response: Response
) -> LongJobRead:
    """Enter books and copies from MARC 21, CSV or XLSX; the body is the file as it is.

    A book is known by its ISBN: a record of one that is there adds its copies. The
    job's errors name each record that could not be read, and each barcode that is taken.
    """
    job = await catalogue_import.start(session, wish, request.stream())
    return accepted("libraries", job, response)


@router.get(
    "/imports/template",
    dependencies=[needs("libraries.catalogue.write")],
    response_class=Response,
    responses=TABLES,
)
async def get_import_template(form: Annotated[TableForm, Query(alias="format")] = "csv") -> Response:
    """An empty table with the columns that an import takes."""
    return table("books", [COLUMNS], form)
