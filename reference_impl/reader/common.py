"""共通カードAP: the card's own number, its municipality, until when it is valid; free to read (spec/card.md §2.5)."""

from typing import Final

import msgspec

from reference_impl.reader.card import Card
from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.link import Command
from reference_impl.reader.references import COMMON
from reference_impl.reader.words import Words

_RECORD: Final = Words("カード情報", "card record")
_HEADER: Final = bytes.fromhex("011C")
_DIGITS: Final = 28


class CardRecord(msgspec.Struct, frozen=True):
    """Record 1 of EF 0001."""

    number: str
    """15 digits."""
    municipality: str
    """全国地方公共団体コード, 5 digits."""
    expiry: str
    """YYYYMMDD."""


def read_card_record(card: Card) -> CardRecord:
    """The record, by READ RECORD with a short file identifier."""
    card.open(COMMON)
    data = card.link.must(Command(bytes.fromhex("00B2010C00"), _RECORD))
    digits = data[len(_HEADER) :]
    if data[: len(_HEADER)] != _HEADER or len(digits) != _DIGITS or not digits.isdigit():
        raise AnswerUnreadable(_RECORD, f"{_HEADER.hex()} and {_DIGITS} digits", f"{len(data)} octets of another form")
    text = digits.decode("ascii")
    return CardRecord(text[:15], text[15:20], text[20:])
