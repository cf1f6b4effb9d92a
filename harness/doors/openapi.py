"""The OpenAPI 3.1 description of a table of operations, drawn from the same rows and message types as the routes."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.contract.messages import Refused
from harness.doors.control_operation import Operation

IN_QUERY = ("GET", "DELETE")
"""Methods whose message stands in the query: a body has no meaning there (RFC 9110 §9.3)."""
REFUSALS = {
    "400": "The message is broken; nothing changed.",
    "401": "The token is missing or wrong.",
    "403": "The request comes from a page of another origin.",
    "404": "Nobody or nothing of that name.",
    "409": "It cannot happen now; nothing changed.",
    "408": "The message was not whole in time.",
    "413": "The message is too long.",
    "414": "The address is too long.",
    "421": "The Host header names another host.",
    "431": "The head is too long.",
    "503": "A store cannot be written or a PC/SC reader not be reached; nothing changed.",
}


def describe(operations: Sequence[Operation], url: str, version: str) -> dict[str, Any]:
    """Return the description of the control API at `url`."""
    messages = [t for row in operations for t in (row.asks, row.answers)]
    names = [row.among for row in operations if row.among is not None]
    types: list[type] = list(dict.fromkeys([*messages, *names, Refused]))
    drawn, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(types, drawn, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for row in operations:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kazashi control API", "version": version},
        "servers": [{"url": url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(row: Operation, schemas: dict[type, Any], components: dict[str, Any]) -> dict[str, Any]:
    refusals = {code: _content(text, schemas[Refused]) for code, text in REFUSALS.items()}
    drawn: dict[str, Any] = {
        "operationId": row.name,
        "summary": row.summary,
        "responses": {"200": _content("Done.", schemas[row.answers]), **refusals},
    }
    named = {"type": "string"} if row.among is None else schemas[row.among]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": named} for name in re.findall(r"{(\w+)}", row.path)
    ]
    fields, needed = (components[row.asks.__name__].get(part, {}) for part in ("properties", "required"))
    if row.method in IN_QUERY:
        parameters += [
            {"name": name, "in": "query", "schema": schema, **({"required": True} if name in needed else {})}
            for name, schema in fields.items()
        ]
    else:
        drawn["requestBody"] = {"required": bool(needed), **_json(schemas[row.asks])}
    return {**drawn, "parameters": parameters} if parameters else drawn


def _content(description: str, schema: Any) -> dict[str, Any]:
    return {"description": description, **_json(schema)}


def _json(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
