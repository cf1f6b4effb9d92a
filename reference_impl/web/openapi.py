"""The OpenAPI 3.1 description, drawn from the same table and types as the routes."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from reference_impl import VERSION
from reference_impl.web.callers import Role
from reference_impl.web.operation import Operation
from reference_impl.web.problems import MEANINGS, MEDIA_TYPE, ProblemDetails, ProblemReason

_BODY: Final = (
    ProblemReason.BODY_TOO_LARGE, ProblemReason.BODY_TOO_SLOW, ProblemReason.CONTENT_TYPE, ProblemReason.JSON_BROKEN,
)  # fmt: skip
_ALWAYS: Final = (ProblemReason.STORE_UNUSABLE, ProblemReason.INTERNAL, ProblemReason.METHOD_NOT_ALLOWED)
_WHO: Final = (ProblemReason.UNAUTHENTICATED, ProblemReason.FORBIDDEN)
_SECURITY: Final[dict[Role, list[dict[str, list[str]]]]] = {Role.ANYBODY: [], Role.TERMINAL: [{"terminal": []}]}


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    """The description."""
    types: list[Any] = [row.asks for row in operations] + [kind for row in operations for kind in row.answers.values()]
    types += [row.query for row in operations if row.query is not None]
    types = [*dict.fromkeys([*types, ProblemDetails])]
    drawn, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(types, drawn, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in operations:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kazashi reference relying party", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "terminal": {"type": "http", "scheme": "basic"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(row: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.en,
        "description": row.ja,
        "security": _SECURITY.get(row.role, [{"token": []}]),
        "responses": {**_answers(row, schemas), **_problems(row, schemas)},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", row.path)
    ]
    if row.query is not None:
        properties = components[row.query.__name__]["properties"]
        parameters += [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    if parameters:
        drawn["parameters"] = parameters
    if row.method == "POST":
        drawn["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[row.asks]}}}
    return drawn


def _answers(row: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    if row.media_types:
        text = {"schema": {"type": "string"}}
        content = {kind.partition(";")[0]: text for kind in row.media_types}
        return {"200": {"description": "Done.", "content": content}}
    return {
        str(status): {"description": "Done.", "content": {"application/json": {"schema": schemas[kind]}}}
        for status, kind in row.answers.items()
    }


def _problems(row: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    reasons = [*_ALWAYS, *(() if row.role is Role.ANYBODY else _WHO)]
    reasons += _BODY if row.method == "POST" else ()
    reasons += [ProblemReason.SERVICE_UNKNOWN] if "{" in row.path or row.method == "POST" else []
    reasons += [ProblemReason.QUERY_INVALID] if row.query is not None else []
    statuses = sorted({MEANINGS[each].status for each in reasons})
    return {
        str(status): {"description": _said(status), "content": {MEDIA_TYPE: {"schema": schemas[ProblemDetails]}}}
        for status in statuses
    }


def _said(status: int) -> str:
    return ", or ".join(each.en for each in MEANINGS.values() if each.status == status)
