"""What the signed records of the card are made of: keys as objects, names of keys, DigestInfo (§2.2, MC)."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from cardsim.tlv import build

RecordSigner = Callable[[bytes], bytes]
"""Signs a DigestInfo as given: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2) without hashing. An authority's, not the card's."""

_EXPONENT, _MODULUS = 0x90, 0x91
_SEQUENCE, _OCTET_STRING = 0x30, 0x04
_SHA256 = bytes.fromhex("300D06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256 with NULL parameters: RFC 8017 §9.2, note 1."""
_SEQUENCE_OF_32 = bytes([_SEQUENCE, 0x31]) + _SHA256 + bytes([_OCTET_STRING, 0x20])


def digest_info(hashed: bytes) -> bytes:
    """DigestInfo of SHA-256 (RFC 8017 §A.2.4). The face record puts 96 bytes there, three hashes in a row (§2.3)."""
    if len(hashed) == 0x20:
        return _SEQUENCE_OF_32 + hashed
    return build(_SEQUENCE, _SHA256 + build(_OCTET_STRING, hashed))


def public_key_objects(key: RSAPublicKey) -> bytes:
    """Exponent and modulus as the objects 90 and 91: 265 bytes for RSA-2048 (§2.2)."""
    numbers = key.public_numbers()
    return build(_EXPONENT, numbers.e.to_bytes(3, "big")) + build(_MODULUS, numbers.n.to_bytes(256, "big"))


def key_id(digits: str) -> bytes:
    """The 16 bytes that name a key: 7 digits, `08 05`, 3 digits, four zero bytes (§2.2)."""
    return digits.encode("ascii") + bytes.fromhex("0805") + b"001" + bytes(4)
