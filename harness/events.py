"""What happens in the world, as values. A history of these is all that a world stores of its people and cards."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from harness.births import BirthUnknown
from harness.contract.vocabulary import Kind
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium
from harness.jlis.reasons import RevocationReason
from harness.residents import Resident


class Happening(Struct, frozen=True, tag_field="event"):
    """Something that happened at `at` (UTC, aware)."""

    at: datetime


class Registered(Happening, frozen=True, tag="registered"):
    """A person entered the resident register."""

    resident: Resident


class Issuance(Struct, frozen=True):
    """A certificate that was issued; `key` is a number in the pool."""

    kind: Kind
    medium: Medium
    serial: int
    key: int


class Changes(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stands otherwise in the resident register from now on; what is left out stays."""

    municipality: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    kana: str | UnsetType | None = UNSET
    former_name: str | UnsetType | None = UNSET
    former_kana: str | UnsetType | None = UNSET
    alias: str | UnsetType | None = UNSET
    kanji_name: str | UnsetType | None = UNSET
    sex: str | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    birth_unknown: BirthUnknown | UnsetType = UNSET
    card_expiry: date | UnsetType | None = UNSET
    residence_until: date | UnsetType | None = UNSET
    household: str | UnsetType | None = UNSET
    is_head: bool | UnsetType = UNSET
    under_guardianship: bool | UnsetType = UNSET

    def said(self) -> dict[str, Any]:
        """Return the fields that change."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}

    def applied(self, resident: Resident) -> Resident:
        """Return the resident with the changes."""
        return msgspec.structs.replace(resident, **self.said())


class Befell(Happening, frozen=True, tag="befell", omit_defaults=True):
    """Something befell a resident: what follows from it stands in the table of `harness/jlis/life_cycle.py`."""

    resident_id: str
    what: LifeEvent
    certificates: tuple[Issuance, ...] = ()
    """The certificates that it brings, in the order of their serial numbers."""
    chip_key: int | None = None
    """The key of the chip where it brings a new card."""
    changes: Changes = Changes()
    reason: RevocationReason | None = None
    """Where the certificates it ends are revoked for another reason than the table's."""
    not_after: datetime | None = None
    """Where the certificates it brings end if not by the rule of validity."""


class Revoked(Happening, frozen=True, tag="revoked", omit_defaults=True):
    """One certificate was revoked for a reason of RFC 5280 §5.3.1, whatever befell its holder."""

    resident_id: str
    kind: Kind
    reason: RevocationReason
    medium: Medium = Medium.CARD


class Crowd(Happening, frozen=True, tag="crowd", omit_defaults=True):
    """Many people were registered at once and got a card each: those from position `first` on that the seed makes.

    Their certificates share `keys` keys of the pool in turn, from number 0 on: for load, where a million keys would
    take a day to make.
    """

    seed: int
    first: int
    count: int
    keys: int
    not_after: datetime | None = None
    """Where their certificates end if not by the rule of validity: no real ones all end so."""


class ConsentGiven(Happening, frozen=True, tag="consent-given"):
    """同意: one service may ask for the holder's four attributes; the document and its signature are kept."""

    resident_id: str
    service: str
    serial: int
    """Of the signature certificate that signed."""
    document: bytes
    signature: bytes
    signed_at: datetime
    """As the document says it: the holder's next word on this service has to be a later one."""


class ConsentWithdrawn(Happening, frozen=True, tag="consent-withdrawn"):
    """同意の取消し, with effect at once."""

    resident_id: str
    service: str


Event = Registered | Befell | Revoked | Crowd | ConsentGiven | ConsentWithdrawn
