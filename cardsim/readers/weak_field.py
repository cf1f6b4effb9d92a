"""A weak field: frames get lost, the reader repeats them, and at some point gives up (ISO/IEC 14443-4 §7.5.4, §7.5.5).

The reader asks again after the frame waiting time; a card that has already answered repeats its answer and does not
work anew. So a lost frame costs time, never a second execution, until the reader has repeated often enough: then the
card is lost, before it saw the command or after it did what it says.
"""

from hashlib import sha256

import msgspec

_BITS = 32


class WeakField(msgspec.Struct, frozen=True):
    """How weak: the share of attempts that fail, how often the reader repeats, and the seed of which ones fail."""

    loss: float
    retries: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.loss <= 1 or self.retries < 0:
            raise ValueError(f"a weak field loses 0 to 1 and repeats 0 times or more, got {self.loss}, {self.retries}")


class Attempts(msgspec.Struct, frozen=True):
    """What became of one command in the field."""

    failed: int
    """Attempts that failed; each costs a frame waiting time."""
    lost: bool
    """Whether the last one failed as well."""
    computed: bool
    """Whether the card saw the command."""


def attempts_of(field: WeakField, number: int) -> Attempts:
    """The attempts of the command of this number: the same seed gives the same ones."""
    computed, failed = False, 0
    for attempt in range(field.retries + 1):
        drawn = sha256(f"field {field.seed} {number} {attempt}".encode()).digest()
        if int.from_bytes(drawn[:4], "big") >= field.loss * 2**_BITS:
            return Attempts(failed, lost=False, computed=True)
        failed += 1
        computed = computed or bool(drawn[4] & 1)  # it was the answer that did not get through
    return Attempts(failed, lost=True, computed=computed)
