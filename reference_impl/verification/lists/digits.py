"""Dates checked by the column: eight digits are one 64-bit word, and a whole column of words is one operation.

Sound and not complete: what is True here the strict reader accepts too; what is False it decides (`entry.read_entry`).
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Answers = NDArray[np.bool_]

_ZEROS: Final = np.uint64(0x3030303030303030)
_CARRY: Final = np.uint64(0x7676767676767676)
"""Added to a digit's value it stays below 0x80, added to a greater one it does not."""
_HIGH: Final = np.uint64(0x8080808080808080)
_PAIRS: Final = np.uint64(0x00FF00FF00FF00FF)
_PAIR: Final = np.uint64(0xFF)
_SEVEN_BITS: Final = np.uint64(0x7F)
_TEN, _SEVEN, _EIGHT, _FOURTEEN = np.uint64(10), np.uint64(7), np.uint64(8), np.uint64(14)
_SIXTEEN, _THIRTY_TWO, _FORTY_EIGHT = np.uint64(16), np.uint64(32), np.uint64(48)

_LEAP, _COMMON = 2000, 2001


def _table(is_right: Callable[[int, int], bool]) -> Answers:
    """For two pairs of digits, seven bits each: whether they are right together."""
    return np.array([is_right(index >> 7, index & 0x7F) for index in range(1 << 14)])


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


_DAYS: Final = np.concatenate([_table(partial(_is_day, year)) for year in (_LEAP, _COMMON, _COMMON, _COMMON)])
"""By the last two bits of the year, then month and day: 1950 to 2049 every fourth year is a leap year."""
_YEAR_MONTH_DAY: Final = np.uint64(0x0000_007F_007F_0003)
"""Of YY, MM, DD, hh in lanes of 16 bits from the lowest: what chooses a row of `_DAYS`."""
_TOGETHER: Final = np.uint64(1 << 46 | 1 << 23 | 1)
"""Brings day, month and year's two bits side by side, from bit 32 on."""
_INDEX: Final = np.uint64(0xFFFF)
_CLOCK: Final = np.uint64((0x8000 - 60) << 48 | (0x8000 - 60) << 32 | (0x8000 - 24) << 16)
"""Added to DD, hh, mm, ss it reaches the highest bit of a lane exactly if there is no such hour, minute or second."""
_PAST: Final = np.uint64(0x8000_8000_8000_0000)
_MINUTES: Final = _table(lambda minutes, seconds: minutes < 60 and seconds < 60)


def are_utc(first: Words, last: Words) -> Answers:
    """Whether YYMMDDhh and DDhhmmss, which overlap, are an instant of a UTCTime (RFC 5280 §4.1.2.5.1)."""
    day, clock = first ^ _ZEROS, last ^ _ZEROS
    wrong = day + _CARRY
    wrong |= day
    wrong |= clock
    wrong &= _HIGH
    wrong |= (clock + _CARRY) & _HIGH
    clock *= _TEN
    clock += (last ^ _ZEROS) >> _EIGHT
    clock &= _PAIRS
    clock += _CLOCK
    clock &= _PAST
    wrong |= clock
    index = day * _TEN
    day >>= _EIGHT
    index += day
    index &= _YEAR_MONTH_DAY
    index *= _TOGETHER
    index >>= _THIRTY_TWO
    index &= _INDEX
    answers: Answers = _DAYS[index.view(np.int64)]
    answers &= wrong == 0
    return answers


def are_generalized(first: Words, last: Words) -> Answers:
    """Whether YYYYMMDD and hhmmss (the high six octets) are an instant of a GeneralizedTime (§4.1.2.5.2).

    Years before 1900 and the 29th of February of a century are left to the strict reader.
    """
    day, day_ok = _pairs(first)
    clock, clock_ok = _pairs(last)
    year = (day >> _SIXTEEN) & _PAIR
    quarter = np.where(year == 0, np.uint64(1), year & np.uint64(3))
    days = _DAYS[(quarter << _FOURTEEN | _couple(day >> _THIRTY_TWO)).view(np.int64)]
    since = (day & _PAIR) >= np.uint64(19)
    hours = ((clock >> _SIXTEEN) & _PAIR) < np.uint64(24)
    answers: Answers = day_ok & clock_ok & days & since & hours & _MINUTES[_couple(clock >> _THIRTY_TWO).view(np.int64)]
    return answers


def _pairs(words: Words) -> tuple[Words, Answers]:
    """The four two-digit numbers of each word, in lanes of 16 bits from the first; and whether all eight are digits."""
    values = words ^ _ZEROS
    are_digits = ((values + _CARRY) | values) & _HIGH == 0
    return (values * _TEN + (values >> _EIGHT)) & _PAIRS, are_digits


def _couple(pairs: Words) -> Words:
    """The two lowest lanes as the index of a table, inside of it whatever they are."""
    return (pairs & _SEVEN_BITS) << _SEVEN | (pairs >> _SIXTEEN) & _SEVEN_BITS
