"""OCSP over HTTP/1.1 on a bare asyncio.Protocol, for load: httptools' parser (llhttp, in C), and nothing else.

It answers POST /ocsp/{auth|sign}[-mobile] and nothing else, carries no faults, and is meant for a process of its own
beside the door. Each request is written in the journal, also one that is none. A client that does not read what it
asked for is not read from, and let go in the end (`bounds.py`); one that sends more than a request's length is answered
413, one whose request is not whole in time 408, and one line too many 503.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, cast

import httptools
import uvicorn

from harness.doors.bounds import STANDARD, Bounds
from harness.doors.ocsp import LONGEST_REQUEST, OCSP_RESPONSE, PATHS, OcspDoor
from harness.doors.reading import Reading, lying_ready
from harness.doors.server import LOOPBACK, OPENING_SECONDS
from harness.errors import ConfigurationError

LONGEST_TARGET = 256
LONGEST_WIRE = 2 * LONGEST_REQUEST
"""Octets of one request with its head."""
_HEAD = f"HTTP/1.1 200 OK\r\ncontent-type: {OCSP_RESPONSE}\r\ncontent-length: ".encode("ascii")
_REASONS = {
    400: b"Bad Request",
    404: b"Not Found",
    408: b"Request Timeout",
    413: b"Content Too Large",
    503: b"Service Unavailable",
}
LOOK_SECONDS = 0.5
"""How often somebody looks whether a line takes too long: requests themselves ask for the time but once."""


class OcspProtocol(asyncio.Protocol):
    """One connection."""

    def __init__(self, door: OcspDoor, bounds: Bounds = STANDARD) -> None:
        self._door, self._bounds = door, bounds
        self._reading = Reading(bounds)
        self._time: Callable[[], float] = asyncio.get_running_loop().time
        self._began: float | None = None
        self._answered, self._seen, self._seen_at = 0, 0, 0.0
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._body = b""
        self._wire = 0
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection, and begin to wait for a request."""
        self._transport = cast("asyncio.Transport", transport)
        self._began = self._time()

    def data_received(self, data: bytes) -> None:
        """Read on; what is no HTTP, or has no end, is refused."""
        answered = self._answered
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as fault:
            if not self._transport.is_closing():
                self._refuse(400, str(fault)[:200])
            return
        if self._began is None:
            self._wire = 0
        elif self._answered != answered:  # whole requests, and at most so much of another
            self._wire = len(data)
        else:
            self._wire += len(data)
            if self._wire > LONGEST_WIRE and not self._transport.is_closing():
                self._refuse(413, "too long")

    def pause_writing(self) -> None:
        """Read no more from whoever does not read."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        self._reading.goes_on()
        self._transport.resume_reading()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._began = self._time()
        self._target = self._body = b""

    def on_url(self, part: bytes) -> None:
        """Take a part of the target."""
        if len(self._target) < LONGEST_TARGET:
            self._target += part

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        self._body = self._body + part if self._body else part

    def on_message_complete(self) -> None:
        """Answer."""
        self._began = None
        self._answered += 1
        if self._transport.is_closing():
            return
        population = PATHS.get(self._target.decode("latin-1")) if self._parser.get_method() == b"POST" else None
        if population is None:
            self._refuse(404, "no such door")
        elif len(self._body) > LONGEST_REQUEST:
            self._refuse(413, "too long")
        else:
            der = self._door.quick_answer(population, self._body)
            if der is None:
                self._refuse(503, "closed")
                return
            self._transport.write(b"%b%d\r\n\r\n%b" % (_HEAD, len(der), der))
            if not self._parser.should_keep_alive():
                self._transport.close()

    def look_after(self, now: float) -> None:
        """End what takes too long."""
        if not self._reading.is_in_time(lying_ready(self._transport), now):
            self._door.refused("answer: expected to be read, actual not read in time", 0)
            self._transport.abort()
        elif self._began is not None:
            if now - self._began > self._bounds.request_seconds and not self._transport.is_closing():
                self._refuse(408, "not whole in time")
        elif self._answered != self._seen:
            self._seen, self._seen_at = self._answered, now
        elif now - self._seen_at > self._bounds.idle_seconds:
            self._transport.close()

    def _refuse(self, code: int, why: str) -> None:
        """Answer with a status alone, and let the client go."""
        self._door.refused(why, code)
        head = b"HTTP/1.1 %d %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self._transport.write(head % (code, _REASONS[code]))
        self._transport.close()


class _Line(OcspProtocol):
    """A connection among those of its door, with which it is ended."""

    def __init__(self, door: OcspDoor, bounds: Bounds, lines: "set[_Line]") -> None:
        super().__init__(door, bounds)
        self._lines = lines

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._lines.add(self)
        if len(self._lines) > self._bounds.most_lines:
            self._refuse(503, "too many connections")

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._lines.discard(self)

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abort()


class ServedQuickly:
    """A door on such connections, on loopback, at any free port, until `stop`."""

    def __init__(self, door: OcspDoor, bounds: Bounds = STANDARD) -> None:
        self._bounds = bounds
        self._listener = socket.create_server((LOOPBACK, 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._ready = threading.Event()
        self._stop: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, args=(door,), daemon=True)
        self._thread.start()
        if not self._ready.wait(OPENING_SECONDS):
            raise ConfigurationError(f"{self.url}: expected the door to open within {OPENING_SECONDS} s, actual not")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the door and wait until it is closed."""
        self._stop()
        self._thread.join(OPENING_SECONDS)

    def _run(self, door: OcspDoor) -> None:
        factory = uvicorn.Config(
            OcspProtocol, loop="auto", log_config=None
        ).get_loop_factory()  # uvloop where there is one
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(self._serve(door))

    async def _serve(self, door: OcspDoor) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: _tell(loop, over)
        lines: set[_Line] = set()
        server = await loop.create_server(lambda: _Line(door, self._bounds, lines), sock=self._listener)
        self._ready.set()
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), LOOK_SECONDS)
            for line in list(lines):
                line.look_after(loop.time())
        server.close()
        for line in list(lines):
            line.abort()
        await asyncio.sleep(0)


def _tell(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(over.set)
