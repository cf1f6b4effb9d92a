"""How a holder stands: states, words, attributes and age, as functions of what the statuses say."""

from datetime import UTC, datetime, timedelta

import pytest

from reference_impl.accounts.serial_status import SerialStatus
from reference_impl.accounts.standing import Attributes, Standing, State, age_at, attributes_by, standing_at
from reference_impl.verification.reasons import REASONS
from reference_impl.verification.verdict import Reason

NOW = datetime(2026, 12, 1, tzinfo=UTC)
GOOD = SerialStatus(Reason.OK)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(seconds=1)


def revoked(why: str) -> SerialStatus:
    """A revocation for a reason."""
    return SerialStatus(Reason.ON_HOLD if why == "certificateHold" else Reason.REVOKED, why, NOW)


def standing(card: SerialStatus = GOOD, ends: datetime = LATER, paired: SerialStatus | None = GOOD) -> Standing:
    """The standing of an adult."""
    return standing_at(card, ends, paired, "19900401", NOW)


STATES = [
    (GOOD, LATER, State.OPEN),
    (GOOD, NOW, State.OPEN),
    (GOOD, EARLIER, State.WAITING),
    (revoked("certificateHold"), LATER, State.WAITING),
    (revoked("superseded"), LATER, State.WAITING),
    (revoked("cessationOfOperation"), LATER, State.DORMANT),
    (revoked("keyCompromise"), LATER, State.DORMANT),
    (revoked("unspecified"), EARLIER, State.DORMANT),
    (SerialStatus(Reason.STATUS_UNAVAILABLE), LATER, State.UNKNOWN),
    (SerialStatus(Reason.STATUS_UNTRUSTED), LATER, State.UNKNOWN),
    (SerialStatus(Reason.STATUS_UNAVAILABLE), EARLIER, State.WAITING),
]


@pytest.mark.parametrize(("card", "ends", "expected"), STATES)
def test_the_state_follows_from_status_and_date(card: SerialStatus, ends: datetime, expected: State) -> None:
    """A revocation is told before an expiry, and what could not be found out is held against nobody."""
    assert standing(card, ends).state is expected


def test_no_code_is_read_as_death() -> None:
    """Whatever the code, nothing that is told names death or departure, in either language (RP-ACC-005)."""
    for why in REASONS.values():
        for words in standing(revoked(why)).told:
            assert not any(each in words.ja for each in ("死", "亡", "国外", "転出"))
            assert not any(each in words.en.lower() for each in ("dead", "death", "died", "deceased", "abroad"))


def test_nobody_is_told_to_wait_for_the_end_of_a_hold() -> None:
    """A hold is never lifted: the words lead to a new certificate (RP-ACC-006)."""
    (words,) = standing(revoked("certificateHold")).told
    assert ("新しい電子証明書" in words.ja, "never lifted" in words.en) == (True, True)


ATTRIBUTES = [
    (None, Attributes.UNKNOWN),
    (GOOD, Attributes.UNCHANGED),
    (revoked("affiliationChanged"), Attributes.CHANGED),
    (revoked("superseded"), Attributes.UNKNOWN),
    (revoked("certificateHold"), Attributes.UNKNOWN),
    (SerialStatus(Reason.STATUS_UNAVAILABLE, "affiliationChanged"), Attributes.UNKNOWN),
    (SerialStatus(Reason.EXPIRED), Attributes.UNKNOWN),
]


@pytest.mark.parametrize(("paired", "expected"), ATTRIBUTES)
def test_attributes_changed_by_one_code_alone(paired: SerialStatus | None, expected: Attributes) -> None:
    """Only affiliationChanged says so; only a good pair says that nothing did; else one has to ask."""
    assert attributes_by(paired) is expected
    assert expected.must_be_asked is (expected is not Attributes.UNCHANGED)


def test_a_change_is_told() -> None:
    """Beside the state: the account is open, and its address has to be asked for."""
    found = standing(paired=revoked("affiliationChanged"))
    assert (found.state, len(found.told)) == (State.OPEN, 2)


AGES = [
    ("20111201", datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC), 14),
    ("20111201", datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC), 15),
    ("20080229", datetime(2026, 2, 28, 3, 0, 0, tzinfo=UTC), 17),
    ("20080229", datetime(2026, 3, 1, 3, 0, 0, tzinfo=UTC), 18),
]


@pytest.mark.parametrize(("born", "now", "expected"), AGES)
def test_age_is_counted_in_japan(born: str, now: datetime, expected: int) -> None:
    """The birthday begins at midnight in Japan; who was born on 29 February has it on 1 March."""
    assert age_at(born, now) == expected


def test_a_child_without_a_signature_certificate_is_told() -> None:
    """Under fifteen there is none, so this way sees no move; an unknown birth date says nothing of age."""
    child = standing_at(GOOD, LATER, None, "20140101", NOW)
    assert (child.is_minor, child.attributes, len(child.told)) == (True, Attributes.UNKNOWN, 2)
    unknown = standing_at(GOOD, LATER, None, "", NOW)
    assert (unknown.age, unknown.is_minor, len(unknown.told)) == (None, False, 1)
