"""What each fault of the carrier does to an answer on its way out: one small function each.

The true answer is made by `make`, which also writes it in the journal, as late as the fault lets it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from harness.doors.wakeup import Wakeup
from harness.jlis.faults import Fault, Faults, Standing

LONGEST_SILENCE = 300.0
"""A request is held no longer than this, whoever forgot to take the fault away."""
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


CARRIERS: dict[Fault, Callable[[Load], Awaitable[Response]]] = {
    Fault.UNAVAILABLE: unavailable,
    Fault.INTERNAL_ERROR: internal_error,
    Fault.DELAY: delay,
    Fault.CUT: cut,
    Fault.SILENT: silent,
    Fault.REDIRECT: redirect,
}


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
    return Response(f"{load.request.scope['path']}: fault {load.standing.order.fault} stands", code)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn's complaint of an unfinished response is of one that was to be whole."""
    return not (_cutting.get() and "without completing response" in record.getMessage())


logging.getLogger("uvicorn.error").addFilter(_is_news)
