"""What the gateway itself serves: what this is, and the applications' documents."""

from importlib.resources import files
from typing import Any

from contracts.ids import Application
from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from gateway.errors import DocumentUnavailable, NoSuchRoute
from gateway.openapi import TITLES, Documents

OWN_PATHS = frozenset({"/", "/healthz", "/readyz"})
OWN_PREFIXES = ("/openapi/", "/docs/")

# Swagger UI from a package, so that the page needs no CDN.
_assets = StaticFiles(directory=str(files("fastapi_offline") / "static"))

router = APIRouter(routes=[Mount("/docs/assets", _assets)])


@router.get("/")
async def index(request: Request) -> dict[str, Any]:
    """What this is and where to read on."""
    return {
        "name": "api-gateway",
        "release": request.app.state.release,
        "applications": {
            application: {
                "title": title,
                "openapi": f"/openapi/{application}.json",
                "docs": f"/docs/{application}",
            }
            for application, title in TITLES.items()
        },
        "health": {"lives": "/healthz", "ready": "/readyz"},
    }


@router.get("/openapi/{application}.json")
async def openapi(application: str, request: Request) -> dict[str, Any]:
    """The merged OpenAPI document of an application."""
    documents: Documents = request.app.state.documents
    try:
        return await documents.of(_known(application))
    except LookupError as error:
        raise DocumentUnavailable from error


@router.get("/docs/{application}")
async def docs(application: str) -> HTMLResponse:
    """The document as a page to read and try."""
    known = _known(application)
    return get_swagger_ui_html(
        openapi_url=f"/openapi/{known}.json",
        title=TITLES[known],
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "displayRequestDuration": True, "filter": True},
    )


def _known(application: str) -> Application:
    for known in TITLES:
        if known == application:
            return known
    raise NoSuchRoute
