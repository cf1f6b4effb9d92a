"""What a variant is made from, what it is, and how a certificate is signed when nothing is wrong with that."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from harness.contract.vocabulary import Kind
from harness.jlis.wrong.parts import Parts, certificate


class Inexpressible(ValueError):
    """What the variant needs was not given; `str()` says what. No certificate is made instead."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody who signs certificates."""

    key: RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, who might have signed instead, and the weak keys that a holder might have."""

    issuer: Issuer
    """Who issued the correct certificate, and signs the wrong one too unless its signature is what is wrong."""
    stranger: Issuer | None = None
    """Of the issuer's name, with another key that nobody trusts."""
    other_kind: Issuer | None = None
    """The genuine authority of the other kind."""
    older: Issuer | None = None
    """An earlier generation of the issuer: its name, and another key that was once trusted."""
    short_key: RSAPublicKey | None = None
    """A holder's key of 1024 bits; its other half belongs into the chip, or the holder fails for another reason."""
    cubic_key: RSAPublicKey | None = None
    """A holder's key with the exponent 3."""


class Standing(StrEnum):
    """Who says that it is wrong (spec/rfc.md corrects spec/pki.md §9 here: most of it is no matter of RFC 5280 §6)."""

    FAULT = "fault"
    """Whoever does what the clause says refuses it."""
    POLICY = "policy"
    """No issuer may make it so; that a relying party refuses it is the relying party's declared policy."""
    LEGAL = "legal"
    """Legal though odd: to be accepted like the correct certificate."""


Change = Callable[[Parts, Signer], Parts]
Sign = Callable[[Parts, Signer], bytes]


def unchanged(parts: Parts, _signer: Signer) -> Parts:
    """Return the parts as they are: the variant is about the signature."""
    return parts


def rightly(parts: Parts, signer: Signer) -> bytes:
    """Return the certificate signed by the right issuer with sha256WithRSAEncryption."""
    body = parts.dump()
    return certificate(body, parts.algorithm, signer.issuer.key.sign(body, PKCS1v15(), SHA256()))


T = TypeVar("T")
BOTH = frozenset(Kind)
AUTH_ONLY = frozenset({Kind.AUTH})
SIGN_ONLY = frozenset({Kind.SIGN})


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that is wrong: where it is written, how much it weighs, for which kinds, and how it is made."""

    clause: str
    standing: Standing
    change: Change = unchanged
    sign: Sign = rightly
    kinds: frozenset[Kind] = BOTH
    signature_holds: bool = True
    """Whether the signature verifies, by RFC 8017 §8.2.2, with the key of the right issuer."""


def given(what: T | None, name: str) -> T:
    """Return what the signer has under a name, or say that it has to be given."""
    if what is None:
        raise Inexpressible(f"signer: expected {name}, actual none; this variant cannot be made without")
    return what
