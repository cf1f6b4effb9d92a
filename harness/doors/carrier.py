"""What each fault of the carrier does to an answer on its way out: one small function each.

The true answer is made by `make`, which also writes it in the journal, as late as the fault lets it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from harness.doors import lines
from harness.doors.complaint import TEXT
from harness.doors.wakeup import Wakeup
from harness.jlis.fault_grammar import Fault
from harness.jlis.faults import Faults, Standing

LONGEST_SILENCE = 300.0
"""A request is held no longer than this, whoever forgot to take the fault away."""
OVERSIZE = 16 * 2**20
PIECES = 16
_cutting: ContextVar[bool] = ContextVar("cutting", default=False)


@dataclass(frozen=True, slots=True)
class Load:
    """One answer that a fault meets: the request, what makes the true answer, and who writes down that none was."""

    request: Request
    standing: Standing
    faults: Faults
    make: Callable[[], Awaitable[Response]]
    note: Callable[[int], None]
    """Writes the request down under the fault's name, with the HTTP status given, 0 for none."""


async def unavailable(load: Load) -> Response:
    """Answer 503."""
    return _refused(load, 503)


async def internal_error(load: Load) -> Response:
    """Answer 500."""
    return _refused(load, 500)


async def delay(load: Load) -> Response:
    """Answer truly, late by the host's clock."""
    await asyncio.sleep(load.standing.order.shift)
    return await load.make()


async def cut(load: Load) -> Response:
    """Answer with the first half, and close the connection."""
    return Cut(await load.make())


async def silent(load: Load) -> Response:
    """Hold the request until the fault is taken away, then answer truly."""
    load.note(0)
    wakeup = Wakeup()
    with load.faults.watching(wakeup.wake), suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_SILENCE):
            while load.standing.id in load.faults:
                await wakeup.wait()
    return await load.make()


async def redirect(load: Load) -> Response:
    """Send to the same address once more: 307 keeps method and body (RFC 9110 §15.4.8)."""
    load.note(307)
    return Response(status_code=307, headers={"location": str(load.request.url)})


async def not_found(load: Load) -> Response:
    """Answer 404."""
    return _refused(load, 404)


async def forbidden(load: Load) -> Response:
    """Answer 403."""
    return _refused(load, 403)


async def not_modified(load: Load) -> Response:
    """Answer 304 to whoever did not ask on a condition: there is nothing that they could have."""
    load.note(304)
    return Response(status_code=304)


async def wrong_content_type(load: Load) -> Response:
    """Answer truly, under a type that is none of OCSP's."""
    return _with_type(await load.make(), b"text/html; charset=utf-8")


async def no_content_type(load: Load) -> Response:
    """Answer truly, under no type."""
    return _with_type(await load.make(), None)


async def empty_body(load: Load) -> Response:
    """Answer with the true answer's head, and no octet behind it."""
    whole = await load.make()
    return Response(b"", whole.status_code, media_type=whole.headers.get("content-type"))


async def oversized(load: Load) -> Response:
    """Answer truly, and with more octets behind than anybody should take."""
    whole = await load.make()
    body = bytes(whole.body) + bytes(OVERSIZE)
    return Response(body, whole.status_code, media_type=whole.headers.get("content-type"))


async def slow_headers(load: Load) -> Response:
    """Answer truly; the head comes octet by octet, and the line is closed behind the body."""
    return SlowHeaders(await load.make(), load.standing.order.shift)


async def slow_body(load: Load) -> Response:
    """Answer truly; the body comes in pieces."""
    return SlowBody(await load.make(), load.standing.order.shift)


async def reset(load: Load) -> Response:
    """Reset the connection."""
    load.note(0)
    return Ended(lines.reset)


async def refused(load: Load) -> Response:
    """Close the connection; that nobody listens at all cannot be said once the request was read."""
    load.note(0)
    return Ended(lambda line: line.close())


CARRIERS: dict[Fault, Callable[[Load], Awaitable[Response]]] = {
    Fault.UNAVAILABLE: unavailable,
    Fault.INTERNAL_ERROR: internal_error,
    Fault.DELAY: delay,
    Fault.CUT: cut,
    Fault.SILENT: silent,
    Fault.REDIRECT: redirect,
    Fault.NOT_FOUND: not_found,
    Fault.FORBIDDEN: forbidden,
    Fault.NOT_MODIFIED: not_modified,
    Fault.WRONG_CONTENT_TYPE: wrong_content_type,
    Fault.NO_CONTENT_TYPE: no_content_type,
    Fault.EMPTY_BODY: empty_body,
    Fault.OVERSIZED: oversized,
    Fault.SLOW_HEADERS: slow_headers,
    Fault.SLOW_BODY: slow_body,
    Fault.RESET: reset,
    Fault.REFUSED: refused,
}


class SlowBody(Response):
    """Another response whose body comes in pieces, with an equal pause before each."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._pause = seconds / PIECES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then the body piece by piece."""
        del scope, receive
        body = bytes(self.body)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        step = -(-len(body) // PIECES) or 1
        for at in range(0, len(body), step):
            await asyncio.sleep(self._pause)
            await send({"type": "http.response.body", "body": body[at : at + step], "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class SlowHeaders(Response):
    """Another response whose head is written on the line by hand, octet by octet; the line ends behind it."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write the head and the body; without a line of our own, send both late."""
        _cutting.set(True)
        line = lines.line_of(scope.get("client"))
        if line is None:
            await asyncio.sleep(self._seconds)
            await super().__call__(scope, receive, send)
            return
        headers = [*self.raw_headers, (b"connection", b"close")]
        head = b"HTTP/1.1 %d %s\r\n" % (self.status_code, HTTPStatus(self.status_code).phrase.encode("ascii"))
        head += b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"
        for at in range(len(head)):
            if line.is_closing():
                break
            line.write(head[at : at + 1])
            await asyncio.sleep(self._seconds / len(head))
        else:
            line.write(bytes(self.body))
        line.close()
        await _gone(receive)


class Ended(Response):
    """No response: the line ends in the way given."""

    def __init__(self, end: Callable[[asyncio.Transport], None]) -> None:
        super().__init__()
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the line; who has none gets nothing either."""
        del send
        _cutting.set(True)
        line = lines.line_of(scope.get("client"))
        if line is not None:
            self._end(line)
            await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Return when the server has noticed that the line is gone: then it misses no response."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _with_type(whole: Response, content_type: bytes | None) -> Response:
    """Return a response under another Content-Type, or under none."""
    kept = [(name, value) for name, value in whole.raw_headers if name != b"content-type"]
    whole.raw_headers = kept if content_type is None else [*kept, (b"content-type", content_type)]
    return whole


class Cut(Response):
    """Another response that announces its whole length and ends in the middle; the server then closes the line."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head and half a body, and leave the rest out."""
        del scope, receive
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _cutting.set(True)


def _refused(load: Load, code: int) -> Response:
    load.note(code)
    return Response(f"{load.request.scope['path']}: fault {load.standing.order.fault} stands", code, media_type=TEXT)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn's complaint of an unfinished response is of one that was to be whole."""
    return not (_cutting.get() and record.getMessage().startswith("ASGI callable returned without"))


logging.getLogger("uvicorn.error").addFilter(_is_news)
