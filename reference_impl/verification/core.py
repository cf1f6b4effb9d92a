"""The decision: numbered steps, one reason for each refusal, in an order in which nothing unproved costs anything.

Everything that changes with time or lives elsewhere is an argument: `now`, the source of the status, and the doors
(challenges, accounts). The same values give the same verdict.

    step               holds if                                                     written in
    (1) decode         every part needed is there, strict DER, one encoding         RFC 5280 §4.1, X.690 §10, §11
    (2) purpose        policy, keyUsage, extKeyUsage; all critical ones processed   RFC 5280 §4.2, §6.1.5(f)(g)
    (3) issuer         a pinned generation signed it, AKI as a hint                 RFC 5280 §6.1.3(a)(1)(4), §7.1
    (4) validity       now lies in its period and its issuer's, ends included       RFC 5280 §4.1.2.5, §6.1.3(a)(2)
    (5) place          allowed there, and it proves as much as the service needs    pki.md §5
    (6) challenge      ours, of this session, unspent, young; spent from here on    pki.md §9
    (7) proof          the holder's key signed the challenge, or the document       RFC 8017 §8.1.2, §8.2.2
    (8) genuineness    anchor → CVC → birth record → chip; as enrolled              pki.md §5, card.md §2.3
    (9) status         a source says good, freshly, under the right signature       RFC 6960 §3.2, RFC 5280 §6.3.3
    (10) account       the holder is enrolled for this service, or is not yet       pki.md §5
    (11) policy        the service is open for this purpose
    (12) done          written down, if what is stored by then still allows it

Which of them a presentation goes through is its `Plan`. Where no account door is given, (10) and (12) are neither done
nor listed. (8) and (10) judge by one look at the account; (12) compares again, in the transaction that writes.
"""

from datetime import datetime
from typing import Final

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.chip import Chip
from reference_impl.verification.doors import Accounts, Challenges, Doors, Enrolled
from reference_impl.verification.findings import (
    already_enrolled,
    another_holder,
    assurance_refused,
    challenge_refused,
    missing,
    new_chip,
    not_enrolled,
    other_birth_date,
    other_chip,
    outside_period,
    overtaken,
    place_refused,
    proof_refused,
    service_closed,
    status_refused,
    wrong_length,
)
from reference_impl.verification.genuineness import birth_date_equals_enrolled, chip_key_equals_enrolled
from reference_impl.verification.identity import Identities, Identity
from reference_impl.verification.place import Environment, is_place_allowed
from reference_impl.verification.plan import CHECK, Plan, passed_before, without
from reference_impl.verification.policy import CLOSED, Service
from reference_impl.verification.presentation import Authentication, Enrolment, Presentation, Relinking, Signing, Tap
from reference_impl.verification.proof import verify_document, verify_proof
from reference_impl.verification.purpose import Carrier, Purpose
from reference_impl.verification.setting import Setting
from reference_impl.verification.signatures import DIGEST_OCTETS
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.validity import has_begun_at, is_valid_at
from reference_impl.verification.verdict import Compared, HolderKey, Reason, Refusal, Step, Verdict

OK: Final = Reason.OK
"""Bound once: to look a member up in its enumeration takes as long as three comparisons."""
LEARNING: Final = frozenset({Purpose.ENROL, Purpose.RELINK})
"""With the PIN, so that a chip may be learnt."""
SHOWING_CHIP: Final = (Enrolment, Relinking)
"""A tuple: to write a union takes ten times as long as to ask for it."""
WithCertificate = Authentication | Tap | Signing


def decide(
    presented: WithCertificate, now: datetime, setting: Setting, revocation: Revocation, doors: Doors
) -> Verdict:
    """The verdict on one presentation. The first step that refuses ends it; its reason is the verdict's."""
    plan, identities = setting.plans[type(presented)]
    accounts, service = doors.accounts, setting.policy.services.get(presented.service, CLOSED)
    steps = steps_of(plan, presented, accounts)
    identity: Identity | None = None
    status: Status | None = None
    try:
        chip, encoded = decode(presented, setting), presented.certificate  # (1)
        identity = identities.known(encoded) or identities.work_out(encoded)  # (1) to (3)
        if not identity.begins <= now <= identity.ends:  # (4)
            explain_validity(identity, now)
        require_place(plan, service, presented.environment)  # (5)
        require_challenge(presented, doors.challenges, now)  # (6)
        require_proof(presented, identity)  # (7)
        if chip is not None:  # (8)
            setting.chips.require_genuine(chip, presented.challenge)
        account = accounts.find(identity.holder) if accounts is not None else None
        if chip is not None:
            require_as_enrolled(plan, chip, account)
        status = revocation.status(identity.certificate, identity.issuer, now)  # (9)
        if status.reason is not OK:
            raise status_refused(status)
        if accounts is not None:  # (10)
            require_expected(accounts, presented.session, identity.holder)
            require_account(plan, presented.service, account)
        if plan.purpose not in service.purposes:  # (11)
            raise service_closed()
        if accounts is not None:  # (12)
            require_settled(accounts, identity.holder, presented, chip)
    except Refusal as refusal:
        holder = None if identity is None else identity.holder
        source = None if status is None else status.source
        return Verdict(refusal.reason, passed_before(refusal.step, steps), source, refusal.finding, holder)
    return Verdict(OK, steps, status.source, None, identity.holder)


def identify(encoded: bytes, purpose: Purpose, now: datetime, setting: Setting) -> HolderKey | Verdict:
    """Who a certificate shown before any proof would be, by steps (1) to (4), or why it is nobody's."""
    try:
        identity = setting.of(purpose.kind, Carrier.CARD).identify(encoded)
        explain_validity(identity, now)
    except Refusal as refusal:
        return Verdict(refusal.reason, passed_before(refusal.step, tuple(Step)), None, refusal.finding)
    return identity.holder


def check(encoded: bytes, identities: Identities, now: datetime, revocation: Revocation) -> Verdict:
    """The verdict on a certificate alone (現況確認): steps (1) to (4) and (9). It says nothing of who shows it."""
    identity: Identity | None = None
    status: Status | None = None
    try:
        identity = identities.known(encoded) or identities.work_out(encoded)  # (1) to (3)
        if not identity.begins <= now <= identity.ends:  # (4)
            explain_validity(identity, now)
        status = revocation.status(identity.certificate, identity.issuer, now)  # (9)
        if status.reason is not OK:
            raise status_refused(status)
    except Refusal as refusal:
        holder = None if identity is None else identity.holder
        source = None if status is None else status.source
        return Verdict(refusal.reason, passed_before(refusal.step, CHECK), source, refusal.finding, holder)
    return Verdict(OK, CHECK, status.source, None, identity.holder)


def steps_of(plan: Plan, presented: WithCertificate, accounts: Accounts | None) -> tuple[Step, ...]:
    """The steps that this presentation goes through."""
    steps = plan.without_accounts if accounts is None else plan.steps
    if presented.challenge is None:
        steps = without(Step.CHALLENGE, steps)
    if isinstance(presented, Relinking) and presented.chip is None:
        steps = without(Step.GENUINENESS, steps)
    return steps


def decode(presented: WithCertificate, setting: Setting) -> Chip | None:
    """(1) Whatever the kind needs is present and readable; what it does not need is not looked at."""
    if presented.challenge is None and not isinstance(presented, Signing):
        raise missing("challenge")
    if isinstance(presented, Authentication):
        if presented.signature is None:
            raise missing("signature")
        if not isinstance(presented, SHOWING_CHIP) or (presented.chip is None and isinstance(presented, Relinking)):
            return None
        return setting.chips.read(presented.chip)
    if isinstance(presented, Tap):
        return setting.chips.read(presented.chip)
    if presented.signature is None:
        raise missing("document_signature")
    if len(presented.digest) != DIGEST_OCTETS[presented.hash]:
        raise wrong_length("digest", "RFC 8017 §9", DIGEST_OCTETS[presented.hash], len(presented.digest))
    return None


def explain_validity(identity: Identity, now: datetime) -> None:
    """(4) Which of the two is outside its period; a generation is not relied on after its own notAfter (policy)."""
    for certificate, whose in ((identity.certificate, "holder"), (identity.issuer.certificate, "issuer")):
        require_validity(certificate, whose, now)


def require_validity(certificate: Certificate, whose: str, now: datetime) -> None:
    """(4) "From notBefore through notAfter, inclusive"."""
    if is_valid_at(certificate, now):
        return
    if not has_begun_at(certificate, now):
        raise outside_period(Reason.NOT_YET_VALID, whose, Compared("notBefore", certificate.not_before, now))
    raise outside_period(Reason.EXPIRED, whose, Compared("notAfter", certificate.not_after, now))


def require_place(plan: Plan, service: Service, environment: Environment) -> None:
    """(5) A tap face to face or supervised only; and no service by less than it needs."""
    if not is_place_allowed(plan.purpose, environment):
        raise place_refused(environment)
    if plan.grants < service.assurance:
        raise assurance_refused(plan.grants, service.assurance)


def require_challenge(presented: WithCertificate, challenges: Challenges, now: datetime) -> None:
    """(6) Spent before anything is verified with it, so that a failed proof leaves nothing to try again with."""
    if presented.challenge is None:
        return
    reason = challenges.spend(presented.session, presented.challenge, now)
    if reason is not None:
        raise challenge_refused(reason)


def require_proof(presented: WithCertificate, identity: Identity) -> None:
    """(7) The certificate's key signed our challenge, or the digest of the document; a tap has no such proof."""
    if isinstance(presented, Tap):
        return
    key, signature = identity.key, presented.signature
    if isinstance(presented, Signing):
        is_proved = signature is not None and verify_document(
            key, presented.hash, presented.padding, presented.digest, signature
        )
    else:
        is_proved = signature is not None and verify_proof(key, presented.challenge, signature)
    if not is_proved:
        raise proof_refused()


def require_as_enrolled(plan: Plan, chip: Chip, account: Enrolled | None) -> None:
    """(8) The chip is the one that was enrolled, if one was; after a renewal it may be a new one, learnt with the PIN.

    Without it, anybody's new certificate could be shown with another genuine chip of the same birth date.
    """
    if account is None or account.barred is not None:
        return
    if account.birth_date and not birth_date_equals_enrolled(chip.record, account.birth_date):
        raise other_birth_date()
    if chip_key_equals_enrolled(chip.record, account.chip_key):
        return
    if not account.renewed:
        raise other_chip()
    if plan.purpose not in LEARNING:
        raise new_chip()


def require_account(plan: Plan, service: str, account: Enrolled | None) -> None:
    """(10) A signature needs no account; enrolment needs none yet for this service; the others need one.

    To enrol again after a renewal is to be linked again: the account is there already, and goes on.
    """
    if account is not None and account.barred is not None and plan.purpose is not Purpose.SIGN:
        raise account.barred
    is_enrolled = account is not None and service in account.services
    if account is not None and is_enrolled and plan.purpose in LEARNING and not account.renewed:
        raise already_enrolled()
    if plan.purpose is Purpose.RELINK and not is_enrolled:
        raise not_enrolled()
    if plan.purpose in {Purpose.LOGIN, Purpose.TAP} and not is_enrolled:
        raise not_enrolled()


def require_expected(accounts: Accounts, session: str, holder: HolderKey) -> None:
    """(10) A session begun for one holder, whose birth date was given out for it, is not another's."""
    if not accounts.is_expected(session, holder):
        raise another_holder()


def require_settled(accounts: Accounts, holder: HolderKey, presented: Presentation, chip: Chip | None) -> None:
    """(12) Only what was written down is accepted."""
    reason = accounts.settle(holder, presented, None if chip is None else chip.record)
    if reason is not None:
        raise overtaken(reason)
