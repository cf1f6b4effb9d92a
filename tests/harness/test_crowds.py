"""A crowd is one record: what each of its people has is what a register would say that had written all of it down."""

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.x509 import load_der_x509_certificate, ocsp

from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.events import Crowd
from harness.jlis import authority as authorities
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.jlis.records import IllegalEvent
from harness.jlis.register import Register
from harness.jlis.validity import JST, may_have_signature
from harness.keys import KeyPool
from harness.population import Inhabitants, PopulationProfile, make_resident
from harness.residents import id_at, position_of
from harness.world import World
from tests.harness.asking import ask
from tests.harness.conftest import START
from tests.harness.instants import jst

FIRST = 0x0700_0000
COUNT, KEYS = 120, 3
LATER = jst("2026-12-02T09:07:00")
PROFILES = list(PopulationProfile)
MakePeopled = Callable[..., World]


@pytest.fixture
def peopled(keys: KeyPool, request: pytest.FixtureRequest) -> MakePeopled:
    """Make worlds of a population: two residents with a card, a crowd, and one more resident with a card."""

    def make(profile: PopulationProfile, start: str = START, store: Path | None = None) -> World:
        world = World.create(keys, seed=7, start=jst(start), store=store, population=profile)
        request.addfinalizer(world.close)
        for _ in range(2):
            world.new_resident(with_card=True)
        world.new_crowd(COUNT, keys=KEYS)
        world.new_resident(with_card=True)
        return world

    return make


class Certificate(NamedTuple):
    """What is expected of a certificate."""

    holder: str
    kind: Kind
    serial: int
    key: int


def expected(profile: PopulationProfile, day: date) -> list[Certificate]:
    """Return the certificates of the crowd as a plain count gives them, person by person."""
    before = [make_resident(7, position, profile, day=day) for position in range(2)]
    serials = {Kind.AUTH: FIRST + 2, Kind.SIGN: FIRST + sum(may_sign(one.birth_date, day) for one in before)}
    found = []
    for place in range(COUNT):
        person = make_resident(7, place + 2, profile, day=day)
        kinds = [Kind.AUTH]
        if may_sign(person.birth_date, day) and not person.under_guardianship:
            kinds.append(Kind.SIGN)
        for kind in kinds:
            found.append(Certificate(person.id, kind, serials[kind], (2 * place + (kind is Kind.SIGN)) % KEYS))
            serials[kind] += 1
    return found


def may_sign(born: date, day: date) -> bool:
    """Return whether somebody is fifteen on a day of a common year; the law's 28 February is not met here."""
    return (day.year - born.year, day.month, day.day) >= (15, born.month, born.day) or day.year - born.year > 15


def said(world: World, order: list[int]) -> list[Certificate]:
    """Return the certificates of the crowd, its people asked for in an order."""
    found = {place: world.all_certificates(id_at(place + 2)) for place in order}
    return [
        Certificate(one.resident.id, one.kind, one.serial, one.key) for _, two in sorted(found.items()) for one in two
    ]


@pytest.mark.parametrize("start", [START, "2016-01-05T00:00:00"])
@pytest.mark.parametrize("profile", PROFILES)
def test_serials_and_keys(peopled: MakePeopled, profile: PopulationProfile, start: str) -> None:
    """Those that a count from person to person gives, in whatever order they are asked for; the counter goes on."""
    order = list(range(COUNT))
    random.Random(1).shuffle(order)  # noqa: S311  (any order does)
    wanted = expected(profile, jst(start).date())
    for places in (range(COUNT), reversed(range(COUNT)), order):
        world = peopled(profile, start)
        assert said(world, list(places)) == wanted
        assert world.size() == COUNT + 3
        (last,) = [one for one in world.certificates(id_at(COUNT + 2)) if one.kind is Kind.AUTH]
        assert last.serial == FIRST + COUNT + 2


@pytest.mark.parametrize("profile", PROFILES)
def test_the_holder_of_a_serial_number(peopled: MakePeopled, profile: PopulationProfile) -> None:
    """Found by the number alone, where nobody was asked for before."""
    register = peopled(profile)._register
    for holder, kind, serial, key in reversed(expected(profile, jst(START).date())):
        entry = register.entry_at(kind, serial, LATER)
        assert entry is not None
        assert (entry.resident.id, entry.kind, entry.serial, entry.key) == (holder, kind, serial, key)


def test_the_crowds_differ() -> None:
    """In the populations above somebody has no signature certificate, and in the plain one of 2026 everybody has."""
    days = {START: jst(START).date(), "2016": jst("2016-01-05T00:00:00").date()}
    counts = {
        (profile, start): sum(one.kind is Kind.SIGN for one in expected(profile, day))
        for profile in PROFILES
        for start, day in days.items()
    }
    assert counts.pop((PopulationProfile.PLAIN, START)) == COUNT
    assert all(0 < count < COUNT for count in counts.values())


@pytest.mark.parametrize("profile", PROFILES)
def test_whoever_was_asked_for_is_who_was_not(peopled: MakePeopled, profile: PopulationProfile) -> None:
    """Card, certificates, octets and status are the same in a world where all were asked for before."""
    lazy, eager = peopled(profile), peopled(profile)
    people = [one.id for one in eager.residents()]
    for one in people:
        eager.card_of(one)
    assert lazy.residents() == eager.residents()
    assert [one.id for one in lazy.residents()] == [id_at(position) for position in range(COUNT + 3)]
    for one in (people[-1], people[40], people[2], people[COUNT + 1]):
        assert lazy.card_of(one) == eager.card_of(one)
        assert [lazy.certificate(each) for each in lazy.certificates(one)] == [
            eager.certificate(each) for each in eager.certificates(one)
        ]
    assert lazy.residents() == eager.residents()


def test_ocsp_makes_nobody(peopled: MakePeopled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Good for each serial number of the crowd, unknown for the next that nobody has; who they are is not asked."""
    world = peopled(PopulationProfile.EVERYONE)
    signing = sum(one.kind is Kind.SIGN for one in expected(PopulationProfile.EVERYONE, jst(START).date()))

    def make(*_: object) -> None:
        raise AssertionError("somebody was made")

    monkeypatch.setattr(Inhabitants, "make", make)
    has = {Kind.AUTH: 2 + COUNT + 1, Kind.SIGN: 2 + signing + 1}
    for kind, count in has.items():
        statuses = [
            ask(world, kind, serial, LATER).certificate_status for serial in range(FIRST - 1, FIRST + count + 1)
        ]
        good, unknown = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.UNKNOWN
        assert statuses == [unknown, *[good] * count, unknown]


def test_before_and_after(peopled: MakePeopled) -> None:
    """As of the mark before they came nobody is known; what befalls one of them is said of that one."""
    world = peopled(PopulationProfile.PLAIN, "2026-12-01T09:07:00")
    assert ask(world, Kind.AUTH, FIRST + 50, jst("2026-12-01T09:14:59")).certificate_status.name == "UNKNOWN"
    assert ask(world, Kind.AUTH, FIRST + 50, jst("2026-12-01T09:15:00")).certificate_status.name == "GOOD"
    world.clock.set(jst("2026-12-01T09:20:00"))
    world.lose(id_at(50))
    world.move(id_at(51))
    at = jst("2026-12-01T09:30:00")
    assert [ask(world, Kind.AUTH, FIRST + place, at).certificate_status.name for place in (49, 50, 51, 52)] == [
        "GOOD",
        "REVOKED",
        "GOOD",
        "GOOD",
    ]
    assert [ask(world, Kind.SIGN, FIRST + place, at).certificate_status.name for place in (49, 50, 51, 52)] == [
        "GOOD",
        "REVOKED",
        "REVOKED",
        "GOOD",
    ]


ELSEWHERE = """
import sys
from pathlib import Path
from harness.keys import KeyPool
from harness.world import World
world = World.open(KeyPool(Path(sys.argv[1])), Path(sys.argv[2]))
for entry in world.certificates(sys.argv[3]):
    print(world.certificate(entry).hex())
"""


def test_the_same_octets_always(peopled: MakePeopled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked twice, asked after it was forgotten, and asked in another process that opened the store."""
    world = peopled(PopulationProfile.EVERYONE, store=tmp_path / "world.db")
    somebody = id_at(77)
    first = [world.certificate(one) for one in world.certificates(somebody)]
    assert [world.certificate(one) for one in world.certificates(somebody)] == first
    monkeypatch.setattr(authorities, "MOST_LEAVES", 1)
    for other in (id_at(10), id_at(11)):
        for one in world.certificates(other):
            world.certificate(one)
    assert all(len(one._leaves) <= 1 for one in world._hierarchy._made.values())
    assert [world.certificate(one) for one in world.certificates(somebody)] == first
    folder = world._keys._folder
    world.close()
    command = [sys.executable, "-c", ELSEWHERE, str(folder), str(tmp_path / "world.db"), somebody]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [bytes.fromhex(line) for line in done.stdout.split()] == first


@pytest.mark.parametrize("when", ["2017-01-01T00:00:00", "2027-02-01T00:00:00", "2033-01-01T00:00:00"])
def test_a_crowd_is_of_its_own_day(keys: KeyPool, when: str) -> None:
    """Ten years before its world begins or years after: everybody is born, and no certificate ends before it begins."""
    world = World.create(keys, seed=7, start=jst(START), population=PopulationProfile.EVERYONE)
    world.clock.set(jst(when))
    world.new_crowd(300, keys=KEYS)
    day = jst(when).astimezone(JST).date()
    people = world.residents()
    assert any(one.residence_until for one in people)
    assert all(one.birth_date <= day for one in people)
    entries = [entry for one in people for entry in world.certificates(one.id)]
    assert all(entry.issued < entry.not_after for entry in entries)
    signing = {one.id for one in people if may_have_signature(one, day)}
    assert {entry.resident.id for entry in entries if entry.kind is Kind.SIGN} == signing
    world.close()


def test_crowds_that_cannot_be(peopled: MakePeopled) -> None:
    """One that holds somebody who is there, alone or in a crowd; one without keys, or of less than nobody."""
    world = peopled(PopulationProfile.PLAIN)
    world.new_resident(id=id_at(900))
    register, at = world._register, jst(START)
    for first, count in ((880, 21), (900, 1), (900, 5), (0, 1), (COUNT + 1, 1), (1, 2), (COUNT, 200)):
        with pytest.raises(IllegalEvent, match="expected new people"):
            register.check(Crowd(at, 7, first, count, 1))
    register.check(Crowd(at, 7, 880, 20, 1))
    register.check(Crowd(at, 7, 901, 1, 1))
    for first, count, keys in ((-1, 5, 1), (1000, -1, 1), (1000, 1, 0)):
        with pytest.raises(IllegalEvent, match="expected a position"):
            register.check(Crowd(at, 7, first, count, keys))


def test_crowd_that_ends_early(keys: KeyPool, tmp_path: Path) -> None:
    """All their certificates end then, in the register and in the octets, also when the world is opened again."""
    ends = jst("2026-12-05T23:59:59")
    world = World.create(keys, seed=7, start=jst(START), store=tmp_path / "world.db")
    world.new_crowd(3, keys=KEYS)
    world.new_crowd(3, keys=KEYS, not_after=ends)
    world.close()
    again = World.open(keys, tmp_path / "world.db")
    try:
        for place in range(6):
            for entry in again.certificates(id_at(place)):
                assert (entry.not_after == ends) == (place >= 3)
                der = again.certificate(entry)
                assert load_der_x509_certificate(der).not_valid_after_utc == entry.not_after
    finally:
        again.close()


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(days=-1), timedelta(days=1, microseconds=1)])
def test_crowd_that_ends_before_it_begins_or_between_seconds_is_refused(peopled: MakePeopled, wrong: timedelta) -> None:
    """Nothing is registered then."""
    world = peopled(PopulationProfile.PLAIN)
    size = world.size()
    with pytest.raises(EventRefused, match="expected certificates that end on a whole second"):
        world.new_crowd(3, keys=KEYS, not_after=world.clock.now() + wrong)
    assert world.size() == size


def test_those_at_places_are_those_of_the_register(peopled: MakePeopled) -> None:
    """All at once, without anybody being written down: what each has when asked for by themselves."""
    world = peopled(PopulationProfile.PLAIN)
    register = world._register
    among = list(register.settled_in(range(COUNT + 10)))
    assert len(among) == COUNT
    assert id_at(2) not in register._dossiers
    for settled in among[::17]:
        resident = settled.dossier.now.resident
        assert settled.entries == world.certificates(resident.id)
        assert resident == world.resident(resident.id)


def test_certificates_that_share_keys(peopled: MakePeopled) -> None:
    """A renewal of somebody of a crowd may take keys that others have: none is made."""
    world = peopled(PopulationProfile.PLAIN)
    world.clock.set(LATER)
    world.happen(id_at(5), LifeEvent.RENEWED, key=1)
    assert [entry.key for entry in world.certificates(id_at(5))] == [1, 2]


def test_nobody_takes_the_place_of_one_of_them(peopled: MakePeopled) -> None:
    """A new resident under the id of somebody in the crowd is refused, before and after that one was asked for."""
    world = peopled(PopulationProfile.PLAIN)
    for _ in range(2):
        with pytest.raises(EventRefused, match="expected a new id"):
            world.new_resident(id=id_at(60))
        assert world.resident(id_at(60)) == make_resident(7, 60, day=jst(START).date())
    for stranger in (id_at(COUNT + 3), "r61", "r0000061", "r000000", "x000061", "r٠٠٠٠٦١"):
        with pytest.raises(EventRefused, match="expected one of the world"):
            world.resident(stranger)


def test_serial_numbers_that_were_taken_out_of_turn(peopled: MakePeopled) -> None:
    """No crowd comes over them: its people would have certificates of others."""
    world = peopled(PopulationProfile.PLAIN)
    register: Register = world._register
    (entry,) = [one for one in world.certificates(id_at(0)) if one.kind is Kind.AUTH]
    odd: Entry = replace(entry, serial=FIRST + 10_000)
    register._entries[Kind.AUTH][odd.serial] = odd
    with pytest.raises(IllegalEvent, match="expected new serial numbers"):
        register.check(Crowd(jst(START), 7, 500, 1, 1))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("day", [date(2016, 3, 1), date(2020, 12, 31), date(2021, 1, 1), date(2028, 2, 29)])
def test_who_is_said_to_sign_does(profile: PopulationProfile, day: date) -> None:
    """What is said of somebody by their household, or with everybody, is so when they are made; years later too."""
    people = Inhabitants(profile, day)
    for asked in (day - timedelta(days=1), day, day + timedelta(days=4000)):
        for position in range(300):
            known = people.all_sign(asked) or people.signs(7, position, asked)
            person = people.make(7, position)
            assert known in {None, may_sign(person.birth_date, asked) and not person.under_guardianship}


def test_it_is_said_of_many() -> None:
    """Of everybody in the plain population of 2026, and of most in the one of all ages: else a million takes long."""
    day = date(2026, 12, 1)
    assert Inhabitants(PopulationProfile.PLAIN, day).all_sign(day)
    everyone = Inhabitants(PopulationProfile.EVERYONE, day)
    assert sum(everyone.signs(7, position, day) is None for position in range(1000)) < 250
    assert not everyone.all_sign(day)


def test_ids_and_positions() -> None:
    """One for one, beyond six digits too; what is not written so is no position."""
    for position in (0, 8, 999_998, 999_999, 12_345_678):
        assert position_of(id_at(position)) == position
    assert id_at(999_999) == "r1000000"
    for other in ("", "r", "r1", "r0000001", "r000000", "q000001", "r-00001", "r00000１"):
        assert position_of(other) is None


def test_a_million_is_one_record(make_world: Callable[..., World]) -> None:
    """Nobody is made when they come; the last of them has what the count gives, and answers like the first."""
    world = make_world()
    world.new_crowd(1_000_000, keys=2)
    assert (len(world._register._dossiers), world.size()) == (0, 1_000_000)
    last = world.certificates("r1000000")
    assert [(one.kind, one.serial, one.key) for one in last] == [
        (Kind.AUTH, FIRST + 999_999, 0),
        (Kind.SIGN, FIRST + 999_999, 1),
    ]
    assert ask(world, Kind.SIGN, FIRST + 999_999, LATER).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert ask(world, Kind.SIGN, FIRST + 1_000_000, LATER).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert len(world._register._dossiers) == 1
