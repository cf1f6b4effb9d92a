"""A connection whose requests' heads have to come in time: uvicorn waits for them as long as somebody drips.

What follows the body of a chunked request (trailers, RFC 9112 §7.1.2) is no part of its head: uvicorn appends it to the
headers, so that a credential could come behind the back of whoever looked at the head on the way (RFC 9110 §6.5.1).
"""

import asyncio
from enum import Enum, auto
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0
"""From the connection, or from the first octet of a later request, to the end of the head. The body has a deadline of
its own (`reading`), and between requests uvicorn's keep-alive time runs."""
LONGEST_HEAD: Final = 64 * 1024


class _Part(Enum):
    """What comes next."""

    NOTHING = auto()
    """A request has ended, or none has begun."""
    HEAD = auto()
    BODY = auto()


class HeadDeadline(HttpToolsProtocol):
    """uvicorn's own, with that deadline, and a bound on the octets of a head.

    Somebody who was answered before the whole body had come has as long for the rest: nobody waits for it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._head = 0
        self._part = _Part.NOTHING

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has gone."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Octets of a head are counted; those behind one are the body's business."""
        if self._deadline is not None and self._part is not _Part.BODY:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.transport.close()
                return
        super().data_received(data)
        if self._deadline is None and self._part is _Part.NOTHING and self._is_answered():
            self._expect_head()  # empty lines, which are no request and stop the keep-alive time all the same

    def on_message_begin(self) -> None:
        """A request begins."""
        self._part = _Part.HEAD
        if self._deadline is None:
            self._expect_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; of a trailer it is dropped."""
        if self._part is _Part.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._part = _Part.BODY
        self._forget_deadline()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Its body is whole."""
        self._part = _Part.NOTHING
        self._forget_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It was answered; what is still missing of it has its time as well."""
        super().on_response_complete()
        if self._part is _Part.BODY and self._deadline is None and self._is_answered():
            self._expect_head()

    def _is_answered(self) -> bool:
        """Whether every request that came was."""
        cycle: RequestResponseCycle | None = self.cycle  # before the first request there is none
        return cycle is not None and cycle.response_complete and not self.pipeline

    def _expect_head(self) -> None:
        self._head = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
