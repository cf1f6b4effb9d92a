"""The surface of contract 1.0 for tests: `POST /kazashi/v1/<verb>` as one ASGI application.

A surface that sets the clock and shows accounts is for tests only: without `test_surface` every path answers 404.
It decides nothing. A broken message gets a 4xx that says what, where and both sides, one line in the log without its
content, and changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy.exc import DataError

from reference_impl import VERSION
from reference_impl.audit.faults import AuditUnusable
from reference_impl.messages import (
    AccountAnswer,
    AccountQuery,
    Begin,
    Broken,
    BrokenMessage,
    Complete,
    Configure,
    Empty,
    EpochAnswer,
    ErrorAnswer,
    Hello,
    HelloAnswer,
    Outcome,
    OutcomeAnswer,
    Reconcile,
    ReconcileAnswer,
    Reset,
    SetTime,
    StatusAnswer,
    Tolerances,
    Unlink,
    read_message,
    write_answer,
)
from reference_impl.relying_party import Judged, RelyingParty
from reference_impl.shared import Shared
from reference_impl.store.database import StoreUnusable
from reference_impl.store.sessions import CHALLENGE_LIFETIME
from reference_impl.verification.der import DerError
from reference_impl.verification.ocsp_settings import STATUS_TOLERANCE
from reference_impl.verification.validity import CLOCK_TOLERANCE

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAXIMUM_BODY: Final = 256 * 1024
WORKERS: Final = 48
"""Attempts judged at a time; most of them wait for the responder."""

LAST_YEAR: Final = 9998
"""Sums of an instant and a period stay within what a datetime can hold."""

PREFIX: Final = "/kazashi/v1/"
CAPABILITIES: Final = (
    "set_time", "enrol", "login", "tap", "sign", "account", "relink", "unlink", "reconcile", "assurance"
)  # fmt: skip
_logger = logging.getLogger(__name__)


class Surface:
    """The ASGI application."""

    def __init__(self, party: RelyingParty, *, test_surface: bool) -> None:
        self._party = party
        self.shared = Shared(party) if test_surface else None
        """None: this is a release."""
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="verification")
        self._verbs = VERBS if test_surface else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one answer."""
        if scope["type"] != "http":
            raise ValueError(f"expected the ASGI scope http, found {scope['type']}")
        try:
            verb = self._find_verb(scope)
            body = await _read_body(scope, receive)
            loop = asyncio.get_running_loop()
            status, answer = 200, await loop.run_in_executor(self._workers, self._act, verb, body)
        except BrokenMessage as error:
            _logger.warning("%d %s: %s at %s", error.status, scope["path"], error.broken.what, error.broken.where)
            status, answer = error.status, ErrorAnswer(error.broken)
        except DataError:
            broken = Broken("unusable text", "$", "text that the store can keep", "another")
            status, answer = 400, ErrorAnswer(broken)
        except (StoreUnusable, AuditUnusable) as error:
            _logger.warning("503 %s: %s", scope["path"], error)
            broken = Broken("store", "store", "a store that can be used", type(error).__name__)
            status, answer = 503, ErrorAnswer(broken)
        await _answer(send, status, write_answer(answer))

    def answer(self, verb: str, body: bytes) -> bytes:
        """The answer to a message, in the caller's thread: for who has this in process. BrokenMessage as over HTTP."""
        act = self._verbs.get(verb)
        if act is None:
            raise BrokenMessage(404, Broken("unknown verb", "verb", ", ".join(self._verbs), verb[:100]))
        return write_answer(self._act(act, body))

    def _find_verb(self, scope: Scope) -> "Act":
        path = scope["path"]
        verb = self._verbs.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        if verb is None:
            known = ", ".join(self._verbs) or "nothing here"
            raise BrokenMessage(404, Broken("unknown path", "path", known, path[:100]))
        if scope["method"] != "POST":
            raise BrokenMessage(405, Broken("wrong method", "method", "POST", scope["method"]))
        return verb

    def _act(self, verb: "Act", body: bytes) -> Struct:
        """The answer, by what holds for all processes of the store when the message came."""
        self._shared.refresh()
        return verb(self, body)

    @property
    def _shared(self) -> Shared:
        if self.shared is None:
            raise RuntimeError("expected a test surface, found a release")
        return self.shared

    def _hello(self, body: bytes) -> HelloAnswer:
        read_message(Hello, body)
        seconds = (int(each.total_seconds()) for each in (CLOCK_TOLERANCE, STATUS_TOLERANCE, CHALLENGE_LIFETIME))
        return HelloAnswer(
            "1.0",
            "relying-party",
            "Kazashi reference relying party",
            VERSION,
            [*CAPABILITIES, *self._party.status_sources],
            Tolerances(*seconds),
        )

    def _configure(self, body: bytes) -> Empty:
        self._shared.configure(read_message(Configure, body))
        return Empty()

    def _reset(self, body: bytes) -> Empty:
        read_message(Reset, body)
        self._shared.reset()
        return Empty()

    def _set_time(self, body: bytes) -> EpochAnswer:
        message = read_message(SetTime, body)
        if not 1970 <= message.instant.year <= LAST_YEAR:
            actual = str(message.instant.year)
            raise BrokenMessage(400, Broken("unusable instant", "$.instant", f"a year of 1970 to {LAST_YEAR}", actual))
        self._shared.set_time(message.instant, message.epoch)
        return EpochAnswer(message.epoch)

    def _begin(self, body: bytes) -> Struct:
        answer = self._party.begin(read_message(Begin, body))
        return OutcomeAnswer(_outcome(answer)) if isinstance(answer, Judged) else answer

    def _complete(self, body: bytes) -> OutcomeAnswer:
        return OutcomeAnswer(_outcome(self._party.complete(read_message(Complete, body))))

    def _reconcile(self, body: bytes) -> ReconcileAnswer:
        judged = self._party.reconcile(read_message(Reconcile, body))
        return ReconcileAnswer({name: _outcome(each) for name, each in judged.items()})

    def _account(self, body: bytes) -> AccountAnswer:
        message = read_message(AccountQuery, body)
        try:
            return AccountAnswer(self._party.account(message.certificate))
        except DerError as error:
            broken = Broken(f"not a certificate, offset {error.offset}", "$.certificate", error.expected, error.actual)
            raise BrokenMessage(400, broken) from error

    def _unlink(self, body: bytes) -> OutcomeAnswer:
        return OutcomeAnswer(_outcome(self._party.unlink(read_message(Unlink, body))))

    def close(self) -> None:
        """Waits for attempts under way."""
        self._workers.shutdown()


Act = Callable[[Surface, bytes], Struct]
"""What a verb does with the body of its message."""
VERBS: Final[dict[str, Act]] = {
    "hello": Surface._hello,
    "configure": Surface._configure,
    "reset": Surface._reset,
    "set_time": Surface._set_time,
    "begin": Surface._begin,
    "complete": Surface._complete,
    "account": Surface._account,
    "unlink": Surface._unlink,
    "reconcile": Surface._reconcile,
}
SURFACE_ROUTES: Final = tuple(f"{PREFIX}{verb}" for verb in VERBS)
"""As the service's numbers have them, where this surface is."""


def _outcome(judged: Judged) -> Outcome:
    verdict, reading = judged.verdict, judged.reading
    status = verdict.status
    return Outcome(
        decision=verdict.decision,
        reason=verdict.reason,
        steps=list(verdict.steps),
        status=StatusAnswer(status.source, status.this_update) if status is not None else UNSET,
        epoch=reading.epoch if reading.epoch is not None else UNSET,
        details=msgspec.to_builtins(verdict.finding) if verdict.finding is not None else UNSET,
    )


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The body, of which no more is read than may come."""
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    body = bytearray()
    more = declared.isdigit() and int(declared) <= MAXIMUM_BODY
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False) and len(body) <= MAXIMUM_BODY
    actual = max(len(body), int(declared) if declared.isdigit() else 0)
    if actual > MAXIMUM_BODY:
        raise BrokenMessage(
            413, Broken("oversized message", "body", f"at most {MAXIMUM_BODY} bytes", f"{actual} or more")
        )
    return bytes(body)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
