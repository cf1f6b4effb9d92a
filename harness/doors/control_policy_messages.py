"""The messages of the control API about how an OCSP responder of the fake J-LIS speaks."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import END, Message
from harness.contract.vocabulary import Kind
from harness.doors.control_messages import Instant
from harness.jlis.ocsp_policy import (
    MOST_QUESTIONS,
    Closed,
    NamedBy,
    NeverIssued,
    NonceRule,
    ResponderKey,
    SignedRequests,
)

TimeOfDay = Annotated[
    str,
    Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?" + END, description="Japan's: HH:MM or HH:MM:SS"),
]
Questions = Annotated[int, Meta(ge=1, le=MOST_QUESTIONS)]


class ValidFor(StrEnum):
    """How long an answer holds, from thisUpdate to nextUpdate."""

    QUARTER_HOUR = "15m"
    HALF_HOUR = "30m"


class DailyWindow(Message, frozen=True):
    """Closed each day from one time to another, over midnight where `until` is the earlier one."""

    since: TimeOfDay
    until: TimeOfDay
    closed: Closed


class ClosedOnce(Message, frozen=True):
    """Closed once; the first instant is in, the last is not."""

    since: Instant
    until: Instant
    closed: Closed


class OcspPolicy(Message, frozen=True):
    """How the responder of one kind speaks, of cards and of phones, until the process ends."""

    kind: Kind
    most_questions: Questions
    nonces: NonceRule
    signed_requests: SignedRequests
    requestors: list[bytes]
    """The certificates (DER) of those who may sign requests."""
    named_by: NamedBy
    responder_key: ResponderKey
    deterministic: bool
    """Whether P-256 signs the same octets to the same signature (RFC 6979)."""
    never_issued: NeverIssued
    valid: ValidFor
    presigned: bool
    """Whether answers without a nonce are signed once for each mark and given again."""
    once: list[ClosedOnce]
    """Maintenance; where it meets a daily window, it decides."""
    daily: list[DailyWindow]


class OcspPolicyChange(Message, frozen=True):
    """What is to be otherwise; what is left out stays as it is, and a list that is given replaces the whole list."""

    most_questions: Questions | UnsetType = UNSET
    nonces: NonceRule | UnsetType = UNSET
    signed_requests: SignedRequests | UnsetType = UNSET
    requestors: list[bytes] | UnsetType = UNSET
    named_by: NamedBy | UnsetType = UNSET
    responder_key: ResponderKey | UnsetType = UNSET
    deterministic: bool | UnsetType = UNSET
    never_issued: NeverIssued | UnsetType = UNSET
    valid: ValidFor | UnsetType = UNSET
    presigned: bool | UnsetType = UNSET
    once: list[ClosedOnce] | UnsetType = UNSET
    daily: list[DailyWindow] | UnsetType = UNSET
