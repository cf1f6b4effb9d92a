"""A resident as the resident register knows them. All of them are made up (harness/population.py)."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cardsim.era import GREGORIAN_SINCE
from harness.municipalities import CODE_EXPECTED, MUNICIPALITIES

NUMBER_PREFIX = "9999"
"""Every synthetic 個人番号 begins so: no number of this project belongs to anybody."""


class Resident(Struct, frozen=True):
    """A person of the world as the resident register (住民票) knows them."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    birth_date: date
    sex: Annotated[str, Meta(pattern=r"^[12]$")]
    number: Annotated[str, Meta(pattern=rf"^{NUMBER_PREFIX}[0-9]{{8}}$")]
    municipality: str
    address: Annotated[str, Meta(min_length=1, max_length=200)]
    """From the prefecture on, at most 200 characters (spec/pki.md §1.4)."""
    security_code: Annotated[str, Meta(pattern=r"^[0-9]{4}$")]
    card_expiry: date | None = None
    """When the card ends, where it ends before the tenth birthday; residence-limited for many foreign residents."""


class ImpossibleResident(ValueError):
    """A resident that no register would carry; `str()` says which field, what was expected and what is."""


def checked(resident: Resident, day: date) -> Resident:
    """Return the resident when the register of `day` can carry them, else raise ImpossibleResident."""
    try:
        sound = msgspec.convert(msgspec.structs.asdict(resident), Resident)
    except msgspec.ValidationError as fault:
        raise ImpossibleResident(f"resident {resident.id!r}: {fault}") from fault
    for what, holds, expected in (
        ("birth_date", GREGORIAN_SINCE <= sound.birth_date <= day, f"a day from {GREGORIAN_SINCE} to {day}"),
        ("municipality", sound.municipality in MUNICIPALITIES, CODE_EXPECTED),
        ("number", sound.number[-1] == check_digit(sound.number[:-1]), "a correct check digit"),
    ):
        if not holds:
            raise ImpossibleResident(
                f"resident {resident.id!r}: {what}: expected {expected}, actual {getattr(sound, what)}"
            )
    return sound


def check_digit(digits: str) -> str:
    """Return the twelfth digit of a 個人番号 for its first eleven (平成26年総務省令第85号 第5条)."""
    weighted = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(digits), start=1))
    remainder = weighted % 11
    return str(0 if remainder <= 1 else 11 - remainder)
