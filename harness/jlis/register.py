"""The register: every certificate with the instants of its life, so that any past instant can be asked.

`fold` is the only way it changes. What an event does is not decided here: it stands in the table of `life_cycle.py`.
"""

from array import array
from bisect import insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from msgspec import structs

from harness.contract.vocabulary import Kind
from harness.events import Befell, ConsentGiven, ConsentWithdrawn, Crowd, Event, Registered, Revoked
from harness.jlis import possible_events
from harness.jlis.cohorts import Cohort
from harness.jlis.consent import consent_ends
from harness.jlis.entries import Entry, Unrevoked
from harness.jlis.issuing import Issuing
from harness.jlis.life_cycle import EFFECTS, Standing, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.people import CardMade, Consent, Dossier, Person
from harness.jlis.populations import CARD_SIGN, Medium, Population
from harness.jlis.reasons import RevocationReason
from harness.jlis.records import IllegalEvent, Records
from harness.jlis.validity import JST
from harness.residents import Resident

_TRIES = {Write.TRIES_SPENT, Write.TRIES_FULL, Write.JPKI_TRIES_FULL}
_WITHDRAWS = {LifeEvent.LOST, LifeEvent.SUSPENDED}


class Inhabitants(Protocol):
    """Who the people of a crowd are."""

    def as_of(self, day: date) -> "Inhabitants":
        """Return them as they are on another day: as old as their household says, with a stay that goes on."""

    def make(self, seed: int, position: int) -> Resident:
        """Return the person at a position."""

    def all_sign(self, day: date) -> bool:
        """Return whether everybody may surely have a signature certificate on a day."""

    def signs(self, seed: int, position: int, day: date) -> bool | None:
        """Return whether the person at a position may; None where they have to be made to find out."""


class Register(Records):
    """The records of one world as a fold over its history."""

    def __init__(self, issuing: Issuing, inhabitants: Inhabitants) -> None:
        """`inhabitants` are the people of a crowd."""
        super().__init__()
        self.issuing = issuing
        self._inhabitants = inhabitants
        self._latest: datetime | None = None

    def check(self, event: Event) -> None:
        """Raise IllegalEvent when the event cannot be the next one."""
        if self._latest is not None and event.at < self._latest:
            raise IllegalEvent(
                f"event at {event.at.isoformat()}: the history already goes to {self._latest.isoformat()}; "
                "set the clock to that instant or later"
            )
        possible_events.check(self, self.issuing, event)

    def check_life(self, dossier: Dossier, event: Befell) -> None:
        """Raise IllegalEvent when what befalls a person, who may be about to be registered, cannot be."""
        possible_events.check_life(self, self.issuing, dossier, event)

    def dossier_of_nobody(self, resident: Resident, at: datetime) -> Dossier:
        """Return the dossier that somebody will have who is about to be registered."""
        return Dossier([Person(at, resident, Standing.PRESENT)])

    def fold(self, event: Event) -> None:
        """Take one more event in; IllegalEvent when it cannot happen, and then nothing changed."""
        self.check(event)
        self._latest = event.at
        match event:
            case Registered(resident=resident):
                self._register(resident, event.at)
            case Befell():
                self._befall(event)
            case Revoked(kind=kind, medium=medium, reason=reason):
                self._revoke(event.resident_id, [(Population(kind, medium), reason)], event.at)
            case Crowd():
                self._crowd(event)
            case ConsentGiven(service=service, signed_at=signed_at):
                consent = Consent(service, event.at, consent_ends(event.at), signed_at)
                self.dossier(event.resident_id).consents.setdefault(service, []).append(consent)
            case ConsentWithdrawn(service=service):
                consents = self.dossier(event.resident_id).consents[service]
                consents[-1] = replace(consents[-1], word=max(consents[-1].word, event.at), withdrawn=event.at)

    def _register(self, resident: Resident, at: datetime) -> None:
        self._dossiers[resident.id] = self.dossier_of_nobody(resident, at)
        self._arrivals.append(resident.id)

    def _befall(self, event: Befell) -> None:
        effect, dossier = EFFECTS[event.what], self.dossier(event.resident_id)
        ends = [(population, event.reason or reason) for population, reason in effect.ends]
        self._revoke(event.resident_id, ends, event.at)
        before = dossier.now
        after = Person(event.at, event.changes.applied(before.resident), effect.standing or before.standing)
        if (after.resident, after.standing) != (before.resident, before.standing):
            dossier.people.append(after)
        if event.chip_key is not None:
            self._next_key = max(self._next_key, event.chip_key + 1)
            serial = f"{event.certificates[0].serial:016d}"
            dossier.cards.append(CardMade(event.at, serial, event.chip_key, after.resident))
            dossier.lost = dossier.withdrawn = None
        if event.what in _WITHDRAWS:
            dossier.withdrawn = event.at
            dossier.lost = event.at if event.what is LifeEvent.LOST else dossier.lost
        if dossier.cards and dossier.withdrawn is None and {Write.ATTRIBUTES, Write.EXPIRY} & set(effect.writes):
            dossier.written.append((event.at, _written(dossier, effect.writes)))
        dossier.tries += [(dossier.cards[-1].serial, write) for write in effect.writes if write in _TRIES]
        for entry in self.issuing.brought(self, dossier, event, after.resident):
            self._issue(entry)

    def _issue(self, entry: Entry) -> None:
        self._entries[entry.kind][entry.serial] = entry
        self._issued[entry.kind] += 1
        self._dossiers[entry.resident.id].certificates.append((entry.kind, entry.serial))
        self._next_key = max(self._next_key, entry.key + 1)

    def _revoke(self, resident_id: str, ends: Iterable[tuple[Population, RevocationReason]], at: datetime) -> None:
        """Revoke those in force: a hold that became a revocation would rewrite what was published."""
        for population, reason in ends:
            entry = self.current(resident_id, population, at)
            if entry is not None:
                self._entries[entry.kind][entry.serial] = replace(entry, revoked=at, reason=reason)
                insort(self._revoked[population, entry.generation, entry.resident.municipality], entry.serial)

    def _crowd(self, event: Crowd) -> None:
        first = {kind: self.next_serial(kind) for kind in Kind}
        unrevoked = Unrevoked(self.issuing.generation_at(event.at), Medium.CARD)
        leap = self.issuing.practice.leap_birthday
        people = self._inhabitants.as_of(event.at.astimezone(JST).date())
        cohort = Cohort(event, unrevoked, first, self._signing(event, people), people.make, leap)
        self._cohorts.append(cohort)
        self._arrivals.append(cohort)
        for kind in Kind:
            self._issued[kind] += cohort.issued(kind)
        self._next_key = max(self._next_key, event.keys)

    def _signing(self, event: Crowd, people: Inhabitants) -> Sequence[int]:
        """Return the places of those who have a signature certificate; people are made only where that has to tell."""
        day = event.at.astimezone(JST).date()
        if people.all_sign(day):
            return range(event.count)
        return array("L", [place for place in range(event.count) if self._signs(event, people, place, day)])

    def _signs(self, event: Crowd, people: Inhabitants, place: int, day: date) -> bool:
        position = event.first + place
        known = people.signs(event.seed, position, day)
        if known is not None:
            return known
        return self.issuing.may_have(people.make(event.seed, position), CARD_SIGN, event.at)


def _written(dossier: Dossier, writes: Collection[Write]) -> Resident:
    """Return the holder as the card has them after an event: what it does not write stays as it was written."""
    known = dossier.now.resident
    if Write.NEW_CARD in writes or not dossier.written:
        return known
    before = dossier.written[-1][1]
    said, ended = (known, before) if Write.ATTRIBUTES in writes else (before, known)
    return structs.replace(said, card_expiry=ended.card_expiry, residence_until=ended.residence_until)
