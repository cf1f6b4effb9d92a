"""Logins over HTTP, one or many in a request, as JSON or MessagePack: the core behind the smallest door there is.

    POST /login          one login        → one verdict
    POST /logins         a list of them   → a list of verdicts, in order

A login is `{"certificate", "challenge", "signature", "service", "session"}`, octets in base64 (MessagePack: binary).
Whoever serves this issues the challenges and knows the accounts; it is what a verification service inside a data centre
looks like, and what `kazashi bench verify` measures. What is no login is answered with 400 and one line.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from reference_impl.verification import Authentication, Decision, Reason, Step, Verdict, Verifier

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST: Final = 1 << 20
BINARY: Final = b"application/msgpack"


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one answer."""
        if scope["type"] != "http":
            raise ValueError(f"expected the ASGI scope http, found {scope['type']}")
        is_binary = (b"content-type", BINARY) in scope["headers"]
        body = await _read(receive)
        status, answer = self._answer(scope["method"], scope["path"], body, is_binary=is_binary)
        kind = BINARY if is_binary else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, method: str, path: str, body: bytes | None, *, is_binary: bool) -> tuple[int, bytes]:
        decoder = (self._binary if is_binary else self._json).get(path)
        if decoder is None or method != "POST":
            return 404, b"expected POST /login or POST /logins"
        if body is None:
            return 413, b"expected at most %d octets" % LARGEST
        try:
            asked = decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return 400, f"expected a login, found: {error}".encode()
        now = self._now()
        if isinstance(asked, Authentication):
            return 200, self._encode[is_binary](_said(self._verifier.verify(asked, now)))
        return 200, self._encode[is_binary]([_said(each) for each in self._verifier.verify_many(asked, now)])


def _said(verdict: Verdict) -> Said:
    why = None if verdict.finding is None else verdict.finding.en
    return Said(verdict.decision, verdict.reason, verdict.steps, why)


async def _read(receive: Receive) -> bytes | None:
    """The body, or None where it is too large; most come in one piece."""
    event = await receive()
    body: bytes = event.get("body", b"")
    while event.get("more_body", False):
        if len(body) > LARGEST:
            return None
        event = await receive()
        body += event.get("body", b"")
    return body if len(body) <= LARGEST else None
