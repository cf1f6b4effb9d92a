"""OCSP answers as of the 15-minute mark (RFC 6960, RFC 9654; grid and validity: spec/pki.md §3)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import ocsp, x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from harness.jlis.authority import Authority, Responder
from harness.jlis.marks import QUARTER_HOURS, Marks
from harness.jlis.ocsp_request import NONCE_OID, Question, RefusedRequest, ResponseStatus, read_request
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Entry, Register

GRID = timedelta(minutes=15)
VALID = timedelta(minutes=30)
_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_REASONS = {
    RevocationReason.UNSPECIFIED: "unspecified",
    RevocationReason.KEY_COMPROMISE: "key_compromise",
    RevocationReason.AFFILIATION_CHANGED: "affiliation_changed",
    RevocationReason.SUPERSEDED: "superseded",
    RevocationReason.CESSATION_OF_OPERATION: "cessation_of_operation",
    RevocationReason.CERTIFICATE_HOLD: "certificate_hold",
}


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """The response (DER), and what the journal says of it."""

    der: bytes
    serial: int | None
    said: str
    tells: bool = True
    """Whether it tells anything of the register: an error status does not."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is signed: what a fault of its content bends (`ocsp_faults.py`)."""

    cert_id: bytes
    status: ocsp.CertStatus
    this_update: datetime
    next_update: datetime
    nonce: bytes | None
    responder: Responder
    error: ResponseStatus | None = None
    """Said instead of everything else."""
    is_cut: bool = False
    """Whether only the first half of its octets is given."""


Bend = Callable[[Draft], Draft]


def as_it_is(draft: Draft) -> Draft:
    """Return the draft: nothing is wrong with it."""
    return draft


def answer(  # noqa: PLR0913  (what an answer follows from)
    request: bytes,
    authorities: Sequence[Authority],
    register: Register,
    now: datetime,
    bend: Bend = as_it_is,
    *,
    marks: Marks = QUARTER_HOURS,
) -> OcspAnswer:
    """Return what the responder answers at `now`; a bad request gets an error status, never a fault.

    `authorities` are the generations of one kind, the one in office last: the one that the CertID names speaks.
    The answer speaks as of the last of `marks`. What `bend` makes of the answer is signed like any other.
    """
    try:
        question = read_request(request)
    except RefusedRequest as refusal:
        return OcspAnswer(_error(refusal.status), None, refusal.status.name.lower(), tells=False)
    mark = marks.at(now)
    named = [each for each in authorities if _is_ours(question, each)]
    authority = named[0] if named else authorities[-1]
    entry = register.entry_at(authority.kind, question.serial, mark) if named else None
    if entry is not None and entry.generation != authority.generation:
        entry = None
    status, said = _status(entry, mark)
    draft = bend(Draft(question.cert_id, status, mark, mark + VALID, question.nonce, authority.responder_at(now)))
    if draft.error is not None:
        return OcspAnswer(_error(draft.error), question.serial, draft.error.name.lower(), tells=False)
    der = _signed(draft, now)
    return OcspAnswer(der[: len(der) // 2] if draft.is_cut else der, question.serial, said)


def _is_ours(question: Question, authority: Authority) -> bool:
    """Whether the CertID names this authority, by exact bytes of name and key (RFC 6960 §4.1.1)."""
    digest = _HASHES.get(question.hash_algorithm)
    if digest is None:
        return False
    certificate = x509.Certificate.load(authority.der)
    return (
        question.name_hash == digest(certificate.subject.dump()).digest()
        and question.key_hash == digest(bytes(certificate.public_key["public_key"])).digest()
    )


def _status(entry: Entry | None, mark: datetime) -> tuple[ocsp.CertStatus, str]:
    if entry is None:
        return ocsp.CertStatus("unknown", ocsp.StatusUnknown()), "unknown"
    if not entry.is_revoked_at(mark) or entry.revoked is None or entry.reason is None:
        return ocsp.CertStatus("good", ocsp.StatusGood()), "good"
    revoked = ocsp.RevokedInfo(
        {
            "revocation_time": entry.revoked.replace(microsecond=0),
            "revocation_reason": ocsp.CRLReason(_REASONS[entry.reason]),
        }
    )
    return ocsp.CertStatus("revoked", revoked), f"revoked {entry.reason.value}"


def _signed(draft: Draft, now: datetime) -> bytes:
    responder = draft.responder
    certificate = x509.Certificate.load(responder.certificate.public_bytes(Encoding.DER))
    single = {
        "cert_id": ocsp.CertId.load(draft.cert_id),
        "cert_status": draft.status,
        "this_update": draft.this_update,
        "next_update": draft.next_update,
    }
    fields = {
        "responder_id": ocsp.ResponderId("by_key", certificate.public_key.sha1),  # KeyHash, RFC 6960 §4.2.1
        "produced_at": now.replace(microsecond=0),
        "responses": [single],
    }
    if draft.nonce is not None:
        fields["response_extensions"] = [{"extn_id": NONCE_OID, "extn_value": draft.nonce}]
    data = ocsp.ResponseData(fields)
    signature = responder.key.sign(data.dump(), PKCS1v15(), SHA256())
    basic = {
        "tbs_response_data": data,
        "signature_algorithm": {"algorithm": "sha256_rsa"},
        "signature": signature,
        "certs": [certificate],
    }
    return bytes(
        ocsp.OCSPResponse(
            {
                "response_status": "successful",
                "response_bytes": {
                    "response_type": "basic_ocsp_response",
                    "response": ocsp.BasicOCSPResponse(basic),
                },
            }
        ).dump()
    )


def _error(status: ResponseStatus) -> bytes:
    """Return an error response: its status and no responseBytes (RFC 6960 §4.2.1)."""
    return bytes.fromhex("30030a01") + bytes([status])
