"""Logins over HTTP, one or many in a request, as JSON or MessagePack: the core behind the smallest door there is.

    POST /login          one login        → one verdict
    POST /logins         a list of them   → a list of verdicts, in order

A login is `{"certificate", "challenge", "signature", "service", "session"}`, octets in base64 (MessagePack: binary).
Whoever serves this issues the challenges and knows the accounts; it is what a verification service inside a data centre
looks like, and what `kazashi bench verify` measures. What is no login is answered with 400 and one line.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from reference_impl.verification import Authentication, Decision, Reason, Step, Verdict, Verifier
from reference_impl.verification_turn import Asked, Turn

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST: Final = 1 << 20
BINARY: Final = b"application/msgpack"
_OK: Final = Reason.OK


class Said(msgspec.Struct, frozen=True, gc=False):
    """What goes back of a verdict; why, in words, only where it refused."""

    decision: Decision
    reason: Reason
    steps: tuple[Step, ...]
    why: str | None = None


class _Decoder(Protocol):
    """Of either encoding."""

    def decode(self, body: bytes, /) -> Authentication | list[Authentication]:
        """One login, or a list."""


class VerificationDoor:
    """The ASGI application. `now` is the clock."""

    def __init__(self, verifier: Verifier, now: Callable[[], datetime]) -> None:
        self._verifier = verifier
        self._now = now
        self._json: dict[str, _Decoder] = {
            "/login": msgspec.json.Decoder(Authentication),
            "/logins": msgspec.json.Decoder(list[Authentication]),
        }
        self._binary: dict[str, _Decoder] = {
            "/login": msgspec.msgpack.Decoder(Authentication),
            "/logins": msgspec.msgpack.Decoder(list[Authentication]),
        }
        self._encode = {False: msgspec.json.Encoder().encode, True: msgspec.msgpack.Encoder().encode}
        self._accepted: dict[bool, dict[tuple[Step, ...], msgspec.Raw]] = {False: {}, True: {}}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn: Turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one answer, together with the others of this turn of the loop."""
        if scope["type"] != "http":
            raise ValueError(f"expected the ASGI scope http, found {scope['type']}")
        is_binary = (b"content-type", BINARY) in scope["headers"]
        event = await receive()
        body: bytes | None = event.get("body", b"")
        if event.get("more_body", False):
            body = await _read_on(body or b"", receive)
        path = scope["path"] if scope["method"] == "POST" else ""
        status, answer = await self._in_turn(path, body, is_binary=is_binary)
        kind = BINARY if is_binary else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _in_turn(self, path: str, body: bytes | None, *, is_binary: bool) -> "asyncio.Future[tuple[int, bytes]]":
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._turn = loop, Turn(self.answer, loop.call_soon)
        told = loop.create_future()
        self._turn.add(Asked(_Task(told), path, body, is_binary, keeps=True))
        return told

    def answer(self, path: str, body: bytes | None, *, is_binary: bool) -> tuple[int, bytes]:
        """HTTP's number and the octets that answer a POST; a body of None was too large."""
        decoder = (self._binary if is_binary else self._json).get(path)
        if decoder is None:
            return 404, b"expected POST /login or POST /logins"
        if body is None or len(body) > LARGEST:
            return 413, b"expected at most %d octets" % LARGEST
        try:
            asked = decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return 400, f"expected a login, found: {error}".encode()
        now, verify = self._now(), self._verifier.verify
        if isinstance(asked, Authentication):
            return 200, bytes(self._said(verify(asked, now), is_binary=is_binary))
        said = [self._said(verify(each, now), is_binary=is_binary) for each in asked]
        return 200, self._encode[is_binary](said)

    def _said(self, verdict: Verdict, *, is_binary: bool) -> msgspec.Raw:
        """What goes back, encoded. Of those that are accepted all with the same steps are alike, and there are few."""
        if verdict.reason is not _OK:
            return self._encoded(verdict, is_binary=is_binary)
        accepted = self._accepted[is_binary]
        said = accepted.get(verdict.steps)
        if said is None:
            said = accepted[verdict.steps] = self._encoded(verdict, is_binary=is_binary)
        return said

    def _encoded(self, verdict: Verdict, *, is_binary: bool) -> msgspec.Raw:
        why = None if verdict.finding is None else verdict.finding.en
        said = Said(verdict.decision, verdict.reason, verdict.steps, why)
        return msgspec.Raw(self._encode[is_binary](said))


class _Task:
    """The task of one request, as a line that waits for its answer."""

    def __init__(self, told: "asyncio.Future[tuple[int, bytes]]") -> None:
        self._told = told

    def is_closing(self) -> bool:
        """Whether it was cancelled."""
        return self._told.cancelled()

    def say(self, asked: Asked, code: int, answer: bytes) -> None:
        """Lets it go on with its answer."""
        del asked
        self._told.set_result((code, answer))


async def _read_on(body: bytes, receive: Receive) -> bytes | None:
    """The whole body, of which this is the beginning, or None where it is too large; most come in one piece."""
    is_more = True
    while is_more:
        if len(body) > LARGEST:
            return None
        event = await receive()
        body += event.get("body", b"")
        is_more = event.get("more_body", False)
    return body
