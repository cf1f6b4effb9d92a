"""One connection over HTTP/1.1: uvicorn's reader (h11), bounded in time and octets, each refusal said and told of.

A request that is not whole within its time, or has no end, is refused: with 408, 413 or 400 where nothing was answered
yet. While an application reads its body, it is the application that is told so (`bounds.BROKEN`) and answers; so that
one request is one answer and one line of the journal. Who does not read what he asked for is let go by RST.
"""

import asyncio
import logging
import sys
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from harness.doors import lines
from harness.doors.admission import PEER
from harness.doors.bounds import BROKEN, Bounds, Refused
from harness.doors.complaint import complain
from harness.doors.reading import Reading, lying_ready

NEVER = 0
"""The journal's number for an answer that never arrived."""
CODES = frozenset((400, 431, 501))
"""What h11 knows to call what it refuses: no HTTP, a head too long (RFC 6585 §5), a coding unheard of."""


class BoundedLine(H11Protocol):
    """One connection; `bounds` and `refused` are its class's, since uvicorn makes it."""

    bounds: Bounds
    refused: Refused

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._began: float | None = None
        """When the request that is being read began; None while none is."""
        self._wire = 0
        self._reading = Reading(self.bounds)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; keep the certificate that the client showed where the application finds it."""
        super().connection_made(transport)
        self._began = self.loop.time()
        lines.opened(self.client, transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.app_state = {**self.app_state, PEER: tls.getpeercert(binary_form=True)}
        if len(self.connections) > self.bounds.most_lines:
            self._let_go(503, "connections", f"at most {self.bounds.most_lines} at once", "more")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        lines.closed(self.client)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the request has not become too long."""
        self._wire += len(data)
        if self._wire > self.bounds.longest_wire:
            self._break_off(413, f"at most {self.bounds.longest_wire} octets", "more")
            return
        super().data_received(data)

    def handle_events(self) -> None:
        """Take what was read, and note whether a request is left half."""
        super().handle_events()
        they = self.conn.their_state
        if they is h11.SEND_BODY or (they is h11.IDLE and self.conn.trailing_data[0]):
            self._began = self.loop.time() if self._began is None else self._began
        else:
            self._began, self._wire = None, 0

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, under the number that h11 has for it."""
        fault = sys.exc_info()[1]
        hint = fault.error_status_hint if isinstance(fault, h11.RemoteProtocolError) else 400
        self._break_off(hint if hint in CODES else 400, "HTTP/1.1", str(fault or msg)[:150])

    def pause_writing(self) -> None:
        """Wait for the client to read; where too much lies ready at this door, let those go who read least."""
        super().pause_writing()
        relieve((line for line in self.connections if isinstance(line, BoundedLine)), self.bounds.most_unread)

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._reading.goes_on()
        super().resume_writing()

    def look_after(self, now: float) -> None:
        """End what takes too long."""
        if not self._reading.is_in_time(lying_ready(self.transport), now):
            self.give_up("not read in time")
        elif self._began is not None and now - self._began > self.bounds.request_seconds:
            nothing = self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
            actual = "none" if nothing else "a part of it"
            self._break_off(408, f"a request within {self.bounds.request_seconds:g} s", actual)

    def unread(self) -> int:
        """Return how many octets of answers lie ready."""
        return self.transport.get_write_buffer_size()

    @property
    def unread_since(self) -> float:
        """Since when the client has not read enough."""
        return self._reading.since(self.loop.time())

    def give_up(self, why: str) -> None:
        """Let a client go who does not read."""
        self.refused(f"answer: expected to be read, actual {self.unread()} octets {why}", NEVER)
        self.transport.abort()

    def _break_off(self, code: int, expected: str, actual: str) -> None:
        """Read no more of this request; say so, or let the application say so that reads it."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or (cycle.response_complete and self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}):
            self._let_go(code, "request", expected, actual)
        elif cycle.response_complete:  # it was answered, and what follows nobody wants
            self.transport.close()
        else:
            cast("dict[str, Any]", self.scope)[BROKEN] = code
            cycle.keep_alive = False
            cycle.message_event.set()

    def _let_go(self, code: int, what: str, expected: str, actual: str) -> None:
        """Answer by hand, and close the line."""
        self.refused(f"{what}: expected {expected}, actual {actual}", code)
        body = bytes(complain(code, what, "line", expected, actual).body)
        head = f"HTTP/1.1 {code} {HTTPStatus(code).phrase}\r\ncontent-type: application/json\r\n"
        head += f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: who offers another protocol is answered in this one, and that is no news."""


def _is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn says more than what `refused` is told: a line of a log for each garbled one has no bound."""
    return record.getMessage() != "Invalid HTTP request received."


logging.getLogger("uvicorn.error").addFilter(_is_news)


def bounded_line(bounds: Bounds, refused: Refused) -> type[BoundedLine]:
    """Return the class of a door's connections."""
    told = staticmethod(refused)
    return type("BoundedLine", (BoundedLine,), {"bounds": bounds, "refused": told})


def relieve(all_lines: Iterable[BoundedLine], most: int) -> None:
    """Let clients go who read least, until no more than `most` octets lie ready for all together."""
    waiting = sorted((line for line in all_lines if line.unread()), key=lambda line: line.unread_since)
    unread = sum(line.unread() for line in waiting)
    for line in waiting:
        if unread <= most:
            return
        unread -= line.unread()
        line.give_up("among too many at this door")
