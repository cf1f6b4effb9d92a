"""OCSP requests read strictly: bytes in, one question or the reason for a refusal out (RFC 6960 §4.1, RFC 9654)."""

from dataclasses import dataclass
from enum import IntEnum

from asn1crypto import ocsp
from asn1crypto.core import OctetString

NONCE_OID = "1.3.6.1.5.5.7.48.1.2"
LONGEST_NONCE = 128
ECHOED_NONCES = range(16, 33)
MOST_QUESTIONS = 1
"""More than one question is legal syntax: it is refused by policy, so with unauthorized (spec/rfc.md A8)."""


class ResponseStatus(IntEnum):
    """OCSPResponseStatus, RFC 6960 §4.2.1."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6


class RefusedRequest(Exception):
    """A request that gets an error status without responseBytes."""

    def __init__(self, status: ResponseStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the CertID in its parts, and the nonce to echo, if one is."""

    hash_algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    nonce: bytes | None


def read_request(data: bytes) -> Question:
    """Return the question in a DER OCSPRequest; RefusedRequest for anything else."""
    try:
        request = ocsp.OCSPRequest.load(data, strict=True)
        asked = request["tbs_request"]["request_list"]
        count = len(asked)
        certificates = [single["req_cert"] for single in asked]
        questions = [
            Question(
                hash_algorithm=certificate["hash_algorithm"]["algorithm"].native,
                name_hash=certificate["issuer_name_hash"].native,
                key_hash=certificate["issuer_key_hash"].native,
                serial=certificate["serial_number"].native,
                nonce=_nonce(request),
            )
            for certificate in certificates
        ]
    except (ValueError, TypeError, KeyError) as fault:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, f"not an OCSPRequest: {fault}") from fault
    if count == 0:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, "expected a question, actual an empty requestList")
    if count > MOST_QUESTIONS:
        raise RefusedRequest(ResponseStatus.UNAUTHORIZED, f"expected at most {MOST_QUESTIONS} question, actual {count}")
    return questions[0]


def _nonce(request: ocsp.OCSPRequest) -> bytes | None:
    """Return the nonce to echo: RFC 9654 §2.1 lets a responder leave out those of other lengths than 16 to 32."""
    for extension in request["tbs_request"]["request_extensions"]:
        if extension["extn_id"].dotted != NONCE_OID:
            continue
        nonce = OctetString.load(extension["extn_value"].contents, strict=True).native
        if not 1 <= len(nonce) <= LONGEST_NONCE:
            raise RefusedRequest(
                ResponseStatus.MALFORMED_REQUEST, f"nonce: expected 1 to {LONGEST_NONCE} octets, actual {len(nonce)}"
            )
        return bytes(nonce) if len(nonce) in ECHOED_NONCES else None
    return None
