"""Synthetic people: the same seed gives the same residents, and nothing about them belongs to anybody."""

import hashlib
import random
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from cardsim.personal_number import TEST_PREFIX, check_digit
from harness import everyone, hard_text
from harness.households import household_at
from harness.municipalities import INVENTED, MUNICIPALITIES
from harness.person_names import FAMILIES, GIVEN, full_width
from harness.residents import Resident, id_at

FAMILY_NAMES = tuple(FAMILIES)
GIVEN_NAMES = tuple(GIVEN)
_STREETS = ("中央", "本町", "緑町", "栄町", "泉")
REFERENCE_DAY = date(2026, 12, 1)
PLAIN_BIRTHS = range(1940, 2005)
GROWN = 16
"""A year more than a signature certificate takes (spec/pki.md §1.7), whatever the birthday."""


class PopulationProfile(StrEnum):
    """What kind of people a population is made of."""

    PLAIN = "plain"
    """Adults of the two invented municipalities, with nothing special about them."""
    EVERYONE = "everyone"
    """All ages from 0 to 105 in households everywhere, some from abroad."""
    HARD_TEXT = "hard-text"
    """Each with one difficulty of `hard_text.Difficulty`, in turn."""


def make_resident(
    seed: int, position: int, profile: PopulationProfile = PopulationProfile.PLAIN, *, day: date = REFERENCE_DAY
) -> Resident:
    """Return the resident at `position` (0, 1, …) of the population that `seed` makes.

    `day` is when everyone is as old as their household says and foreign residents may still stay: the day a world
    begins. Number, id and security code are the same in every profile.
    """
    plain = _plain(seed, position)
    chance = random.Random(f"{seed}/{position}/{profile.value}")  # noqa: S311  (repeatable people, no secrets)
    match profile:
        case PopulationProfile.PLAIN:
            return plain
        case PopulationProfile.EVERYONE:
            household, member = household_at(seed, position)
            return msgspec.structs.replace(
                plain,
                municipality=household.municipality,
                address=address_in(household.municipality, household.lot),
                **everyone.fields_of(household, member, chance, day),
            )
        case PopulationProfile.HARD_TEXT:
            return msgspec.structs.replace(plain, **hard_text.fields_at(plain, position, chance))


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """The people of one world, as they are on `day`: the one on which it begins, or that of a crowd."""

    profile: PopulationProfile
    day: date

    def as_of(self, day: date) -> "Inhabitants":
        """Return the people as they are on another day."""
        return Inhabitants(self.profile, day)

    def make(self, seed: int, position: int) -> Resident:
        """Return the resident at a position."""
        return make_resident(seed, position, self.profile, day=self.day)

    def all_sign(self, day: date) -> bool:
        """Return whether everybody is surely old enough for a signature certificate on a day, and no ward."""
        return self.profile is PopulationProfile.PLAIN and day.year - PLAIN_BIRTHS.stop >= GROWN

    def signs(self, seed: int, position: int, day: date) -> bool | None:
        """Return whether the person at a position is so; None where the age that their household says does not tell."""
        if self.profile is not PopulationProfile.EVERYONE or day < self.day:
            return None
        household, member = household_at(seed, position)
        age = household.members[member][1]
        if GROWN <= age < everyone.WARDS_SINCE:
            return True
        return False if age + (day.year - self.day.year + 1) < GROWN - 1 else None


def _plain(seed: int, position: int) -> Resident:
    chance = random.Random(f"{seed}/{position}")  # noqa: S311  (repeatable people, no secrets)
    municipality = chance.choice(INVENTED)
    first, last = PLAIN_BIRTHS.start, PLAIN_BIRTHS.stop - 1
    return Resident(
        id=id_at(position),
        name=f"{chance.choice(FAMILY_NAMES)}　{chance.choice(GIVEN_NAMES)}",
        birth_date=date(chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)),
        sex=chance.choice("12"),
        number=number_at(seed, position),
        municipality=municipality.code,
        address=address_in(municipality.code, chance.randint(0, 999)),
        security_code=f"{chance.randint(0, 9999):04d}",
    )


def address_in(code: str, lot: int) -> str:
    """Return address `lot` of a municipality, from the prefecture on, in full-width characters."""
    municipality = MUNICIPALITIES[code]
    street = _STREETS[lot % len(_STREETS)]
    block = full_width(f"{lot // 100 + 1}丁目{lot // 10 % 10 + 1}番{lot % 10 + 1}号")
    return f"{municipality.prefecture}{municipality.name}{street}{block}"


def number_at(seed: int, position: int) -> str:
    """Return a synthetic 個人番号: fixed prefix, seven digits, correct check digit."""
    spread = int.from_bytes(hashlib.sha256(f"{seed}/number".encode()).digest()[:4], "big")
    digits = f"{TEST_PREFIX}{(spread + position) % 10_000_000:07d}"
    return digits + check_digit(digits)
