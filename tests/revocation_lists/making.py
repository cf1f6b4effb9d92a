"""Revocation lists made octet by octet, right and wrong, without the reader under test and without the harness."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import NameOID

from reference_impl.verification.lists.acceptance import Expected
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Authority, read_authority
from tests.reference_impl import pki

NOW = pki.NOW
THIS_UPDATE, NEXT_UPDATE = NOW - timedelta(hours=6), NOW + timedelta(hours=42)
SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
REASON, INVALIDITY_DATE, ISSUER = "551d15", "551d18", "551d1d"
NUMBER, DELTA, SCOPE, KEY_IDENTIFIER = "551d14", "551d1b", "551d1c", "551d23"
UNKNOWN = "69bd843f01"


def tlv(tag: int, *parts: bytes) -> bytes:
    """A DER object."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    octets = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | octets]) + len(content).to_bytes(octets) + content


def integer(value: int) -> bytes:
    """An INTEGER in the fewest octets."""
    return tlv(0x02, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, signed=True))


def utc(text: str) -> bytes:
    """A UTCTime of these characters."""
    return tlv(0x17, text.encode())


def generalized(text: str) -> bytes:
    """A GeneralizedTime of these characters."""
    return tlv(0x18, text.encode())


def time(instant: datetime) -> bytes:
    """A UTCTime of this instant."""
    return utc(f"{instant:%y%m%d%H%M%SZ}")


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """One extension."""
    return tlv(0x30, tlv(0x06, bytes.fromhex(oid)), bytes.fromhex("0101ff") if critical else b"", tlv(0x04, value))


def reason(code: int) -> bytes:
    """A reasonCode."""
    return extension(REASON, bytes([0x0A, 1, code]))


def entry(serial: int, *extensions: bytes, date: bytes = utc("260801123456Z")) -> bytes:
    """One entry."""
    return tlv(0x30, integer(serial), date, tlv(0x30, *extensions) if extensions else b"")


def point(municipality: str = "Aoi-shi", kind: str = "auth") -> bytes:
    """The name (DER) of a municipality's distribution point."""
    own = list(pki.ca_name(kind))
    names = [("CRL Distribution Points", NameOID.ORGANIZATIONAL_UNIT_NAME)]
    names += [("Mizuho-ken", NameOID.ORGANIZATIONAL_UNIT_NAME), (f"{municipality} CRLDP", NameOID.COMMON_NAME)]
    return x509.Name([*own, *(x509.NameAttribute(oid, text) for text, oid in names)]).public_bytes()


USER_CERTIFICATES = bytes.fromhex("8101ff")


def scope(name: bytes, *flags: bytes, critical: bool = True) -> bytes:
    """An issuingDistributionPoint with the full directory name."""
    return extension(
        SCOPE, tlv(0x30, tlv(0xA0, tlv(0xA0, tlv(0xA4, name))), *(flags or (USER_CERTIFICATES,))), critical=critical
    )


def key_identifier(name: str) -> bytes:
    """The authorityKeyIdentifier of a named key."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(pki.key(name).public_key()).digest
    return extension(KEY_IDENTIFIER, tlv(0x30, tlv(0x80, identifier)))


def extensions(number: int = 4061, key: str = "auth-ca", name: bytes | None = None) -> list[bytes]:
    """The extensions of a right list."""
    return [key_identifier(key), extension(NUMBER, integer(number)), scope(point() if name is None else name)]


def signed(body: bytes, key: str = "auth-ca", algorithm: bytes = SHA256_WITH_RSA) -> bytes:
    """A CertificateList around a tbsCertList."""
    return tlv(0x30, body, algorithm, tlv(0x03, b"\0", pki.sign(key, body)))


def body(  # noqa: PLR0917 - the fields in their order
    entries: Sequence[bytes] | bytes | None,
    more: Sequence[bytes] | None = None,
    version: bytes = integer(1),
    algorithm: bytes = SHA256_WITH_RSA,
    issuer: bytes | None = None,
    this_update: bytes | datetime = THIS_UPDATE,
    next_update: bytes | datetime = NEXT_UPDATE,
) -> bytes:
    """A tbsCertList; by default a right one. No entries leave the field out."""
    times = [each if isinstance(each, bytes) else time(each) for each in (this_update, next_update)]
    joined = entries if isinstance(entries, bytes) else b"".join(entries or ())
    listed = tlv(0x30, joined) if joined else b""
    said = extensions() if more is None else list(more)
    name = pki.ca_name("auth").public_bytes() if issuer is None else issuer
    return tlv(0x30, version, algorithm, name, *times, listed, tlv(0xA0, tlv(0x30, *said)) if said else b"")


def a_list(entries: Sequence[bytes] | bytes | None, more: Sequence[bytes] | None = None) -> bytes:
    """A right list of these entries."""
    return signed(body(entries, more))


def authority(name: str = "auth-ca", kind: str = "auth") -> Authority:
    """A pinned generation."""
    return read_authority(CertificateKind(kind), pki.der(pki.authority(kind, name)))


def expected(name: bytes | None = None, *names: str) -> Expected:
    """What a list of 葵市 is expected to be."""
    digest = hashlib.sha256(point() if name is None else name).digest()
    return Expected([authority(each) for each in names or ("auth-ca",)], digest)


def points_extension(*names: bytes) -> x509.CRLDistributionPoints:
    """The cRLDistributionPoints of a certificate, one point for each name."""
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.DirectoryName(_name_of(name))], None, None, None) for name in names]
    )


def _name_of(name: bytes) -> x509.Name:
    """The attributes of a name of points, as `point` made it."""
    attributes = []
    for rdn in asn1.Name.load(name).chosen:
        for attribute in rdn:
            oid = x509.ObjectIdentifier(attribute["type"].dotted)
            attributes.append(x509.NameAttribute(oid, attribute["value"].native))
    return x509.Name(attributes)
