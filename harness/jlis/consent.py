"""The consent to 最新の利用者情報（4情報）提供: a document that the holder signs with the signature certificate.

The real one is XML whose schema is not public; this one is JSON and INVENTED (spec/pki.md §4). What is kept of the
real one: it names one service, is signed, holds ten years from the next day, survives re-issuance, and may be
withdrawn at any time with effect at once.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Meta, Struct

from harness.confidence import Confidence
from harness.contract.messages import END, Name
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.validity import JST

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        "同意は署名用証明書で署名し、10年有効、いつでも撤回できる",
        "a consent is signed with the signature certificate, holds ten years, and may be withdrawn at any time",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §4",
        "文書は JSON（本物は非公開の XML スキーマ）",
        "the document is JSON (the real one is XML of a schema that is not public)",
    ),
)

YEARS = 10
SKEW = timedelta(minutes=5)
"""How far the clock a consent is signed by may be from the register's: an emulation choice."""
PURPOSE = "latest-four-attributes"


class ConsentText(Struct, frozen=True, forbid_unknown_fields=True):
    """What the holder signs, as JSON in UTF-8."""

    purpose: Annotated[str, Meta(pattern=f"^{PURPOSE}" + END)]
    service: Name
    """Who may ask: one service (SP) of one platform."""
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SignedConsent:
    """A consent whose signature was verified."""

    text: ConsentText
    serial: int
    """Of the signature certificate."""
    certificate: bytes
    document: bytes


class ConsentRefused(ValueError):
    """A document that is no consent; `str()` says why."""


def read_consent(document: bytes, signature: bytes, certificate: bytes) -> SignedConsent:
    """Return what a holder agreed to; ConsentRefused when the document or the signature over it is wrong.

    `signature` is PKCS#1 v1.5 with SHA-256 over the octets of `document`; whether the certificate is ours and in
    force is the register's to say.
    """
    try:
        text = msgspec.json.decode(document, type=ConsentText)
        signer = x509.load_der_x509_certificate(certificate)
        key = signer.public_key()
    except (msgspec.MsgspecError, ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as fault:
        raise ConsentRefused(f"consent: expected the document and the signature certificate, actual {fault}") from fault
    if text.signed_at.tzinfo is None:
        raise ConsentRefused("consent: signed_at: expected an instant with a time zone, actual none")
    if not isinstance(key, RSAPublicKey):
        raise ConsentRefused(f"consent: expected an RSA key in the certificate, actual {type(key).__name__}")
    try:
        key.verify(signature, document, PKCS1v15(), SHA256())
    except InvalidSignature as fault:
        given = base64.b64encode(signature[:8]).decode()
        raise ConsentRefused(
            f"consent: expected a signature over the document by the certificate's key, actual {given}…"
        ) from fault
    return SignedConsent(text, signer.serial_number, certificate, document)


def consent_ends(given: datetime) -> datetime:
    """Return the last second of a consent: ten years from the next day, 23:59:59 JST (spec/pki.md §4)."""
    first = given.astimezone(JST).date() + timedelta(days=1)
    try:
        last = first.replace(year=first.year + YEARS) - timedelta(days=1)
    except ValueError:  # from 29 February: where the last month lacks the day, its last one ends it (民法 143条2項)
        last = first.replace(year=first.year + YEARS, day=28)
    return datetime.combine(last, time(23, 59, 59), JST).astimezone(UTC)
