"""COMPUTE DIGITAL SIGNATURE, and whether what comes back is the certificate's (spec/card.md §4, RFC 8017 §8, §9).

A signature is checked before it is handed on: a clone, whose keys are not those of the certificate it shows, is told
at the counter, and not by a server minutes later.
"""

import hashlib
from collections.abc import Callable
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from reference_impl.reader.faults import AnswerUnreadable, NotGenuine
from reference_impl.reader.files import File
from reference_impl.reader.link import Command, Link
from reference_impl.reader.words import Words

CURRENT_KEY: Final = 0x80
PINLESS_KEY: Final = 0x00
"""P2: the selected key, or the key of the visual application that needs no PIN."""
_DOING: Final = Words("署名の生成", "COMPUTE DIGITAL SIGNATURE")
_NOT_THE_CERTIFICATES: Final = Words(
    "署名がカードの証明書と合いません", "the signature is not that of the card's certificate"
)
_SHA256_DIGEST_INFO: Final = bytes.fromhex("3031300D060960864801650304020105000420")
"""DigestInfo of RFC 8017 §9.2, note 1, up to the hash."""


class Scheme(Enum):
    """How a message is signed; the card is given a hash, never the message."""

    PKCS1 = "RSASSA-PKCS1-v1_5, SHA-256"
    """P1 = 00 over the DigestInfo: what every client of the card uses."""
    PSS = "RSASSA-PSS, SHA-256"
    """P1 = 04, which one client measured; a card without it answers 6A86."""
    ECDSA_P384 = "ECDSA P-384, SHA-384"
    """ASSUMED: the next card (docs/free-area.md). r and s side by side."""

    def command(self, message: bytes) -> tuple[int, bytes, int]:
        """P1, the data field, and how many octets the signature has."""
        if self is Scheme.ECDSA_P384:
            return 0x00, hashlib.sha384(message).digest(), 96
        hashed = hashlib.sha256(message).digest()
        return (0x04, hashed, 256) if self is Scheme.PSS else (0x00, _SHA256_DIGEST_INFO + hashed, 256)


def compute_signature(link: Link, key_reference: int, scheme: Scheme, message: bytes) -> bytes:
    """The signature of the key that P2 names."""
    p1, data, size = scheme.command(message)
    signature = link.must(Command(bytes([0x80, 0x2A, p1, key_reference, len(data)]) + data + b"\x00", _DOING))
    if len(signature) != size:
        raise AnswerUnreadable(_DOING, f"{size} octets", f"{len(signature)}")
    return signature


def require_certificate(der: bytes, file: File) -> bytes:
    """The certificate, where it can be read as one: its length may lie, or its file end too early."""
    try:
        x509.load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise AnswerUnreadable(file.name, "an X.509 certificate", f"{len(der)} octets that are none") from fault
    return der


def require_signature(certificate: bytes, scheme: Scheme, message: bytes, signature: bytes) -> None:
    """Passes where the certificate's key made the signature; `NotGenuine` otherwise."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        _VERIFIERS[scheme](key, message, signature)
    except InvalidSignature as fault:
        raise NotGenuine(_NOT_THE_CERTIFICATES) from fault


def _verify_pkcs1(key: object, message: bytes, signature: bytes) -> None:
    _require_rsa(key).verify(signature, message, PKCS1v15(), SHA256())


def _verify_pss(key: object, message: bytes, signature: bytes) -> None:
    """The salt is as long as the hash (spec/card.md §4)."""
    _require_rsa(key).verify(signature, message, PSS(MGF1(SHA256()), PSS.DIGEST_LENGTH), SHA256())


def _verify_ecdsa(key: object, message: bytes, signature: bytes) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InvalidSignature
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA384()))


def _require_rsa(key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey):
        raise InvalidSignature
    return key


_VERIFIERS: Final[dict[Scheme, Callable[[object, bytes, bytes], None]]] = {
    Scheme.PKCS1: _verify_pkcs1,
    Scheme.PSS: _verify_pss,
    Scheme.ECDSA_P384: _verify_ecdsa,
}
