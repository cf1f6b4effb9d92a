"""A version 2 CertificateList in DER, joined from parts (RFC 5280 §5.1, X.690 §10–11).

Joined, because a builder that makes an object of each entry takes half a minute for a list of millions. What is
joined equals what `cryptography` builds, byte for byte (tests/harness/test_crl_encoding.py). Nothing here decides what
a list should say: the parts of a wrong list are encoded like those of a right one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, Hash

Octets = bytes | memoryview
Sign = Callable[[Sequence[Octets]], bytes]
"""Makes the signature over pieces that follow each other, so that nobody joins them only to sign."""

SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_VERSION_2 = bytes.fromhex("020101")
_TRUE = bytes.fromhex("0101ff")
REASON = bytes.fromhex("300a0603551d1504030a01")
"""CRLReason but for its last octet: Extension, OID 2.5.29.21, OCTET STRING, ENUMERATED of one octet."""
_LONG = 0x80
FIRST_UTC_YEAR, FIRST_GENERALIZED_YEAR = 1950, 2050
"""RFC 5280 §5.1.2.4–6: UTCTime through 2049, GeneralizedTime from 2050 on."""


class Revoked(NamedTuple):
    """One entry of revokedCertificates."""

    serial: int
    at: datetime
    reason: int | None = None
    """None or 0: the extension is absent (RFC 5280 §5.3.1: unspecified should not be written)."""
    more: bytes = b""
    """Further entry extensions in DER, which follow the reason."""


class Extension(NamedTuple):
    """An extension: its identifier's content octets, and the DER of its value."""

    oid: bytes
    value: bytes
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """All of a list but its signature; `entries` is what stands in revokedCertificates, encoded.

    None leaves the field out, as RFC 5280 §5.1.2.6 wants it where nothing is revoked; no octets are an empty SEQUENCE.
    """

    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    entries: Octets | None
    extensions: Sequence[Extension]
    algorithm: bytes = SHA256_WITH_RSA


def encode(parts: Parts, sign: Sign) -> bytes:
    """Return the signed list."""
    next_update = b"" if parts.next_update is None else time_der(parts.next_update)
    before = b"".join((_VERSION_2, parts.algorithm, parts.issuer, time_der(parts.this_update), next_update))
    entries: Octets = b""
    if parts.entries is not None:
        entries = parts.entries
        before += _head(0x30, len(entries))
    after = der(0xA0, der(0x30, *map(extension_der, parts.extensions))) if parts.extensions else b""
    before = _head(0x30, len(before) + len(entries) + len(after)) + before
    signature = der(0x03, b"\0", sign((before, entries, after)))
    length = len(before) + len(entries) + len(after) + len(parts.algorithm) + len(signature)
    return b"".join((_head(0x30, length), before, entries, after, parts.algorithm, signature))


def rsa_signer(key: RSAPrivateKey) -> Sign:
    """Return what signs with RSASSA-PKCS1-v1_5 and SHA-256."""

    def sign(pieces: Sequence[Octets]) -> bytes:
        digest = Hash(SHA256())
        for piece in pieces:
            digest.update(piece)
        return key.sign(digest.finalize(), PKCS1v15(), Prehashed(SHA256()))

    return sign


def entries_der(entries: Iterable[Revoked]) -> bytes:
    """Return the entries, in their order; for millions of them see `crl_columns.py`."""
    return b"".join([entry_der(*entry) for entry in entries])


def entry_der(serial: int, at: datetime, reason: int | None = None, more: bytes = b"") -> bytes:
    """Return one entry (RFC 5280 §5.1.2.6, §5.3)."""
    extensions = (REASON + bytes((reason,)) if reason else b"") + more
    if extensions:
        extensions = der(0x30, extensions)
    octets = serial.bit_length() // 8 + 1
    content = b"\x02%c%b%b%b" % (octets, serial.to_bytes(octets, "big"), time_der(at), extensions)
    return _head(0x30, len(content)) + content


@lru_cache(maxsize=1024)
def time_der(instant: datetime) -> bytes:
    """Return a Time in whole seconds of UTC."""
    utc = instant.astimezone(UTC)
    day = (utc.month, utc.day, utc.hour, utc.minute, utc.second)
    if FIRST_UTC_YEAR <= utc.year < FIRST_GENERALIZED_YEAR:
        return b"\x17\x0d%02d%02d%02d%02d%02d%02dZ" % (utc.year % 100, *day)
    return b"\x18\x0f%04d%02d%02d%02d%02d%02dZ" % (utc.year, *day)


def integer_der(value: int) -> bytes:
    """Return a non-negative INTEGER in as few octets as it takes, a zero before a high bit (X.690 §8.3)."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def extension_der(extension: Extension) -> bytes:
    """Return one Extension; critical is written only where it is TRUE (X.690 §11.5)."""
    return der(0x30, der(0x06, extension.oid), _TRUE if extension.critical else b"", der(0x04, extension.value))


def der(tag: int, *contents: Octets) -> bytes:
    """Return a TLV with a definite length in its shortest form (X.690 §10.1)."""
    content = b"".join(contents)
    return _head(tag, len(content)) + content


@lru_cache(maxsize=4096)
def _head(tag: int, length: int) -> bytes:
    if length < _LONG:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets
