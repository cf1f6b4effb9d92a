"""What a signature certificate says of its holder: otherNames of the subjectAltName (spec/pki.md §1.4)."""

from asn1crypto.core import UTF8String
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from cardsim.era import Era, era_at
from harness.births import known_parts
from harness.characters import substituted
from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.residents import Resident, written_name

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.4",
        "署名用 SAN の otherName 6個の順序と内容、代替文字フラグ、元号1桁と西暦の生年月日",
        "six otherNames of the signature certificate in their order, flags of substitute characters, era digit"
        " and Gregorian birth date",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.4",
        "振り仮名の otherName（7番・8番）は未確認。既定では付かない",
        "kana as a seventh and eighth otherName: unverified, off",
        "`--kana`",
    ),
)

ATTRIBUTE_ARC = "1.2.392.200149.8.5.5"
ERA_DIGITS = {Era.MEIJI: "1", Era.TAISHO: "2", Era.SHOWA: "3", Era.HEISEI: "4", Era.REIWA: "5"}
UNKNOWN_ERA = "0"
NAME_KANA, FORMER_NAME_KANA = 7, 8
"""UNVERIFIED: that kana are carried since 2026-05-26 is public, their numbers and places are not."""


def holder_attributes(resident: Resident, *, kana: bool = False) -> list[x509.GeneralName]:
    """Return the six otherNames in their order, characters substituted; with `kana` what is known of kana, after them.

    The kana are an emulation choice under numbers nobody published: a relying party must ignore such otherNames.
    """
    return [
        x509.OtherName(ObjectIdentifier(f"{ATTRIBUTE_ARC}.{number}"), UTF8String(value).dump())
        for number, value in attribute_values(resident, kana=kana)
    ]


def attribute_values(resident: Resident, *, kana: bool = False) -> list[tuple[int, str]]:
    """Return what the otherNames say, each with the last number of its identifier."""
    name, address = substituted(written_name(resident)), substituted(resident.address)
    values = [
        (1, name.text),
        (4, era_date(resident)),
        (3, resident.sex),
        (5, address.text),
        (2, name.flags),
        (6, address.flags),
    ]
    if kana:
        spoken = ((NAME_KANA, resident.kana), (FORMER_NAME_KANA, resident.former_kana))
        values += [(number, value) for number, value in spoken if value is not None]
    return values


def era_date(resident: Resident) -> str:
    """Return EYYYYMMDD: the era's digit (1 明治 … 5 令和, 0 unknown), then the Gregorian date, unknown parts 0.

    Where the year is known the era is that of the day the register computes with: it wrote 昭和64年 or 平成元年.
    """
    year, month, day = known_parts(resident.birth_date, resident.birth_unknown)
    era = ERA_DIGITS[era_at(resident.birth_date)[0]] if year else UNKNOWN_ERA
    return f"{era}{year:04}{month:02}{day:02}"
