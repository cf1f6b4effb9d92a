"""When lists come, which window is swapped when, and who lists what when an authority has several keys."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from cryptography import x509

from harness.contract.vocabulary import Kind
from harness.jlis import crl, crl_points, names
from harness.jlis.authority import Authority
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import CrlMode, CrlPractice, Swap, window_at
from harness.jlis.entries import Entry
from harness.jlis.generations import Generations
from harness.jlis.populations import CARD_SIGN, PHONE_AUTH, POPULATIONS, Medium
from harness.jlis.reasons import RevocationReason
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES
from harness.world import World
from tests.harness.fake_register import FakeRegister
from tests.harness.instants import jst

PUBLISHED = jst("2026-12-03T03:00:00")
SECOND = timedelta(seconds=1)
GENERATIONS = Generations(jst("2026-12-01T00:00:00"))


@pytest.fixture
def authorities(keys: KeyPool) -> dict[int, Authority]:
    """Three generations of the signature authority, each with a key of its own."""
    return {
        number: Authority.found(
            Kind.SIGN, GENERATIONS.life(number), keys.named(f"generation-{number}"), keys.named("responder")
        )
        for number in (1, 2, 3)
    }


@pytest.fixture
def entries(world: World) -> list[Entry]:
    """A revoked certificate of each generation, with serial number 101, 102, 103."""
    made = world.certificates(world.new_resident(municipality=AOI.code, with_card=True).id)
    (issued,) = [entry for entry in made if entry.kind is Kind.SIGN]
    revoked, reason = jst("2025-01-01T09:00:00"), RevocationReason.SUPERSEDED
    return [
        replace(issued, serial=100 + number, generation=number, revoked=revoked, reason=reason) for number in (1, 2, 3)
    ]


def listed(der: bytes) -> list[int]:
    """Return the serial numbers of a list."""
    return [entry.serial_number for entry in x509.load_der_x509_crl(der)]


def test_swap_is_between_its_bounds_and_differs_by_point_and_day() -> None:
    """Five to ten minutes after publication, to the second; before that yesterday's list, after it today's."""
    practice = CrlPractice(swap=Swap())
    delays = set()
    for number in range(50):
        point, published = bytes([number]), PUBLISHED + timedelta(days=number)
        today = window_at(published, practice).number
        assert practice.swap is not None
        delay = practice.swap.delay(point, today)
        assert timedelta(minutes=5) <= delay <= timedelta(minutes=10)
        assert window_at(published, practice, point).number == today - 1
        assert window_at(published + delay - SECOND, practice, point).number == today - 1
        assert window_at(published + delay, practice, point).number == today
        assert window_at(published + timedelta(days=1) - SECOND, practice, point).number == today
        delays.add((delay, practice.swap.delay(point, today + 1)))
    assert len(delays) > 40


def test_swap_of_one_length_is_that_long_everywhere() -> None:
    """No spread: every point is swapped at the same second."""
    swap = Swap(timedelta(minutes=7), timedelta(minutes=7))
    assert {swap.delay(bytes([point]), day) for point in range(9) for day in range(9)} == {timedelta(minutes=7)}


def test_lists_during_the_swap(authorities: dict[int, Authority], entries: list[Entry]) -> None:
    """A revocation of yesterday is in today's list, and not in what answers right after its publication."""
    practice = CrlPractice(swap=Swap())
    yesterday = replace(entries[2], revoked=PUBLISHED - timedelta(hours=12), reason=RevocationReason.KEY_COMPROMISE)
    register = FakeRegister([yesterday])

    def at(instant: datetime) -> x509.CertificateRevocationList:
        return x509.load_der_x509_crl(
            crl.crl_at(authorities[3], Medium.CARD, AOI, register, instant, practice=practice)
        )

    assert (len(at(PUBLISHED)), at(PUBLISHED).last_update_utc) == (0, PUBLISHED - timedelta(days=1))
    late = PUBLISHED + timedelta(minutes=10)
    assert (len(at(late)), at(late).last_update_utc) == (1, PUBLISHED)


@pytest.mark.parametrize("clock", [time(0, 0), time(5, 30), time(23, 59, 59)])
def test_publication_at_another_time_of_day(clock: time) -> None:
    """A list a day at that time of Japan, numbered in order, valid as long as was said."""
    practice = CrlPractice(publication=clock.replace(tzinfo=JST), valid=timedelta(hours=30))
    published = datetime.combine(datetime(2026, 12, 3, tzinfo=JST), clock, JST).astimezone(UTC)
    before, after = window_at(published - SECOND, practice), window_at(published, practice)
    assert (after.this_update, after.number) == (published, before.number + 1)
    assert after.next_update - after.this_update == timedelta(hours=30)


def test_per_generation_each_key_lists_its_own(authorities: dict[int, Authority], entries: list[Entry]) -> None:
    """The default: names differ, so no two lists are of one scope, and each lists its own certificates."""
    found = {
        number: crl.crl_at(authority, Medium.CARD, AOI, FakeRegister(entries), PUBLISHED)
        for number, authority in authorities.items()
    }
    assert {number: listed(der) for number, der in found.items()} == {1: [101], 2: [102], 3: [103]}
    points = {crl_points.name_of(Partition(CARD_SIGN, number, AOI)).rfc4514_string() for number in (1, 2, 3)}
    assert len(points) == 3


def test_an_authority_that_ended_leaves_its_last_list(authorities: dict[int, Authority], entries: list[Entry]) -> None:
    """Generation 1 ended on 31 March 2025: its list of that day stays, and is over two days later."""
    der = crl.crl_at(authorities[1], Medium.CARD, AOI, FakeRegister([]), PUBLISHED)
    ended = authorities[1].certificate.not_valid_after_utc
    made = x509.load_der_x509_crl(der)
    assert made.last_update_utc <= ended < made.last_update_utc + timedelta(days=1)
    assert made.next_update_utc is not None
    assert made.next_update_utc < PUBLISHED
    assert listed(crl.crl_at(authorities[1], Medium.CARD, AOI, FakeRegister(entries), ended)) == [101]


def test_shared_names_one_point_several_lists(authorities: dict[int, Authority], entries: list[Entry]) -> None:
    """Declared not to be RFC 5280: under one name each key lists a part, and the address tells which."""
    practice = CrlPractice(mode=CrlMode.SHARED_NAMES)
    found = {
        number: crl.crl_at(authority, Medium.CARD, AOI, FakeRegister(entries), PUBLISHED, practice=practice)
        for number, authority in authorities.items()
    }
    assert {number: listed(der) for number, der in found.items()} == {1: [101], 2: [102], 3: [103]}
    partitions = [Partition(CARD_SIGN, number, AOI) for number in (2, 3)]
    assert len({crl_points.name_of(partition, practice.mode).public_bytes() for partition in partitions}) == 1
    assert len({crl_points.path_of(partition, practice.mode) for partition in partitions}) == 2
    scopes = {
        x509.load_der_x509_crl(found[number])
        .extensions.get_extension_for_class(x509.IssuingDistributionPoint)
        .value.public_bytes()
        for number in (2, 3)
    }
    assert len(scopes) == 1


def test_new_key_signs_all(authorities: dict[int, Authority], entries: list[Entry]) -> None:
    """One list, of certificates of every generation, under the latest key."""
    practice = CrlPractice(mode=CrlMode.NEW_KEY)
    long_lived = [replace(entry, not_after=jst("2030-01-01T00:00:00")) for entry in entries]
    der = crl.crl_at(authorities[3], Medium.CARD, AOI, FakeRegister(long_lived), PUBLISHED, practice=practice)
    assert listed(der) == [101, 102, 103]
    made = x509.load_der_x509_crl(der)
    assert made.is_signature_valid(authorities[3].key.public_key())
    assert not made.is_signature_valid(authorities[2].key.public_key())


def test_an_authoritys_own_list(authorities: dict[int, Authority]) -> None:
    """The ARL: under the authority's own name, as its certificate's distribution point says, of authorities only."""
    made = x509.load_der_x509_crl(crl.authority_list_at(authorities[3], PUBLISHED))
    point = made.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert (point.value.only_contains_ca_certs, point.value.only_contains_user_certs) == (True, False)
    named = authorities[3].certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    assert point.value.full_name == named.full_name == [x509.DirectoryName(names.authority_name(Kind.SIGN))]
    assert made.is_signature_valid(authorities[3].key.public_key())
    assert len(made) == 0


@pytest.mark.parametrize("mode", CrlMode)
def test_no_two_lists_have_one_address(mode: CrlMode) -> None:
    """Of all populations and two generations; one list where the new key signs all."""
    paths = Counter(
        path for population in POPULATIONS for number in (2, 3)
        for path in crl_points.partitions(population, number, mode)
    )  # fmt: skip
    assert len(paths) == len(MUNICIPALITIES) * 4 * (1 if mode is CrlMode.NEW_KEY else 2)
    (path,) = [path for path, found in crl_points.partitions(PHONE_AUTH, 3, mode).items() if found.municipality is AOI]
    assert path.startswith("/crl/auth/phone/")


def test_many_entries_are_the_same_list(
    monkeypatch: pytest.MonkeyPatch, authorities: dict[int, Authority], entries: list[Entry]
) -> None:
    """By column or one by one: the octets do not tell."""
    many = [
        replace(entries[2], serial=1 + row * 97, revoked=entries[2].revoked and entries[2].revoked + row * SECOND)
        for row in range(crl.MANY)
    ]
    made = crl.crl_at(authorities[3], Medium.CARD, AOI, FakeRegister(many), PUBLISHED)
    monkeypatch.setattr(crl, "MANY", crl.MANY + 1)
    assert made == crl.crl_at(authorities[3], Medium.CARD, AOI, FakeRegister(many), PUBLISHED)
    assert len(x509.load_der_x509_crl(made)) == len(many)
