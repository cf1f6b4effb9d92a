"""An application in the free area (条例利用領域): whose it is, until when, and how often still. INVENTED.

No format of a municipality's application is public; this reads the generic ones of docs/free-area.md. What a counter
software can learn from it holds anywhere: a decrement is done under a mark of one's own, once, and where its answer was
lost the mark in the record tells whether it happened.
"""

from datetime import date
from typing import Final

import msgspec

from reference_impl.reader.card import Card
from reference_impl.reader.faults import AnswerUnreadable, CardRefused, CounterRefused, NotGenuine
from reference_impl.reader.files import COUNTER, EXPIRY, USER_ID
from reference_impl.reader.link import Command
from reference_impl.reader.lost import Risk
from reference_impl.reader.pins import PinTry
from reference_impl.reader.reading import read_short
from reference_impl.reader.references import pin_of_application
from reference_impl.reader.status_words import StatusWord
from reference_impl.reader.words import Words

MARK: Final = 16
_RECORD: Final = 28
_DOES_NOT_COUNT: Final = Words("カウンターが正しく減りません", "the counter does not go down as it must")


class Counter(msgspec.Struct, frozen=True):
    """A counter record: what is left, how often it was changed, the most it holds, the mark of the last change."""

    value: int
    changes: int
    limit: int
    mark: bytes


class UserRecord(msgspec.Struct, frozen=True):
    """Whose application it is, and until when. The card has no clock: whoever reads the date compares it."""

    user_id: bytes
    expiry: date

    def is_valid_on(self, today: date) -> bool:
        """Whether the last day has not passed."""
        return today <= self.expiry

    def __repr__(self) -> str:
        return f"UserRecord(…, expiry={self.expiry})"


class CardApplication:
    """One application, by its AID."""

    def __init__(self, card: Card, aid: bytes) -> None:
        if not 5 <= len(aid) <= 16:
            raise ValueError(f"an AID has 5 to 16 octets, found {len(aid)} (ISO/IEC 7816-4:2013 §8.2.1.2)")
        self._card = card
        self._aid = aid
        self.pin: Final = pin_of_application(aid)

    def read(self, attempt: PinTry | None = None) -> UserRecord:
        """User id and expiry date; behind the application's PIN where it has one."""
        self._open(attempt)
        expiry = _parse_day(read_short(self._card.link, EXPIRY))
        user_id = read_short(self._card.link, USER_ID)
        if not user_id:
            raise AnswerUnreadable(USER_ID.name, "1 octet or more", "none")
        return UserRecord(user_id, expiry)

    def read_counter(self, attempt: PinTry | None = None) -> Counter:
        """The counter record, as it stands."""
        self._open(attempt)
        return self._read_counter()

    def decrease(self, amount: int, mark: bytes, attempt: PinTry | None = None) -> Counter:
        """The counter after this use of it, which happens once however often this is called with one mark.

        The mark is 16 octets that no other use has: the session's challenge. It stands in the record already where an
        earlier call did it and its answer was lost.
        """
        if len(mark) != MARK or not any(mark):
            raise ValueError(f"a mark has {MARK} octets, not all zero; found {len(mark)}")
        self._card.require_own_reader()
        self._open(attempt)
        before = self._read_counter()
        if before.mark == mark:
            return before
        if not 1 <= amount <= before.value:
            raise CounterRefused
        data = amount.to_bytes(4) + mark
        octets = bytes([0x80, 0x30, 0x00, 0x80 | COUNTER.fid, len(data)]) + data + b"\x08"
        try:
            told = self._card.link.must(Command(octets, COUNTER.name, Risk.COUNT_CHANGED))
        except CardRefused as refused:
            if refused.sw == StatusWord.NOT_POSSIBLE_NOW:
                raise CounterRefused from refused
            raise
        after = Counter(before.value - amount, before.changes + 1, before.limit, mark)
        if told != after.value.to_bytes(4) + after.changes.to_bytes(4):
            raise NotGenuine(_DOES_NOT_COUNT)
        return after

    def _open(self, attempt: PinTry | None) -> None:
        if attempt is None:
            self._card.open(self._aid)
        else:
            self._card.verify(self.pin, attempt)

    def _read_counter(self) -> Counter:
        data = read_short(self._card.link, COUNTER)
        if len(data) != _RECORD:
            raise AnswerUnreadable(COUNTER.name, f"{_RECORD} octets", f"{len(data)}")
        value, changes, limit = (int.from_bytes(data[place : place + 4]) for place in (0, 4, 8))
        return Counter(value, changes, limit, data[12:])


def _parse_day(data: bytes) -> date:
    """YYYYMMDD, a day of the calendar."""
    if len(data) == 8 and data.isdigit():
        try:
            return date(int(data[:4]), int(data[4:6]), int(data[6:]))
        except ValueError:
            pass
    raise AnswerUnreadable(EXPIRY.name, "a date YYYYMMDD", f"{len(data)} octets of another form")
