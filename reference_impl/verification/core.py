"""The decision: numbered steps, one reason for each refusal, in an order in which nothing unproved costs anything.

Everything that changes with time or lives elsewhere is an argument: `now`, the source of the status, and the doors
(challenges, accounts). The same values give the same verdict.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from reference_impl.verification import purpose as purposes
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.chain import NoIssuer, find_issuer
from reference_impl.verification.der import DerError
from reference_impl.verification.findings import (
    against_policy,
    already_enrolled,
    another_holder,
    challenge_refused,
    issuer_refused,
    missing,
    not_enrolled,
    not_genuine,
    not_readable,
    other_birth_date,
    other_chip,
    outside_period,
    overtaken,
    place_refused,
    proof_refused,
    service_closed,
    status_refused,
    wrong_purpose,
)
from reference_impl.verification.genuineness import (
    BirthRecord,
    CardVerifiableCertificate,
    birth_date_equals_enrolled,
    chip_key_equals_enrolled,
    is_chip_present,
    is_record_certified,
    parse_birth_record,
    parse_card_certificate,
    trusted_card_issuer,
)
from reference_impl.verification.place import Environment, is_place_allowed
from reference_impl.verification.proof import verify_proof
from reference_impl.verification.purpose import AcceptedPolicies, Purpose
from reference_impl.verification.status import Revocation
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.validity import has_begun_at, is_valid_at
from reference_impl.verification.verdict import Compared, Reason, Refusal, StatusSource, Step, Verdict

_T = TypeVar("_T")


class ChipMaterial(msgspec.Struct, frozen=True):
    """What the terminal read from the 券面事項確認AP, and the chip's signature over the challenge."""

    birth_record: bytes
    card_certificate: bytes
    signature: bytes


class Attempt(msgspec.Struct, frozen=True):
    """One attempt as it was presented. Nothing in it is believed yet but purpose, service, place and document,
    which come from our own session."""

    purpose: Purpose
    service: str
    environment: Environment
    challenge: bytes
    certificate: bytes
    signature: bytes | None = None
    document: bytes | None = None
    document_signature: bytes | None = None
    chip: ChipMaterial | None = None


class HolderKey(msgspec.Struct, frozen=True):
    """What an account is known by: issuer key and serial, never the name in the certificate (spec/pki.md §5)."""

    issuer_key: str
    serial: str


class Enrolled(msgspec.Struct, frozen=True):
    """What is remembered of a holder: the services, and birth date and chip key as proved at enrolment."""

    services: frozenset[str]
    birth_date: str
    chip_key: bytes


class Doors(Protocol):
    """What the decision needs of the world; each is asked at its step and not before."""

    def consume_challenge(self, challenge: bytes) -> Reason | None:
        """Spends the session's challenge; None if it was the right one, unspent and young enough."""

    def find_account(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder."""

    def is_expected_holder(self, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder, or for nobody in particular."""

    def is_service_open(self, service: str, purpose: Purpose) -> bool:
        """Whether the service is configured for this purpose."""

    def settle(self, holder: HolderKey, attempt: Attempt, record: BirthRecord | None) -> Reason | None:
        """Writes down an accepted attempt; a reason if another one was faster, and left what does not allow it."""


class Parts(msgspec.Struct, frozen=True):
    """The parts of the presentation, read."""

    certificate: Certificate
    record: BirthRecord | None
    card_certificate: CardVerifiableCertificate | None


class Judgement(msgspec.Struct, frozen=True):
    """What does not change from one attempt to the next, and the instant of this one."""

    trust: Trust
    policies: AcceptedPolicies
    now: datetime
    revocation: Revocation


def decide(attempt: Attempt, doors: Doors, judgement: Judgement) -> Verdict:
    """The verdict on one attempt. The first step that refuses ends it; its reason is the verdict's.

    (1) decode       every part needed is there and is what it should be              RFC 5280 §4.1, spec/card.md §2.3
    (2) purpose      the certificate is meant for this, and can be processed         RFC 5280 §4.2, spec/pki.md §1.3–1.5
    (3) issuer       a pinned generation of the right authority signed it             RFC 5280 §6.1.3(a)(1), (4)
    (4) validity     now lies in its period                                           RFC 5280 §6.1.3(a)(2)
    (5) place        the purpose may be served where the terminal stands              spec/pki.md §5
    (6) challenge    ours, of this session, unspent, young; spent from here on
    (7) proof        the holder's key signed the challenge, or the document           RFC 8017 §8.2.2
    (8) genuineness  anchor → CVC → birth record → chip; as enrolled                  spec/pki.md §5
    (9) status       a source says good, freshly, under the right signature           RFC 6960 §3.2, RFC 5280 §6.3.3
    (10) account     the holder is enrolled for this service, or is not yet           spec/pki.md §5
    (11) policy      the service is open for this purpose
    (12) done        written down, if what is stored by then still allows it

    Steps (8) and (10) judge by one look at the account; (12) compares again, in the transaction that writes.
    """
    steps: list[Step] = []
    status: StatusSource | None = None
    try:
        parts = _decode(attempt)  # (1)
        steps.append(Step.DECODE)
        holder, issuer = _identify(parts.certificate, attempt.purpose, judgement, steps)  # (2) to (4)
        _admit(attempt, doors, steps)  # (5), (6)
        _require_proof(attempt, parts.certificate, steps)  # (7)
        account = doors.find_account(holder)
        _require_genuineness(attempt, parts, account, judgement.trust, steps)  # (8)
        found = judgement.revocation.status(parts.certificate, issuer, judgement.now)  # (9)
        status = found.source
        if found.reason is not Reason.OK:
            raise status_refused(found)
        steps.append(Step.STATUS)
        _require_account(attempt, holder, account, doors, steps)  # (10)
        _settle(attempt, holder, parts.record, doors, steps)  # (11), (12)
    except Refusal as refusal:
        return Verdict(refusal.reason, tuple(steps), status, refusal.finding)
    return Verdict(Reason.OK, tuple(steps), status)


def identify(encoded: bytes, purpose: Purpose, judgement: Judgement) -> HolderKey | Verdict:
    """Who a certificate shown before any proof would be, by steps (1) to (4), or why it is nobody's."""
    steps: list[Step] = []
    try:
        certificate = _read(parse_certificate, encoded, "presentation.certificate")
        steps.append(Step.DECODE)
        return _identify(certificate, purpose, judgement, steps)[0]
    except Refusal as refusal:
        return Verdict(refusal.reason, tuple(steps), None, refusal.finding)


def _decode(attempt: Attempt) -> Parts:
    """(1) Whatever the purpose needs is present and readable; what it does not need is not looked at."""
    certificate = _read(parse_certificate, attempt.certificate, "certificate")
    if attempt.purpose is Purpose.SIGN:
        _require_part(attempt.document_signature, "document_signature")
    if attempt.purpose in {Purpose.ENROL, Purpose.LOGIN}:
        _require_part(attempt.signature, "signature")
    if attempt.purpose in {Purpose.ENROL, Purpose.TAP}:
        if attempt.chip is None:
            raise missing("chip")
        record = _read(parse_birth_record, attempt.chip.birth_record, "chip.birth_record")
        return Parts(certificate, record, _read(parse_card_certificate, attempt.chip.card_certificate, "chip.cvc"))
    return Parts(certificate, None, None)


def _read(parse: Callable[[bytes], _T], data: bytes, where: str) -> _T:
    try:
        return parse(data)
    except DerError as error:
        raise not_readable(where, error) from error


def _require_part(part: bytes | None, where: str) -> None:
    if part is None:
        raise missing(where)


def _identify(
    certificate: Certificate, purpose: Purpose, judgement: Judgement, steps: list[Step]
) -> tuple[HolderKey, Authority]:
    """(2) purpose, (3) issuer, (4) validity: whose certificate it is, and which generation says so."""
    _require_purpose(certificate, purpose, judgement.policies)  # (2)
    steps.append(Step.PURPOSE)
    issuer = find_issuer(certificate, judgement.trust, purpose.kind)  # (3)
    if isinstance(issuer, NoIssuer):
        raise issuer_refused(issuer.reason, issuer.why)
    steps.append(Step.ISSUER)
    _require_validity(certificate, "holder", judgement.now)  # (4)
    _require_validity(issuer.certificate, "issuer", judgement.now)
    steps.append(Step.VALIDITY)
    return holder_key(certificate, issuer), issuer


def holder_key(certificate: Certificate, issuer: Authority) -> HolderKey:
    """The key of the holder's account."""
    return HolderKey(issuer.issuer_key, f"{certificate.serial:x}")


def _require_purpose(certificate: Certificate, purpose: Purpose, policies: AcceptedPolicies) -> None:
    """(2) The right kind of certificate, which this relying party is able to process."""
    kind = purpose.kind
    if not purposes.has_accepted_policy(certificate, kind, policies):
        raise wrong_purpose("RFC 5280 §6.1.5(g)", f"certificatePolicies holds no accepted policy for {kind}")
    if not purposes.has_key_usage(certificate, kind):
        raise wrong_purpose("RFC 5280 §4.2.1.3", f"keyUsage does not allow {purpose}")
    if not purposes.has_extended_key_usage(certificate, kind):
        raise wrong_purpose("RFC 5280 §4.2.1.12", f"extKeyUsage does not fit {purpose}")
    unprocessable = purposes.unprocessable_extension(certificate)
    if unprocessable is not None:
        raise against_policy("RFC 5280 §4.2", f"critical extension with {unprocessable} cannot be processed")
    if purposes.is_authority(certificate):
        raise against_policy("spec/pki.md §1.3", "a holder's certificate claims to be an authority's")
    defect = purposes.profile_defect(certificate)
    if defect is not None:
        raise against_policy("CRYPTREC", f"not accepted by local policy: {defect}")


def _require_validity(certificate: Certificate, whose: str, now: datetime) -> None:
    """(4) For the anchor too: a generation is no longer relied on after its own notAfter (policy)."""
    if is_valid_at(certificate, now):
        return
    if not has_begun_at(certificate, now):
        raise outside_period(Reason.NOT_YET_VALID, whose, Compared("notBefore", certificate.not_before, now))
    raise outside_period(Reason.EXPIRED, whose, Compared("notAfter", certificate.not_after, now))


def _admit(attempt: Attempt, doors: Doors, steps: list[Step]) -> None:
    """(5) place, (6) challenge."""
    if not is_place_allowed(attempt.purpose, attempt.environment):  # (5)
        raise place_refused(attempt.environment)
    steps.append(Step.PLACE)
    spent = doors.consume_challenge(attempt.challenge)  # (6)
    if spent is not None:
        raise challenge_refused(spent)
    steps.append(Step.CHALLENGE)


def _require_proof(attempt: Attempt, certificate: Certificate, steps: list[Step]) -> None:
    """(7) A tap has no proof by the certificate's key: that is what makes it a tap."""
    if attempt.purpose is Purpose.TAP:
        return
    if attempt.purpose is Purpose.SIGN:
        message, signature = attempt.document, attempt.document_signature
    else:
        message, signature = attempt.challenge, attempt.signature
    if message is None or signature is None or not verify_proof(certificate, message, signature):
        raise proof_refused()
    steps.append(Step.PROOF)


def _require_genuineness(
    attempt: Attempt, parts: Parts, account: Enrolled | None, trust: Trust, steps: list[Step]
) -> None:
    """(8) The chip is genuine, and, if the holder is enrolled, the one that was enrolled."""
    record, card_certificate = parts.record, parts.card_certificate
    if record is None or card_certificate is None or attempt.chip is None:
        return
    if trusted_card_issuer(card_certificate, trust.card_issuers) is None:
        raise not_genuine("no pinned card issuer signed the card-verifiable certificate")
    if not is_record_certified(record, card_certificate):
        raise not_genuine("the birth record is not signed by the certified key")
    if not is_chip_present(record, attempt.challenge, attempt.chip.signature):
        raise not_genuine("the chip of the birth record did not sign the challenge")
    if account is not None and not birth_date_equals_enrolled(record, account.birth_date):
        raise other_birth_date()
    if account is not None and not chip_key_equals_enrolled(record, account.chip_key):
        raise other_chip()
    steps.append(Step.GENUINENESS)


def _require_account(
    attempt: Attempt, holder: HolderKey, account: Enrolled | None, doors: Doors, steps: list[Step]
) -> None:
    """(10) A signature needs no account; enrolment needs none yet for this service; login and tap need one."""
    if not doors.is_expected_holder(holder):
        raise another_holder()
    is_enrolled = account is not None and attempt.service in account.services
    if attempt.purpose is Purpose.ENROL and is_enrolled:
        raise already_enrolled()
    if attempt.purpose in {Purpose.LOGIN, Purpose.TAP} and not is_enrolled:
        raise not_enrolled()
    steps.append(Step.ACCOUNT)


def _settle(attempt: Attempt, holder: HolderKey, record: BirthRecord | None, doors: Doors, steps: list[Step]) -> None:
    """(11) policy, (12) done: only what was written down is accepted."""
    if not doors.is_service_open(attempt.service, attempt.purpose):  # (11)
        raise service_closed()
    steps.append(Step.POLICY)
    reason = doors.settle(holder, attempt, record)  # (12)
    if reason is not None:
        raise overtaken(reason)
    steps.append(Step.DONE)
