"""OCSP answers taken apart, strictly (RFC 6960 §4.2): one encoding for one answer, offsets counted in the message, but
for those in an enclosed certificate or an extension's value, which are counted from its first octet.

Two borders. What stands outside the BasicOCSPResponse is signed by nobody: bytes that fail there are no answer
(`UnreadableAnswer`). What stands inside is what a signer stands for: bytes that fail there are an answer that cannot
be believed (`UnreadableContent`). What a readable answer is worth is decided in `ocsp_answer.py`.
"""

from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from reference_impl.verification import der, oids
from reference_impl.verification.algorithm import read_algorithm
from reference_impl.verification.extensions import Extension
from reference_impl.verification.names import Name, read_name
from reference_impl.verification.ocsp_fields import (
    read_enumerated,
    read_exactly,
    read_explicit,
    read_extensions,
    read_instant,
    read_only,
    read_sequence,
    unprocessed,
)
from reference_impl.verification.ocsp_shape import AnswerShapes
from reference_impl.verification.ocsp_single import Single, read_single

SHORTEST_NONCE: Final = 1
LONGEST_NONCE: Final = 128
"""RFC 9654 §2.1: `Nonce ::= OCTET STRING (SIZE(1..128))`."""

_KEY_HASH_LENGTH: Final = 20
"""RFC 6960 §4.2.1: KeyHash is the SHA-1 of the responder's key, whatever hash a CertID is made with."""


class UnreadableAnswer(ValueError):
    """Bytes that are no OCSPResponse with a BasicOCSPResponse in it."""


class UnreadableContent(ValueError):
    """A BasicOCSPResponse that is not what RFC 6960 and RFC 9654 describe; `rule` is the clause it breaks."""

    def __init__(self, error: der.DerError) -> None:
        super().__init__(str(error))
        self.rule = error.rule


class Answer(msgspec.Struct, frozen=True):
    """A successful response, taken apart; nothing in it is believed yet."""

    signed: bytes
    algorithm: str
    signature: bytes
    responder_name: Name | None
    responder_key_hash: bytes | None
    produced_at: datetime
    certificates: tuple[bytes, ...]
    nonce: bytes | None
    unprocessed_extensions: tuple[str, ...]
    singles: tuple[Single, ...]


SHAPES: Final = AnswerShapes()
"""Of this process: they follow from octets alone, whoever sends them."""
_ERRORS: Final = {
    1: "MALFORMED_REQUEST",
    2: "INTERNAL_ERROR",
    3: "TRY_LATER",
    5: "SIG_REQUIRED",
    6: "UNAUTHORIZED",
}
"""RFC 6960 §4.2.1; 4 is not used."""


def parse_answer(data: bytes) -> Answer | str:
    """The successful answer in `data`, or the name of the error status it carries (RFC 6960 §4.2.1).

    An error status is no answer, whatever bytes are attached to it.
    """
    known: Answer | None = SHAPES.read(data)
    return known or _parse_strictly(data)


def _parse_strictly(data: bytes) -> Answer | str:
    try:
        envelope = _read_envelope(data)
    except der.DerError as error:
        raise UnreadableAnswer(f"expected an OCSPResponse, found {len(data)} other octets: {error}") from error
    if isinstance(envelope, str):
        return envelope
    try:
        answer = _read_basic(envelope)
    except der.DerError as error:
        raise UnreadableContent(error) from error
    SHAPES.learn(data, answer)
    return answer


def _read_envelope(data: bytes) -> der.Element | str:
    """The OCTET STRING that holds the BasicOCSPResponse, or the name of an error status."""
    outer = der.parse_der(data, der.SEQUENCE)
    parts = der.children(outer)
    if not 1 <= len(parts) <= 2:
        raise der.DerError(outer.start, "RFC 6960 §4.2.1", "status and responseBytes", f"{len(parts)} elements")
    status = read_enumerated(parts[0])
    if status in _ERRORS:
        return _ERRORS[status]
    if status:
        raise der.DerError(parts[0].body, "RFC 6960 §4.2.1", "a status of 0, 1, 2, 3, 5 or 6", f"{status}")
    if len(parts) == 1:
        raise der.DerError(outer.end, "RFC 6960 §4.2.1", "responseBytes of a successful answer", "none")
    kind, octets = read_exactly(read_explicit(parts[1], 0xA0), 2, "RFC 6960 §4.2.1", "responseType and response")
    if der.read_oid(kind) != oids.OCSP_BASIC:
        raise der.DerError(kind.start, "RFC 6960 §4.2.1", "responseType id-pkix-ocsp-basic", der.read_oid(kind))
    return der.expect_tag(octets, der.OCTET_STRING)


def _read_basic(octets: der.Element) -> Answer:
    """BasicOCSPResponse: tbsResponseData, signatureAlgorithm, signature, certs [0] OPTIONAL."""
    outer = read_only(octets, der.SEQUENCE)
    parts = der.children(outer)
    if not 3 <= len(parts) <= 4:
        raise der.DerError(
            outer.start, "RFC 6960 §4.2.1", "data, algorithm, signature, certs", f"{len(parts)} elements"
        )
    unused, signature = der.read_bits(parts[2])
    if unused:
        raise der.DerError(parts[2].body, "RFC 6960 §4.2.1", "whole octets of signature", f"{unused} unused bits")
    certificates: tuple[bytes, ...] = ()
    if len(parts) == 4:
        certificates = tuple(_whole(each.encoded) for each in read_sequence(parts[3], 0xA0))
    return _read_data(parts[0], read_algorithm(parts[1]), signature, certificates)


@lru_cache(maxsize=64)
def _whole(certificate: bytes) -> bytes:
    """An enclosed certificate whose every header is DER; a delegate sends the same one with each of its answers."""
    der.parse_der(certificate, der.SEQUENCE)
    return certificate


def _read_data(data: der.Element, algorithm: str, signature: bytes, certificates: tuple[bytes, ...]) -> Answer:
    """ResponseData: version [0] DEFAULT v1, responderID, producedAt, responses, responseExtensions [1] OPTIONAL."""
    fields = der.children(der.expect_tag(data, der.SEQUENCE))
    if fields and fields[0].tag == 0xA0:
        version = der.read_integer(read_explicit(fields[0], 0xA0))
        raise der.DerError(
            fields[0].start, "RFC 6960 §4.2.1, X.690 §11.5", "version 1, left out", f"version {version + 1}"
        )
    if not 3 <= len(fields) <= 4:
        raise der.DerError(data.start, "RFC 6960 §4.2.1", "responder, producedAt, responses", f"{len(fields)} elements")
    name, key_hash = _read_responder(fields[0])
    extensions = read_extensions(fields[3], 0xA1) if len(fields) == 4 else ()
    return Answer(
        signed=data.encoded,
        algorithm=algorithm,
        signature=signature,
        responder_name=name,
        responder_key_hash=key_hash,
        produced_at=read_instant(fields[1]),
        certificates=certificates,
        nonce=_read_nonce(extensions),
        unprocessed_extensions=unprocessed(extensions, oids.OCSP_NONCE),
        singles=tuple(read_single(each) for each in der.children(der.expect_tag(fields[2], der.SEQUENCE))),
    )


def _read_responder(element: der.Element) -> tuple[Name | None, bytes | None]:
    """ResponderID: byName [1] or byKey [2], both EXPLICIT (the module's tags are)."""
    if element.tag == 0xA1:
        return read_name(read_explicit(element, 0xA1)), None
    key_hash = der.read_octets(read_explicit(element, 0xA2))
    if len(key_hash) != _KEY_HASH_LENGTH:
        raise der.DerError(element.body, "RFC 6960 §4.2.1", f"{_KEY_HASH_LENGTH} octets of KeyHash", f"{len(key_hash)}")
    return None, key_hash


def _read_nonce(extensions: tuple[Extension, ...]) -> bytes | None:
    """The nonce, an OCTET STRING in the extension's OCTET STRING; without its own header it is none."""
    for each in extensions:
        if each.oid == oids.OCSP_NONCE:
            nonce = der.read_octets(der.parse_der(each.value, der.OCTET_STRING))
            if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE:
                raise der.DerError(0, "RFC 9654 §2.1", "a nonce of 1 to 128 octets", f"{len(nonce)}")
            return nonce
    return None
