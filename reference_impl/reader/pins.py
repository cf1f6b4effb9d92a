"""A PIN on its way to the card: one value, and how many tries must remain if it is wrong."""

from datetime import date
from typing import Self

from reference_impl.reader.era import era_digits
from reference_impl.reader.faults import KeyDoesNotOpen, LastTryRefused, PinBlocked, PinUnusable, TryRefused
from reference_impl.reader.references import Reference
from reference_impl.reader.status_words import StatusWord
from reference_impl.reader.words import Words


class PinTry:
    """A value to be presented once, if a wrong one would leave at least `must_remain` tries.

    There is no default: whoever spends a try of somebody's card says what they take. `must_remain=1` keeps the last
    try; `must_remain=0` gives it up, and a mistake then locks the PIN. Neither `repr` nor an encoder shows the value.
    """

    __slots__ = ("_value", "must_remain")

    def __init__(self, value: str, *, must_remain: int) -> None:
        if must_remain < 0:
            raise ValueError(f"must_remain: expected 0 or more, found {must_remain}")
        self._value = value
        self.must_remain = must_remain

    @classmethod
    def of_birth_date(cls, born: date, *, must_remain: int) -> Self:
        """The birth date as the key 生年月日 wants it (spec/card.md §3)."""
        return cls(era_digits(born), must_remain=must_remain)

    def __repr__(self) -> str:
        return f"PinTry(…, must_remain={self.must_remain})"

    def __reduce__(self) -> str:
        raise TypeError("a PIN is not stored")

    def encoded_for(self, reference: Reference) -> bytes:
        """The octets to send; `PinUnusable` where no card has such a value."""
        encoded = reference.form.encode(self._value)
        if encoded is None:
            raise PinUnusable(reference)
        return encoded

    def require_tries(self, reference: Reference, tries: int) -> None:
        """Passes where the try may be spent: after a mistake `must_remain` would be left."""
        if tries == 0:
            raise PinBlocked(reference, StatusWord.PIN_BLOCKED)
        if tries - 1 < self.must_remain:
            raise (
                LastTryRefused(reference, self.must_remain)
                if tries == 1
                else TryRefused(reference, tries, self.must_remain)
            )


def encode_new(reference: Reference, value: str) -> bytes:
    """A new value, of the form that the counter sets; `PinUnusable` where it is not."""
    encoded = reference.form.encode_new(value)
    if encoded is None:
        raise PinUnusable(reference)
    return encoded


def require_opens(key: Reference, keys: tuple[Reference, ...], what: Words) -> None:
    """Passes where the key opens it (spec/card.md §2.2, §2.3): else a try would be spent for a 6982."""
    if key not in keys:
        raise KeyDoesNotOpen(key, what)
