"""The OpenAPI 3.1 description of the fake J-LIS's door: services, lists and OCSP, with every answer that they give.

The services' rows and message types are those of the routes. What is DER is described as octets: OCSP answers whatever
it is sent with an OCSPResponse under 200 (RFC 6960 §2.3), so that what is wrong in a request is said there.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from harness.contract.messages import END, Message, Refused
from harness.contract.vocabulary import Kind
from harness.doors.complaint import TEXT
from harness.doors.jlis_services import SERVICES, Service
from harness.doors.list_messages import IndexQuery, ListIndex
from harness.doors.ocsp import OCSP_RESPONSE, PLACES
from harness.jlis.populations import Medium

Drawn = dict[str, Any]
JSON = "application/json"
BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?" + END
LINE = {
    "400": "What came is no HTTP, or its body is framed in two ways.",
    "408": "The request was not whole in time.",
    "414": "The address is too long.",
    "431": "The head is too long.",
}
"""What any request may be told before its message is looked at; always as JSON, but for a body that breaks off."""
CLOSED = "The store fails, the responder is closed for maintenance, or there are too many connections."


def describe_jlis(url: str, version: str) -> Drawn:
    """Return the description of the fake J-LIS at `url`."""
    types = list(dict.fromkeys([t for row in SERVICES for t in (row.asks, row.answers)] + [Refused, ListIndex]))
    drawn, components = msgspec.json.schema_components([*types, IndexQuery], ref_template="#/components/schemas/{name}")
    _say_base64(components)
    schemas = dict(zip(types, drawn, strict=False))
    query = components.pop(IndexQuery.__name__)["properties"]
    paths: dict[str, Drawn] = {row.path: {row.method.lower(): _service(row, schemas)} for row in SERVICES}
    index = {"200": _content("Every list that the query does not leave out.", JSON, schemas[ListIndex])}
    index |= {"400": _content("The query is broken; or what came is no HTTP.", JSON, schemas[Refused])}
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    paths["/crl/index.json"] = {"get": _get("listIndex", "Where every revocation list is.", parameters, index)}
    for path, name, summary, more, answers in _octets():
        paths[path] = {"get": _get(name, summary, more, answers)}
    paths["/ocsp/{place}"] = {"post": _ocsp_post()}
    paths["/openapi.json"] = {"get": _get("description", "This description.", [], {"200": _content("It.", JSON, {})})}
    for operation in (each for rows in paths.values() for each in rows.values()):
        told = {**{code: _content(text, JSON, schemas[Refused]) for code, text in LINE.items()}, "503": _text(CLOSED)}
        operation["responses"] = {**told, **operation["responses"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kazashi fake J-LIS", "version": version},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {"schemas": components},
    }


def _say_base64(drawn: Any) -> None:
    """Put a pattern wherever a text is base64: `contentEncoding` alone obliges nobody (JSON Schema 2020-12 §8.3)."""
    if isinstance(drawn, dict) and drawn.get("contentEncoding") == "base64":
        drawn["pattern"] = BASE64
    for part in drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ():
        _say_base64(part)


def _service(row: Service, schemas: dict[type[Message], Any]) -> Drawn:
    refused = schemas[Refused]
    answers = {"200": _content("The answer.", JSON, schemas[row.answers])}
    if row.method == "GET":
        return _get(row.name, row.summary, [], answers)
    answers["400"] = _content("The message is broken; or what came is no HTTP.", JSON, refused)
    answers["404"] = _content("No such certificate was issued.", JSON, refused)
    answers["409"] = _content("It cannot be now; nothing changed.", JSON, refused)
    answers["413"] = _content("The message is too long.", JSON, refused)
    body = {"required": True, "content": {JSON: {"schema": schemas[row.asks]}}}
    return {"operationId": row.name, "summary": row.summary, "requestBody": body, "responses": answers}


def _octets() -> Iterator[tuple[str, str, str, list[Drawn], Drawn]]:
    """Yield the operations whose answers are octets."""
    kind = _in_path("kind", {"type": "string", "enum": [each.value for each in Kind]})
    medium = _in_path("medium", {"type": "string", "enum": [each.value for each in Medium]})
    has_it = {"name": "if-none-match", "in": "header", "schema": {"type": "string"}}
    listed = {**_binary("A list (DER).", "application/pkix-crl"), **_NOTHING, **_NONE}
    name = _in_path("name", {"type": "string", "pattern": r"^[0-9a-f]{64}\.crl" + END})
    yield (
        "/crl/{kind}/{medium}/{name}",
        "list",
        "The list of one distribution point.",
        [kind, medium, name, has_it],
        listed,
    )
    authority = _in_path("name", {"type": "string", "pattern": r"^[0-9a-f]{64}\.crl" + END})
    arl = {**_binary("A list (DER).", "application/pkix-crl"), **_NONE}
    yield "/crl/{kind}/authority/{name}", "authorityList", "The authority's own list (ARL).", [kind, authority], arl
    tar = {**_binary("A tar with a manifest.", "application/x-tar"), **_NOTHING, **_NONE}
    yield "/crl/{kind}/{medium}/archive.tar", "archive", "All lists of a population.", [kind, medium, has_it], tar
    anchor = {**_binary("A certificate (DER).", "application/pkix-cert"), **_NONE}
    yield "/anchors/{kind}.cer", "anchor", "An authority's certificate.", [kind], anchor
    asked = _in_path("request", {"type": "string", "pattern": r"^[A-Za-z0-9+/]+={0,2}" + END})
    response = {**_binary(_ANY, OCSP_RESPONSE), **_NONE}
    yield "/ocsp/{place}/{request}", "ocspGet", "OCSP, the request in base64.", [_PLACE, asked], response


def _ocsp_post() -> Drawn:
    body = {"required": True, "content": {"application/ocsp-request": {"schema": _OCTETS}}}
    answers = {
        **_binary(_ANY, OCSP_RESPONSE),
        **_NONE,
        "400": _text("The body was cut off."),
        "413": _text("The request is too long."),
    }
    return {**_get("ocspPost", "OCSP, the request in the body.", [_PLACE], answers), "requestBody": body}


def _get(name: str, summary: str, parameters: list[Drawn], answers: Drawn) -> Drawn:
    drawn: Drawn = {"operationId": name, "summary": summary, "responses": answers}
    return {**drawn, "parameters": parameters} if parameters else drawn


def _in_path(name: str, schema: Drawn) -> Drawn:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _content(description: str, media_type: str, schema: Any) -> Drawn:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _text(description: str) -> Drawn:
    """Return an answer in words; what a bound of the line refuses under the same number is JSON."""
    return {"description": description, "content": {TEXT: {"schema": {"type": "string"}}, JSON: {"schema": {}}}}


def _binary(description: str, media_type: str) -> Drawn:
    return {"200": _content(description, media_type, _OCTETS)}


_OCTETS: Drawn = {}
"""Octets have no schema (OpenAPI 3.1 §4.8.14.2)."""
_ANY = "An OCSPResponse, also to what is no request: malformedRequest, unauthorized and the like."
_NOTHING: Drawn = {"304": {"description": "The client has it."}}
_NONE: Drawn = {"404": _text("Nothing of that name.")}
_PLACE = _in_path("place", {"type": "string", "enum": list(PLACES)})
