"""The door of `verification_door` on a bare asyncio.Protocol, for load: httptools' parser (llhttp, in C), no ASGI.

It answers POST /login and POST /logins of HTTP/1.1 and 1.0, requests that come together in their order and at the end
of one turn of the loop (`verification_turn`), and lets a client go that sends anything else. What a client may take is
bounded: octets, connections, and the time for a request, between two of them, and to read what it asked for. There is
no Date: the clock is the verifier's (RFC 9110 §6.6.1).
"""

import asyncio
from http import HTTPStatus
from typing import Final, cast

import httptools

from reference_impl.verification_door import BINARY, LARGEST
from reference_impl.verification_turn import Asked, Turn

LONGEST_HEAD: Final = 2**18
"""As much may be read at once, so a request that is whole by then may have more."""
LONGEST_WIRE: Final = LARGEST + LONGEST_HEAD
"""Octets of one request with its head and the sizes of its chunks."""
MOST_LINES: Final = 500
REQUEST_SECONDS: Final = 20.0
"""From its first octet to its last."""
IDLE_SECONDS: Final = 60.0
READING_SECONDS: Final = 30.0

_PATHS: Final = {b"/login": "/login", b"/logins": "/logins"}
_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: "
_HEADS: Final = {False: _HEAD % b"application/json", True: _HEAD % BINARY}


class Line(asyncio.Protocol):
    """One connection, among the others of its door."""

    def __init__(self, turn: Turn, lines: "set[Line]") -> None:
        self._turn, self._lines = turn, lines
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._parts = b"", list[bytes]()
        self._is_binary = self._has_host = False
        self._begun = self._answered = self._wire = 0
        self._seen, self._since = (-1, -1), 0.0
        self._transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it, unless there are too many."""
        self._transport = cast("asyncio.Transport", transport)
        self._lines.add(self)
        if len(self._lines) > MOST_LINES:
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        self._lines.discard(self)

    def data_received(self, data: bytes) -> None:
        """Read on; what is no HTTP, or has no end, is refused."""
        answered = self._answered
        self._wire += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError:
            self._refuse(500)
            raise
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(400)
        if self._answered != answered:
            self._wire = 0 if self._begun == self._answered else len(data)
        elif self._wire > (LONGEST_WIRE if self._parts else LONGEST_HEAD):
            self._refuse(413)

    def pause_writing(self) -> None:
        """Read no more from whoever does not read."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        self._transport.resume_reading()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun += 1
        self._target = b""
        self._parts = []
        self._is_binary = self._has_host = False

    def on_url(self, part: bytes) -> None:
        """A part of the target; ours are short."""
        if len(self._target) < 16:
            self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field."""
        name = name.lower()
        if name == b"content-type":
            self._is_binary = value == BINARY
        elif name == b"host":
            self._has_host = True
        elif name == b"expect" and not self._transport.is_closing():
            self._turn.end()  # what was asked before this is answered before it
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Have it answered."""
        self._answered += 1
        transport, parser, parts = self._transport, self._parser, self._parts
        if transport.is_closing():
            return
        path = _PATHS.get(self._target)
        if path is None or parser.get_method() != b"POST":
            self._refuse(404)
        elif not self._has_host and parser.get_http_version() == "1.1":  # RFC 9112 §3.2
            self._refuse(400)
        elif parser.should_upgrade():  # llhttp passed over the body
            self._refuse(400, b"expected no offer to speak another protocol, found Upgrade")
        else:
            body = parts[0] if len(parts) == 1 else b"".join(parts)
            self._turn.add(Asked(self, path, body, self._is_binary, parser.should_keep_alive()))

    def is_closing(self) -> bool:
        """Whether nothing more can be said to the client."""
        return self._transport.is_closing()

    def say(self, asked: Asked, code: int, answer: bytes) -> None:
        """Answer the request that has waited longest."""
        if code != 200:
            self._refuse(code, answer)
            return
        if self._transport.is_closing():
            return
        self._transport.write(b"%b%d\r\n\r\n%b" % (_HEADS[asked.is_binary], len(answer), answer))
        if not asked.keeps:
            self._transport.close()

    def look_after(self, now: float) -> None:
        """End what takes too long; whoever looks does so now and then."""
        state = (self._begun, self._answered)
        if state != self._seen:
            self._seen, self._since = state, now
        elif self._transport.get_write_buffer_size():
            if now - self._since > READING_SECONDS:
                self._transport.abort()
        elif self._begun != self._answered:
            if now - self._since > REQUEST_SECONDS:
                self._refuse(408)
        elif now - self._since > IDLE_SECONDS:
            self._transport.close()

    def abort(self) -> None:
        """End it at once."""
        self._transport.abort()

    def _refuse(self, code: int, why: bytes = b"") -> None:
        """Say why, and let the client go; what it asked before that is answered first."""
        self._turn.end()
        if self._transport.is_closing():
            return
        head = b"HTTP/1.1 %d %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
        self._transport.write(head % (code, HTTPStatus(code).phrase.encode(), len(why), why))
        self._transport.close()
