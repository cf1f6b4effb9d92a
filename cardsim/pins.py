"""PIN references: format, tries, and what is kept of them (spec/card.md §3; OSC, P8N, MC, SCT)."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol

import msgspec

LONGEST_VALUE = 16
"""A VERIFY carries 1 to 16 bytes of raw ASCII without padding (spec/card.md §3)."""


class PinFormat(Enum):
    """What values a PIN may take."""

    LETTERS_AND_DIGITS = "letters and digits"
    """署名用パスワード; a letter *and* a digit is what the counter wants, the card does not (spec/card.md §3)."""
    FOUR_DIGITS = "four digits"
    """利用者証明用 and the other 4-digit PINs."""
    BIRTH_DIGITS = "birth digits"
    """生年月日: era-form YYMMDD."""
    SIXTEEN_BYTES = "sixteen bytes"
    """The key of an application in the free area (`applications.free_area`)."""
    TWELVE_DIGITS = "twelve digits"
    """照合番号A: the 個人番号."""
    FOURTEEN_DIGITS = "fourteen digits"
    """照合番号B: era-form YYMMDD, year of expiry, security code."""

    @property
    def lengths(self) -> range:
        """The lengths a value may have."""
        return _FORMATS[self][0]

    def fits(self, value: bytes) -> bool:
        """Whether a value has this format."""
        lengths, characters = _FORMATS[self]
        return len(value) in lengths and all(byte in characters for byte in value)


_DIGITS = b"0123456789"
_FORMATS = {
    PinFormat.LETTERS_AND_DIGITS: (range(6, 17), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _DIGITS),
    PinFormat.FOUR_DIGITS: (range(4, 5), _DIGITS),
    PinFormat.BIRTH_DIGITS: (range(6, 7), _DIGITS),
    PinFormat.SIXTEEN_BYTES: (range(16, 17), bytes(range(256))),
    PinFormat.TWELVE_DIGITS: (range(12, 13), _DIGITS),
    PinFormat.FOURTEEN_DIGITS: (range(14, 15), _DIGITS),
}


class ChangeBy(Enum):
    """The command that gives a PIN a new value (spec/card.md §3, Change)."""

    REFERENCE_DATA = "CHANGE REFERENCE DATA"
    """`00 24 01 80`: JPKI and text applications."""
    KEY = "CHANGE KEY"
    """JICSAP's `80 32 00 80`: the 4-digit PINs 001C."""


class Pin(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A PIN file (IEF). `initial` is its value at personalisation; None is a reference that was born blocked."""

    fid: int
    name: str
    form: PinFormat
    tries: int
    initial: bytes | None
    kept_as: str
    """The name its counter is kept under, across applications; two that share a name share value and tries."""
    changeable: bool = True
    change_by: ChangeBy = ChangeBy.REFERENCE_DATA

    def __post_init__(self) -> None:
        if self.initial is not None and not self.form.fits(self.initial):
            raise ValueError(f"{self.name}: the initial value does not have the format {self.form.name}")
        if not 1 <= self.tries <= 15:
            raise ValueError(f"{self.name}: 1 to 15 tries can be counted, got {self.tries}")


class PinRecord(msgspec.Struct, frozen=True, gc=False):
    """What survives of a PIN when the power goes: its value and the tries left."""

    value: bytes
    left: int


@lru_cache(maxsize=1024)
def _record(value: bytes, left: int) -> PinRecord:
    """A record; cards whose holders chose alike share it."""
    return PinRecord(value, left)


def fresh_record(pin: Pin) -> PinRecord:
    """What is kept of a PIN that nobody used: its initial value, with all its tries.

    A reference without an initial value is born blocked: query 63C0, try 6984 (spec/card.md §2.2, text 0012).
    """
    return _record(b"", 0) if pin.initial is None else _record(pin.initial, pin.tries)


def fresh_records(pins: Iterable[Pin]) -> dict[str, PinRecord]:
    """The records by name, in order; one for those that share a counter, which must then begin alike (§3)."""
    records: dict[str, PinRecord] = {}
    for pin in pins:
        record = fresh_record(pin)
        if records.setdefault(pin.kept_as, record) != record:
            raise ValueError(f"two PINs of the card keep their tries as {pin.kept_as} and differ: name one otherwise")
    return records


class HasPins(Protocol):
    """Knows the PINs of a card, and the place of each name among them."""

    def pins(self) -> tuple[Pin, ...]:
        """Every PIN reference."""

    def pin_names(self) -> Mapping[str, int]:
        """`Pin.kept_as`, each once, and its place among them."""


class FreshRecords(Mapping[str, PinRecord]):
    """The records of a card that nobody used, made when first asked for: until then the card need not know its PINs."""

    __slots__ = ("_card", "_records")

    def __init__(self, card: HasPins) -> None:
        self._card = card
        self._records: tuple[PinRecord, ...] = ()

    def __getitem__(self, name: str) -> PinRecord:
        return self._all()[self._card.pin_names()[name]]

    def items(self) -> ItemsView[str, PinRecord]:
        """All of them at once: a PIN is compared with every name and record in hand (`card.kept_if_wrong`)."""
        return dict(zip(self._card.pin_names(), self._all(), strict=True)).items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.items()) == (other if isinstance(other, dict) else dict(other.items()))

    __hash__ = None  # type: ignore[assignment]  # as a dict has none

    def _all(self) -> tuple[PinRecord, ...]:
        if not self._records:
            self._records = tuple(fresh_records(self._card.pins()).values())
        return self._records

    def __contains__(self, name: object) -> bool:
        return name in self._card.pin_names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._card.pin_names())

    def __len__(self) -> int:
        return len(self._card.pin_names())

    def __reduce__(self) -> tuple[Any, ...]:
        """As a plain dict."""
        return dict, (dict(self),)
