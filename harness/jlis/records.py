"""People, cards and certificates as the register has them, and every question about them at an instant.

Asking sees the register as of the instant; what happened exactly then counts as in. Only `register.py` writes here.
"""

from collections import defaultdict
from datetime import datetime

from harness.contract.vocabulary import Kind
from harness.jlis.entries import FIRST_SERIAL, Entry
from harness.jlis.life_cycle import Write
from harness.jlis.people import CardMade, Consent, Dossier, Person
from harness.jlis.populations import Population
from harness.residents import Resident


class IllegalEvent(Exception):
    """An event that cannot happen; `str()` says why, and nothing changed."""


class NoSuchResident(IllegalEvent):
    """There is nobody of that id."""


class Records:
    """What is known, to be asked."""

    def __init__(self) -> None:
        self._dossiers: dict[str, Dossier] = {}
        self._entries: dict[Kind, dict[int, Entry]] = {kind: {} for kind in Kind}
        self._revoked: dict[tuple[Population, int, str], list[int]] = defaultdict(list)
        """Serials in ascending order by population, generation and municipality: a list is made from its own only."""
        self._next_key = 0

    def has(self, resident_id: str) -> bool:
        """Return whether somebody of that id is registered."""
        return resident_id in self._dossiers

    def is_issued(self, kind: Kind, serial: int) -> bool:
        """Return whether a serial number is taken."""
        return serial in self._entries[kind]

    def dossier(self, resident_id: str) -> Dossier:
        """Return everything about one person; NoSuchResident when there is none of that id."""
        try:
            return self._dossiers[resident_id]
        except KeyError:
            raise NoSuchResident(
                f"resident {resident_id!r}: expected one of the world, actual none of that id"
            ) from None

    def consent(self, resident_id: str, service: str, now: datetime) -> Consent | None:
        """Return a holder's consent to a service if it holds at `now`; a withdrawal has effect at once."""
        consent = self.dossier(resident_id).consents.get(service)
        return consent if consent is not None and not consent.is_withdrawn and now <= consent.ends else None

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as the register knows them now; NoSuchResident when there is none."""
        return self.dossier(resident_id).now.resident

    def person_at(self, resident_id: str, instant: datetime) -> Person | None:
        """Return who somebody was at `instant`, None before they were registered; NoSuchResident for nobody."""
        return self.dossier(resident_id).at(instant)

    def residents(self) -> list[Resident]:
        """Return everybody, in the order they were registered."""
        return [dossier.now.resident for dossier in self._dossiers.values()]

    def size(self) -> int:
        """Return how many people there are."""
        return len(self._dossiers)

    def card(self, resident_id: str) -> CardMade | None:
        """Return the resident's present card."""
        cards = self.dossier(resident_id).cards
        return cards[-1] if cards else None

    def tries_written(self, resident_id: str, card: str) -> list[Write]:
        """Return what was written to the tries of a card of that serial number, in order: locked, and reset."""
        return [write for serial, write in self.dossier(resident_id).tries if serial == card]

    def written(self, resident_id: str) -> Resident | None:
        """Return the holder as the present card has them written on it."""
        written = self.dossier(resident_id).written
        return written[-1][1] if written else None

    def entry_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a certificate that was issued at `instant` or before."""
        entry = self._entries[kind].get(serial)
        return entry if entry is not None and entry.issued <= instant else None

    def entries_of(self, resident_id: str, instant: datetime) -> list[Entry]:
        """Return every certificate that a resident was issued at `instant` or before, in that order."""
        found = [self._entries[kind][serial] for kind, serial in self.dossier(resident_id).certificates]
        return [entry for entry in found if entry.issued <= instant]

    def latest(self, resident_id: str, population: Population, instant: datetime) -> Entry | None:
        """Return the last certificate of a population that a resident was issued as of `instant`, whatever became."""
        return self.latest_of(self.dossier(resident_id), population, instant)

    def latest_of(self, dossier: Dossier, population: Population, instant: datetime) -> Entry | None:
        """Return the same of somebody who may be about to be registered."""
        for kind, serial in reversed(dossier.certificates):
            entry = self._entries[kind][serial]
            if entry.population == population and entry.issued <= instant:
                return entry
        return None

    def current(self, resident_id: str, population: Population, instant: datetime) -> Entry | None:
        """Return the certificate of a population that is in force at `instant`, if one is."""
        entry = self.latest(resident_id, population, instant)
        return entry if entry is not None and entry.is_in_force_at(instant) else None

    def revoked_at(self, population: Population, generation: int, municipality: str, instant: datetime) -> list[Entry]:
        """Return the entries of one list that were revoked as of `instant`, by serial."""
        serials = self._revoked.get((population, generation, municipality), ())
        entries = [self._entries[population.kind][serial] for serial in serials]
        return [entry for entry in entries if entry.is_revoked_at(instant)]

    def next_serial(self, kind: Kind) -> int:
        """Return the next number of the counter that all certificates of a kind share (spec/pki.md §1.3)."""
        return FIRST_SERIAL + len(self._entries[kind])

    @property
    def next_key(self) -> int:
        """The number of the first key of the pool that nobody has."""
        return self._next_key
