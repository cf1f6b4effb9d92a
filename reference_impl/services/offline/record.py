"""One use as a terminal records it: numbered, sealed, linked with the one before. Functions of values."""

import hashlib
import hmac
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

CHALLENGE_LENGTH: Final = 32
FIRST_LINK: Final = bytes(32)
"""What the first record of a terminal is linked with."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A use. `presentation` is what the card gave (opaque here), `link` the seal of the record before."""

    terminal: Annotated[str, Meta(min_length=1, max_length=256)]
    number: Annotated[int, Meta(ge=1, le=2**53)]
    service: Annotated[str, Meta(min_length=1, max_length=256)]
    place: str
    taken: Annotated[datetime, Meta(tz=True)]
    presentation: bytes
    amounts: dict[str, int]
    session: str | None
    """The attempt that got no answer, if there was one: should it have counted after all, this must not count again."""
    link: bytes
    seal: bytes = b""

    @property
    def name(self) -> str:
        """What tells it from the terminal's other records."""
        return str(self.number)

    @property
    def key(self) -> str:
        """The use's own name: the online attempt's if there was one, else terminal and number."""
        return self.session if self.session is not None else f"{self.terminal}#{self.number}"


def seal(record: Record, terminal_key: bytes) -> Record:
    """The record with its seal: HMAC-SHA256 over everything else in it."""
    return msgspec.structs.replace(record, seal=_mac(record, terminal_key))


def is_sealed(record: Record, terminal_key: bytes) -> bool:
    """Whether the terminal that holds this key made the record as it is."""
    return hmac.compare_digest(record.seal, _mac(record, terminal_key))


def _mac(record: Record, terminal_key: bytes) -> bytes:
    body = msgspec.structs.replace(record, seal=b"")
    return hmac.digest(terminal_key, msgspec.json.encode(body, order="deterministic"), hashlib.sha256)


def challenge_at(lot: bytes, number: int) -> bytes:
    """The challenge for the record of this number: drawn from the lot's seed, so that a lot is 32 bytes to keep.

    The terminal is given the challenges and not the seed; each is signed by one chip and counts for one record.
    """
    return hmac.digest(lot, b"kazashi offline challenge" + number.to_bytes(8, "big"), hashlib.sha256)


def missing_numbers(numbers: set[int]) -> list[int]:
    """The numbers below the highest that never came."""
    return sorted(set(range(1, max(numbers, default=0))) - numbers)
