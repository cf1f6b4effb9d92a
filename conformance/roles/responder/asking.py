"""What goes to the responder: OCSP requests, whole and spoiled, built without the harness's code."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import core, ocsp, x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from conformance.roles.responder.case import Ask, Spoiled
from conformance.roles.responder.facts import Facts

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """The octets that are sent, and what they ask."""

    der: bytes
    serials: tuple[int, ...]
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class Requestor:
    """Somebody who signs requests."""

    certificate: bytes
    key: EllipticCurvePrivateKey

    @classmethod
    def made(cls, now: datetime) -> "Requestor":
        """Return one with a certificate of their own making, in force from a day ago for ten years."""
        key = generate_private_key(SECP256R1())
        name = Name([NameAttribute(NameOID.COMMON_NAME, "Kazashi requestor")])
        builder = CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(1).not_valid_before(now - DAY).not_valid_after(now + 3650 * DAY)
        return cls(builder.sign(key, SHA256()).public_bytes(Encoding.DER), key)


def build(ask: Ask, facts: Facts, nonce: bytes, requestor: Requestor | None = None) -> Request:
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
    der = bytes(_request(fields, requestor).dump())
    return Request(_spoiled(der, ask.spoiled), serials, sent)


def _request(fields: dict[str, object], requestor: Requestor | None) -> ocsp.OCSPRequest:
    """Return the request, signed by somebody or by nobody (RFC 6960 §4.1.2: who signs gives their name)."""
    if requestor is None:
        return ocsp.OCSPRequest({"tbs_request": ocsp.TBSRequest(fields)})
    certificate = x509.Certificate.load(requestor.certificate)
    name = x509.GeneralName("directory_name", certificate.subject)
    asked = ocsp.TBSRequest({**fields, "requestor_name": name})
    signature = requestor.key.sign(asked.dump(), ECDSA(SHA256()))
    signed = {"signature_algorithm": {"algorithm": "sha256_ecdsa"}, "signature": signature, "certs": [certificate]}
    return ocsp.OCSPRequest({"tbs_request": asked, "optional_signature": signed})


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
