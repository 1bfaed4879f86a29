"""A route's query parameters, read into its model.

FastAPI finds out at each request which of the model's fields are lists and under which names they
come: about 15 % of what the employees list costs a service. What the model says of itself does not
change, so it is asked once; OpenAPI is made from FastAPI's own picture.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeGuard, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError


def read_at_once(dependant: Dependant) -> Dependant:
    """The same as FastAPI would solve it, but for query models: a dependency of ours reads each."""
    models = {field.name: field.field_info.annotation for field in dependant.query_params}
    ours = [
        Dependant(name=name, call=_reader(kind), request_param_name="request", path=dependant.path)
        for name, kind in models.items()
        if is_model(kind)
    ]
    left = [field for field in dependant.query_params if not is_model(field.field_info.annotation)]
    return replace(dependant, query_params=left, dependencies=[*dependant.dependencies, *ours])


def is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _reader(kind: type[BaseModel]) -> Callable[[Request], Awaitable[BaseModel]]:
    lists = {info.alias or name for name, info in kind.model_fields.items() if _is_list(info.annotation)}

    async def read(request: Request) -> BaseModel:
        given = request.query_params
        try:
            return kind.model_validate(
                {name: given.getlist(name) if name in lists else value for name, value in given.items()}
            )
        except ValidationError as error:
            raise RequestValidationError(
                [{**detail, "loc": ("query", *detail["loc"])} for detail in error.errors(include_url=False)]
            ) from error

    return read


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) is list for part in (annotation, *get_args(annotation)))
