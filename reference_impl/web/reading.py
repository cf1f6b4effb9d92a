"""A request's body: no more octets and no more time than it may take, one JSON object, each field of it once.

msgspec takes the last of two fields of one name, as most parsers do; whoever stands between the terminal and us may
take the first. RFC 8259 §4 says that names should be unique, RFC 7493 §2.3 that they must be: two are refused.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeVar

from starlette.requests import Request

from reference_impl.messages import Broken, BrokenMessage, Message, read_message
from reference_impl.web.problems import Problem, ProblemReason

MAXIMUM_BODY: Final = 256 * 1024
BODY_SECONDS: Final = 10.0
"""For the whole body, however it is dealt out."""
JSON: Final = "application/json"

_HARMLESS: Final = ("Object missing required field", "Invalid base64")
"""What msgspec says that names nothing but our own fields."""

_M = TypeVar("_M", bound=Message)


async def read_body(request: Request, seconds: float = BODY_SECONDS, longest: int = MAXIMUM_BODY) -> bytes:
    """The whole body of a request that says it is JSON."""
    _require_json(request)
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > longest:
        raise Problem(ProblemReason.BODY_TOO_LARGE, "body", f"at most {longest} octets", declared)
    try:
        async with asyncio.timeout(seconds):
            return await _receive(request.receive, longest)
    except TimeoutError as error:
        raise Problem(ProblemReason.BODY_TOO_SLOW, "body", f"all of it within {seconds:g} s", "less") from error


async def _receive(receive: Callable[[], Awaitable[MutableMapping[str, Any]]], longest: int) -> bytes:
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Problem(ProblemReason.BODY_CUT_OFF, "body", "as many octets as were announced", "fewer")
        body += event.get("body", b"")
        if len(body) > longest:
            raise Problem(ProblemReason.BODY_TOO_LARGE, "body", f"at most {longest} octets", "more")
        if not event.get("more_body", False):
            return bytes(body)


def _require_json(request: Request) -> None:
    said = request.headers.getlist("content-type")
    kind, _, parameters = (said[0] if len(said) == 1 else "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if kind.strip().lower() != JSON or charset not in {"", "charset=utf-8"}:
        raise Problem(ProblemReason.CONTENT_TYPE, "header Content-Type", JSON, "another, none or several")


def decode(kind: type[_M], body: bytes) -> _M:
    """The message in a body."""
    try:
        message = read_message(kind, body)
    except BrokenMessage as error:
        raise _problem_of(kind, error.broken, len(body)) from error
    json.loads(body, object_pairs_hook=_each_once)  # by now it is small, flat and JSON
    return message


def _problem_of(kind: type[Message], broken: Broken, length: int) -> Problem:
    """What is wrong with a message, without a name or a value that was sent."""
    if broken.what == "broken JSON":
        return Problem(ProblemReason.JSON_BROKEN, "$", "one JSON object", f"{length} octets of something else")
    if broken.what == "wrong type or value":
        return Problem(ProblemReason.MESSAGE_INVALID, broken.where, broken.expected, broken.actual)
    actual = broken.actual if broken.actual.startswith(_HARMLESS) else "a field or a value that is not described"
    return Problem(ProblemReason.MESSAGE_INVALID, broken.where, f"a {kind.__name__} as described", actual)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(ProblemReason.FIELD_TWICE, "an object", "each name once", "one of them twice")
    return found
