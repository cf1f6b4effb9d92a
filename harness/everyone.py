"""Residents of all kinds: every age, households, people from abroad, 旧氏, 振り仮名, 成年被後見人."""

import random
from datetime import date, timedelta
from typing import Any

from harness.births import BirthUnknown
from harness.households import Household, Part
from harness.person_names import (
    FAMILIES,
    FOREIGN_FAMILIES,
    FOREIGN_GIVEN,
    GIVEN,
    IDEOGRAPHIC,
    NATIONALITIES,
    full_width,
)

PERMANENT, WITH_ALIAS, WITH_KANJI, FORMER_NAME, GUARDIANSHIP, NO_SEX, PARTLY_KNOWN = (
    0.3,
    0.25,
    0.5,
    0.3,
    0.03,
    0.005,
    0.01,
)
"""How often: a permanent resident, 通称, 漢字併記, a spouse's 旧氏, guardianship from 70 on, sex 3, 不詳."""
WARDS_SINCE = 70


def fields_of(household: Household, member: int, chance: random.Random, day: date) -> dict[str, Any]:
    """Return what the register of `day` says of one member, but for number, address and what else a position gives."""
    part, age = household.members[member]
    birth_date = _years_before(day, age) - timedelta(days=chance.randrange(365))
    own = _foreigner(household, member, chance, day) if household.foreign else _national(household, member, chance)
    return own | {
        "birth_date": birth_date,
        "sex": "3" if chance.random() < NO_SEX else chance.choice("12"),
        "birth_unknown": _unknown(chance),
        "household": household.id,
        "is_head": part is Part.HEAD,
        "under_guardianship": age >= WARDS_SINCE and chance.random() < GUARDIANSHIP,
    }


def _national(household: Household, member: int, chance: random.Random) -> dict[str, Any]:
    of_all = random.Random(household.names)  # noqa: S311  (repeatable people, no secrets)
    family, given = of_all.choice(list(FAMILIES)), of_all.sample(list(GIVEN), k=len(GIVEN))[member]
    fields = {"name": f"{family}　{given}", "kana": f"{FAMILIES[family]}　{GIVEN[given]}"}
    if household.members[member][0] is Part.SPOUSE and chance.random() < FORMER_NAME:
        former = chance.choice([name for name in FAMILIES if name != family])
        fields |= {"former_name": former, "former_kana": FAMILIES[former]}
    return fields


def _foreigner(household: Household, member: int, chance: random.Random, day: date) -> dict[str, Any]:
    of_all = random.Random(household.names)  # noqa: S311  (repeatable people, no secrets)
    family, nationality = of_all.choice(FOREIGN_FAMILIES), of_all.choice(NATIONALITIES)
    given = of_all.sample(FOREIGN_GIVEN, k=len(FOREIGN_GIVEN))[member]
    fields: dict[str, Any] = {
        "name": full_width(f"{family} {given}"),
        "nationality": nationality,
    }
    if chance.random() >= PERMANENT:
        fields["residence_until"] = day + timedelta(days=chance.randint(60, 5 * 365))
    if nationality in IDEOGRAPHIC and chance.random() < WITH_KANJI:
        fields["kanji_name"] = f"{of_all.choice(list(FAMILIES))}　{chance.choice(list(GIVEN))}"
    if household.members[member][0] is not Part.CHILD and chance.random() < WITH_ALIAS:
        fields["alias"] = f"{of_all.choice(list(FAMILIES))}　{chance.choice(list(GIVEN))}"
    return fields


def _unknown(chance: random.Random) -> BirthUnknown:
    known = chance.random() >= PARTLY_KNOWN
    return BirthUnknown.NONE if known else chance.choice([BirthUnknown.DAY, BirthUnknown.MONTH, BirthUnknown.ALL])


def _years_before(day: date, years: int) -> date:
    """Return the latest birth date of somebody who is `years` old on `day`; births of 29 February are the 28th's."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
