"""What happens in the world, as values. A history of these is all that a world stores of its people and cards."""

from datetime import datetime

from msgspec import Struct

from harness.contract.vocabulary import Kind
from harness.jlis.reasons import RevocationReason
from harness.residents import Resident


class Happening(Struct, frozen=True, tag_field="event"):
    """Something that happened at `at` (UTC, aware)."""

    at: datetime


class Registered(Happening, frozen=True, tag="registered"):
    """A person entered the resident register."""

    resident: Resident


class CardIssued(Happening, frozen=True, tag="card-issued"):
    """A card with both certificates was handed over; keys by their numbers in the pool."""

    resident_id: str
    auth_serial: int
    sign_serial: int
    auth_key: int
    sign_key: int
    chip_key: int
    not_after: datetime | None = None
    """Where the certificates end if not by the rule of validity."""


class Revoked(Happening, frozen=True, tag="revoked"):
    """One certificate was revoked for a reason of RFC 5280 §5.3.1."""

    resident_id: str
    kind: Kind
    reason: RevocationReason


class Lost(Happening, frozen=True, tag="lost"):
    """一時停止: the card was reported lost, both certificates are put on hold, and a hold is never lifted."""

    resident_id: str


class Moved(Happening, frozen=True, tag="moved"):
    """転居・転入: the signature certificate is revoked automatically, the authentication certificate stays valid."""

    resident_id: str
    municipality: str
    address: str


Event = Registered | CardIssued | Revoked | Lost | Moved
