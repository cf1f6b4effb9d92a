"""The desk behind HTTP: `POST /v1/questions`, a signed question in, a signed answer out. It decides nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

from reference_impl.backends.sealed import MEDIA_TYPE
from reference_impl.backends.wire import PATH
from reference_impl.platform.desk import Desk, Rejected

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAXIMUM_QUESTION: Final = 64 * 1024
WORKERS: Final = 32
"""Questions at a time; most of them wait for J-LIS."""
_logger = logging.getLogger(__name__)


class PlatformSurface:
    """The ASGI application. `now` is the clock."""

    def __init__(self, desk: Desk, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._now = now
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="platform")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One question, one answer."""
        if scope["type"] != "http":
            raise ValueError(f"expected the ASGI scope http, found {scope['type']}")
        kind, status = b"text/plain; charset=utf-8", 200
        try:
            message = await _read(scope, receive)
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._workers, self._answer, message)
            kind = MEDIA_TYPE.encode()
        except Rejected as error:
            _logger.warning("%d: %s", error.status, error)
            status, body = error.status, str(error).encode()
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, message: bytes) -> bytes:
        return self._desk.answer(message, self._now())

    def close(self) -> None:
        """Waits for questions under way."""
        self._workers.shutdown()


async def _read(scope: Scope, receive: Receive) -> bytes:
    """The body, of which no more is read than may come."""
    if scope["path"] != PATH:
        raise Rejected(404, f"expected {PATH}")
    if scope["method"] != "POST":
        raise Rejected(405, "expected POST")
    kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != MEDIA_TYPE.encode():
        raise Rejected(415, f"expected the Content-Type {MEDIA_TYPE}")
    body, more = bytearray(), True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > MAXIMUM_QUESTION:
            raise Rejected(413, f"expected at most {MAXIMUM_QUESTION} octets")
    return bytes(body)
