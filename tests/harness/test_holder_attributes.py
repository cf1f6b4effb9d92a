"""otherNames of the signature certificate: substitutes, eras, unknown births, kana (spec/pki.md §1.4)."""

import subprocess
from datetime import date
from typing import Any

import msgspec
import pytest
from asn1crypto.x509 import GeneralNames
from cryptography import x509

from harness.births import BirthUnknown
from harness.jlis.holder_attributes import era_date, holder_attributes
from harness.population import make_resident
from harness.residents import Resident

ARC = "1.2.392.200149.8.5.5"


def resident(**special: Any) -> Resident:
    """Return a resident with the fields that matter to a test."""
    return msgspec.structs.replace(make_resident(1, 0), **special)


def encoded(who: Resident, *, kana: bool = False) -> bytes:
    """Return the subjectAltName's value (DER)."""
    return x509.SubjectAlternativeName(holder_attributes(who, kana=kana)).public_bytes()


def values(who: Resident, *, kana: bool = False) -> list[tuple[str, str]]:
    """Return number and text of each otherName, read by asn1crypto."""
    names = GeneralNames.load(encoded(who, kana=kana), strict=True)
    return [(name.chosen["type_id"].dotted, name.chosen["value"].native) for name in names]


def test_substitutes_are_flagged_where_they_stand() -> None:
    """Name and address each have their own string of flags, as long as what is written, brackets included."""
    who = resident(
        name="髙橋　花子",
        former_name="葛\U000e0100城",
        birth_date=date(1980, 12, 31),
        sex="2",
        address="試験県葵市𠮷野１－２",
    )
    assert values(who) == [
        (f"{ARC}.1", "高橋［葛城］　花子"),
        (f"{ARC}.4", "319801231"),
        (f"{ARC}.3", "2"),
        (f"{ARC}.5", "試験県葵市吉野１－２"),
        (f"{ARC}.2", "100100000"),
        (f"{ARC}.6", "0000010000"),
    ]


def test_kana_are_added_on_request_only() -> None:
    """A seventh and an eighth under unverified numbers; without a former name, or without kana, fewer."""
    both = resident(name="試験　花子", kana="シケン　ハナコ", former_name="見本", former_kana="ミホン")
    assert len(holder_attributes(both)) == len(values(both)) == 6
    assert values(both, kana=True)[6:] == [(f"{ARC}.7", "シケン　ハナコ"), (f"{ARC}.8", "ミホン")]
    assert values(resident(kana="シケン　ハナコ"), kana=True)[6:] == [(f"{ARC}.7", "シケン　ハナコ")]
    assert len(values(resident(), kana=True)) == 6


@pytest.mark.parametrize(
    ("birth_date", "expected"),
    [
        pytest.param(date(1912, 7, 29), "119120729", id="the last day of 明治"),
        pytest.param(date(1912, 7, 30), "219120730", id="the first of 大正"),
        pytest.param(date(1926, 12, 24), "219261224", id="the last of 大正"),
        pytest.param(date(1926, 12, 25), "319261225", id="昭和1"),
        pytest.param(date(1980, 12, 31), "319801231", id="the specification's example"),
        pytest.param(date(1989, 1, 7), "319890107", id="the last of 昭和64"),
        pytest.param(date(1989, 1, 8), "419890108", id="the first of 平成"),
        pytest.param(date(2019, 4, 30), "420190430", id="the last of 平成31"),
        pytest.param(date(2019, 5, 1), "520190501", id="the first of 令和1"),
        pytest.param(date(2024, 2, 29), "520240229", id="29 February"),
    ],
)
def test_era_digit_and_gregorian_date(birth_date: date, expected: str) -> None:
    """EYYYYMMDD: 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和; the year is Gregorian."""
    assert era_date(resident(birth_date=birth_date)) == expected


@pytest.mark.parametrize(
    ("birth_date", "unknown", "expected"),
    [
        (date(1950, 6, 30), BirthUnknown.DAY, "319500600"),
        (date(1950, 12, 31), BirthUnknown.MONTH, "319500000"),
        (date(1989, 1, 7), BirthUnknown.MONTH, "319890000"),
        (date(1989, 12, 31), BirthUnknown.MONTH, "419890000"),
        (date(1950, 12, 31), BirthUnknown.ALL, "000000000"),
    ],
)
def test_unknown_parts_are_zeros(birth_date: date, unknown: BirthUnknown, expected: str) -> None:
    """Unknown parts are 0, and the era is that of the register's day, or 0 where nothing is known."""
    assert era_date(resident(birth_date=birth_date, birth_unknown=unknown)) == expected


def test_sex_3_is_unknown() -> None:
    """3 不明."""
    assert dict(values(resident(sex="3")))[f"{ARC}.3"] == "3"


def test_openssl_reads_the_same() -> None:
    """`openssl asn1parse` finds each value as a UTF8String within an explicit [0]."""
    who = resident(name="𠮷田　花子", address="試験県葵市泉１〜３")
    command = ["openssl", "asn1parse", "-inform", "DER"]
    shown = subprocess.run(command, input=encoded(who), capture_output=True, check=True, timeout=30).stdout.decode()
    found = [line.split("UTF8STRING", maxsplit=1)[1].strip(" :") for line in shown.splitlines() if "UTF8STRING" in line]
    assert found == ["吉田　花子", "419960517", "1", "試験県葵市泉１〜３", "10000", "000000000"]
    assert [line.count("cont [ 0 ]") for line in shown.splitlines()].count(1) == 12
