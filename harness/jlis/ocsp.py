"""OCSP answers as of the 15-minute mark (RFC 6960, RFC 9654; grid and validity: spec/pki.md §3).

An answer is found in three steps, so that whoever holds the register under a lock holds it for the second alone:

1. `admitted`: the request is read, and judged by the policy;
2. `drafted`: the register is asked, and what will be said is known;
3. `signed`: it is signed.

Several generations of an authority answer at one address. The one that a CertID names, by name *and* key, speaks, and
its own delegate signs (RFC 6960 §4.2.2.2).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from msgspec import Struct

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis import ocsp_encoding
from harness.jlis.authority import Authority
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.entries import Issued, revocation_date
from harness.jlis.marks import QUARTER_HOURS, Marks
from harness.jlis.ocsp_delegates import DELEGATES, is_revoked
from harness.jlis.ocsp_draft import Bend, Draft, Single, as_it_is, seal
from harness.jlis.ocsp_policy import OPEN, VALIDITIES, Closed, NamedBy, NeverIssued, NonceRule, ResponderPolicy
from harness.jlis.ocsp_question import OcspRequest, Question
from harness.jlis.ocsp_request import RefusedRequest, ResponseStatus, read_request
from harness.jlis.ocsp_requestor import check_requestor
from harness.jlis.populations import Medium
from harness.jlis.reasons import RevocationReason

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3",
        "thisUpdate は直前の刻み、producedAt は現在、失効には必ず理由",
        "thisUpdate is the last mark, producedAt is now, a revocation always has its reason",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §3; RFC 6960 §4.1.1",
        "CertID の SHA-1・SHA-256 を受け付け、そのまま返す",
        "CertIDs of SHA-1 and SHA-256 are taken, and echoed as they came",
    ),
)

__all__ = ["GRID", "VALID", "Bend", "Draft", "OcspAnswer", "answer", "as_it_is"]

GRID = timedelta(minutes=15)
VALID = VALIDITIES[1]
REASON_NUMBERS = {
    "unspecified": 0,
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "certificateHold": 6,
}
"""CRLReason, RFC 5280 §5.3.1, as far as J-LIS uses it (spec/pki.md §2)."""
EXTENDED_REVOKE = ocsp_encoding.extension(ocsp_encoding.EXTENDED_REVOKE_ID, ocsp_encoding.NULL)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER_ISSUED = {
    NeverIssued.UNKNOWN: (ocsp_encoding.UNKNOWN, "unknown"),
    NeverIssued.GOOD: (ocsp_encoding.GOOD, "good"),
    NeverIssued.REVOKED: (
        ocsp_encoding.revoked(EPOCH, REASON_NUMBERS[RevocationReason.CERTIFICATE_HOLD]),
        "revoked certificateHold",
    ),
}
UNKNOWN = NEVER_ISSUED[NeverIssued.UNKNOWN]


class OcspAnswer(Struct, frozen=True, gc=False):
    """The response (DER), and what the journal says of it."""

    der: bytes
    serial: int | None
    said: str
    tells: bool = True
    """Whether it tells anything of the register: an error status does not."""


class Entries(Protocol):
    """Where the register is asked."""

    def issued_at(self, kind: Kind, serial: int, instant: datetime) -> Issued | None:
        """Return what is known of a certificate that was issued at `instant` or before."""


class Speaker(NamedTuple):
    """Whose responder answers: all generations of one kind, the latest last; of one medium, or of every one."""

    generations: Sequence[Authority]
    policy: ResponderPolicy = OPEN
    medium: Medium | None = None

    @property
    def kind(self) -> Kind:
        """The kind of certificate."""
        return self.generations[-1].kind


class Drafted(NamedTuple):
    """What will be said when it is signed."""

    draft: Draft
    serial: int
    said: str


def answer(  # noqa: PLR0913  (what an answer follows from)
    request: bytes,
    authorities: Sequence[Authority],
    register: Entries,
    now: datetime,
    bend: Bend = as_it_is,
    *,
    policy: ResponderPolicy = OPEN,
    marks: Marks = QUARTER_HOURS,
    medium: Medium | None = None,
) -> OcspAnswer:
    """Return what the responder of `authorities` answers at `now`; a bad request gets an error status, never a fault.

    The answer speaks as of the last of `marks`. What `bend` makes of the answer is signed like any other. The
    authorities are the generations of one kind, the latest last.
    """
    speaker = Speaker(authorities, policy, medium)
    try:
        asked = admitted(request, policy, now)
        found = drafted(asked, speaker, register, now, marks.at(now))
    except RefusedRequest as refusal:
        return refused(refusal.status)
    return signed(found, bend)


def refused(status: ResponseStatus, serial: int | None = None) -> OcspAnswer:
    """Return an error response, which tells nothing of the register."""
    return OcspAnswer(ocsp_encoding.error_response(status), serial, status.name.lower(), tells=False)


def admitted(request: bytes, policy: ResponderPolicy, now: datetime) -> OcspRequest:
    """Return what is asked; RefusedRequest where the syntax or the policy does not let it be answered (step 1).

    A responder closed in another way than by tryLater is closed at its door.
    """
    asked = read_request(request)
    if policy.maintenance and policy.closed_at(now) is Closed.TRY_LATER:
        raise RefusedRequest(ResponseStatus.TRY_LATER, "closed for maintenance")
    if len(asked.questions) > policy.most_questions:
        raise RefusedRequest(
            ResponseStatus.UNAUTHORIZED,
            f"expected at most {policy.most_questions} questions, actual {len(asked.questions)}",
        )
    if asked.nonce is not None and policy.nonces is NonceRule.REFUSE:
        raise RefusedRequest(ResponseStatus.UNAUTHORIZED, "nonce: expected none, actual one")
    check_requestor(asked, policy, now)
    return asked


def drafted(asked: OcspRequest, speaker: Speaker, register: Entries, now: datetime, mark: datetime) -> Drafted:
    """Return what is to be said as of `mark` (step 2); RefusedRequest where nobody can speak for all that is asked."""
    policy = speaker.policy
    named = DELEGATES.named(speaker.generations)
    askeds = [named.get((each.hash_algorithm, each.name_hash, each.key_hash)) for each in asked.questions]
    authority = _speaking(askeds, speaker.generations)
    next_update, extensions = mark + policy.valid, b""
    singles, said = [], []
    for question, named_here in zip(asked.questions, askeds, strict=True):
        status, word = UNKNOWN
        if named_here is not None:
            entry = register.issued_at(authority.kind, question.serial, mark)
            status, word = status_of(entry, authority, speaker, question, mark)
            if status is NEVER_ISSUED[NeverIssued.REVOKED][0]:
                extensions = EXTENDED_REVOKE
        singles.append(Single(question.cert_id, status, mark, next_update))
        said.append(word)
    delegate = DELEGATES.of(authority, now, policy.responder_key)
    draft = Draft(
        authority,
        delegate,
        delegate.key_hash if policy.named_by is NamedBy.KEY else delegate.name,
        now.replace(microsecond=0) if now.microsecond else now,
        tuple(singles),
        policy.echoed(asked.nonce),
        asked.nonce,
        extensions,
        policy.deterministic,
    )
    return Drafted(draft, asked.questions[0].serial, said[0] if len(said) == 1 else "; ".join(said))


def signed(found: Drafted, bend: Bend = as_it_is) -> OcspAnswer:
    """Return what was drafted, bent and signed (step 3)."""
    draft = bend(found.draft)
    if draft.error is not None:
        said = (
            ResponseStatus(draft.error).name.lower() if draft.error in set(ResponseStatus) else f"status {draft.error}"
        )
        return OcspAnswer(seal(draft), found.serial, said, tells=False)
    return OcspAnswer(seal(draft), found.serial, found.said)


def _speaking(asked: Sequence[Authority | None], generations: Sequence[Authority]) -> Authority:
    """Return the generation that is asked, by exact bytes of name and key (RFC 6960 §4.1.1); else the latest.

    One delegate cannot speak for two: questions about several are not answered.
    """
    found: Authority | None = None
    for one in asked:
        if one is not None and found is not None and one is not found:
            raise RefusedRequest(ResponseStatus.UNAUTHORIZED, "expected questions about one generation, actual two")
        found = found or one
    return found or generations[-1]


def status_of(
    entry: Issued | None, authority: Authority, speaker: Speaker, question: Question, mark: datetime
) -> tuple[bytes, str]:
    """Return the CertStatus of a certificate of the authority, and the journal's word for it."""
    if entry is None or entry.generation != authority.generation:
        if is_revoked(authority, question.serial):  # a delegate, revoked on purpose: nobody's entry
            return _revoked(authority.certificate.not_valid_before_utc, RevocationReason.KEY_COMPROMISE.value)
        if speaker.policy.never_issued is NeverIssued.UNAUTHORIZED:
            raise RefusedRequest(
                ResponseStatus.UNAUTHORIZED, f"serial {question.serial:X}: expected one that was given"
            )
        return NEVER_ISSUED[speaker.policy.never_issued]
    if speaker.medium not in {None, entry.medium}:
        return UNKNOWN  # the other medium's responder knows it
    if not entry.is_revoked_at(mark) or entry.revoked is None or entry.reason is None:
        return ocsp_encoding.GOOD, "good"
    return _revoked(revocation_date(entry.revoked), entry.reason.value)


def _revoked(at: datetime, reason: str) -> tuple[bytes, str]:
    """Return the CertStatus; unspecified is said by leaving the reason out (RFC 5280 §5.3.1, spec/rfc.md B19)."""
    return ocsp_encoding.revoked(at, REASON_NUMBERS[reason] or None), f"revoked {reason}"
