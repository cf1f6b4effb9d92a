"""RSA signatures: which algorithms this relying party trusts, and the one place that verifies them.

Refusing SHA-1, MD5 and keys below 2048 bits is local policy (CRYPTREC); RFC 5280 sets no floor (spec/rfc.md B9).
OpenSSL's PKCS#1 v1.5 check is strict: padding to full length and nothing after the DigestInfo (RFC 8017 §8.2.2).
A DigestInfo without NULL parameters is refused; that, too, is declared policy (spec/rfc.md A7).
"""

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from reference_impl.verification import oids

MINIMUM_KEY_BITS: Final = 2048
MAXIMUM_KEY_BITS: Final = 4096
"""A longer key costs the verifier more than any card is worth; JPKI's have 2048 bits (spec/pki.md §1.8)."""

_PKCS1: Final = PKCS1v15()

DIGEST_INFO: Final = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the hash in EMSA-PKCS1-v1_5 (RFC 8017 §9.2, note 1)."""

DIGEST_OCTETS: Final = {"sha256": 32, "sha384": 48, "sha512": 64}

_LOADED: Final = type(RSAPublicNumbers(65537, (1 << 2047) + 1).public_key())
"""What loading gives of an RSA key: to ask the abstract class for its registered ones takes a third of the loading."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


_SIGNED: Final = {
    oids.RSA_SHA256: (DIGEST_INFO["sha256"], hashlib.sha256),
    oids.RSA_SHA384: (DIGEST_INFO["sha384"], hashlib.sha384),
    oids.RSA_SHA512: (DIGEST_INFO["sha512"], hashlib.sha512),
}


class KeyRefused(ValueError):
    """A public key this relying party does not use: not RSA, unreadable, or too short."""


def is_trusted_algorithm(identifier: str) -> bool:
    """Whether signatures of this algorithm are believed."""
    return identifier in _SIGNED


@lru_cache(maxsize=256)
def load_key(public_key: bytes) -> RSAPublicKey:
    """The same key, kept loaded: for the few of anchors and responders."""
    return read_key(public_key)


def read_key(public_key: bytes) -> RSAPublicKey:
    """The RSA key in a SubjectPublicKeyInfo, of a size that is used here; KeyRefused otherwise."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("expected a readable RSA public key, found another structure") from error
    if type(key) is not _LOADED and not isinstance(key, RSAPublicKey):
        raise KeyRefused(f"expected an RSA public key, found {type(key).__name__}")
    return key if MINIMUM_KEY_BITS <= key.key_size <= MAXIMUM_KEY_BITS else _require_size(key)


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
    signed = _SIGNED.get(algorithm)
    if signed is None:
        return False
    prefix, digest = signed
    return opens_to(key, signature, prefix + digest(message).digest())


def is_digest_signed_by(key: RSAPublicKey, hash_name: str, digest: bytes, signature: bytes) -> bool:
    """Whether `signature` is the key owner's over a message of this digest, by PKCS#1 v1.5."""
    return opens_to(key, signature, DIGEST_INFO[hash_name] + digest)


def opens_to(key: RSAPublicKey, signature: bytes, expected: bytes) -> bool:
    """Whether the signature opens to exactly what would have been signed (RFC 8017 §8.2.2).

    OpenSSL takes the padding off, which has to be right from end to end; as the block is as long as the key, no octet
    is left for anything else if the rest is what is expected. A signature shorter than the key is refused (step 1).
    """
    try:
        opened = key.recover_data_from_signature(signature, _PKCS1, None)
    except InvalidSignature:
        return False
    return opened == expected and 8 * len(signature) == key.key_size


def is_digest_signed_with_pss(key: RSAPublicKey, hash_name: str, digest: bytes, signature: bytes) -> bool:
    """The same by PSS: mask and salt of the hash itself (RFC 8017 §8.1.2, §9.1.2).

    A salt as long as the hash is declared policy: another length has to be agreed on (RFC 4055 §3.1).
    """
    algorithm = _HASHES[hash_name]
    try:
        key.verify(signature, digest, PSS(MGF1(algorithm), PSS.DIGEST_LENGTH), Prehashed(algorithm))
    except InvalidSignature:
        return False
    return True
