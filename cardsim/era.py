"""Japanese eras: the year as it is printed on the card and typed as key 0011 (spec/card.md §2.3, §3)."""

from datetime import date
from enum import Enum

GREGORIAN_SINCE = date(1873, 1, 1)
"""Japan counts days by the Gregorian calendar since Meiji 6 (Cabinet Edict 337 of Meiji 5)."""


class Era(Enum):
    """An era: name, name in Latin letters, first day (it counts as year 1)."""

    MEIJI = ("明治", "Meiji", date(1868, 10, 23))
    TAISHO = ("大正", "Taisho", date(1912, 7, 30))
    SHOWA = ("昭和", "Showa", date(1926, 12, 25))
    HEISEI = ("平成", "Heisei", date(1989, 1, 8))
    REIWA = ("令和", "Reiwa", date(2019, 5, 1))

    def __init__(self, japanese: str, english: str, first_day: date) -> None:
        self.japanese = japanese
        self.english = english
        self.first_day = first_day


def era_at(day: date) -> tuple[Era, int]:
    """The era of a day and its year in it; the first day of an era already belongs to it."""
    if day < GREGORIAN_SINCE:
        raise ValueError(f"an era year needs a day from {GREGORIAN_SINCE} on, got {day}")
    era = next(era for era in reversed(Era) if era.first_day <= day)
    return era, day.year - era.first_day.year + 1


def era_birth_digits(birth_date: date) -> str:
    """Six digits YYMMDD with the Japanese-era year: the key that opens the birth record (spec/card.md §3)."""
    _, year = era_at(birth_date)
    return f"{year:02}{birth_date:%m%d}"
