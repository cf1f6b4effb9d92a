"""Joined certificates against those that the profile builds, octet for octet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.jlis.authority import Authority
from harness.jlis.entries import Entry
from harness.jlis.generations import Generations
from harness.jlis.leaf_encoding import Patterns
from harness.jlis.populations import POPULATIONS, Population
from harness.jlis.practice import STANDARD, Practice
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.population import make_resident

ISSUED = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)
TEXTS = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x9FFF), min_size=1, max_size=100)


@pytest.fixture(scope="session")
def pool(keys: KeyPool) -> list[RSAPrivateKey]:
    """Holders' keys."""
    return [keys.numbered(number) for number in range(4)]


def authority_of(keys: KeyPool, population: Population, practice: Practice) -> Authority:
    """Return an authority of a population's kind."""
    key = keys.named("authority-sign-3")
    return Authority.found(population.kind, Generations(ISSUED).life(3), key, key, practice)


@settings(max_examples=600)
@given(
    population=st.sampled_from(POPULATIONS),
    serial=st.one_of(st.integers(1, 2**40), st.sampled_from([0x7F, 0x80, 0x7FFF_FFFF, 0x8000_0000])),
    person=st.integers(0, 10**6),
    place=st.sampled_from(["48201", "14101", "01801"]),
    address=TEXTS,
    name=TEXTS,
    seconds=st.integers(0, 10**9),
    key=st.integers(0, 3),
    kana=st.booleans(),
)
def test_joined_is_what_the_profile_builds(  # noqa: PLR0917
    keys: KeyPool,
    pool: list[RSAPrivateKey],
    population: Population,
    serial: int,
    person: int,
    place: str,
    address: str,
    name: str,
    seconds: int,
    key: int,
    kana: bool,  # noqa: FBT001  (Hypothesis gives it)
) -> None:
    """For any holder, serial number, key and validity, UTCTime and GeneralizedTime: from one pattern, the same."""
    authority = authority_of(keys, population, msgspec.structs.replace(STANDARD, kana=kana))
    resident = msgspec.structs.replace(make_resident(7, person), municipality=place, address=address, name=name)
    issued = ISSUED + timedelta(seconds=seconds)
    entry = Entry(*population, serial, 3, resident, 0, issued, issued + timedelta(days=1800))
    other = replace(entry, serial=5, resident=make_resident(7, person + 1))
    other = replace(other, resident=msgspec.structs.replace(other.resident, municipality=place))
    patterns = Patterns(authority.leaf)
    first = patterns.leaf(other, pool[0].public_key(), authority.key, kana=kana)
    assert first == authority.leaf(other, pool[0].public_key())
    joined = patterns.leaf(entry, pool[key].public_key(), authority.key, kana=kana)
    fresh = authority_of(keys, population, authority.practice)
    assert joined == fresh.leaf(entry, pool[key].public_key())


def test_a_pattern_is_of_one_municipality(keys: KeyPool, pool: list[RSAPrivateKey]) -> None:
    """Each has its own distribution point: the certificate names the one of the holder's own."""
    population = POPULATIONS[1]
    authority = authority_of(keys, population, STANDARD)
    patterns = Patterns(authority.leaf)
    for number, code in enumerate(("48201", "13113", "48201", "13113")):
        resident = msgspec.structs.replace(make_resident(7, 0), municipality=code)
        entry = Entry(*population, 100 + number, 3, resident, 0, ISSUED, ISSUED + timedelta(days=9))
        made = patterns.leaf(entry, pool[0].public_key(), authority.key)
        assert MUNICIPALITIES[code].point_romaji.encode() in made
        assert made == authority_of(keys, population, STANDARD).leaf(entry, pool[0].public_key())


@pytest.mark.parametrize("characters", [110, 111, 112, 113, 127, 128, 200])
def test_attributes_around_a_longer_length(keys: KeyPool, pool: list[RSAPrivateKey], characters: int) -> None:
    """X.690 §8.1.3: where a length of 127 becomes one of two octets; an address may have 200 characters (§1.4)."""
    population = POPULATIONS[1]
    entries = [
        Entry(*population, serial, 3, resident, 0, ISSUED, ISSUED + timedelta(days=9))
        for serial, resident in (
            (1, make_resident(7, 0)),
            (2, msgspec.structs.replace(make_resident(7, 0), address="町" * characters)),
        )
    ]
    patterns = Patterns(authority_of(keys, population, STANDARD).leaf)
    key, signer = pool[0].public_key(), keys.named("authority-sign-3")
    made = [patterns.leaf(entry, key, signer) for entry in entries]
    assert made == [authority_of(keys, population, STANDARD).leaf(entry, key) for entry in entries]
