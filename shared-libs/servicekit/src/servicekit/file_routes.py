"""Files at the HTTP edge: a route that takes one says so in OpenAPI, and hands one out safely."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Literal
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from servicekit import spreadsheet, workbook
from servicekit.files import XLSX, StoredFile

TableForm = Literal["csv", "xlsx"]


def takes(*media_types: str) -> dict[str, Any]:
    """`openapi_extra` of a route whose body is a file as it is; the rest goes by query parameters."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    return {"requestBody": {"required": True, "content": content}}


def table(name: str, rows: Iterable[Iterable[object]], form: TableForm) -> Response:
    """A table of ours, the header first, as a file to save; `name` has no ending. For what fits in memory."""
    csv = form == "csv"
    return Response(
        (spreadsheet.BOM + spreadsheet.lines(rows)).encode() if csv else workbook.xlsx(rows),
        media_type="text/csv" if csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


TABLES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, XLSX: {}}}}
"""`responses` of a route that answers with `table`."""


def download(file: StoredFile, content: AsyncIterator[bytes]) -> Response:
    """A file that somebody uploaded: for saving, never shown as a page of ours."""
    plain = file.name.encode("ascii", "replace").decode().replace('"', "'").replace("%", "_")
    name = quote(file.name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}",  # RFC 6266
        "Content-Length": str(file.size),
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(content, media_type=file.media_type, headers=headers)
