"""Who is served, where and when; and what may be shown instead."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reference_impl.services.admission import Proved, admit, age_at, environment_of, fallback_after
from reference_impl.services.hours import JST
from reference_impl.services.loading import catalogue, load_policies
from reference_impl.services.vocabulary import Document, Place
from reference_impl.verification.place import Environment
from reference_impl.verification.verdict import Reason, Refusal
from tests.reference_impl.services.policies import LIBRARY

ROWS = {each.id: each for each in catalogue()}
NOON = datetime(2026, 11, 21, 12, tzinfo=JST)
GROWN = Proved(date(1990, 4, 1), "28215")
NOBODY = Proved()


def reason(name: str, place: Place, now: datetime, proved: Proved, own: str | None = "28215") -> Reason | None:
    """Why somebody is not served, or None."""
    try:
        admit(ROWS[name], place, now, proved, own)
    except Refusal as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(
    ("name", "place", "now", "proved", "expected"),
    [
        ("convenience-store", Place.MANAGED, NOON, NOBODY, None),
        ("convenience-store", Place.ONLINE, NOON, NOBODY, Reason.PLACE_NOT_ALLOWED),
        ("convenience-store", Place.MANAGED, NOON.replace(hour=23), NOBODY, Reason.POLICY),
        ("miki-health-points", Place.ONLINE, NOON, GROWN, None),
        ("miki-health-points", Place.ONLINE, NOON, Proved(date(2008, 11, 22), "28215"), Reason.POLICY),
        ("miki-health-points", Place.ONLINE, NOON, Proved(date(2008, 11, 21), "28215"), None),
        ("miki-health-points", Place.ONLINE, NOON, Proved(date(1990, 4, 1), "28201"), Reason.POLICY),
        ("miki-health-points", Place.ONLINE, NOON, Proved(date(1990, 4, 1)), Reason.ASSURANCE_TOO_LOW),
        ("nakatosa-bus", Place.VEHICLE, NOON, Proved(date(1961, 11, 21)), None),
        ("nakatosa-bus", Place.VEHICLE, NOON, Proved(date(1961, 11, 22)), Reason.POLICY),
        ("nakatosa-bus", Place.VEHICLE, NOON, NOBODY, Reason.ASSURANCE_TOO_LOW),
    ],
)
def test_admission(name: str, place: Place, now: datetime, proved: Proved, expected: Reason | None) -> None:
    """Place, hours, age and residence, of documented systems; what nobody proved is not taken for granted."""
    assert reason(name, place, now, proved) is expected


def test_closed_service_says_when_it_opens() -> None:
    """On new year's eve a kiosk names the 4th of January, in both languages."""
    with pytest.raises(Refusal) as refused:
        admit(ROWS["convenience-store"], Place.MANAGED, datetime(2026, 12, 31, 12, tzinfo=JST), NOBODY)
    assert "2027-01-04 06:30" in refused.value.finding.ja
    assert "2027-01-04 06:30" in refused.value.finding.en


@pytest.mark.parametrize(
    ("born", "now", "years"),
    [
        (date(1961, 11, 21), datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC), 64),
        (date(1961, 11, 21), datetime(2026, 11, 20, 15, 0, 0, tzinfo=UTC), 65),  # midnight in Japan
        (date(2008, 2, 29), datetime(2026, 2, 28, 23, 59, 59, tzinfo=JST), 17),
        (date(2008, 2, 29), datetime(2026, 3, 1, tzinfo=JST), 18),
        (date(2008, 2, 29), datetime(2028, 2, 28, 23, 59, 59, tzinfo=JST), 19),
        (date(2008, 2, 29), datetime(2028, 2, 29, tzinfo=JST), 20),
    ],
)
def test_age_changes_with_the_day_in_japan(born: date, now: datetime, years: int) -> None:
    """To the second, leap days too."""
    assert age_at(born, now) == years


def test_vehicle_is_outdoors_unless_the_operator_says_more() -> None:
    """What the verification core is told, which refuses taps outdoors."""
    (bus,) = load_policies(
        LIBRARY.replace("[attended]", "[vehicle], counts_as: managed, because: {ja: 乗務員, en: a driver}"), "bus.yaml"
    )
    assert environment_of(bus, Place.VEHICLE) is Environment.MANAGED
    assert environment_of(ROWS["himeji-bus"], Place.VEHICLE) is Environment.OUTDOOR
    assert environment_of(ROWS["maebashi-mytaku"], Place.VEHICLE) is Environment.ATTENDED
    assert environment_of(ROWS["chiba-library"], Place.ATTENDED) is Environment.ATTENDED


def test_fallback_follows_the_refusal() -> None:
    """Who renewed the card is told to bring the library card; a forged one gets no such advice."""
    chiba = ROWS["chiba-library"]
    assert [each.document for each in fallback_after(chiba, Reason.NOT_ENROLLED)] == [
        Document.BARCODE,
        Document.USER_CARD,
    ]
    assert fallback_after(chiba, Reason.CARD_NOT_GENUINE) == ()


def test_hours_are_asked_of_the_instant_and_nothing_else() -> None:
    """A second before and after, without any clock."""
    kiosk = ROWS["convenience-store"]
    opening = datetime(2027, 1, 4, 6, 30, tzinfo=JST)
    assert reason(kiosk.id, Place.MANAGED, opening - timedelta(seconds=1), NOBODY) is Reason.POLICY
    assert reason(kiosk.id, Place.MANAGED, opening, NOBODY) is None
