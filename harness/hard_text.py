"""Residents that break careless text handling and careless dates: one named difficulty each, in turn."""

import random
from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from harness.births import BirthUnknown
from harness.person_names import FOREIGN_GIVEN, GIVEN, full_width
from harness.residents import ADDRESS_CHARACTERS, Resident


class Difficulty(StrEnum):
    """What is hard about a resident; the order is the order of the positions."""

    EXTERNAL_CHARACTER = "external-character"
    """外字: a code point of the private use area, which means something in one municipality only."""
    IVS = "ivs"
    """Ideographic variation sequences: one character each, of two code points and three UTF-16 units."""
    JIS_X_0213 = "jis-x-0213"
    """Level 3 kanji that CP932 does not have, one of them beyond the basic plane."""
    SUPPLEMENTARY_KANJI = "supplementary-kanji"
    """補助漢字 (JIS X 0212) that CP932 does not have: certificates carry them as they are."""
    CP932_ONLY = "cp932-only"
    """髙, 﨑: everybody's Windows has them, no JIS level 1 or 2 does: certificates replace them."""
    NO_JIS_AT_ALL = "no-jis-at-all"
    """𠮷, which no JIS standard has."""
    COMPATIBILITY_IDEOGRAPH = "compatibility-ideograph"
    """A code point that NFC already turns into another one."""
    WAVE_DASH = "wave-dash"
    FULLWIDTH_TILDE = "fullwidth-tilde"
    FULLWIDTH_HYPHEN_MINUS = "fullwidth-hyphen-minus"
    HORIZONTAL_BAR = "horizontal-bar"
    HYPHEN = "hyphen"
    MINUS_SIGN = "minus-sign"
    PROLONGED_SOUND_MARK = "prolonged-sound-mark"
    LONGEST_ADDRESS = "longest-address"
    """200 characters, in more than 200 code points."""
    UNKNOWN_DAY = "unknown-day"
    UNKNOWN_MONTH = "unknown-month"
    UNKNOWN_BIRTH = "unknown-birth"
    SHOWA_64 = "showa-64"
    """Seven days long."""
    HEISEI_31 = "heisei-31"
    REIWA_1 = "reiwa-1"
    LEAP_DAY = "leap-day"
    FORMER_NAME = "former-name"
    FOREIGN_NAME = "foreign-name"
    """Latin letters with 漢字併記 and 通称."""
    LONGEST_NAME = "longest-name"
    """100 characters of Latin letters."""


Fields = dict[str, Any]
Maker = Callable[[Resident, random.Random], Fields]


def difficulty_at(position: int) -> Difficulty:
    """Return the difficulty of a position: every one of them within as many positions as there are."""
    every = list(Difficulty)
    return every[position % len(every)]


def fields_at(plain: Resident, position: int, chance: random.Random) -> Fields:
    """Return what is hard about the resident at `position`, to be put in the place of what is plain."""
    return _MAKERS[difficulty_at(position)](plain, chance)


def _named(family: str) -> Maker:
    return lambda _, chance: {"name": f"{family}　{chance.choice(list(GIVEN))}"}


def _dashed(dash: str) -> Maker:
    """Return a maker of addresses written with numbers and a dash: １－２－３."""

    def fields(plain: Resident, chance: random.Random) -> Fields:
        place, _, _ = plain.address.rpartition("市")
        numbers = dash.join(full_width(str(chance.randint(1, 30))) for _ in range(3))
        return {"address": f"{place}市本町{numbers}"}

    return fields


def _ranged(dash: str) -> Maker:
    return lambda plain, chance: {"address": f"{plain.address}１{dash}{full_width(str(chance.randint(2, 9)))}号室"}


def _longest_address(plain: Resident, _: random.Random) -> Fields:
    start = f"{plain.address}葛\U000e0100城"
    missing = ADDRESS_CHARACTERS - (len(start) - 1)
    return {"address": start + ("見本荘試験棟" * ADDRESS_CHARACTERS)[:missing]}


def _unknown(part: BirthUnknown) -> Maker:
    """Return a maker of births that are not known in full; the register computes with the last day they can be."""

    def fields(plain: Resident, _: random.Random) -> Fields:
        year, month = plain.birth_date.year, plain.birth_date.month
        after = date(year, month + 1, 1) if part is BirthUnknown.DAY and month < 12 else date(year + 1, 1, 1)
        return {"birth_date": after - timedelta(days=1), "birth_unknown": part}

    return fields


def _born(first: date, last: date) -> Maker:
    return lambda _, chance: {"birth_date": first + timedelta(days=chance.randint(0, (last - first).days))}


def _leap_day(_: Resident, chance: random.Random) -> Fields:
    return {"birth_date": date(chance.choice([year for year in range(1940, 2005) if isleap(year)]), 2, 29)}


def _former_name(_: Resident, __: random.Random) -> Fields:
    return {"former_name": "髙橋", "former_kana": "タカハシ", "kana": "シケン　ハナコ", "name": "試験　花子"}


def _foreign_name(_: Resident, chance: random.Random) -> Fields:
    return {
        "name": full_width(f"SPECIMEN {chance.choice(FOREIGN_GIVEN)}"),
        "kanji_name": "見本　美玉",
        "alias": "試験　光",
        "nationality": "TWN",
    }


def _longest_name(_: Resident, chance: random.Random) -> Fields:
    names = " ".join(["SPECIMEN", *chance.sample(FOREIGN_GIVEN, k=len(FOREIGN_GIVEN)), "EXEMPLAR" * 12])
    return {"name": full_width(names[:100]), "nationality": "BRA"}


_MAKERS: dict[Difficulty, Maker] = {
    Difficulty.EXTERNAL_CHARACTER: _named("\ue000本"),
    Difficulty.IVS: _named("葛\U000e0100辻\U000e0101"),
    Difficulty.JIS_X_0213: _named("俱𡈽"),
    Difficulty.SUPPLEMENTARY_KANJI: _named("鷗頰"),
    Difficulty.CP932_ONLY: _named("髙﨑"),
    Difficulty.NO_JIS_AT_ALL: _named("𠮷本"),
    Difficulty.COMPATIBILITY_IDEOGRAPH: _named("\ufa19\ufa1a"),
    Difficulty.WAVE_DASH: _ranged("〜"),
    Difficulty.FULLWIDTH_TILDE: _ranged("～"),
    Difficulty.FULLWIDTH_HYPHEN_MINUS: _dashed("－"),
    Difficulty.HORIZONTAL_BAR: _dashed("―"),
    Difficulty.HYPHEN: _dashed("‐"),
    Difficulty.MINUS_SIGN: _dashed("−"),
    Difficulty.PROLONGED_SOUND_MARK: _dashed("ー"),
    Difficulty.LONGEST_ADDRESS: _longest_address,
    Difficulty.UNKNOWN_DAY: _unknown(BirthUnknown.DAY),
    Difficulty.UNKNOWN_MONTH: _unknown(BirthUnknown.MONTH),
    Difficulty.UNKNOWN_BIRTH: _unknown(BirthUnknown.ALL),
    Difficulty.SHOWA_64: _born(date(1989, 1, 1), date(1989, 1, 7)),
    Difficulty.HEISEI_31: _born(date(2019, 1, 1), date(2019, 4, 30)),
    Difficulty.REIWA_1: _born(date(2019, 5, 1), date(2019, 12, 31)),
    Difficulty.LEAP_DAY: _leap_day,
    Difficulty.FORMER_NAME: _former_name,
    Difficulty.FOREIGN_NAME: _foreign_name,
    Difficulty.LONGEST_NAME: _longest_name,
}
