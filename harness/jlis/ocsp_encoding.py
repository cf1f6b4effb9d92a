"""OCSP responses written as DER by joining parts whose headers were computed before (RFC 6960 §4.2.1).

A general encoder spends 50 µs on a response of which all but five fields are the same as in the last one. Here each
constant part is bytes already, and what varies has few lengths, so its headers are looked up. That the octets are
those of a general encoder is proved in tests/harness/test_ocsp_encoding.py; nothing here reads DER.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from functools import lru_cache

NULL = bytes.fromhex("0500")
BASIC = bytes.fromhex("06092b0601050507300101")
"""id-pkix-ocsp-basic."""
NONCE_ID = bytes.fromhex("06092b0601050507300102")
EXTENDED_REVOKE_ID = bytes.fromhex("06092b0601050507300109")
"""id-pkix-ocsp-extended-revoke, RFC 6960 §4.4.8."""
GOOD = bytes.fromhex("8000")
UNKNOWN = bytes.fromhex("8200")


class Algorithm(Enum):
    """AlgorithmIdentifiers of a signature; RFC 4055 §5 writes NULL beside RSA, RFC 5758 §3.2 nothing beside ECDSA."""

    RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
    RSA_SHA384 = bytes.fromhex("300d06092a864886f70d01010c0500")
    RSA_SHA1 = bytes.fromhex("300d06092a864886f70d0101050500")
    ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
    ECDSA_SHA384 = bytes.fromhex("300a06082a8648ce3d040303")
    ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


@lru_cache(maxsize=4096)
def header(tag: int, length: int) -> bytes:
    """Return tag and length in their shortest form (X.690 §10.1)."""
    if length < 0x80:
        return bytes((tag, length))
    octets = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + length.to_bytes(octets, "big")


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a DER object of these contents."""
    contents = b"".join(parts)
    return header(tag, len(contents)) + contents


@lru_cache(maxsize=1024)
def generalized_time(instant: datetime) -> bytes:
    """Return a GeneralizedTime in whole seconds, Z (RFC 5280 §4.1.2.5.2); `instant` is in UTC."""
    return tlv(
        0x18,
        b"%04d%02d%02d%02d%02d%02dZ"
        % (instant.year, instant.month, instant.day, instant.hour, instant.minute, instant.second),
    )


def revoked(at: datetime, reason: int | None = None) -> bytes:
    """Return the CertStatus revoked, with the number of its reason or none."""
    why = b"" if reason is None else b"\xa0\x03\x0a\x01" + bytes((reason,))
    return tlv(0xA1, generalized_time(at), why)


def single_response(
    cert_id: bytes, status: bytes, this_update: bytes, next_update: bytes = b"", extensions: bytes = b""
) -> bytes:
    """Return a SingleResponse; the times are GeneralizedTimes, an empty one is left out, `extensions` are joined."""
    body = cert_id + status + this_update
    if next_update:
        body += header(0xA0, len(next_update)) + next_update
    if extensions:
        body += tlv(0xA1, tlv(0x30, extensions))
    return header(0x30, len(body)) + body


def extension(identifier: bytes, value: bytes, *, critical: bool = False) -> bytes:
    """Return an Extension; `identifier` is a whole OBJECT IDENTIFIER, `value` what its OCTET STRING holds."""
    return tlv(0x30, identifier, b"\x01\x01\xff" if critical else b"", tlv(0x04, value))


@lru_cache(maxsize=256)
def _before_nonce(length: int) -> bytes:
    """Return all of the extension that stands before a nonce of that length."""
    inner = header(0x04, length)
    value = header(0x04, len(inner) + length) + inner
    return header(0x30, len(NONCE_ID) + len(value) + length) + NONCE_ID + value


def nonce_extension(nonce: bytes) -> bytes:
    """Return the nonce, an OCTET STRING within the extension's own (RFC 9654 §2.1)."""
    return _before_nonce(len(nonce)) + nonce


@lru_cache(maxsize=256)
def _before_extensions(length: int) -> bytes:
    """Return the headers of [1] EXPLICIT Extensions of that length."""
    inner = header(0x30, length)
    return header(0xA1, len(inner) + length) + inner


def by_key(key_hash: bytes) -> bytes:
    """Return the ResponderID that names a key by the SHA-1 of its bits."""
    return tlv(0xA2, tlv(0x04, key_hash))


def by_name(name: bytes) -> bytes:
    """Return the ResponderID that names a subject; `name` is its DER."""
    return tlv(0xA1, name)


def response_data(responder_id: bytes, produced_at: bytes, singles: bytes, extensions: bytes = b"") -> bytes:
    """Return ResponseData (v1, so that no version is written): what is signed. `singles`, `extensions` are joined."""
    body = b"".join((responder_id, produced_at, header(0x30, len(singles)), singles))
    if extensions:
        body += _before_extensions(len(extensions)) + extensions
    return header(0x30, len(body)) + body


class Envelope:
    """What stands around what one delegate signed: everything but the ResponseData and the signature."""

    def __init__(self, algorithm: Algorithm, certificates: Iterable[bytes], response_type: bytes = BASIC) -> None:
        chain = b"".join(certificates)
        self._algorithm = algorithm.value
        self._tail = tlv(0xA0, tlv(0x30, chain)) if chain else b""
        self._type = response_type
        self._headers: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def seal(self, data: bytes, signature: bytes, status: int = 0) -> bytes:
        """Return the whole OCSPResponse."""
        lengths = len(data), len(signature)
        if status:
            head, middle = self._around(*lengths, status)
        else:
            try:
                head, middle = self._headers[lengths]
            except KeyError:
                head, middle = self._headers[lengths] = self._around(*lengths, status)
        return b"".join((head, data, middle, signature, self._tail))

    def _around(self, data: int, signature: int, status: int) -> tuple[bytes, bytes]:
        """Return what stands before ResponseData of that length, and between it and a signature of that length."""
        middle = self._algorithm + header(0x03, signature + 1) + b"\x00"
        contents = data + len(middle) + signature + len(self._tail)
        head = header(0x30, contents)  # BasicOCSPResponse
        head = self._type + header(0x04, len(head) + contents) + head
        head = header(0x30, len(head) + contents) + head  # ResponseBytes
        head = b"\x0a\x01" + bytes((status,)) + header(0xA0, len(head) + contents) + head
        return header(0x30, len(head) + contents) + head, middle


def error_response(status: int) -> bytes:
    """Return an error response: its status and no responseBytes (RFC 6960 §4.2.1)."""
    return b"\x30\x03\x0a\x01" + bytes((status,))
