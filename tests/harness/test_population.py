"""Synthetic people: what a seed makes, of every profile (spec/pki.md §1.4, §1.7)."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from harness.births import BirthUnknown
from harness.households import BLOCK, OLDEST, SERVICE_MUNICIPALITIES, Part, household_at
from harness.jlis.validity import age_at, card_expiry_of, may_have_signature
from harness.municipalities import MUNICIPALITIES
from harness.population import REFERENCE_DAY, PopulationProfile, make_resident, number_at
from harness.residents import Resident, checked
from tests.harness.instants import jst

PLAIN = {
    (1, 0): ("標本　花子", date(1996, 5, 17), "1", "999957911673", "48202", "試験県若葉市本町２丁目２番７号", "1888"),
    (1, 1): ("見本　花子", date(2002, 11, 25), "1", "999957911681", "48202", "試験県若葉市中央７丁目１番６号", "3839"),
    (1, 2): ("架空　健", date(1995, 9, 26), "2", "999957911690", "48201", "試験県葵市栄町５丁目４番９号", "2372"),
    (7, 0): ("試験　花子", date(1960, 10, 13), "2", "999948615174", "48202", "試験県若葉市緑町７丁目４番３号", "7111"),
}
"""As they were made before there were profiles: worlds that were saved then are played again."""
MANY = 4 * 12 * 100


@pytest.fixture(scope="module")
def everyone() -> list[Resident]:
    """A town of all kinds of people."""
    return [make_resident(1, position, PopulationProfile.EVERYONE) for position in range(MANY)]


@pytest.mark.parametrize(("seed", "position"), list(PLAIN))
def test_plain_people_stay_who_they_were(seed: int, position: int) -> None:
    """The same seed and position, the same person, octet for octet of the register."""
    name, birth_date, sex, number, municipality, address, security_code = PLAIN[seed, position]
    made = make_resident(seed, position)
    assert made == Resident(f"r{position + 1:06d}", name, birth_date, sex, number, municipality, address, security_code)
    assert set(msgspec.to_builtins(made)) == {
        "id", "name", "birth_date", "sex", "number", "municipality", "address", "security_code"
    }  # fmt: skip


@pytest.mark.parametrize("profile", list(PopulationProfile))
def test_the_seed_says_everything(profile: PopulationProfile) -> None:
    """Made again, in another order, everybody is the same; another seed makes others."""
    positions = range(3 * BLOCK)
    first = [make_resident(1, position, profile) for position in positions]
    again = [make_resident(1, position, profile) for position in reversed(positions)]
    assert again[::-1] == first
    other = [make_resident(2, position, profile) for position in positions]
    for field in ("name", "birth_date", "sex", "address", "number"):
        assert [getattr(person, field) for person in other] != [getattr(person, field) for person in first], field


@pytest.mark.parametrize("profile", list(PopulationProfile))
@pytest.mark.parametrize("seed", range(3))
def test_a_register_carries_everybody(seed: int, profile: PopulationProfile) -> None:
    """Nobody is refused, and all numbers differ and are synthetic."""
    people = [checked(make_resident(seed, position, profile), REFERENCE_DAY) for position in range(500)]
    assert [person.number for person in people] == [number_at(seed, position) for position in range(500)]
    assert len({person.number for person in people}) == len({person.id for person in people}) == 500
    assert all(person.number.startswith("9999") for person in people)


def test_everybody_can_be_carried_on_the_day_the_world_begins() -> None:
    """Ages and periods of stay follow from the day that is given, a leap day too."""
    for day in (date(2020, 2, 29), date(2040, 1, 1)):
        people = [make_resident(1, position, PopulationProfile.EVERYONE, day=day) for position in range(3000)]
        assert all(checked(person, day) == person for person in people)
        assert all(person.residence_until is None or person.residence_until > day for person in people)
        for position, person in enumerate(people):
            household, member = household_at(1, position)
            assert age_at(person, day) == household.members[member][1]
        assert any(person.residence_until for person in people)


def test_all_ages(everyone: list[Resident]) -> None:
    """From 0 to 105, and every age below 100."""
    ages = {age_at(person, REFERENCE_DAY) for person in everyone}
    assert (min(ages), max(ages)) == (0, 105)
    assert set(range(100)) <= ages


def test_households_share_an_address_and_have_one_head(everyone: list[Resident]) -> None:
    """One address and municipality, one head who is grown, distinct names; some live alone and some five together."""
    households: dict[str | None, list[Resident]] = {}
    for person in everyone:
        households.setdefault(person.household, []).append(person)
    assert None not in households
    for members in households.values():
        assert len({(person.municipality, person.address) for person in members}) == 1
        assert [person.is_head for person in members] == [True] + [False] * (len(members) - 1)
        assert age_at(members[0], REFERENCE_DAY) >= 18
        assert len({person.name for person in members}) == len(members)
        assert len({person.nationality for person in members}) == 1
    assert set(Counter(map(len, households.values()))) == {1, 2, 3, 4, 5}


def test_ages_within_a_household() -> None:
    """Spouses are grown; children are 18 to 45 years younger than the head, parents 20 to 45 older or the oldest."""
    seen = set()
    for position in range(MANY):
        household, member = household_at(1, position)
        (_, head), (part, age) = household.members[0], household.members[member]
        seen.add(part)
        match part:
            case Part.HEAD | Part.SPOUSE:
                assert age >= 18
            case Part.CHILD:
                assert 18 <= head - age <= 45
            case Part.PARENT:
                assert 20 <= age - head <= 45 or age == OLDEST
    assert seen == set(Part)


def test_children_have_no_signature_certificate(everyone: list[Resident]) -> None:
    """§1.7: those under 15 live with somebody, and may not have one; nor may those under guardianship."""
    under_15 = [person for person in everyone if age_at(person, REFERENCE_DAY) < 15]
    assert len(under_15) > MANY // 50
    assert not any(person.is_head or may_have_signature(person, REFERENCE_DAY) for person in under_15)
    wards = [person for person in everyone if person.under_guardianship]
    assert wards
    assert not any(may_have_signature(person, REFERENCE_DAY) for person in wards)
    grown = [person for person in everyone if person not in under_15 and person not in wards]
    assert all(may_have_signature(person, REFERENCE_DAY) for person in grown)


def test_people_from_abroad(everyone: list[Resident]) -> None:
    """Full-width capitals, a nationality, no kana; some permanent, some limited, whose card ends with their stay."""
    foreign = [person for person in everyone if person.nationality]
    assert MANY // 50 < len(foreign) < MANY // 5
    for person in foreign:
        assert all("Ａ" <= letter <= "Ｚ" or letter == "　" for letter in person.name)
        assert (person.kana, person.former_name) == (None, None)
    limited = [person for person in foreign if person.residence_until]
    assert 0 < len(limited) < len(foreign)
    issued = jst("2026-12-01T10:00:00")
    for person in limited:
        assert person.residence_until is not None
        assert card_expiry_of(person, issued) <= person.residence_until
    assert any(person.alias for person in foreign)
    assert any(person.kanji_name for person in foreign)


def test_what_else_there_is(everyone: list[Resident]) -> None:
    """旧氏 with its kana, kana of every national, sex 3, and births that are partly unknown, each somewhere."""
    former = [person for person in everyone if person.former_name]
    assert former
    assert all(person.former_kana and not person.name.startswith(str(person.former_name)) for person in former)
    assert all(person.kana for person in everyone if not person.nationality)
    assert {person.sex for person in everyone} == {"1", "2", "3"}
    assert {person.birth_unknown for person in everyone} == set(BirthUnknown)


def test_they_live_everywhere_and_most_where_the_services_are(everyone: list[Resident]) -> None:
    """The municipalities of spec/services.yaml have somebody, and so have hundreds of others."""
    there = {person.municipality for person in everyone}
    assert set(SERVICE_MUNICIPALITIES) <= there
    assert len(there) > 500


@pytest.mark.parametrize(("code", "name"), list(SERVICE_MUNICIPALITIES.items()))
def test_municipalities_of_the_services(code: str, name: str) -> None:
    """Each bears in the table of municipalities the name that the register of services has for it."""
    assert MUNICIPALITIES[code].name == name
