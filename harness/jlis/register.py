"""The register: every certificate with the instants of its life, so that any past instant can be asked.

`fold` is the only way it changes; asking takes an instant and sees the register as of then. An event exactly at
the instant counts as in.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from harness.contract.vocabulary import Kind
from harness.events import CardIssued, Event, Lost, Moved, Registered, Revoked
from harness.jlis.reasons import RevocationReason
from harness.jlis.validity import not_after_of
from harness.residents import Resident


class IllegalEvent(Exception):
    """An event that cannot happen; `str()` says why, and nothing changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate: whose it is, what it was issued with, and when it was revoked, if ever."""

    kind: Kind
    serial: int
    resident: Resident
    key: int
    issued: datetime
    not_after: datetime
    revoked: datetime | None = None
    reason: RevocationReason | None = None

    def is_revoked_at(self, instant: datetime) -> bool:
        """Return whether the certificate was revoked at `instant` or before."""
        return self.revoked is not None and self.revoked <= instant


class Register:
    """People, cards and certificates as a fold over the history."""

    def __init__(self) -> None:
        self._residents: dict[str, Resident] = {}
        self._cards: dict[str, CardIssued] = {}
        self._entries: dict[tuple[Kind, int], Entry] = {}
        self._current: dict[tuple[str, Kind], int] = {}

    def fold(self, event: Event) -> None:
        """Take one more event in; IllegalEvent when it cannot happen, and then nothing changed."""
        match event:
            case Registered(resident=resident):
                self._residents[resident.id] = resident
            case CardIssued():
                self._issue(event)
            case Revoked(resident_id=resident_id, kind=kind, reason=reason):
                self._revoke(resident_id, (kind,), event.at, reason)
            case Lost(resident_id=resident_id):
                self._revoke(resident_id, tuple(Kind), event.at, RevocationReason.CERTIFICATE_HOLD)
            case Moved():
                self._move(event)

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as the register knows them now; IllegalEvent when there is none."""
        try:
            return self._residents[resident_id]
        except KeyError:
            raise IllegalEvent(f"resident {resident_id!r}: expected one of the world, actual none of that id") from None

    def residents(self) -> list[Resident]:
        """Return everybody, in the order they were registered."""
        return list(self._residents.values())

    def card(self, resident_id: str) -> CardIssued | None:
        """Return the resident's present card."""
        return self._cards.get(resident_id)

    def entry_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a certificate that was issued at `instant` or before."""
        entry = self._entries.get((kind, serial))
        return entry if entry is not None and entry.issued <= instant else None

    def revoked_at(self, kind: Kind, municipality: str, instant: datetime) -> list[Entry]:
        """Return the entries of one municipality's certificates that were revoked as of `instant`, by serial."""
        return [
            entry
            for (of_kind, _), entry in sorted(self._entries.items())
            if of_kind is kind and entry.resident.municipality == municipality and entry.is_revoked_at(instant)
        ]

    def certificates(self) -> int:
        """Return how many certificates of each kind were issued so far; a card brings one of each."""
        return sum(kind is Kind.AUTH for kind, _ in self._entries)

    def _issue(self, event: CardIssued) -> None:
        resident = self.resident(event.resident_id)
        if resident.id in self._cards:
            raise IllegalEvent(f"resident {resident.id}: has a card; a second one is another event (re-issue)")
        not_after = not_after_of(resident, event.at)
        for kind, serial, key in (
            (Kind.AUTH, event.auth_serial, event.auth_key),
            (Kind.SIGN, event.sign_serial, event.sign_key),
        ):
            self._entries[kind, serial] = Entry(kind, serial, resident, key, event.at, not_after)
            self._current[resident.id, kind] = serial
        self._cards[resident.id] = event

    def _move(self, event: Moved) -> None:
        resident = self.resident(event.resident_id)
        if self._is_good(resident.id, Kind.SIGN):
            self._revoke(resident.id, (Kind.SIGN,), event.at, RevocationReason.AFFILIATION_CHANGED)
        moved = Resident(
            **{name: getattr(resident, name) for name in resident.__struct_fields__}
            | {"municipality": event.municipality, "address": event.address}
        )
        self._residents[resident.id] = moved

    def _is_good(self, resident_id: str, kind: Kind) -> bool:
        serial = self._current.get((resident_id, kind))
        return serial is not None and self._entries[kind, serial].revoked is None

    def _revoke(self, resident_id: str, kinds: tuple[Kind, ...], at: datetime, reason: RevocationReason) -> None:
        """Revoke what is still good of `kinds`; a hold that becomes a revocation would rewrite what was published."""
        self.resident(resident_id)
        good = [kind for kind in kinds if self._is_good(resident_id, kind)]
        if not good:
            named = " and ".join(kind.value for kind in kinds)
            raise IllegalEvent(f"resident {resident_id}: has no {named} certificate that is not yet revoked")
        for kind in good:
            key = kind, self._current[resident_id, kind]
            self._entries[key] = replace(self._entries[key], revoked=at, reason=reason)
