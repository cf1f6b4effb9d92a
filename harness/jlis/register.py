"""The register: every certificate with the instants of its life, so that any past instant can be asked.

`fold` is the only way it changes; asking takes an instant and sees the register as of then. An event exactly at
the instant counts as in.
"""

from bisect import insort
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from harness.contract.vocabulary import Kind
from harness.events import CardIssued, Event, Lost, Moved, Registered, Revoked
from harness.jlis.reasons import RevocationReason
from harness.jlis.validity import JST, not_after_of
from harness.residents import ImpossibleResident, Resident, checked


class IllegalEvent(Exception):
    """An event that cannot happen; `str()` says why, and nothing changed."""


class NoSuchResident(IllegalEvent):
    """There is nobody of that id."""


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
        self._latest: datetime | None = None
        self._residents: dict[str, Resident] = {}
        self._cards: dict[str, CardIssued] = {}
        self._entries: dict[Kind, dict[int, Entry]] = {kind: {} for kind in Kind}
        self._current: dict[tuple[str, Kind], int] = {}
        self._revoked: dict[tuple[Kind, str], list[int]] = defaultdict(list)
        """Serials in ascending order by kind and municipality: a list is made from its own partition only."""

    def check(self, event: Event) -> None:
        """Raise IllegalEvent when the event cannot be the next one; `fold` cannot fail on what passes."""
        if self._latest is not None and event.at < self._latest:
            raise IllegalEvent(
                f"event at {event.at.isoformat()}: the history already goes to {self._latest.isoformat()}; "
                "set the clock to that instant or later"
            )
        match event:
            case Registered(resident=resident):
                self._check_new(resident, event.at)
            case CardIssued():
                self.check_card(self.resident(event.resident_id), event)
            case Revoked() | Lost():
                self._in_force(event.resident_id, _kinds_of(event), event.at)
            case Moved():
                self.resident(event.resident_id)

    def fold(self, event: Event) -> None:
        """Take one more event in; IllegalEvent when it cannot happen, and then nothing changed."""
        self.check(event)
        self._latest = event.at
        match event:
            case Registered(resident=resident):
                self._residents[resident.id] = resident
            case CardIssued():
                self._issue(event)
            case Revoked(reason=reason):
                self._revoke(event, reason)
            case Lost():
                self._revoke(event, RevocationReason.CERTIFICATE_HOLD)
            case Moved():
                self._move(event)

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as the register knows them now; NoSuchResident when there is none."""
        try:
            return self._residents[resident_id]
        except KeyError:
            raise NoSuchResident(
                f"resident {resident_id!r}: expected one of the world, actual none of that id"
            ) from None

    def residents(self) -> list[Resident]:
        """Return everybody, in the order they were registered."""
        return list(self._residents.values())

    def card(self, resident_id: str) -> CardIssued | None:
        """Return the resident's present card."""
        return self._cards.get(resident_id)

    def entry_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a certificate that was issued at `instant` or before."""
        entry = self._entries[kind].get(serial)
        return entry if entry is not None and entry.issued <= instant else None

    def revoked_at(self, kind: Kind, municipality: str, instant: datetime) -> list[Entry]:
        """Return the entries of one municipality's certificates that were revoked as of `instant`, by serial."""
        entries = [self._entries[kind][serial] for serial in self._revoked.get((kind, municipality), ())]
        return [entry for entry in entries if entry.is_revoked_at(instant)]

    def certificates(self) -> int:
        """Return how many certificates of each kind were issued so far; a card brings one of each."""
        return len(self._entries[Kind.AUTH])

    def _check_new(self, resident: Resident, at: datetime) -> None:
        if resident.id in self._residents:
            raise IllegalEvent(f"resident {resident.id!r}: expected a new id, actual one that somebody has")
        try:
            checked(resident, at.astimezone(JST).date())
        except ImpossibleResident as fault:
            raise IllegalEvent(str(fault)) from fault

    def check_card(self, resident: Resident, event: CardIssued) -> None:
        """Raise IllegalEvent when a resident, who may be about to be registered, cannot get this card."""
        if resident.id in self._cards:
            raise IllegalEvent(f"resident {resident.id}: has a card; a second one is another event (re-issue)")
        if event.auth_serial in self._entries[Kind.AUTH] or event.sign_serial in self._entries[Kind.SIGN]:
            raise IllegalEvent(f"resident {resident.id}: expected new serial numbers, actual used ones")
        not_after = event.not_after or not_after_of(resident, event.at)
        if not_after <= event.at:
            raise IllegalEvent(
                f"resident {resident.id}: expected a card that ends after {event.at.isoformat()}, "
                f"actual one that ends at {not_after.isoformat()}"
            )

    def _issue(self, event: CardIssued) -> None:
        resident = self._residents[event.resident_id]
        not_after = event.not_after or not_after_of(resident, event.at)
        for kind, serial, key in (
            (Kind.AUTH, event.auth_serial, event.auth_key),
            (Kind.SIGN, event.sign_serial, event.sign_key),
        ):
            self._entries[kind][serial] = Entry(kind, serial, resident, key, event.at, not_after)
            self._current[resident.id, kind] = serial
        self._cards[resident.id] = event

    def _move(self, event: Moved) -> None:
        """The authentication certificate stays; the signature certificate, whose attributes changed, does not."""
        resident = self._residents[event.resident_id]
        if self._is_in_force(resident.id, Kind.SIGN, event.at):
            self._revoke(event, RevocationReason.AFFILIATION_CHANGED)
        self._residents[resident.id] = msgspec.structs.replace(
            resident, municipality=event.municipality, address=event.address
        )

    def _revoke(self, event: Revoked | Lost | Moved, reason: RevocationReason) -> None:
        for kind in self._in_force(event.resident_id, _kinds_of(event), event.at):
            serial = self._current[event.resident_id, kind]
            entry = self._entries[kind][serial]
            self._entries[kind][serial] = replace(entry, revoked=event.at, reason=reason)
            insort(self._revoked[kind, entry.resident.municipality], serial)

    def _in_force(self, resident_id: str, kinds: tuple[Kind, ...], at: datetime) -> list[Kind]:
        """Return which of a resident's certificates can be revoked; IllegalEvent when there is none.

        A hold that becomes a revocation would rewrite what was published; an expired certificate is past revoking.
        """
        self.resident(resident_id)
        found = [kind for kind in kinds if self._is_in_force(resident_id, kind, at)]
        if not found:
            named = " and ".join(kind.value for kind in kinds)
            raise IllegalEvent(
                f"resident {resident_id}: expected a certificate in force ({named}), "
                "actual none, or one that is revoked or expired"
            )
        return found

    def _is_in_force(self, resident_id: str, kind: Kind, at: datetime) -> bool:
        serial = self._current.get((resident_id, kind))
        if serial is None:
            return False
        entry = self._entries[kind][serial]
        return entry.revoked is None and at <= entry.not_after


def _kinds_of(event: Revoked | Lost | Moved) -> tuple[Kind, ...]:
    """Return the kinds of certificates that an event revokes where they are in force."""
    match event:
        case Revoked(kind=kind):
            return (kind,)
        case Moved():
            return (Kind.SIGN,)
        case Lost():
            return tuple(Kind)
