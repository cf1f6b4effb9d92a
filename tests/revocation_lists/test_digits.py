"""Dates by the column against the calendar: every day, every bound of the clock, every octet that is no digit."""

from datetime import datetime
from itertools import product

import numpy as np
import pytest

from reference_impl.verification.lists.digits import are_generalized, are_utc

CLOCKS = [
    f"{hour:02}{minute:02}{second:02}"
    for hour, minute, second in product((0, 9, 19, 23, 24, 29, 39, 99), (0, 9, 59, 60, 99), (0, 9, 59, 60, 99))
]
DAYS = [f"{month:02}{day:02}" for month, day in product((*range(15), 20, 30, 99), (*range(34), 40, 99))]
NO_DIGITS = b"\x00\x2f\x3a\x3f\x40\x70\x80\xb0\xff"


def is_instant(text: str) -> bool:
    """Whether YYYYMMDDhhmmss is one, by the standard library's calendar."""
    try:
        datetime.strptime(text, "%Y%m%d%H%M%S").astimezone()
    except ValueError:
        return False
    return int(text[12:]) < 60


def words(texts: list[bytes], begin: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Eight octets of each from there, as a list has them side by side."""
    return np.frombuffer(b"".join(each[begin : begin + 8] for each in texts), "<u8")


def utc(texts: list[bytes]) -> list[bool]:
    """What the column says of YYMMDDhhmmss."""
    answers: list[bool] = are_utc(words(texts, 0), words(texts, 4)).tolist()
    return answers


def generalized(texts: list[bytes]) -> list[bool]:
    """What the column says of YYYYMMDDhhmmss."""
    answers: list[bool] = are_generalized(words(texts, 0), words(texts, 6)).tolist()
    return answers


def century(year: int) -> str:
    """Of two digits of a UTCTime (RFC 5280 §4.1.2.5.1)."""
    return "19" if year >= 50 else "20"


def test_days_of_utc_time() -> None:
    """Every day that might be one, of every year: exactly those of the calendar."""
    texts = [f"{year:02}{day}123456" for year in range(100) for day in DAYS]
    assert utc([each.encode() for each in texts]) == [is_instant(century(int(each[:2])) + each) for each in texts]


def test_days_of_generalized_time() -> None:
    """The same from 1900 on, but for the 29th of February of a century's year, which the strict reader decides."""
    years = (0, 1, 1800, 1899, 1900, 1901, 1904, 1999, 2000, 2001, 2004, 2023, 2024, 2050, 2099, 2100, 2400, 9996, 9999)
    texts = [f"{year:04}{day}123456" for year in years for day in DAYS]
    expected = [is_instant(each) and int(each[:4]) >= 1900 and each[2:8] != "000229" for each in texts]
    assert generalized([each.encode() for each in texts]) == expected


def test_clock_of_either() -> None:
    """Hours to 23, minutes and seconds to 59; there are no leap seconds here (§4.1.2.5)."""
    expected = [is_instant(f"20260801{each}") for each in CLOCKS]
    assert sum(expected) > 20
    assert utc([f"260801{each}".encode() for each in CLOCKS]) == expected
    assert generalized([f"20260801{each}".encode() for each in CLOCKS]) == expected


@pytest.mark.parametrize("text", [b"260801123456", b"000000000000", b"20260801123456"])
def test_octets_that_are_no_digits(text: bytes) -> None:
    """At every place, those beside the digits and those that only have a digit's lower bits."""
    bent = [text[:at] + bytes([octet]) + text[at + 1 :] for at in range(len(text)) for octet in NO_DIGITS]
    assert not any((utc if len(text) == 12 else generalized)(bent))
