"""OCSP requests: their DER, nonce wrapped twice, signed where a responder wants it (RFC 6960 §4.1, RFC 9654 §2.1).

Built by hand because cryptography's builder signs no requests; `openssl ocsp` reads what is built here (tests).
"""

from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, Hash

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate

NONCE_LENGTH: Final = 32
"""RFC 9654 §2.1: a client that sends a nonce uses at least 32 octets."""

_OIDS: Final = {
    oids.SHA1: bytes.fromhex("300906052B0E03021A0500"),
    oids.SHA256: bytes.fromhex("300D06096086480165030402010500"),
}
"""AlgorithmIdentifiers of a CertID's hash, parameters NULL as RFC 5754 §2 lets a sender write them."""

_NONCE_OID: Final = bytes.fromhex("06092B0601050507300102")
_RSA_SHA256: Final = bytes.fromhex("300D06092A864886F70D01010B0500")


class RequestSigner(msgspec.Struct, frozen=True):
    """Who asks, where only the registered may: a subject name (DER), certificates to enclose, and the key's door."""

    name: bytes
    certificates: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]
    """PKCS#1 v1.5 with SHA-256 over what it is given."""


def build_request(
    certificate: Certificate,
    issuer: Certificate,
    nonce: bytes | None,
    *,
    digest: str = oids.SHA256,
    signer: RequestSigner | None = None,
) -> bytes:
    """The DER of a request about one certificate; CertID by SHA-256 unless told otherwise (RFC 9919 §3.1.1)."""
    name_hash, key_hash = issuer_hashes(issuer.subject.encoded, issuer.key_bits, digest) or (b"", b"")
    serial = _element(0x02, certificate.serial.to_bytes(certificate.serial.bit_length() // 8 + 1, signed=True))
    about = _element(0x30, _OIDS[digest] + _element(0x04, name_hash) + _element(0x04, key_hash) + serial)
    # §4.1.2: who signs a request SHALL say their name in it
    requestor = b"" if signer is None else _element(0xA1, _element(0xA4, signer.name))
    extensions = b""
    if nonce is not None:
        extension = _element(0x30, _NONCE_OID + _element(0x04, _element(0x04, nonce)))
        extensions = _element(0xA2, _element(0x30, extension))
    asked = _element(0x30, requestor + _element(0x30, _element(0x30, about)) + extensions)
    return _element(0x30, asked + (b"" if signer is None else _signature(asked, signer)))


def _signature(asked: bytes, signer: RequestSigner) -> bytes:
    """optionalSignature [0]: algorithm, signature, certs [0] OPTIONAL."""
    certificates = b""
    if signer.certificates:
        certificates = _element(0xA0, _element(0x30, b"".join(signer.certificates)))
    content = _RSA_SHA256 + _element(0x03, b"\x00" + signer.sign(asked)) + certificates
    return _element(0xA0, _element(0x30, content))


def _element(tag: int, content: bytes) -> bytes:
    """One element, its length in the fewest octets (X.690 §10.1)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


@lru_cache(maxsize=256)
def issuer_hashes(name: bytes, key_bits: bytes, digest: str) -> tuple[bytes, bytes] | None:
    """Name hash and key hash of an issuer (RFC 6960 §4.1.1), or None for a hash that is not used here.

    SHA-1 too: a CertID identifies and proves nothing.
    """
    algorithm = {oids.SHA1: SHA1, oids.SHA256: SHA256}.get(digest)
    if algorithm is None:
        return None
    hashes = []
    for data in (name, key_bits):
        hashed = Hash(algorithm())
        hashed.update(data)
        hashes.append(hashed.finalize())
    return hashes[0], hashes[1]


def get_address(address: str, request: bytes, longest: int) -> str | None:
    """The address that asks by GET, or None if the whole of it is longer than `longest` octets.

    RFC 6960 A.1: base64 of the request, escaped, behind a slash. RFC 9919 §6 counts the whole URL and makes GET a MUST
    up to 255 octets; RFC 6960 leaves it to the client.
    """
    if len(address) + len(request) > longest:  # base64 makes it no shorter
        return None
    whole = f"{address.removesuffix('/')}/{quote(b64encode(request), safe='')}"
    return whole if len(whole) <= longest else None
