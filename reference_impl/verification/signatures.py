"""RSA signatures: which algorithms this relying party trusts, and the one place that verifies them.

Refusing SHA-1, MD5 and keys below 2048 bits is local policy (CRYPTREC); RFC 5280 sets no floor (spec/rfc.md B9).
OpenSSL's PKCS#1 v1.5 check is strict: padding to full length and nothing after the DigestInfo (RFC 8017 §8.2.2).
A DigestInfo without NULL parameters is refused; that, too, is declared policy (spec/rfc.md A7).
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import load_der_public_key

from reference_impl.verification import oids

MINIMUM_KEY_BITS: Final = 2048
MAXIMUM_KEY_BITS: Final = 4096
"""A longer key costs the verifier more than any card is worth; JPKI's have 2048 bits (spec/pki.md §1.8)."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    oids.RSA_SHA256: hashes.SHA256(),
    oids.RSA_SHA384: hashes.SHA384(),
    oids.RSA_SHA512: hashes.SHA512(),
}


class KeyRefused(ValueError):
    """A public key this relying party does not use: not RSA, unreadable, or too short."""


def is_trusted_algorithm(identifier: str) -> bool:
    """Whether signatures of this algorithm are believed."""
    return identifier in _HASHES


@lru_cache(maxsize=4096)
def load_key(public_key: bytes) -> RSAPublicKey:
    """The RSA key in a SubjectPublicKeyInfo, of a size that is used here. Anchors and frequent holders stay loaded."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("expected a readable RSA public key, found another structure") from error
    if not isinstance(key, RSAPublicKey):
        raise KeyRefused(f"expected an RSA public key, found {type(key).__name__}")
    return _require_size(key)


def load_key_numbers(modulus: bytes, exponent: bytes) -> RSAPublicKey:
    """The RSA key with these numbers, as card-verifiable certificates carry them."""
    try:
        key = RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()
    except ValueError as error:
        raise KeyRefused("expected the numbers of an RSA key, found others") from error
    return _require_size(key)


def _require_size(key: RSAPublicKey) -> RSAPublicKey:
    if not MINIMUM_KEY_BITS <= key.key_size <= MAXIMUM_KEY_BITS:
        raise KeyRefused(f"expected {MINIMUM_KEY_BITS} to {MAXIMUM_KEY_BITS} bits, found {key.key_size}")
    return key


def is_signed_by(key: RSAPublicKey, algorithm: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the key owner's over `message`, by a trusted algorithm."""
    if not is_trusted_algorithm(algorithm):
        return False
    try:
        key.verify(signature, message, PKCS1v15(), _HASHES[algorithm])
    except InvalidSignature:
        return False
    return True
