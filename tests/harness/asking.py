"""OCSP requests made without the reader under test: by `cryptography`, or octet by octet."""

import hashlib
from datetime import datetime

import httpx
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.world import World

SHA1_ID = bytes.fromhex("300906052b0e03021a0500")
NONCE_ID = bytes.fromhex("06092b0601050507300102")
MALFORMED = bytes.fromhex("30030a0101")
UNAUTHORIZED = bytes.fromhex("30030a0106")


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a DER object."""
    value = b"".join(parts)
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    octets = (len(value).bit_length() + 7) // 8
    return bytes([tag, 0x80 | octets]) + len(value).to_bytes(octets, "big") + value


def authority(world: World, kind: Kind) -> x509.Certificate:
    """Return the certificate of the authority of `kind`."""
    return x509.load_der_x509_certificate(world.trust().authorities[kind.value])


def request(
    world: World, kind: Kind, serial: int, *, nonce: bytes | None = None, algorithm: HashAlgorithm | None = None
) -> bytes:
    """Return a well-formed request for one serial number of an authority."""
    issuer = authority(world, kind)
    chosen = algorithm or SHA1()  # noqa: S303  (the hash of RFC 6960 CertIDs)
    name, key = (hashlib.new(chosen.name, part).digest() for part in _hashed(issuer))
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name, key, serial, chosen)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def cert_id(world: World, kind: Kind, serial: int) -> bytes:
    """Return a CertID with SHA-1, octet by octet."""
    name, key = (
        tlv(0x04, hashlib.sha1(part, usedforsecurity=False).digest()) for part in _hashed(authority(world, kind))
    )
    return tlv(0x30, SHA1_ID, name, key, tlv(0x02, serial.to_bytes(4, "big")))


def handmade(cert_ids: list[bytes], *extensions: bytes, single: bytes = b"") -> bytes:
    """Return a request with these CertIDs and request extensions; `single` goes beside each CertID."""
    requests = tlv(0x30, *(tlv(0x30, asked, single) for asked in cert_ids))
    extra = tlv(0xA2, tlv(0x30, *extensions)) if extensions else b""
    return tlv(0x30, tlv(0x30, requests, extra))


def nonce_extension(value: bytes) -> bytes:
    """Return a nonce extension whose extnValue holds `value` as it is: wrapped once, where the standard wraps twice."""
    return tlv(0x30, NONCE_ID, tlv(0x04, value))


def ask(world: World, kind: Kind, serial: int, now: datetime) -> ocsp.OCSPResponse:
    """Return what the responder says of a serial number at `now`."""
    return ocsp.load_der_ocsp_response(world.jlis.ocsp(kind, request(world, kind, serial), now).der)


def strange_certificates(der: bytes) -> dict[str, bytes]:
    """Return what a parser of certificates fails at in ways of its own: a version nobody knows, a key of no kind."""
    version, key = bytes.fromhex("a003020102"), bytes.fromhex("06092a864886f70d010101")
    assert version in der
    assert key in der
    return {
        "version": der.replace(version, bytes.fromhex("a003020107"), 1),
        "key": der.replace(key, bytes.fromhex("06092a864886f70d010171"), 1),
    }


def _hashed(issuer: x509.Certificate) -> tuple[bytes, bytes]:
    """Return what RFC 6960 §4.1.1 hashes: the DER of the name, and the key without tag, length and unused bits."""
    parsed = asn1.Certificate.load(issuer.public_bytes(Encoding.DER))
    return parsed.subject.dump(), bytes(parsed.public_key["public_key"])


def list_address(client: httpx.Client, kind: str, municipality: str) -> str:
    """Return where the list is that the certificates of the generation in office name, for cards."""
    rows = client.get("/crl/index.json").raise_for_status().json()["lists"]
    (url,) = [
        row["url"]
        for row in rows
        if (row["kind"], row["medium"], row["generation"], row["municipality"]) == (kind, "card", 3, municipality)
    ]
    return str(url)
