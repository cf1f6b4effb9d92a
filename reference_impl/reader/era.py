"""The birth date as the card's key 0011 wants it: six digits, the year that of its Japanese era (spec/card.md §2.3)."""

from datetime import date
from typing import Final

_ERAS: Final = (
    date(2019, 5, 1),  # 令和
    date(1989, 1, 8),  # 平成
    date(1926, 12, 25),  # 昭和
    date(1912, 7, 30),  # 大正
    date(1868, 1, 25),  # 明治, by the act that made the era's year begin then
)


def era_digits(birth_date: date) -> str:
    """Six digits YYMMDD with the era's year, e.g. 550217 for 1980-02-17 (昭和55年)."""
    for first_day in _ERAS:
        if birth_date >= first_day:
            return f"{birth_date.year - first_day.year + 1:02}{birth_date:%m%d}"
    raise ValueError(f"expected a date from {_ERAS[-1]} on, found {birth_date}")
