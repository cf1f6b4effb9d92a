"""OCSP requests read strictly: bytes in, what is asked or the reason for a refusal out (RFC 6960 §4.1, RFC 9654).

The common request is read by `ocsp_common_request`; everything else by asn1crypto, and what that says counts.
"""

from enum import IntEnum

from asn1crypto import ocsp
from asn1crypto.core import OctetString

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.ocsp_common_request import CommonRequests
from harness.jlis.ocsp_question import OcspRequest, Question, RequestSignature

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "RFC 6960 §4.1, RFC 9654 §2.1",
        "構文の誤りは malformedRequest。nonce は 1–128 オクテット以外を拒む",
        "what is no request is answered malformedRequest; so is a nonce of no octet or of more than 128",
    ),
)

NONCE_OID = "1.3.6.1.5.5.7.48.1.2"
VERSION = "v1"
"""The only one whose syntax is known (RFC 6960 §4.1.1): what another one would mean nobody can tell."""
LONGEST_NONCE = 128
_COMMON = CommonRequests()


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


def read_request(data: bytes) -> OcspRequest:
    """Return what a DER OCSPRequest says; RefusedRequest for anything else."""
    return _COMMON.read(data) or read_any_request(data)


def read_any_request(data: bytes) -> OcspRequest:
    """Return what a DER OCSPRequest says, of whatever shape; RefusedRequest for anything else."""
    asked, cert_ids, signature = _parsed(data)
    nonce, not_understood = _nonce(asked), _critical_extensions(asked)
    if asked["version"].native != VERSION:
        raise RefusedRequest(
            ResponseStatus.MALFORMED_REQUEST, f"version: expected {VERSION}, actual {asked['version'].native}"
        )
    if not asked["request_list"]:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, "expected a question, actual an empty requestList")
    if not_understood:
        raise RefusedRequest(
            ResponseStatus.UNAUTHORIZED, f"critical extensions: expected none but the nonce, actual {not_understood}"
        )
    questions = tuple(
        _question(single["req_cert"], cert_id) for single, cert_id in zip(asked["request_list"], cert_ids, strict=True)
    )
    name = asked["requestor_name"]
    return OcspRequest(questions, nonce, None if name.native is None else name.dump(), signature)


def _question(certificate: ocsp.CertId, cert_id: bytes) -> Question:
    return Question(
        cert_id=cert_id,
        hash_algorithm=certificate["hash_algorithm"]["algorithm"].native,
        name_hash=certificate["issuer_name_hash"].native,
        key_hash=certificate["issuer_key_hash"].native,
        serial=certificate["serial_number"].native,
    )


def _parsed(data: bytes) -> tuple[ocsp.TBSRequest, list[bytes], RequestSignature | None]:
    """Return what is asked, its CertIDs written anew as DER, for they come back under the responder's signature.

    Every part is read: the parser is lazy and would else fail in the middle of an answer. Its faults are many: besides
    ValueError those of Python itself, where an octet names a type that it has no code for, or in a deep nest.
    """
    try:
        request = ocsp.OCSPRequest.load(data, strict=True)
        request.native  # noqa: B018  (reads everything)
        asked = request["tbs_request"]
        cert_ids = [single["req_cert"].copy().dump(force=True) for single in asked["request_list"]]
        return asked, cert_ids, _signature(request)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        raise RefusedRequest(ResponseStatus.MALFORMED_REQUEST, f"not an OCSPRequest: {fault}") from fault


def _signature(request: ocsp.OCSPRequest) -> RequestSignature | None:
    signature = request["optional_signature"]
    if signature.native is None:
        return None
    return RequestSignature(
        request["tbs_request"].dump(),
        signature["signature_algorithm"]["algorithm"].native,
        signature["signature"].native,
        tuple(certificate.dump() for certificate in signature["certs"]) if signature["certs"].native else (),
    )


def _nonce(asked: ocsp.TBSRequest) -> bytes | None:
    """Return the nonce, which RFC 9654 §2.1 bounds; whether it is echoed is policy."""
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
    return nonce


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
