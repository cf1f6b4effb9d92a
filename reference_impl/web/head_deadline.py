"""A connection whose requests' heads have to come in time: uvicorn waits for them as long as somebody drips."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""From the connection, or from the first octet of a later request, to the end of the head. The body has a deadline of
its own (`reading`), and between requests uvicorn's keep-alive time runs."""
LONGEST_HEAD: Final = 64 * 1024


class HeadDeadline(HttpToolsProtocol):
    """uvicorn's own, with that deadline, and a bound on the octets of a head."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._head = 0

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
        if self._deadline is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD and self._is_head_open():
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._deadline is None:
            self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._forget_deadline()
        super().on_headers_complete()

    def _is_head_open(self) -> bool:
        return self._deadline is not None

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
