"""One row of the service: how it is asked for, by whom, what it takes and answers."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Literal

import msgspec
from msgspec import Struct

from reference_impl.messages import Instant, Message
from reference_impl.relying_party import RelyingParty
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.web.callers import Caller, Role
from reference_impl.web.messages import Nothing
from reference_impl.web.metrics import Metrics
from reference_impl.web.reading import MAXIMUM_BODY


class Running(Struct, frozen=True):
    """What runs behind the door."""

    party: RelyingParty
    metrics: Metrics
    surroundings: Mapping[str, tuple[Environment, ...]] = {}
    """Where terminals stand, by the operator's word."""


class Asked(Struct, frozen=True):
    """One request, read: whose it is, what its address names, its message, its query."""

    caller: Caller
    path: Mapping[str, str]
    message: Message
    query: "AuditQuery | None" = None

    @property
    def service(self) -> str:
        """The service in the address."""
        return self.path["service"]


class AuditQuery(Message, frozen=True):
    """Which rows, and in which form."""

    since: Instant | None = None
    until: Instant | None = None
    """Not included."""
    service: str | None = None
    format: Literal["json", "csv"] = "json"


class Answer(Struct, frozen=True):
    """What goes back: a message as JSON, or octets of another kind, or an open file."""

    message: Struct | None = None
    status: int = 200
    headers: Mapping[str, str] = {}
    octets: bytes = b""
    media_type: str = "application/json"
    file: BinaryIO | None = None
    decision: str | None = None
    reason: str | None = None
    purpose: str | None = None
    reasons: tuple[str, ...] = ()
    """What the log and the metrics are told: one decision and reason, or the reasons of many."""

    def body(self) -> bytes:
        """The octets of the answer."""
        return self.octets if self.message is None else msgspec.json.encode(self.message)


class Operation(Struct, frozen=True, kw_only=True):
    """One row."""

    method: str = "POST"
    path: str
    role: Role
    act: Callable[[Running, Asked], Answer]
    ja: str
    en: str
    asks: type[Message] = Nothing
    answers: Mapping[int, type[Struct]] = {}
    """By HTTP status; what is not JSON has none."""
    query: type[Message] | None = None
    media_types: tuple[str, ...] = ()
    """Of an answer that is not JSON."""
    longest: int = MAXIMUM_BODY
    """Octets of a message."""
    name: str
    """For generated clients."""
    purpose: Purpose | None = None
