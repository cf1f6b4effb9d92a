"""OCSP answers written octet by octet, so that one field at a time can be what no library would write.

A right one is the same, octet for octet, as cryptography's builder makes (`test_ocsp_rules`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.reference_impl import pki
from tests.reference_impl.cross_check.mutation import encode_length

SERIAL = 0x07123456
GRID = datetime.fromisoformat("2026-11-21T00:15:00Z")
NONCE = b"n" * 32
RSA_SHA256 = bytes.fromhex("300D06092A864886F70D01010B0500")
SHA256_ID = bytes.fromhex("300D06096086480165030402010500")
SHA384_ID = bytes.fromhex("300D06096086480165030402020500")
SHA1_ID = bytes.fromhex("300906052B0E03021A0500")
BASIC = bytes.fromhex("06092B0601050507300101")
NONCE_OID = bytes.fromhex("06092B0601050507300102")
ARCHIVE_CUTOFF_OID = bytes.fromhex("06092B0601050507300106")
STRANGE_OID = bytes.fromhex("0603690101")
GOOD, UNKNOWN = b"\x80\x00", b"\x82\x00"


def tlv(tag: int, *content: bytes) -> bytes:
    """One element."""
    body = b"".join(content)
    return bytes([tag]) + encode_length(len(body)) + body


def time(instant: datetime) -> bytes:
    """A GeneralizedTime."""
    return tlv(0x18, instant.strftime("%Y%m%d%H%M%SZ").encode())


def hashed(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """A digest."""
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def key_bits(certificate: x509.Certificate) -> bytes:
    """The content of the key's BIT STRING without its first octet (RFC 6960 §4.1.1)."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def certificate_id(
    serial: bytes = tlv(2, bytes.fromhex("07123456")),
    *,
    issuer: x509.Certificate | None = None,
    sha1: bool = False,
    name_hash: bytes | None = None,
    key_hash: bytes | None = None,
) -> bytes:
    """A CertID by SHA-256, or by SHA-1."""
    issuer = issuer or pki.authority("auth", "auth-ca")
    algorithm = hashes.SHA1() if sha1 else hashes.SHA256()  # noqa: S303 - identifies, proves nothing
    name = name_hash if name_hash is not None else hashed(issuer.subject.public_bytes(), algorithm)
    key = key_hash if key_hash is not None else hashed(key_bits(issuer), algorithm)
    return tlv(0x30, SHA1_ID if sha1 else SHA256_ID, tlv(4, name), tlv(4, key), serial)


def revoked(at: datetime = GRID, reason: int | None = None) -> bytes:
    """A CertStatus revoked."""
    return tlv(0xA1, time(at), b"" if reason is None else tlv(0xA0, bytes([0x0A, 1, reason])))


def extension(oid: bytes, value: bytes, critical: bytes = b"") -> bytes:
    """One Extension; `critical` is the whole BOOLEAN."""
    return tlv(0x30, oid, critical, tlv(4, value))


CRITICAL = b"\x01\x01\xff"


def extensions(tag: int, *each: bytes) -> bytes:
    """Extensions under their tag."""
    return tlv(tag, tlv(0x30, *each))


def single(
    *,
    about: bytes | None = None,
    status: bytes = GOOD,
    this: bytes | datetime = GRID,
    until: bytes | datetime | None = GRID + timedelta(minutes=30),
    more: bytes = b"",
) -> bytes:
    """A SingleResponse about the holder's certificate."""
    this = time(this) if isinstance(this, datetime) else this
    until = tlv(0xA0, time(until)) if isinstance(until, datetime) else until or b""
    return tlv(0x30, about or certificate_id(), status, this, until, more)


def by_key(key: str = "responder") -> bytes:
    """A responderID by key."""
    return tlv(0xA2, tlv(4, hashed(key_bits_of(key), hashes.SHA1())))  # noqa: S303 - identifies, proves nothing


def key_bits_of(key: str) -> bytes:
    """The bits of a named key."""
    return pki.key(key).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def by_name(certificate: x509.Certificate) -> bytes:
    """A responderID by name."""
    return tlv(0xA1, certificate.subject.public_bytes())


def nonce(value: bytes = NONCE) -> bytes:
    """The nonce's extension, wrapped twice."""
    return extension(NONCE_OID, tlv(4, value))


def data(
    *singles: bytes,
    version: bytes = b"",
    responder: bytes | None = None,
    produced: bytes | datetime = pki.NOW,
    more: bytes | None = None,
) -> bytes:
    """A ResponseData."""
    produced = time(produced) if isinstance(produced, datetime) else produced
    more = extensions(0xA1, nonce()) if more is None else more
    return tlv(0x30, version, responder or by_key(), produced, tlv(0x30, *(singles or (single(),))), more)


def signed(
    body: bytes,
    key: str = "responder",
    *,
    certificates: Sequence[bytes] | None = None,
    algorithm: bytes = RSA_SHA256,
    signature: bytes | None = None,
) -> bytes:
    """A BasicOCSPResponse over a body."""
    if certificates is None:
        certificates = [pki.der(pki.delegate())]
    signature = signature if signature is not None else pki.sign(key, body)
    enclosed = tlv(0xA0, tlv(0x30, *certificates)) if certificates else b""
    return tlv(0x30, body, algorithm, tlv(3, b"\x00", signature), enclosed)


def enveloped(basic: bytes, status: int = 0) -> bytes:
    """An OCSPResponse."""
    return tlv(0x30, bytes([0x0A, 1, status]), tlv(0xA0, tlv(0x30, BASIC, tlv(4, basic))))


def answer(*singles: bytes, **fields: object) -> bytes:
    """The whole of an answer, signed by the delegate."""
    return enveloped(signed(data(*singles, **fields)))  # type: ignore[arg-type]
