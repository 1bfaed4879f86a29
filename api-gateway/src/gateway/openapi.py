"""One OpenAPI document per application, merged from its services' own."""

import asyncio
import time
from collections.abc import Container
from typing import Any

from contracts.ids import Application
from servicekit.fleet import ServiceEntry

from gateway.lookups import Lookups
from gateway.services import Services

KEPT = 10.0  # seconds
TITLES: dict[Application, str] = {"business": "Business System", "school": "School ERP"}
_SHARED = frozenset({"ProblemDocument", "FieldError"})  # every service's, from the kit


class Documents:
    """Merged documents, a few seconds old at most."""

    def __init__(self, services: Services, lookups: Lookups) -> None:
        self._services = services
        self._lookups = lookups
        self._kept: dict[Application, tuple[float, dict[str, Any]]] = {}
        self._merging = asyncio.Lock()

    async def of(self, application: Application) -> dict[str, Any]:
        """The document of an application.

        Raises:
            LookupError: a service does not answer; half a document would break who generates code from it.
        """
        async with self._merging:  # however many ask, the services are asked once
            kept = self._kept.get(application)
            if kept is None or kept[0] < time.monotonic():
                kept = self._kept[application] = (time.monotonic() + KEPT, await self._merged(application))
        return kept[1]

    async def _merged(self, application: Application) -> dict[str, Any]:
        services = self._services.of(application)
        documents = await asyncio.gather(
            *(self._lookups.get(s, f"/{s.entry.prefix}/internal/openapi.json") for s in services)
        )
        return merge(application, {s.entry: d for s, d in zip(services, documents, strict=True)})


def merge(application: Application, documents: dict[ServiceEntry, dict[str, Any]]) -> dict[str, Any]:
    """Services' documents as one.

    Names are made from a service's prefix alone, so that they stay what they are
    whichever services are there: schema `Employee` of hrms becomes `HrmsEmployee`,
    operation `list_employees` becomes `hrms_list_employees`.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    tags = []
    for entry, document in documents.items():
        camel = "".join(part.title() for part in entry.prefix.split("-"))
        own = document.get("components", {}).get("schemas", {})
        names = {name: name if name in _SHARED else _prefixed(camel, name, own) for name in own}
        refs = {f"#/components/schemas/{old}": f"#/components/schemas/{new}" for old, new in names.items()}
        schemas |= {names[name]: _renamed(schema, refs) for name, schema in own.items()}
        for path, item in document.get("paths", {}).items():
            if path.startswith(f"/{entry.prefix}/") and not path.startswith(f"/{entry.prefix}/internal/"):
                paths[path] = {
                    method: _operation(entry, method, path, _renamed(operation, refs))
                    for method, operation in item.items()
                }
        tags.append({"name": entry.prefix, "description": document.get("info", {}).get("description", "")})
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLES[application], "version": "1"},
        "tags": tags,
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }


def _prefixed(prefix: str, name: str, others: Container[str]) -> str:
    """`UserRead` of user stays what it is, unless user has a `Read` that becomes the same."""
    rest = name.removeprefix(prefix)
    return prefix + (name if rest in others and rest != name else rest)


def _operation(entry: ServiceEntry, method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    snake = entry.prefix.replace("-", "_")
    name = str(operation.get("operationId", "")).removeprefix(f"{snake}_")
    operation |= {"operationId": f"{snake}_{name}", "tags": [entry.prefix]}
    route = f"{method.upper()} {path}"
    if route in entry.public:
        needed = [] if route in entry.tenantless else [_header("X-Tenant-ID", required=True)]
        application = _header("X-Application", required=route in entry.tenantless)
        operation["parameters"] = [*operation.get("parameters", []), *needed, application]
        operation["security"] = []
    return operation


def _header(name: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string"}}


def _renamed(node: Any, refs: dict[str, str]) -> Any:
    """A copy of a piece of a document with its references renamed."""
    if isinstance(node, dict):
        return {key: _renamed(value, refs) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, refs) for value in node]
    return refs.get(node, node) if isinstance(node, str) else node
