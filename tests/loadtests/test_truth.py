"""What is right at an instant: by the facts, the declared tolerances and the freshness of the status."""

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from harness.contract.messages import Outcome, StatusSeen
from harness.contract.vocabulary import Decision, Purpose, Reason, StatusSource
from loadtests.conditions import Condition
from loadtests.truth import Declared, Deed, Facts, Moment, Ruled, Ruling, Views, permitted, rule, views_at

EXACT = Declared(clock_seconds=0, status_seconds=0, coarse_reasons=False)


def at(clock: str, day: int = 8) -> datetime:
    """An instant of December 2026 (UTC)."""
    return datetime.fromisoformat(f"2026-12-{day:02d}T{clock}+00:00").astimezone(UTC)


NOW = at("01:07:00")
MOMENT = Moment(NOW, 4)
GOOD = Facts(not_after=at("00:00:00", 31), enrolled=True)


def told(facts: Facts, deed: Deed = Deed.HONEST, declared: Declared = EXACT, now: datetime = NOW) -> set[str]:
    """The permitted verdicts by OCSP, as reasons."""
    views = views_at(StatusSource.OCSP, now, declared.status_seconds)
    return {reason.value for _, reason in permitted(facts, deed, now, declared, views)}


def revoked(clock: str, *, day: int = 8, on_hold: bool = False) -> Facts:
    """A holder whose certificate was revoked then."""
    return Facts(not_after=GOOD.not_after, enrolled=True, revoked=at(clock, day), on_hold=on_hold)


@pytest.mark.parametrize(
    ("facts", "deed", "right"),
    [
        (GOOD, Deed.HONEST, {"OK"}),
        (GOOD, Deed.FORGED, {"BAD_SIGNATURE"}),
        (GOOD, Deed.REPLAYED, {"CHALLENGE_REPLAYED"}),
        (GOOD, Deed.NOT_YET, set()),
        (revoked("00:00:00", day=2), Deed.HONEST, {"REVOKED"}),
        (revoked("00:00:00", day=2, on_hold=True), Deed.HONEST, {"ON_HOLD"}),
        (Facts(not_after=at("14:59:59", 5), enrolled=True), Deed.HONEST, {"EXPIRED"}),
        (Facts(not_after=GOOD.not_after, enrolled=False), Deed.HONEST, {"NOT_ENROLLED"}),
    ],
)
def test_each_kind_of_visit(facts: Facts, deed: Deed, right: set[str]) -> None:
    """One thing wrong, one reason; nothing wrong, accepted."""
    assert told(facts, deed) == right


@pytest.mark.parametrize(
    ("facts", "deed", "right"),
    [
        (Facts(not_after=at("14:59:59", 5), enrolled=False, revoked=at("00:00:00", 2)), Deed.REPLAYED, {"EXPIRED"}),
        (revoked("00:00:00", day=2), Deed.REPLAYED, {"CHALLENGE_REPLAYED"}),
        (revoked("00:00:00", day=2), Deed.FORGED, {"BAD_SIGNATURE"}),
        (Facts(not_after=GOOD.not_after, enrolled=False, revoked=at("00:00:00", 2)), Deed.HONEST, {"REVOKED"}),
    ],
)
def test_first_fault_in_the_order_of_steps_is_the_reason(facts: Facts, deed: Deed, right: set[str]) -> None:
    """Validity, challenge, proof, status, account."""
    assert told(facts, deed) == right


@pytest.mark.parametrize(
    ("event", "tolerance", "right"),
    [
        ("00:45:00", 0, {"REVOKED"}),  # in both fresh answers, those of 00:45 and 01:00
        ("00:45:01", 0, {"OK", "REVOKED"}),  # only the newer one has it, and the older is valid until 01:15
        ("01:00:00", 0, {"OK", "REVOKED"}),  # an event exactly on a mark counts as in
        ("01:00:01", 0, {"OK"}),  # no published answer has it
        ("00:40:00", 420, {"OK", "REVOKED"}),  # with 7 minutes' tolerance the answer of 00:30 still may be used
        ("00:40:00", 419, {"REVOKED"}),
        ("00:30:00", 420, {"REVOKED"}),
    ],
)
def test_revocation_counts_by_the_answers_that_are_fresh(event: str, tolerance: int, right: set[str]) -> None:
    """15-minute marks, valid for 30 minutes, and the declared tolerance; at 01:07."""
    declared = Declared(clock_seconds=0, status_seconds=tolerance, coarse_reasons=False)
    assert told(revoked(event), declared=declared) == right


@pytest.mark.parametrize(
    ("now", "tolerance", "right"),
    [
        ("14:59:58", 0, {"OK"}),
        ("14:59:59", 0, {"OK", "EXPIRED"}),  # equality is never judged
        ("15:00:00", 0, {"EXPIRED"}),
        ("15:00:59", 60, {"OK", "EXPIRED"}),
        ("15:01:00", 60, {"EXPIRED"}),
    ],
)
def test_end_of_validity_by_the_declared_tolerance(now: str, tolerance: int, right: set[str]) -> None:
    """notAfter is 14:59:59."""
    declared = Declared(clock_seconds=tolerance, status_seconds=0, coarse_reasons=False)
    assert told(Facts(not_after=at("14:59:59"), enrolled=True), declared=declared, now=at(now)) == right


def test_lists_are_fresh_for_two_days() -> None:
    """CRL: published at 03:00 JST (18:00 UTC the day before), valid for 48 hours."""
    assert views_at(StatusSource.CRL, NOW, 0) == Views(at("18:00:00", 6), at("18:00:00", 7))


def outcome(decision: str, reason: str, status: tuple[str, str] | None = None, epoch: int = 4) -> Outcome:
    """What a product said."""
    seen = UNSET if status is None else StatusSeen(source=StatusSource(status[0]), this_update=status[1])
    return Outcome(decision=Decision(decision), reason=Reason(reason), steps=[], status=seen, epoch=epoch)


@pytest.mark.parametrize(
    ("facts", "said", "ruling"),
    [
        (GOOD, outcome("accept", "OK"), Ruling.RIGHT),
        (GOOD, outcome("reject", "REVOKED"), Ruling.WRONG),
        (revoked("00:00:00", day=2), outcome("accept", "OK"), Ruling.WRONG),
        (revoked("00:00:00", day=2), outcome("reject", "ON_HOLD"), Ruling.WRONG),
        (GOOD, outcome("accept", "REVOKED"), Ruling.WRONG),
        (GOOD, outcome("retry", "STATUS_UNAVAILABLE"), Ruling.UNDECIDED),
        (GOOD, outcome("pending", "RENEWAL_PENDING"), Ruling.UNDECIDED),
        (GOOD, outcome("retry", "BAD_SIGNATURE"), Ruling.WRONG),
        (GOOD, outcome("reject", "STATUS_UNAVAILABLE"), Ruling.WRONG),
        (GOOD, outcome("accept", "OK", epoch=3), Ruling.UNDECIDED),
    ],
)
def test_ruling(facts: Facts, said: Outcome, ruling: Ruling) -> None:
    """Decision and reason both count; no verdict is neither right nor wrong."""
    assert rule(facts, Deed.HONEST, MOMENT, EXACT, said).ruling is ruling


@pytest.mark.parametrize(
    ("event", "status", "decision", "ruling"),
    [
        ("00:50:00", ("ocsp", "2026-12-08T00:45:00Z"), "accept", Ruling.RIGHT),
        ("00:50:00", ("ocsp", "2026-12-08T01:00:00Z"), "accept", Ruling.WRONG),
        ("00:50:00", ("ocsp", "2026-12-08T00:45:00Z"), "reject", Ruling.WRONG),
        ("00:50:00", ("ocsp", "2026-12-08T01:00:00Z"), "reject", Ruling.RIGHT),
        ("00:50:00", ("ocsp", "2026-12-08T00:30:00Z"), "accept", Ruling.WRONG),  # its nextUpdate is past
        ("00:10:00", ("ocsp", "2026-12-08T00:30:00Z"), "reject", Ruling.WRONG),
        ("00:50:00", ("crl", "2026-12-07T18:00:00Z"), "accept", Ruling.RIGHT),  # yesterday's list is fresh
        ("00:50:00", ("crl", "2026-12-05T18:00:00Z"), "accept", Ruling.WRONG),  # nextUpdate 18:00 the day before
    ],
)
def test_status_that_the_product_names_decides(
    event: str, status: tuple[str, str], decision: str, ruling: Ruling
) -> None:
    """A named thisUpdate is held against the register as of then, if it is fresh at all."""
    said = outcome(decision, "OK" if decision == "accept" else "REVOKED", status)
    assert rule(revoked(event), Deed.HONEST, MOMENT, EXACT, said).ruling is ruling


UNKNOWN = Facts(not_after=GOOD.not_after, enrolled=False, registered=False)
STRANGER = Facts(not_after=GOOD.not_after, enrolled=False)


@pytest.mark.parametrize(
    ("purpose", "facts", "deed", "right"),
    [
        (Purpose.LOGIN, GOOD, Deed.FORGED, {"BAD_SIGNATURE"}),
        (Purpose.LOGIN, GOOD, Deed.CLONED, {"BAD_SIGNATURE"}),
        (Purpose.TAP, GOOD, Deed.HONEST, {"OK"}),
        (Purpose.TAP, GOOD, Deed.FORGED, {"CARD_NOT_GENUINE"}),
        (Purpose.TAP, GOOD, Deed.CLONED, {"CARD_NOT_GENUINE"}),
        (Purpose.TAP, STRANGER, Deed.HONEST, {"NOT_ENROLLED"}),
        (Purpose.TAP, STRANGER, Deed.NOT_YET, {"NOT_ENROLLED"}),
        (Purpose.SIGN, STRANGER, Deed.HONEST, {"OK"}),
        (Purpose.SIGN, GOOD, Deed.CLONED, {"BAD_SIGNATURE"}),
        (Purpose.SIGN, GOOD, Deed.REPLAYED, {"CHALLENGE_REPLAYED"}),
        (Purpose.ENROL, STRANGER, Deed.HONEST, {"OK"}),
        (Purpose.ENROL, GOOD, Deed.HONEST, {"ALREADY_ENROLLED"}),
        (Purpose.ENROL, STRANGER, Deed.FORGED, {"BAD_SIGNATURE"}),
        (Purpose.ENROL, STRANGER, Deed.CLONED, {"CARD_NOT_GENUINE"}),
        (Purpose.ENROL, UNKNOWN, Deed.HONEST, {"STATUS_UNKNOWN"}),
        (Purpose.LOGIN, UNKNOWN, Deed.HONEST, {"STATUS_UNKNOWN"}),
        (Purpose.LOGIN, UNKNOWN, Deed.NOT_YET, {"STATUS_UNKNOWN", "NOT_ENROLLED"}),
        (Purpose.RELINK, GOOD, Deed.HONEST, {"OK"}),
        (Purpose.RELINK, GOOD, Deed.CLONED, {"CARD_NOT_GENUINE"}),
    ],
)
def test_each_purpose_has_its_own_steps(purpose: Purpose, facts: Facts, deed: Deed, right: set[str]) -> None:
    """A tap proves the chip, a signature needs no account, an enrolment needs that there is none."""
    views = views_at(StatusSource.OCSP, NOW, 0)
    assert {reason.value for _, reason in permitted(facts, deed, NOW, EXACT, views, purpose=purpose)} == right


def test_list_says_nothing_of_an_unknown_certificate() -> None:
    """Whoever goes by lists cannot know that nobody was issued it: what stops them is that nobody enrolled with it."""
    by_list = outcome("reject", "NOT_ENROLLED", ("crl", "2026-12-07T18:00:00Z"))
    by_ocsp = outcome("reject", "NOT_ENROLLED", ("ocsp", "2026-12-08T01:00:00Z"))
    assert rule(UNKNOWN, Deed.HONEST, MOMENT, EXACT, by_list).ruling is Ruling.RIGHT
    assert rule(UNKNOWN, Deed.HONEST, MOMENT, EXACT, by_ocsp).ruling is Ruling.WRONG


GONE, SLOW, LYING, HURT = (
    Condition.STATUS_GONE,
    Condition.STATUS_SLOW,
    Condition.STATUS_LYING,
    Condition.PRODUCT_HURT,
)


@pytest.mark.parametrize(
    ("condition", "facts", "deed", "said", "ruling"),
    [
        (GONE, GOOD, Deed.HONEST, ("retry", "STATUS_UNAVAILABLE"), Ruling.EXCUSED),
        (GONE, GOOD, Deed.HONEST, ("reject", "STATUS_STALE"), Ruling.EXCUSED),
        (GONE, GOOD, Deed.HONEST, ("accept", "OK"), Ruling.RIGHT),
        (GONE, revoked("00:00:00", day=2), Deed.HONEST, ("retry", "STATUS_UNAVAILABLE"), Ruling.EXCUSED),
        (GONE, revoked("00:00:00", day=2), Deed.HONEST, ("reject", "REVOKED"), Ruling.RIGHT),
        (GONE, revoked("00:00:00", day=2), Deed.HONEST, ("accept", "OK"), Ruling.WRONG),
        (GONE, GOOD, Deed.HONEST, ("reject", "REVOKED"), Ruling.WRONG),
        (GONE, GOOD, Deed.HONEST, ("reject", "STATUS_UNAVAILABLE"), Ruling.WRONG),
        (GONE, GOOD, Deed.FORGED, ("retry", "STATUS_UNAVAILABLE"), Ruling.UNDECIDED),  # no question before the proof
        (GONE, GOOD, Deed.FORGED, ("reject", "STATUS_STALE"), Ruling.WRONG),
        (GONE, GOOD, Deed.HONEST, ("reject", "STATUS_UNTRUSTED"), Ruling.WRONG),
        (SLOW, GOOD, Deed.HONEST, ("retry", "STATUS_UNAVAILABLE"), Ruling.EXCUSED),
        (SLOW, GOOD, Deed.HONEST, ("reject", "STATUS_STALE"), Ruling.WRONG),
        (LYING, GOOD, Deed.HONEST, ("reject", "STATUS_UNTRUSTED"), Ruling.EXCUSED),
        (LYING, revoked("00:00:00", day=2), Deed.HONEST, ("accept", "OK"), Ruling.WRONG),
        (HURT, GOOD, Deed.HONEST, ("retry", "STATUS_UNAVAILABLE"), Ruling.UNDECIDED),
        (HURT, GOOD, Deed.HONEST, ("reject", "REVOKED"), Ruling.WRONG),
    ],
)
def test_announced_fault_excuses_only_what_it_causes(
    condition: Condition, facts: Facts, deed: Deed, said: tuple[str, str], ruling: Ruling
) -> None:
    """No verdict may be given for want of a status; nobody becomes good, and nobody bad, by a fault."""
    found = rule(facts, deed, MOMENT, EXACT, outcome(*said), conditions=frozenset({condition}))
    assert found.ruling is ruling


def test_what_was_never_published_excuses_nobody_for_being_old() -> None:
    """Under a lying responder an acceptance by a status that is not fresh stays wrong."""
    said = outcome("accept", "OK", ("ocsp", "2026-12-08T00:30:00Z"))
    assert rule(GOOD, Deed.HONEST, MOMENT, EXACT, said, conditions=frozenset({LYING})).ruling is Ruling.WRONG


def test_coarse_reasons_are_judged_by_decision() -> None:
    """A product that cannot say why may say any reason; accepting stays wrong."""
    coarse = Declared(clock_seconds=0, status_seconds=0, coarse_reasons=True)
    facts = revoked("00:00:00", day=2)
    assert rule(facts, Deed.HONEST, MOMENT, coarse, outcome("reject", "POLICY")).ruling is Ruling.RIGHT
    assert rule(facts, Deed.HONEST, MOMENT, coarse, outcome("accept", "OK")).ruling is Ruling.WRONG


def test_nobody_is_accepted_at_begin() -> None:
    """Without a proof the only right answer to an honest holder is a challenge."""
    said = rule(GOOD, Deed.NOT_YET, MOMENT, EXACT, outcome("accept", "OK"))
    assert said == Ruled(Ruling.WRONG, expected="a challenge", actual="accept OK", bad=False)
    stranger = Facts(not_after=GOOD.not_after, enrolled=False)
    assert rule(stranger, Deed.NOT_YET, MOMENT, EXACT, outcome("reject", "NOT_ENROLLED")).ruling is Ruling.RIGHT


def test_ruling_names_both_sides() -> None:
    """What would have been right stands beside what came."""
    said = rule(revoked("00:50:00"), Deed.HONEST, MOMENT, EXACT, outcome("reject", "EXPIRED"))
    assert (said.expected, said.actual, said.bad) == ("accept OK or reject REVOKED", "reject EXPIRED", False)
