"""A request's body: no more octets and no more time than it may take, one JSON object, each field of it once.

msgspec takes the last of two fields of one name, as most parsers do; whoever stands between the terminal and us may
take the first. RFC 8259 §4 says that names should be unique, RFC 7493 §2.3 that they must be: two are refused.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeVar

from starlette.requests import Request

from reference_impl.messages import BrokenMessage, Message, read_message
from reference_impl.web.problems import Problem, ProblemReason

MAXIMUM_BODY: Final = 256 * 1024
BODY_SECONDS: Final = 10.0
"""For the whole body, however it is dealt out."""
JSON: Final = "application/json"

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
        broken = error.broken
        reason = ProblemReason.JSON_BROKEN if broken.what == "broken JSON" else ProblemReason.MESSAGE_INVALID
        actual = f"{len(body)} octets of something else" if reason is ProblemReason.JSON_BROKEN else broken.actual
        raise Problem(reason, broken.where, broken.expected, actual) from error
    json.loads(body, object_pairs_hook=_each_once)  # by now it is small, flat and JSON
    return message


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)  # a name of ours: others are refused before
        raise Problem(ProblemReason.FIELD_TWICE, f"$.{twice}", "each field once", "twice")
    return found
