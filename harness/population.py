"""Synthetic people: the same seed gives the same residents, and nothing about them belongs to anybody."""

import hashlib
import random
from datetime import date

from harness.municipalities import INVENTED, MUNICIPALITIES
from harness.residents import NUMBER_PREFIX, Resident, check_digit

FAMILY_NAMES = ("試験", "見本", "仮名", "模擬", "例示", "検証", "架空", "標本")
GIVEN_NAMES = ("太郎", "花子", "一郎", "桜", "健", "葵", "翼", "光")
_STREETS = ("中央", "本町", "緑町", "栄町", "泉")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def make_resident(seed: int, position: int) -> Resident:
    """Return the resident at `position` (0, 1, …) of the population that `seed` makes."""
    chance = random.Random(f"{seed}/{position}")  # noqa: S311  (repeatable people, no secrets)
    municipality = chance.choice(INVENTED)
    return Resident(
        id=f"r{position + 1:06d}",
        name=f"{chance.choice(FAMILY_NAMES)}　{chance.choice(GIVEN_NAMES)}",
        birth_date=date(chance.randint(1940, 2004), chance.randint(1, 12), chance.randint(1, 28)),
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
    block = f"{lot // 100 + 1}丁目{lot // 10 % 10 + 1}番{lot % 10 + 1}号".translate(_FULL_WIDTH)
    return f"{municipality.prefecture}{municipality.name}{street}{block}"


def number_at(seed: int, position: int) -> str:
    """Return a synthetic 個人番号: fixed prefix, seven digits, correct check digit."""
    spread = int.from_bytes(hashlib.sha256(f"{seed}/number".encode()).digest()[:4], "big")
    digits = f"{NUMBER_PREFIX}{(spread + position) % 10_000_000:07d}"
    return digits + check_digit(digits)
