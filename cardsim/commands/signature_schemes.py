"""The six signature schemes that P1 of COMPUTE DIGITAL SIGNATURE names (spec/card.md §4, MC; RFC 8017 §8.1, §8.2, §9).

| P1 | given | signed |
|---|---|---|
| 00 | 1 to 245 bytes | PKCS#1 v1.5 over them, not looked into |
| 01 | message, 1 to 255 bytes | PKCS#1 v1.5 over its bare SHA-256 |
| 02 | SHA-256 | PKCS#1 v1.5 over its DigestInfo |
| 03 | message | as 02, the card hashes |
| 04 | SHA-256 | PSS, MGF1 with SHA-256, salt of 32 bytes |
| 05 | message | as 04, the card hashes |
"""

from functools import lru_cache
from hashlib import sha256
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import load_der_private_key

from cardsim.p1p2 import Scheme
from cardsim.records import digest_info

_PADDING = PKCS1v15()
_VERBATIM = NoDigestInfo()
_PADDING_BYTES = 11
"""EMSA-PKCS1-v1_5 takes at least this many bytes of the modulus: RFC 8017 §9.2."""
_MESSAGE_MOST = 255
"""What a short command carries (spec/card.md §4)."""
_HASH_SIZE = 32
_TRAILER = b"\xbc"
_KEYS_LOADED = 1024
"""Keys held as objects at one time; another load costs 8 µs (PERFORMANCE.md), an object some 20 kB."""


class Unsignable(ValueError):
    """Nothing to sign, or a length that the scheme does not take."""


def sign(key: RSAPrivateKey, scheme: Scheme, given: bytes, salt: bytes) -> bytes:
    """The signature over what the command gives; `salt` is for the two PSS schemes."""
    most = key.key_size // 8 - _PADDING_BYTES if scheme is Scheme.VERBATIM else _MESSAGE_MOST
    takes_hash = scheme in {Scheme.HASH, Scheme.PSS_HASH}
    if not 1 <= len(given) <= most or (takes_hash and len(given) != _HASH_SIZE):
        raise Unsignable(f"{scheme.name} takes {_HASH_SIZE if takes_hash else f'1 to {most}'} bytes, got {len(given)}")
    if scheme is Scheme.VERBATIM:
        return key.sign(given, _PADDING, _VERBATIM)
    hashed = given if takes_hash else sha256(given).digest()
    if scheme.is_pss:
        return _pss(key, hashed, salt)
    return key.sign(hashed if scheme is Scheme.BARE_HASH else digest_info(hashed), _PADDING, _VERBATIM)


def _pss(key: RSAPrivateKey, hashed: bytes, salt: bytes) -> bytes:
    """RSASSA-PSS, RFC 8017 §8.1.1. By integers: no library takes a salt from outside, nor the bare RSA operation."""
    numbers = key.private_numbers()
    size = key.key_size // 8
    encoded = int.from_bytes(encode_pss(hashed, salt, key.key_size - 1), "big")
    m1, m2 = pow(encoded, numbers.dmp1, numbers.p), pow(encoded, numbers.dmq1, numbers.q)
    return (m2 + (m1 - m2) * numbers.iqmp % numbers.p * numbers.q).to_bytes(size, "big")


def encode_pss(hashed: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS of a SHA-256 hash, RFC 8017 §9.1.1: steps 4 to 12."""
    size = -(-bits // 8)
    h = sha256(bytes(8) + hashed + salt).digest()
    db = b"\x01" + salt
    db = db.rjust(size - _HASH_SIZE - 1, b"\x00")
    masked = int.from_bytes(db, "big") ^ int.from_bytes(_mgf1(h, len(db)), "big")
    masked &= (1 << (8 * len(db) - (8 * size - bits))) - 1
    return masked.to_bytes(len(db), "big") + h + _TRAILER


def _mgf1(seed: bytes, length: int) -> bytes:
    """MGF1 with SHA-256, RFC 8017 §B.2.1."""
    blocks = (sha256(seed + block.to_bytes(4, "big")).digest() for block in range(-(-length // _HASH_SIZE)))
    return b"".join(blocks)[:length]


@lru_cache(maxsize=_KEYS_LOADED)
def load_any_key(pkcs8: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """The key object of a key file; its numbers were checked when it was made, not each time it is loaded."""
    key = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
    return cast("RSAPrivateKey | EllipticCurvePrivateKey", key)


def load_key(pkcs8: bytes) -> RSAPrivateKey:
    """The key object of a key file that is always RSA's: session keys, INTERNAL AUTHENTICATE."""
    return cast("RSAPrivateKey", load_any_key(pkcs8))
