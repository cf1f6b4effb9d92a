"""OCSP messages: the request with its nonce, and the answer taken apart (RFC 6960 §4.1, §4.2; RFC 9654 §2.1).

What an answer is worth is decided in `revocation.py`.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from reference_impl.verification.certificate import Certificate

NONCE_LENGTH: Final = 32
"""RFC 9654 §2.1: a client that sends a nonce uses at least 32 octets."""

_HASHES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}


class UnreadableAnswer(ValueError):
    """Bytes that are no OCSPResponse."""


class UnreadableContent(ValueError):
    """A successful answer whose inside is not what RFC 6960 and RFC 9654 describe."""


class CertificateStatus(Enum):
    """RFC 6960 §2.2. Unknown is no good."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Single(msgspec.Struct, frozen=True):
    """One SingleResponse: which certificate, which status, as of when, until when."""

    hash_name: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    status: CertificateStatus
    reason: str | None
    this_update: datetime
    next_update: datetime | None


class Answer(msgspec.Struct, frozen=True):
    """A successful response, taken apart; nothing in it is believed yet."""

    signed: bytes
    algorithm: str
    signature: bytes
    responder_name: bytes | None
    responder_key_hash: bytes | None
    certificates: tuple[bytes, ...]
    nonce: bytes | None
    unprocessed_extensions: tuple[str, ...]
    singles: tuple[Single, ...]


def certificate_id(issuer: Certificate, hash_name: str) -> tuple[bytes, bytes] | None:
    """Name hash and key hash of an issuer (RFC 6960 §4.1.1), or None for a hash that is not used here."""
    digest = _HASHES.get(hash_name)
    if digest is None:
        return None
    return digest(issuer.subject.encoded), digest(issuer.key_bits)


def build_request(certificate: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """The DER of a request about one certificate: SHA-256 CertID (RFC 9919 §3.1.1) and the nonce, wrapped twice."""
    name_hash, key_hash = _HASHES["sha256"](issuer.subject.encoded), _HASHES["sha256"](issuer.key_bits)
    request = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        name_hash, key_hash, certificate.serial, hashes.SHA256()
    )
    return request.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(serialization.Encoding.DER)


def parse_answer(data: bytes) -> Answer | str:
    """The successful answer in `data`, or the name of the error status it carries (RFC 6960 §4.2.1).

    An error status is no answer, whatever bytes are attached to it.
    """
    try:
        response = ocsp.load_der_ocsp_response(data)
    except ValueError as error:
        raise UnreadableAnswer(f"expected an OCSPResponse, found {len(data)} other octets") from error
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return response.response_status.name
    try:
        return _take_apart(response)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion) as error:
        raise UnreadableContent("expected a BasicOCSPResponse as RFC 6960 has it, found a field that is not") from error


def _take_apart(response: ocsp.OCSPResponse) -> Answer:
    nonces = [each.value.nonce for each in response.extensions if isinstance(each.value, x509.OCSPNonce)]
    name = response.responder_name
    return Answer(
        signed=response.tbs_response_bytes,
        algorithm=response.signature_algorithm_oid.dotted_string,
        signature=response.signature,
        responder_name=name.public_bytes() if name is not None else None,
        responder_key_hash=response.responder_key_hash,
        certificates=tuple(each.public_bytes(serialization.Encoding.DER) for each in response.certificates),
        nonce=nonces[0] if nonces else None,
        unprocessed_extensions=tuple(
            each.oid.dotted_string
            for each in response.extensions
            if each.critical and not isinstance(each.value, x509.OCSPNonce)
        ),
        singles=tuple(_read_single(each) for each in response.responses),
    )


def _read_single(single: ocsp.OCSPSingleResponse) -> Single:
    reason = single.revocation_reason
    return Single(
        hash_name=single.hash_algorithm.name,
        issuer_name_hash=single.issuer_name_hash,
        issuer_key_hash=single.issuer_key_hash,
        serial=single.serial_number,
        status=CertificateStatus[single.certificate_status.name],
        reason=reason.value if reason is not None else None,
        this_update=single.this_update_utc,
        next_update=single.next_update_utc,
    )
