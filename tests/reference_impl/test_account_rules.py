"""Steps (8) and (10) as tables: which chip and which account each purpose may have, one row for each difference."""

import pytest

from reference_impl.verification import Policy, Purpose, Remember
from reference_impl.verification.chip import Chip, Chips
from reference_impl.verification.core import require_account, require_as_enrolled, require_proof
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.findings import not_enrolled
from reference_impl.verification.plan import PLANS, Plan
from reference_impl.verification.presentation import ChipMaterial, Relinking
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.setting import Setting
from reference_impl.verification.verdict import Reason, Refusal, Step
from tests.reference_impl import pki
from tests.reference_impl.verifying import Book, bench, chip, enrolment, login, signing, trust

PURPOSES = {plan.purpose: plan for plan in PLANS.values() if plan.carrier is Carrier.CARD}
ENROL, RELINK, LOGIN, TAP, SIGN = Purpose.ENROL, Purpose.RELINK, Purpose.LOGIN, Purpose.TAP, Purpose.SIGN
OURS, BORN = pki.card_key("chip"), "19900401"
BARRED = not_enrolled()
CHALLENGE = b"c" * 32


def account(birth_date: str = BORN, key: bytes = OURS, *, renewed: bool = False, barred: bool = False) -> Enrolled:
    """Somebody who is enrolled at the library."""
    return Enrolled(frozenset({"library"}), birth_date, key, renewed=renewed, barred=BARRED if barred else None)


@pytest.mark.parametrize(
    ("purpose", "enrolled", "reason"),
    [
        (TAP, None, None),
        (TAP, account(), None),
        (TAP, account("19900402"), Reason.HOLDER_MISMATCH),
        (TAP, account("19900402", barred=True), None),
        (TAP, account(""), None),
        (TAP, account(key=b"another"), Reason.CARD_CHANGED),
        (TAP, account("", b"another"), Reason.CARD_CHANGED),
        (ENROL, account(key=b"another"), Reason.CARD_CHANGED),
        (TAP, account(key=b"another", renewed=True), Reason.RENEWAL_PENDING),
        (LOGIN, account(key=b"another", renewed=True), Reason.RENEWAL_PENDING),
        (ENROL, account(key=b"another", renewed=True), None),
        (RELINK, account(key=b"another", renewed=True), None),
        (RELINK, account("19900402", b"another", renewed=True), Reason.HOLDER_MISMATCH),
        (TAP, account(renewed=True), None),
    ],
)
def test_chip_beside_what_was_enrolled(purpose: Purpose, enrolled: Enrolled | None, reason: Reason | None) -> None:
    """(8): the birth date, the chip's key, and a new card only with the PIN (spec/pki.md §4, §5)."""
    material = Chips(trust(), 0).read(chip(b""))
    assert reason_of(PURPOSES[purpose], material, enrolled) is reason


def reason_of(plan: Plan, material: Chip, enrolled: Enrolled | None) -> Reason | None:
    """The reason of a refusal at step (8)."""
    try:
        require_as_enrolled(plan, material, enrolled)
    except Refusal as refusal:
        return refusal.reason if refusal.step is Step.GENUINENESS else Reason.POLICY
    return None


@pytest.mark.parametrize(
    ("enrolled", "reasons"),
    [
        (None, {RELINK: "NOT_ENROLLED", LOGIN: "NOT_ENROLLED", TAP: "NOT_ENROLLED"}),
        (account(), {ENROL: "ALREADY_ENROLLED", RELINK: "ALREADY_ENROLLED"}),
        (account(renewed=True), {}),
        (account(barred=True), dict.fromkeys((ENROL, RELINK, LOGIN, TAP), "barred")),
        (account(barred=True, renewed=True), dict.fromkeys((ENROL, RELINK, LOGIN, TAP), "barred")),
    ],
    ids=["stranger", "enrolled", "renewed", "barred", "barred-and-renewed"],
)
@pytest.mark.parametrize("purpose", [ENROL, RELINK, LOGIN, TAP, SIGN])
def test_account_for_each_purpose(purpose: Purpose, enrolled: Enrolled | None, reasons: dict[Purpose, str]) -> None:
    """(10), the whole table: a signature needs no account and is not kept from one that is barred."""
    assert account_reason(purpose, "library", enrolled) == reasons.get(purpose, "")


@pytest.mark.parametrize("renewed", [False, True], ids=["as-enrolled", "renewed"])
@pytest.mark.parametrize("purpose", [ENROL, RELINK, LOGIN, TAP, SIGN])
def test_account_of_another_service(purpose: Purpose, renewed: bool) -> None:  # noqa: FBT001
    """An account that this service is not in: open to enrolment, and none for the others."""
    expected = "NOT_ENROLLED" if purpose in {RELINK, LOGIN, TAP} else ""
    assert account_reason(purpose, "archive", account(renewed=renewed)) == expected


def account_reason(purpose: Purpose, service: str, enrolled: Enrolled | None) -> str:
    """The reason of a refusal at step (10)."""
    try:
        require_account(PURPOSES[purpose], service, enrolled)
    except Refusal as refusal:
        return (
            "barred" if refusal is BARRED else f"{refusal.reason}" if refusal.step is Step.ACCOUNT else "another step"
        )
    return ""


GENUINE: list[tuple[str, ChipMaterial | None, str, bool]] = [
    ("without-a-chip", None, "OK", False),
    ("with-its-chip", chip(CHALLENGE), "OK", True),
    ("with-a-chip-that-signed-nothing", chip(b"another"), "CARD_NOT_GENUINE", False),
    ("with-what-is-no-record", chip(CHALLENGE, birth_record=b""), "MALFORMED", False),
]


@pytest.mark.parametrize(
    ("material", "reason", "is_shown"), [each[1:] for each in GENUINE], ids=[each[0] for each in GENUINE]
)
def test_linking_again(material: ChipMaterial | None, reason: str, is_shown: bool) -> None:  # noqa: FBT001
    """With the PIN alone, or with the new chip beside it, which then has to be genuine; listed is what was done."""
    setting = Setting(trust(), Policy(), Remember())
    holder = setting.of(CertificateKind.AUTH, Carrier.CARD).identify(pki.leaf()).holder
    on = bench(accounts=Book({holder: account(key=b"of the old card", renewed=True)}))
    on.challenges.issue(CHALLENGE, pki.NOW)
    proved = Relinking(
        certificate=pki.leaf(),
        service="library",
        challenge=CHALLENGE,
        signature=pki.sign("holder", CHALLENGE),
        chip=material,
    )
    verdict = on.verifier.verify(proved, pki.NOW)
    assert verdict.reason == reason
    assert (Step.GENUINENESS in verdict.steps) is is_shown


def test_enrolment_without_a_chip_is_none() -> None:
    """What is learnt at enrolment is the chip: without it the presentation lacks a part, whatever the PIN proves."""
    on = bench(accounts=Book())
    assert on.reason(enrolment(on, chip=None)) == "MALFORMED"
    assert on.reason(enrolment(on)) == "OK"


def test_no_signature_is_no_proof() -> None:
    """(7): what decoding would have refused proves nothing here either."""
    on, setting = bench(), Setting(trust(), Policy(), Remember())
    for presented, kind in ((login(on, signature=None), "auth"), (signing(on, signature=None), "sign")):
        identity = setting.of(CertificateKind(kind), Carrier.CARD).identify(pki.leaf(kind))
        with pytest.raises(Refusal) as caught:
            require_proof(presented, identity)
        assert caught.value.reason is Reason.BAD_SIGNATURE


def test_no_challenge_is_no_proof_of_a_chip() -> None:
    """(8): a chip that was asked nothing has proved nothing."""
    chips = Chips(trust(), 10)
    with pytest.raises(Refusal) as caught:
        chips.require_genuine(chips.read(chip(b"")), None)
    assert caught.value.reason is Reason.CARD_NOT_GENUINE
