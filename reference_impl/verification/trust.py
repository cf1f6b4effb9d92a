"""Trust anchors: the authorities of both kinds and the card issuers, pinned by the operator and by nobody else."""

import hashlib
from enum import Enum
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.purpose import CertificateKind, is_authority
from reference_impl.verification.signatures import KeyRefused, is_signed_by, load_key


class AnchorRefused(ValueError):
    """A certificate or key that cannot serve as an anchor: expected and actual."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, found {actual}")
        self.expected = expected
        self.actual = actual


class Authority(msgspec.Struct, frozen=True, gc=False):
    """One pinned generation of one certification authority, ready for use; `read_authority` makes it."""

    kind: CertificateKind
    certificate: Certificate
    key: RSAPublicKey
    key_identifier: bytes
    """Its subjectKeyIdentifier, or what that would be: SHA-1 of the key bits (RFC 5280 §4.2.1.2 (1))."""
    issuer_key: str
    """SHA-256 of its SubjectPublicKeyInfo, in hex: the half of an account's key that names the issuer."""


class CardApplication(Enum):
    """Of which application of the card a card issuer's key certifies the signers (spec/card.md §2.2, EF 0004)."""

    VISUAL = "visual"
    """券面事項確認AP: 5000023, 6000023 for test cards; the chip's own key stands in its birth record."""
    TEXT = "text"
    """券面事項入力補助AP: 5000033, 6000033 for test cards."""


_APPLICATION_DIGIT: Final = 5
_APPLICATIONS: Final = {ord("2"): CardApplication.VISUAL, ord("3"): CardApplication.TEXT}


class CardIssuer(msgspec.Struct, frozen=True):
    """One pinned key of the second PKI (spec/card.md §2.2: a key-id names a key); `read_card_issuer` makes it."""

    key_id: bytes
    key: RSAPublicKey

    @property
    def application(self) -> CardApplication | None:
        """By the sixth of the key-id's seven digits, in which the known ones differ; None where it says neither."""
        return _APPLICATIONS.get(self.key_id[_APPLICATION_DIGIT])


class Trust(msgspec.Struct, frozen=True):
    """Everything believed without proof. It never changes: what changes is which one is in use (`Verifier.swap`)."""

    authorities: tuple[Authority, ...] = ()
    card_issuers: tuple[CardIssuer, ...] = ()

    def generations(self, kind: CertificateKind) -> tuple[Authority, ...]:
        """The pinned generations of one kind; authorities of the other kind are strangers to it."""
        return tuple(each for each in self.authorities if each.kind is kind)

    def with_authority(self, authority: Authority) -> "Trust":
        """The same and one generation more: a roll-over begins (spec/pki.md §1.1, about every four years)."""
        return Trust((*self.authorities, authority), self.card_issuers)

    def without_authority(self, issuer_key: str) -> "Trust":
        """The same without the generation of this key: a roll-over ends, or the key is no longer believed."""
        return Trust(tuple(each for each in self.authorities if each.issuer_key != issuer_key), self.card_issuers)

    def without_card_issuer(self, key_id: bytes) -> "Trust":
        """The same without the card-issuer key of this identifier."""
        return Trust(self.authorities, tuple(each for each in self.card_issuers if each.key_id != key_id))


def key_hash(certificate: Certificate) -> bytes:
    """SHA-1 of the certificate's key bits, an identifier and no proof."""
    return hashlib.sha1(certificate.key_bits, usedforsecurity=False).digest()


def read_authority(kind: CertificateKind, data: bytes) -> Authority:
    """The anchor in `data`: a self-signed CA certificate (spec/pki.md §1.2); else `DerError` or `AnchorRefused`."""
    certificate = parse_certificate(data)
    if not is_authority(certificate):
        raise AnchorRefused("the certificate of an authority", "one without cA TRUE or keyCertSign")
    key = _load(certificate.public_key)
    if not is_signed_by(key, certificate.algorithm, certificate.tbs, certificate.signature):
        raise AnchorRefused("a certificate signed by its own key", "another signature")
    identifier = certificate.subject_key_identifier or key_hash(certificate)
    return Authority(kind, certificate, key, identifier, hashlib.sha256(certificate.public_key).hexdigest())


def read_card_issuer(key_id: bytes, public_key: bytes) -> CardIssuer:
    """The anchor of the second PKI with this identifier and key, after both were looked at."""
    if len(key_id) != 16:
        raise AnchorRefused("a key identifier of 16 octets", f"{len(key_id)}")
    return CardIssuer(key_id, _load(public_key))


def _load(public_key: bytes) -> RSAPublicKey:
    try:
        return load_key(public_key)
    except KeyRefused as error:
        raise AnchorRefused("an RSA key of at least 2048 bits", str(error)) from error
