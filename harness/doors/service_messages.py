"""The messages of the J-LIS services beside status: links, record checks, the four attributes, fees. All INVENTED."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import Message, Name, SerialHex
from harness.contract.vocabulary import Kind
from harness.jlis.attributes import News
from harness.jlis.linking import LinkStatus
from harness.jlis.populations import Medium
from harness.jlis.reasons import RevocationReason

KeyId = Annotated[bytes, Meta(max_length=21, description="subject key identifier of the issuer")]
"""Longest lengths are whole groups of base64 (RFC 4648 §4), so that the description says of a text what holds here."""
Octets = Annotated[bytes, Meta(max_length=8190)]
Instant = Annotated[datetime, Meta(tz=True, description="with a time zone; answers are in UTC")]


class Named(Message, frozen=True):
    """A certificate by its issuer and number; the number alone is enough, for generations share one counter."""

    kind: Kind
    serial: SerialHex
    issuer_key_id: KeyId | UnsetType = UNSET


class LinkedCertificate(Message, frozen=True):
    """A certificate that belongs to the one asked about."""

    kind: Kind
    medium: Medium
    serial: SerialHex
    issuer_key_id: bytes
    issued: Instant
    not_after: Instant
    revoked: Instant | None
    reason: RevocationReason | None


class LinkAnswer(Message, frozen=True):
    """What belongs to a certificate as of a mark."""

    as_of: Instant
    status: LinkStatus
    asked: LinkedCertificate
    current: LinkedCertificate | None
    previous: list[LinkedCertificate]
    counterparts: list[LinkedCertificate]


class CheckPurpose(StrEnum):
    """Why a certificate of the past is looked at again (現況確認)."""

    SIGNATURE_VERIFICATION = "signature-verification"
    """署名検証."""
    LIVENESS = "liveness"
    """現況確認: whether what was signed with may still be true of its holder."""


class CheckRecord(Message, frozen=True):
    """現況確認: a certificate of a past transaction."""

    kind: Kind
    serial: SerialHex
    purpose: CheckPurpose


class RecordStatus(StrEnum):
    """The state of a certificate of the past."""

    GOOD = "good"
    REVOKED = "revoked"
    EXPIRED = "expired"


class RecordAnswer(Message, frozen=True):
    """The state of a certificate as of a mark."""

    as_of: Instant
    status: RecordStatus
    reason: RevocationReason | None
    revoked: Instant | None
    attributes_may_have_changed: bool
    """Revoked with affiliationChanged; death must not be inferred from any reason (spec/pki.md §2)."""


class GiveConsent(Message, frozen=True):
    """A consent document with the holder's signature over its octets."""

    document: Octets
    signature: Annotated[bytes, Meta(max_length=1026)]
    certificate: Octets


class ConsentState(Message, frozen=True):
    """A consent that was taken in."""

    service: Name
    given: Instant
    ends: Instant


class WithdrawConsent(Message, frozen=True):
    """同意の取消し: by the signature certificate that signed, or a later one of the same holder."""

    service: Name
    serial: SerialHex


class AskAttributes(Message, frozen=True):
    """What is new of the holder of a signature certificate; `since` is `as_of` of the last answer that told it."""

    service: Name
    serial: SerialHex
    since: Instant | UnsetType = UNSET


class Attributes(Message, frozen=True):
    """氏名・住所・生年月日・性別."""

    name: str
    address: str
    birth_date: date
    sex: str


class AttributesTold(Message, frozen=True):
    """What there is to tell as of a mark, and its fee in yen."""

    as_of: Instant
    news: News
    attributes: Attributes | None
    moved_abroad: date | None
    fee: int


class FeeService(StrEnum):
    """What has a price."""

    OCSP = "ocsp"
    RECORD_CHECK = "record-check"
    ATTRIBUTES = "attributes"


class FeePurpose(StrEnum):
    """What it was asked for."""

    STATUS = "status"
    SIGNATURE_VERIFICATION = CheckPurpose.SIGNATURE_VERIFICATION.value
    LIVENESS = CheckPurpose.LIVENESS.value
    LATEST = "latest"


class FeeLineSaid(Message, frozen=True):
    """One line of the bill."""

    service: FeeService
    kind: Kind
    purpose: FeePurpose
    count: int
    yen_each: int
    waived: bool
    due: int


class Bill(Message, frozen=True):
    """What was asked of the fake J-LIS since it is up, and what it would cost."""

    lines: list[FeeLineSaid]
    due: int


class Nothing(Message, frozen=True):
    """Nothing to say."""
