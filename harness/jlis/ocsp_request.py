"""OCSP requests read strictly: bytes in, one question or the reason for a refusal out (RFC 6960 §4.1, RFC 9654)."""

from dataclasses import dataclass
from enum import IntEnum

from asn1crypto import ocsp
from asn1crypto.core import OctetString

NONCE_OID = "1.3.6.1.5.5.7.48.1.2"
VERSION = "v1"
"""The only one whose syntax is known (RFC 6960 §4.1.1): what another one would mean nobody can tell."""
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

    cert_id: bytes
    """The CertID (DER) as it was asked, to be echoed: clients compare it, some with the hash's parameters."""
    hash_algorithm: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    nonce: bytes | None


def read_request(data: bytes) -> Question:
    """Return the question in a DER OCSPRequest; RefusedRequest for anything else."""
    asked, cert_ids = _parsed(data)
    questions, nonce, not_understood = asked["request_list"], _nonce(asked), _critical_extensions(asked)
    if asked["version"].native != VERSION:
        raise RefusedRequest(
            ResponseStatus.MALFORMED_REQUEST, f"version: expected {VERSION}, actual {asked['version'].native}"
        )
    if not questions:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, "expected a question, actual an empty requestList")
    if len(questions) > MOST_QUESTIONS:
        raise RefusedRequest(
            ResponseStatus.UNAUTHORIZED, f"expected at most {MOST_QUESTIONS} question, actual {len(questions)}"
        )
    if not_understood:
        raise RefusedRequest(
            ResponseStatus.UNAUTHORIZED, f"critical extensions: expected none but the nonce, actual {not_understood}"
        )
    certificate = questions[0]["req_cert"]
    return Question(
        cert_id=cert_ids[0],
        hash_algorithm=certificate["hash_algorithm"]["algorithm"].native,
        name_hash=certificate["issuer_name_hash"].native,
        key_hash=certificate["issuer_key_hash"].native,
        serial=certificate["serial_number"].native,
        nonce=nonce,
    )


def _parsed(data: bytes) -> tuple[ocsp.TBSRequest, list[bytes]]:
    """Return what is asked, and its CertIDs written anew as DER, for one comes back under the responder's signature.

    Every part is read: the parser is lazy and would else fail in the middle of an answer. Its faults are many: besides
    ValueError those of Python itself, where an octet names a type that it has no code for, or in a deep nest.
    """
    try:
        asked = ocsp.OCSPRequest.load(data, strict=True)["tbs_request"]
        asked.native  # noqa: B018  (reads everything)
        return asked, [single["req_cert"].copy().dump(force=True) for single in asked["request_list"]]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, f"not an OCSPRequest: {fault}") from fault


def _nonce(asked: ocsp.TBSRequest) -> bytes | None:
    """Return the nonce to echo: RFC 9654 §2.1 lets a responder leave out those of other lengths than 16 to 32."""
    values = [
        extension["extn_value"].contents
        for extension in asked["request_extensions"]
        if extension["extn_id"].dotted == NONCE_OID
    ]
    if not values:
        return None
    try:
        (value,) = values  # an extension stands once (RFC 5280 §4.2)
        nonce = bytes(OctetString.load(value, strict=True).native)
    except (ValueError, TypeError) as fault:
        raise RefusedRequest(
            ResponseStatus.MALFORMED_REQUEST, f"nonce: expected one OCTET STRING, actual {fault}"
        ) from fault
    if not 1 <= len(nonce) <= LONGEST_NONCE:
        raise RefusedRequest(
            ResponseStatus.MALFORMED_REQUEST, f"nonce: expected 1 to {LONGEST_NONCE} octets, actual {len(nonce)}"
        )
    return nonce if len(nonce) in ECHOED_NONCES else None


def _critical_extensions(asked: ocsp.TBSRequest) -> list[str]:
    """Return the critical extensions that are not understood: only uncritical ones may be ignored (RFC 6960 §4.4).

    What the responder then says is left open; unauthorized covers one "not capable of responding authoritatively".
    """
    extensions = [*asked["request_extensions"]]
    for single in asked["request_list"]:
        extensions += single["single_request_extensions"]
    return [
        extension["extn_id"].dotted
        for extension in extensions
        if extension["critical"].native and extension["extn_id"].dotted != NONCE_OID
    ]
