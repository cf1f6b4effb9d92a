"""The control API in the words that generators of clients read whole: OpenAPI 3.0.3 instead of 3.1.

The control door describes itself in 3.1, where a schema is JSON Schema 2020-12. Of that openapi-generator reads half:
in C# a nullable enumeration becomes one that cannot be null, base64 stays text, an integer has 32 bits however large
it may be. 3.0.3 has words of its own for all of these (OpenAPI 3.0.3 §4.7.24: `nullable`, `format`), and every
generator knows them. What this translation does not know it refuses, so that nothing is lost unseen.
"""

from typing import Any

from harness.doors.control_operations import OPERATIONS
from harness.doors.openapi import describe

Schema = dict[str, Any]
ANYWHERE = "http://127.0.0.1/"
"""A world's address is drawn anew each time it starts; whoever uses a client tells it."""
TEXT = frozenset(("title", "description", "pattern", "minLength", "maxLength"))
KEPT = TEXT | {"type", "format", "enum", "minimum", "maximum", "required", "default", "additionalProperties"}
"""Words that mean the same in both."""

SIZES = {"integer": "int64", "number": "double"}
"""How large a number is: in 3.1 as large as it is, in a program as large as it is declared."""


class Untranslated(ValueError):
    """A schema says something that there is no word for here; `str()` says what and where."""


def describe_for_generators(version: str) -> dict[str, Any]:
    """Return the description of the control API in OpenAPI 3.0.3."""
    told = describe(OPERATIONS, ANYWHERE, version)
    schemas = told["components"]["schemas"]
    empty = {name for name, schema in schemas.items() if schema.get("properties") == {}}
    return {
        **told,
        "openapi": "3.0.3",
        "paths": {
            path: {method: _operation(row, empty, f"{method} {path}") for method, row in rows.items()}
            for path, rows in told["paths"].items()
        },
        "components": {
            **told["components"],
            "schemas": {name: translated(schema, name) for name, schema in schemas.items() if name not in empty},
        },
    }


def translated(schema: Schema, where: str) -> Schema:
    """Return a schema in the words of 3.0.3; Untranslated when it says what they cannot."""
    if "$ref" in schema:
        return dict(schema)
    if "anyOf" in schema:
        return {**_known({k: v for k, v in schema.items() if k != "anyOf"}, where), **_nullable(schema["anyOf"], where)}
    said = dict(schema)
    said_too: Schema = {}
    if "properties" in said:
        fields = {name: translated(field, f"{where}.{name}") for name, field in said.pop("properties").items()}
        said_too["properties"] = fields
        if required := [name for name in said.pop("required", []) if "nullable" not in fields[name]]:
            said_too["required"] = required  # 3.0.3 knows no empty list here
    if "items" in said:
        said_too["items"] = translated(said.pop("items"), f"{where}[]")
    said_too |= _value(said)
    return {**_known(said, where), **said_too}


def _value(said: Schema) -> Schema:
    """Return what is said otherwise of a string or a number; those words are taken out of `said`."""
    if said.get("contentEncoding") == "base64":
        del said["contentEncoding"]
        return {"format": "byte"}
    bound: Schema = {}
    if "exclusiveMinimum" in said:
        bound = {"minimum": said.pop("exclusiveMinimum"), "exclusiveMinimum": True}
    if "enum" in said:
        said.setdefault("type", "string")
    kind = said.get("type")
    return {"format": SIZES[kind], **bound} if kind in ("integer", "number") else bound


def _nullable(choices: list[Schema], where: str) -> Schema:
    """Return "this or null"; a reference stands in an allOf, for beside it nothing counts (3.0.3 §4.7.23).

    Such a field is not required either (see `translated`): only then does the C# generator let it be null.
    """
    others = [choice for choice in choices if choice != {"type": "null"}]
    if len(others) != 1 or len(choices) != 2:
        raise Untranslated(f"{where}: expected one schema or null, actual anyOf {choices}")
    other = translated(others[0], where)
    return {"allOf": [other], "nullable": True} if "$ref" in other else {**other, "nullable": True}


def _operation(row: dict[str, Any], empty: set[str], where: str) -> dict[str, Any]:
    """Return an operation; a body that has no field is left out, for the door takes an empty one for it."""
    said = dict(row)
    body = said.pop("requestBody", None)
    if body is not None and _schema(body)["$ref"].rpartition("/")[2] not in empty:
        said["requestBody"] = {**body, **_json(translated(_schema(body), where))}
    if "parameters" in said:
        said["parameters"] = [
            {**one, "schema": translated(one["schema"], f"{where} ?{one['name']}")} for one in said["parameters"]
        ]
    return {"tags": ["control"], **said}


def _schema(content: dict[str, Any]) -> Schema:
    schema: Schema = content["content"]["application/json"]["schema"]
    return schema


def _json(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _known(schema: Schema, where: str) -> Schema:
    if unknown := schema.keys() - KEPT:
        raise Untranslated(f"{where}: expected words of OpenAPI 3.0.3, actual {', '.join(sorted(unknown))}")
    if isinstance(schema.get("type"), list):
        raise Untranslated(f"{where}: expected one type, actual {schema['type']}")
    if schema.get("default", "") is None:
        return {name: value for name, value in schema.items() if name != "default"}
    return schema
