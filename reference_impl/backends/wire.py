"""What a client asks a platform and what it answers. INVENTED: no platform's format is public (docs/backends.md).

    question   {"id", "from", "to", "at", "service", "purpose", "ask": {"type": "verify" | "identify" | …}}
    answer     {"id", "of", "from", "to", "at", "said": {"reason", "steps", …}}

Both signed (`sealed.py`). `id` is drawn for one question; `of` is the SHA-256 of the question as it was sent: an
answer belongs to that question and to no other. Closed: a field not named here is an error.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from reference_impl.backends.backend import PurposeWord
from reference_impl.verification.core import WithCertificate
from reference_impl.verification.place import Environment
from reference_impl.verification.presentation import (
    Authentication,
    ChipMaterial,
    Enrolment,
    HashName,
    Padding,
    PhoneAuthentication,
    PhoneSigning,
    Presentation,
    Relinking,
    Signing,
    Tap,
)
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.verdict import Finding, HolderKey, Reason, StatusSource, Step

TOLERANCE_SECONDS: Final = 60
"""Between the two clocks."""
PATH: Final = "/v1/questions"
ID_LENGTH: Final = 32

Instant = Annotated[datetime, Meta(tz=True)]
Word = Annotated[str, Meta(min_length=1, max_length=256)]
MessageId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Digest = MessageId


class Wire(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts have in common."""


class Chip(Wire, frozen=True):
    """What the 券面事項確認AP gave."""

    birth_record: bytes
    card_certificate: bytes
    signature: bytes


Shape = Literal["authentication", "enrolment", "relinking", "tap", "signing", "phone-authentication", "phone-signing"]
KINDS: Final[dict[Shape, type[WithCertificate]]] = {
    "authentication": Authentication,
    "enrolment": Enrolment,
    "relinking": Relinking,
    "tap": Tap,
    "signing": Signing,
    "phone-authentication": PhoneAuthentication,
    "phone-signing": PhoneSigning,
}
SHAPES: Final = {kind: shape for shape, kind in KINDS.items()}


class Verify(Wire, frozen=True, tag="verify"):
    """A presentation, whole: the platform verifies it itself."""

    shape: Shape
    certificate: bytes
    environment: Environment
    challenge: bytes | None = None
    signature: bytes | None = None
    chip: Chip | None = None
    digest: bytes = b""
    hash: HashName = HashName.SHA256
    padding: Padding = Padding.PKCS1_V15
    document: Word | None = None
    """What was signed, by the name it is registered under."""


class Identify(Wire, frozen=True, tag="identify"):
    """A certificate before any proof."""

    certificate: bytes


class CheckOne(Wire, frozen=True, tag="check"):
    """A certificate alone."""

    certificate: bytes
    kind: CertificateKind
    carrier: Carrier = Carrier.CARD


class StatusOf(Wire, frozen=True, tag="status"):
    """A name."""

    holder: HolderKey
    kind: CertificateKind
    ends: Instant


class Before(Wire, frozen=True, tag="former"):
    """The names before a certificate's."""

    certificate: bytes


class NameOf(Wire, frozen=True, tag="name"):
    """A certificate whose account is to be found; no name is drawn for it."""

    certificate: bytes


Ask = Verify | Identify | CheckOne | StatusOf | Before | NameOf


class AskedOf(Wire, frozen=True, rename={"from_": "from"}):
    """One question."""

    id: MessageId
    from_: Word
    to: Word
    at: Instant
    service: Word
    purpose: PurposeWord
    ask: Ask


class Revoked(Wire, frozen=True):
    """Why, by its name in RFC 5280 §5.3.1, and since when."""

    reason: Word
    at: Instant


class Said(Wire, frozen=True):
    """What the platform found out."""

    reason: Reason
    steps: tuple[Step, ...] = ()
    status: StatusSource | None = None
    finding: Finding | None = None
    holder: HolderKey | None = None
    former: tuple[HolderKey, ...] | None = None
    revoked: Revoked | None = None
    """With `status` alone: what an account does about it depends on the reason."""


class Answer(Wire, frozen=True, rename={"from_": "from"}):
    """One answer."""

    id: MessageId
    of: Digest
    from_: Word
    to: Word
    at: Instant
    said: Said


def verify_of(presentation: WithCertificate, document: str | None) -> Verify:
    """The presentation as it is sent; the session's name stays here."""
    chip: ChipMaterial | None = getattr(presentation, "chip", None)
    sent = Verify(
        shape=SHAPES[type(presentation)],
        certificate=presentation.certificate,
        environment=presentation.environment,
        challenge=presentation.challenge,
        signature=getattr(presentation, "signature", None),
        chip=None if chip is None else Chip(chip.birth_record, chip.card_certificate, chip.signature),
    )
    if not isinstance(presentation, Signing):
        return sent
    return msgspec.structs.replace(
        sent,
        digest=presentation.digest,
        hash=presentation.hash,
        padding=presentation.padding,
        document=document,
    )


def presentation_of(sent: Verify, service: str) -> Presentation:
    """The presentation as the core takes it; what its shape wants and was not sent is for the core to miss."""
    kind: Any = KINDS[sent.shape]
    parts = {name: getattr(sent, name) for name in kind.__struct_fields__ if hasattr(sent, name)}
    if sent.chip is not None and "chip" in parts:
        parts["chip"] = ChipMaterial(sent.chip.birth_record, sent.chip.card_certificate, sent.chip.signature)
    presentation: Presentation = kind(**parts, service=service)
    return presentation
