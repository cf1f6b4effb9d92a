"""Birth dates as a register writes them: parts may be unknown, and the register computes with a day all the same."""

from datetime import date
from enum import StrEnum


class BirthUnknown(StrEnum):
    """Which part of a birth date is unknown (不詳); what is unknown is written as zeros."""

    NONE = "none"
    DAY = "day"
    """Year and month are known."""
    MONTH = "month"
    """The year is known, and neither month nor day."""
    ALL = "all"
    """Nothing is known."""


def known_parts(birth_date: date, unknown: BirthUnknown) -> tuple[int, int, int]:
    """Return year, month and day as they are written, 0 for each that is unknown.

    `birth_date` stays the day that the register computes with (みなし生年月日): validity, majority and the birth
    record of the card follow from it, because a card is opened and an age is counted with some day. What real cards
    hold for such holders is UNKNOWN; that they hold the computed day is assumed.
    """
    year, month, day = birth_date.year, birth_date.month, birth_date.day
    match unknown:
        case BirthUnknown.NONE:
            return year, month, day
        case BirthUnknown.DAY:
            return year, month, 0
        case BirthUnknown.MONTH:
            return year, 0, 0
        case BirthUnknown.ALL:
            return 0, 0, 0
