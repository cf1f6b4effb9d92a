"""What ends of itself: the last second of a certificate, and the last day of a card. Nothing is revoked by it.

Born on 17 February 1980, issued on 1 December 2026: the fifth birthday after is 17 February 2031 (spec/pki.md §1.7).
The card of a resident whose period of stay ends on 30 June 2027 ends then, and with it what was issued with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from harness.chronicle import EventRefused
from harness.events import Changes
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.observing import POPULATIONS, leaf_of, listed, said
from tests.harness.life_cycle.scenes import BORN, EVERYTHING, SETTLED, MakeWorld, last_of_each

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True)
class End:
    """One end: the residence period that leads to it, its last second, and the publications after it."""

    card_expiry: date | None
    last_second: datetime
    first_list: datetime
    second_list: datetime


ENDS = {
    "certificate-expiry": End(None, jst("2031-02-17T23:59:59"), jst("2031-02-18T03:00:00"), jst("2031-02-19T03:00:00")),
    "card-expiry": End(
        date(2027, 6, 30), jst("2027-06-30T23:59:59"), jst("2027-07-01T03:00:00"), jst("2027-07-02T03:00:00")
    ),
}


@dataclass(frozen=True)
class Ended:
    """Two holders alike; one of them had everything revoked shortly before it ended."""

    end: End
    world: World
    holder: str
    stopped: str
    card_before: IssuedCard

    def entries(self, holder: str) -> dict[str, Entry]:
        """Return the certificates of a holder, by population."""
        return {name: entry for name, entry in last_of_each(self.world, holder).items() if entry is not None}


Check = Callable[[Ended], None]


@pytest.fixture(scope="module")
def ended(lasting_worlds: MakeWorld) -> Callable[[str], Ended]:
    """Return the world of an end, made once; its clock stands an hour after the last second."""
    made: dict[str, Ended] = {}

    def make(name: str) -> Ended:
        end = ENDS[name]
        world = lasting_worlds()
        world.clock.set(SETTLED)
        holder, stopped = (
            world.new_resident(municipality=AOI.code, birth_date=BORN, card_expiry=end.card_expiry).id for _ in range(2)
        )
        for who in (holder, stopped):
            for event in EVERYTHING:
                world.happen(who, event)
        world.clock.set(end.last_second - 12 * 60 * 60 * SECOND)
        world.happen(stopped, LifeEvent.LOST)
        before = world.card_of(holder)
        world.clock.set(end.last_second + 60 * 60 * SECOND)
        return Ended(end, world, holder, stopped, before)

    def of(name: str) -> Ended:
        if name not in made:
            made[name] = make(name)
        return made[name]

    return of


def card_files(ended: Ended) -> None:
    """Nothing is written on the card."""
    assert ended.world.card_of(ended.holder) == ended.card_before


def certificate(population: str) -> Check:
    """Return the check of one certificate: it says when it ends, and is in force to that very second."""

    def check(ended: Ended) -> None:
        entry, register = ended.entries(ended.holder)[population], ended.world._register
        assert leaf_of(ended.world, entry).not_valid_after_utc == ended.end.last_second
        place = POPULATIONS[population]
        assert register.current(ended.holder, place, ended.end.last_second) == entry
        assert register.current(ended.holder, place, ended.end.last_second + SECOND) is None

    return check


def lists(ended: Ended) -> None:
    """Never listed; what was revoked before stands on one list after its end and not on the next (RFC 5280 §3.3)."""
    for entry in ended.entries(ended.holder).values():
        assert listed(ended.world, entry, ended.end.first_list) is None
        assert listed(ended.world, entry, ended.end.second_list) is None
    for entry in ended.entries(ended.stopped).values():
        assert listed(ended.world, entry, ended.end.first_list - SECOND) is None
        assert listed(ended.world, entry, ended.end.first_list) == "certificateHold"
        assert listed(ended.world, entry, ended.end.second_list - SECOND) == "certificateHold"
        assert listed(ended.world, entry, ended.end.second_list) is None


def answers(ended: Ended) -> None:
    """OCSP tells no expiry: what it said before, it says after."""
    for entry in ended.entries(ended.holder).values():
        assert said(ended.world, entry, ended.end.last_second) == "good"
        assert said(ended.world, entry, ended.end.last_second + 30 * DAY) == "good"
    for entry in ended.entries(ended.stopped).values():
        assert said(ended.world, entry, ended.end.last_second + 30 * DAY) == "revoked certificateHold"


def links(ended: Ended) -> None:
    """An old serial leads to none in force: nothing new was issued."""
    for population in POPULATIONS.values():
        register, instant = ended.world._register, ended.end.last_second + SECOND
        last = register.latest(ended.holder, population, instant)
        assert last is not None
        assert last.issued == SETTLED
        assert register.current(ended.holder, population, instant) is None


def attributes(ended: Ended) -> None:
    """No signature certificate in force, so nothing is told; who the holder is has not changed."""
    register = ended.world._register
    assert register.current(ended.holder, POPULATIONS["sign card"], ended.end.last_second + SECOND) is None
    persons = [register.person_at(ended.holder, at) for at in (SETTLED, ended.end.last_second + SECOND)]
    assert persons[0] == persons[1]


def standing(ended: Ended) -> None:
    """The holder lives where they lived."""
    person = ended.world._register.person_at(ended.holder, ended.end.last_second + SECOND)
    assert person is not None
    assert person.standing.value == "present"


COLUMNS: dict[str, Check] = {
    "card files": card_files,
    **{population: certificate(population) for population in POPULATIONS},
    "CRL": lists,
    "OCSP": answers,
    "links": links,
    "attributes": attributes,
    "standing": standing,
}


@pytest.mark.parametrize(
    ("name", "column"), [pytest.param(name, column, id=f"{name}/{column}") for name in ENDS for column in COLUMNS]
)
def test_cell(ended: Callable[[str], Ended], name: str, column: str) -> None:
    """One cell of the two rows of docs/life-cycle.md that are no events."""
    COLUMNS[column](ended(name))


@pytest.fixture
def foreigner(world: World) -> str:
    """Somebody whose card ends with their period of stay, on 30 June 2027; it is the next morning."""
    holder = world.new_resident(with_card=True, card_expiry=date(2027, 6, 30)).id
    world.clock.set(jst("2027-07-01T09:00:00"))
    return holder


@pytest.mark.parametrize(
    "event",
    [
        LifeEvent.RENEWED,
        LifeEvent.SIGNATURE_ISSUED,
        LifeEvent.PIN_RESET_AT_COUNTER,
        LifeEvent.PIN_RESET_AT_KIOSK,
        LifeEvent.RESIDENCE_PERIOD_CHANGED,
    ],
)
def test_a_card_that_has_ended_is_not_served(world: World, foreigner: str, event: LifeEvent) -> None:
    """At the counter an ended card is exchanged, not written; on its last day it still is (spec/pki.md §1.7)."""
    changes = Changes(card_expiry=date(2029, 6, 30)) if event is LifeEvent.RESIDENCE_PERIOD_CHANGED else Changes()
    with pytest.raises(EventRefused, match="ended on 2027-06-30"):
        world.happen(foreigner, event, changes)


def test_on_its_last_day_a_card_is_served(world: World) -> None:
    """23:59:58 in Japan of the last day is in time."""
    holder = world.new_resident(with_card=True, card_expiry=date(2027, 6, 30)).id
    world.clock.set(jst("2027-06-30T23:59:58"))
    world.happen(holder, LifeEvent.PIN_RESET_AT_COUNTER)
    world.happen(holder, LifeEvent.RENEWED)
    world.happen(holder, LifeEvent.RESIDENCE_PERIOD_CHANGED, Changes(card_expiry=date(2029, 6, 30)))
    world.clock.set(jst("2027-07-01T09:00:00"))
    world.happen(holder, LifeEvent.RENEWED)
    assert [entry.not_after for entry in world.certificates(holder)] == [jst("2029-06-30T23:59:59")] * 2


def test_an_ended_card_is_exchanged(world: World) -> None:
    """Only another card brings new certificates after the last day; what has expired is not revoked."""
    holder = world.new_resident(with_card=True, birth_date=BORN).id
    first = world.card_of(holder)
    world.clock.set(jst("2036-02-18T09:00:00"))
    with pytest.raises(EventRefused):
        world.happen(holder, LifeEvent.RENEWED)
    world.happen(holder, LifeEvent.CARD_REISSUED)
    assert world.card_of(holder).profile.serial != first.profile.serial
    assert [entry.revoked for entry in world.all_certificates(holder)] == [None] * 4
    assert {entry.not_after for entry in world.certificates(holder)} == {jst("2041-02-17T23:59:59")}
