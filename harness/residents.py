"""A resident as the resident register knows them. All of them are made up (harness/population.py)."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cardsim.era import GREGORIAN_SINCE
from cardsim.personal_number import TEST_PREFIX, check_digit
from harness.births import BirthUnknown
from harness.characters import substituted
from harness.contract.messages import END
from harness.municipalities import CODE_EXPECTED, MUNICIPALITIES

ADDRESS_CHARACTERS = 200
"""In the characters of a certificate (spec/pki.md §1.4): a base with its variation selector is one."""
Written = Annotated[str, Meta(min_length=1, max_length=100)]
Kana = Annotated[str, Meta(pattern=r"^[ァ-ヺー・　]{1,100}" + END)]
"""Full-width katakana, the parts apart by a full-width space."""


class Resident(Struct, frozen=True, omit_defaults=True):
    """A person of the world as the resident register (住民票) knows them."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}" + END)]
    name: Written
    birth_date: date
    """The day that the register computes with, also where part of it is unknown (`birth_unknown`)."""
    sex: Annotated[str, Meta(pattern=r"^[123]" + END)]
    """1 male, 2 female, 3 unknown (spec/pki.md §1.4)."""
    number: Annotated[str, Meta(pattern=rf"^{TEST_PREFIX}[0-9]{{8}}" + END)]
    municipality: str
    address: Annotated[str, Meta(min_length=1, max_length=2 * ADDRESS_CHARACTERS)]
    """From the prefecture on, at most 200 characters (spec/pki.md §1.4)."""
    security_code: Annotated[str, Meta(pattern=r"^[0-9]{4}" + END)]
    card_expiry: date | None = None
    """When the card ends, where it ends before the tenth birthday for a reason that nothing else here says."""
    kana: Kana | None = None
    """振り仮名 of the name."""
    former_name: Written | None = None
    """旧氏: a family name of the past that stands beside the present one."""
    former_kana: Kana | None = None
    """旧氏の振り仮名."""
    alias: Written | None = None
    """通称 of a foreign resident."""
    kanji_name: Written | None = None
    """漢字併記: the name of a foreign resident in ideographs."""
    nationality: Annotated[str, Meta(pattern=r"^[A-Z]{3}" + END)] | None = None
    """ISO 3166-1 alpha-3 for a foreign resident; nobody else has one."""
    residence_until: date | None = None
    """The last day of the period of stay (在留期間の満了日); a permanent resident has none. The card ends with it.

    A register carries somebody whose stay is over until they are struck out, so this may lie in the past.
    """
    household: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}" + END)] | None = None
    is_head: bool = False
    """世帯主."""
    birth_unknown: BirthUnknown = BirthUnknown.NONE
    under_guardianship: bool = False
    """成年被後見人: no signature certificate (spec/pki.md §1.7)."""


class ImpossibleResident(ValueError):
    """A resident that no register would carry; `str()` says which field, what was expected and what is."""


def checked(resident: Resident, day: date) -> Resident:
    """Return the resident when the register of `day` can carry them, else raise ImpossibleResident."""
    try:
        sound = msgspec.convert(msgspec.structs.asdict(resident), Resident)
    except msgspec.ValidationError as fault:
        raise ImpossibleResident(f"resident {resident.id!r}: {fault}") from fault
    for what, holds, expected in (*_possible(sound, day), *_consistent(sound), *_printable(sound)):
        if not holds:
            raise ImpossibleResident(
                f"resident {resident.id!r}: {what}: expected {expected}, actual {getattr(sound, what)!r}"
            )
    return sound


def written_name(resident: Resident) -> str:
    """Return the name as card and signature certificate carry it: with 旧氏 in brackets, 漢字併記 and 通称.

    「氏［旧氏］　名」; ideographs after the Latin letters, 通称 in parentheses at the end (the two last are assumed).
    """
    name = resident.name
    if resident.former_name is not None:
        family, separator, given = name.partition("　")
        name = f"{family}［{resident.former_name}］{separator}{given}"
    if resident.kanji_name is not None:
        name = f"{name}　{resident.kanji_name}"
    return name if resident.alias is None else f"{name}（{resident.alias}）"


def card_sex(resident: Resident) -> str:
    """Return the digit on the card: 1 male, 2 female, 0 unknown (spec/card.md §2.2, DF25); certificates differ."""
    return "0" if resident.sex == "3" else resident.sex


Check = tuple[str, bool, str]
"""A field, whether it is sound, and what a sound one would be."""


def _possible(sound: Resident, day: date) -> Iterator[Check]:
    yield "birth_date", GREGORIAN_SINCE <= sound.birth_date <= day, f"a day from {GREGORIAN_SINCE} to {day}"
    yield "municipality", sound.municipality in MUNICIPALITIES, CODE_EXPECTED
    yield "number", sound.number[-1] == check_digit(sound.number[:-1]), "a correct check digit"
    fits = len(substituted(sound.address).text) <= ADDRESS_CHARACTERS
    yield "address", fits, f"at most {ADDRESS_CHARACTERS} characters"


def _consistent(sound: Resident) -> Iterator[Check]:
    foreign = sound.nationality is not None
    for what in ("alias", "kanji_name", "residence_until"):
        yield what, foreign or getattr(sound, what) is None, "none without a nationality"
    yield "former_name", not foreign or sound.former_name is None, "none with a nationality"
    yield "former_kana", sound.former_name is not None or sound.former_kana is None, "none without a former name"
    yield "is_head", sound.household is not None or not sound.is_head, "the head of some household"


def _printable(sound: Resident) -> Iterator[Check]:
    """Letters, marks, digits, signs and spaces; private use (外字) too, but nothing that acts instead of showing."""
    for what in ("name", "address", "former_name", "alias", "kanji_name"):
        text = getattr(sound, what) or ""
        acting = [character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}]
        yield what, not acting, "no control or format character"
        yield what, not text or not unicodedata.category(text[0]).startswith("M"), "a first character that is no mark"
