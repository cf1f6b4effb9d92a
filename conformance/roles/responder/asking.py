"""What goes to the responder: OCSP requests, whole and spoiled, built without the harness's code."""

import hashlib
from dataclasses import dataclass

from asn1crypto import core, ocsp, x509

from conformance.roles.responder.case import Ask, Spoiled
from conformance.roles.responder.facts import Facts


@dataclass(frozen=True, slots=True)
class Request:
    """The octets that are sent, and what they ask."""

    der: bytes
    serials: tuple[int, ...]
    nonce: bytes | None


def build(ask: Ask, facts: Facts, nonce: bytes) -> Request:
    """Return the request of a case; `nonce` is long enough to be cut to the length that the case wants."""
    issuer = x509.Certificate.load(facts.issuer)
    serials = tuple(facts.known[about].serial for about in ask.about)
    if ask.spoiled is Spoiled.NO_QUESTION:
        serials = ()
    sent = None if ask.nonce is None else nonce[: ask.nonce]
    fields: dict[str, object] = {"request_list": [{"req_cert": cert_id(issuer, ask.hash, each)} for each in serials]}
    if sent is not None:
        value = core.ParsableOctetString(core.OctetString(sent).dump())
        fields["request_extensions"] = [{"extn_id": "nonce", "critical": False, "extn_value": value}]
    der = bytes(ocsp.OCSPRequest({"tbs_request": ocsp.TBSRequest(fields)}).dump())
    return Request(_spoiled(der, ask.spoiled), serials, sent)


def cert_id(issuer: x509.Certificate, algorithm: str, serial: int) -> ocsp.CertId:
    """Return the CertID of a serial number (RFC 6960 §4.1.1)."""
    return ocsp.CertId(
        {
            "hash_algorithm": {"algorithm": algorithm},
            "issuer_name_hash": hashlib.new(algorithm, issuer.subject.dump()).digest(),
            "issuer_key_hash": hashlib.new(algorithm, key_bits(issuer)).digest(),
            "serial_number": serial,
        }
    )


def key_bits(certificate: x509.Certificate) -> bytes:
    """Return the content of the subjectPublicKey BIT STRING, without its count of unused bits."""
    return bytes(certificate.public_key["public_key"].contents[1:])


def _spoiled(der: bytes, how: Spoiled | None) -> bytes:
    match how:
        case Spoiled.TRAILING:
            return der + b"\x05\x00"
        case Spoiled.TRUNCATED:
            return der[: len(der) // 2]
        case Spoiled.NOISE:
            return b"\xff\xfe\x00GET STATUS"
    return der
