"""People, cards and certificates as the register has them, and every question about them at an instant.

Asking sees the register as of the instant; what happened exactly then counts as in. Only `register.py` writes here,
but for what follows from a place in a crowd: that is written down when somebody is first asked for (`cohorts.py`).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from harness.contract.vocabulary import Kind
from harness.jlis.cohorts import Cohort, Settled
from harness.jlis.entries import FIRST_SERIAL, Entry, Issued
from harness.jlis.life_cycle import Write
from harness.jlis.people import CardMade, Consent, Dossier, Person
from harness.jlis.populations import Population
from harness.residents import Resident, position_of


class IllegalEvent(Exception):
    """An event that cannot happen; `str()` says why, and nothing changed."""


class NoSuchResident(IllegalEvent):
    """There is nobody of that id."""


class Records:
    """What is known, to be asked."""

    def __init__(self) -> None:
        self._dossiers: dict[str, Dossier] = {}
        self._entries: dict[Kind, dict[int, Entry]] = {kind: {} for kind in Kind}
        self._arrivals: list[str | Cohort] = []
        """Who was registered, in that order."""
        self._cohorts: list[Cohort] = []
        self._issued = dict.fromkeys(Kind, 0)
        self._revoked: dict[tuple[Population, int, str], list[int]] = defaultdict(list)
        """Serials in ascending order by population, generation and municipality: a list is made from its own only."""
        self._next_key = 0

    def has(self, resident_id: str) -> bool:
        """Return whether somebody of that id is registered."""
        return resident_id in self._dossiers or self._cohort_of(resident_id) is not None

    def has_any(self, positions: range) -> bool:
        """Return whether anybody has an id of these positions of a population."""
        if any(position_of(one) in positions for one in self._dossiers):
            return True
        of_cohorts = (range(each.event.first, each.event.first + each.event.count) for each in self._cohorts)
        return any(max(each.start, positions.start) < min(each.stop, positions.stop) for each in of_cohorts)

    def is_issued(self, kind: Kind, serial: int) -> bool:
        """Return whether a serial number is taken."""
        return serial in self._entries[kind] or self._cohort_with(kind, serial) is not None

    def is_issued_from(self, kind: Kind, serial: int) -> bool:
        """Return whether any serial number from this one on is taken."""
        return any(one >= serial for one in self._entries[kind])

    def dossier(self, resident_id: str) -> Dossier:
        """Return everything about one person; NoSuchResident when there is none of that id."""
        known = self._dossiers.get(resident_id)
        if known is not None:
            return known
        found = self._cohort_of(resident_id)
        if found is None:
            raise NoSuchResident(
                f"resident {resident_id!r}: expected one of the world, actual none of that id; "
                "`kazashi resident list` shows all"
            )
        return self._settle(*found)

    def consent(self, resident_id: str, service: str, now: datetime) -> Consent | None:
        """Return a holder's consent to a service if it holds at `now`; a withdrawal has effect at once."""
        return self.dossier(resident_id).consent_at(service, now)

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as the register knows them now; NoSuchResident when there is none."""
        return self.dossier(resident_id).now.resident

    def person_at(self, resident_id: str, instant: datetime) -> Person | None:
        """Return who somebody was at `instant`, None before they were registered; NoSuchResident for nobody."""
        return self.dossier(resident_id).at(instant)

    def residents(self) -> list[Resident]:
        """Return everybody, in the order they were registered."""
        return list(chain.from_iterable(map(self._arrived, self._arrivals)))

    def settled_in(self, positions: range) -> Iterator[Settled]:
        """Yield everything of the people of crowds at positions, as they were registered; nothing is remembered."""
        for cohort in self._cohorts:
            first = cohort.event.first
            for position in range(max(positions.start, first), min(positions.stop, first + cohort.event.count)):
                yield cohort.settled(position - first)

    def size(self) -> int:
        """Return how many people there are."""
        return sum(1 if isinstance(each, str) else each.event.count for each in self._arrivals)

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

    def writings(self, resident_id: str) -> list[tuple[datetime, Resident]]:
        """Return the holder as the present card has had them written on it, from when on, the first print first."""
        dossier = self.dossier(resident_id)
        made = dossier.cards[-1].at if dossier.cards else None
        return [each for each in dossier.written if made is not None and each[0] >= made]

    def entry_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a certificate that was issued at `instant` or before."""
        entry = self._entry(kind, serial)
        return entry if entry is not None and entry.issued <= instant else None

    def issued_at(self, kind: Kind, serial: int, instant: datetime) -> Issued | None:
        """Return what OCSP has to know of the same; of a crowd nobody is made for it."""
        entry = self._entries[kind].get(serial)
        if entry is not None:
            return entry if entry.issued <= instant else None
        found = self._cohort_with(kind, serial)
        return found[0].unrevoked if found is not None and found[0].event.at <= instant else None

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
        return FIRST_SERIAL + self._issued[kind]

    @property
    def next_key(self) -> int:
        """The number of the first key of the pool that nobody has."""
        return self._next_key

    def _arrived(self, arrival: str | Cohort) -> Iterator[Resident]:
        if isinstance(arrival, str):
            yield self._dossiers[arrival].now.resident
            return
        for place in range(arrival.event.count):
            known = self._dossiers.get(arrival.id_at(place))
            yield arrival.resident(place) if known is None else known.now.resident

    def _entry(self, kind: Kind, serial: int) -> Entry | None:
        entry = self._entries[kind].get(serial)
        if entry is None:
            found = self._cohort_with(kind, serial)
            if found is not None:
                self._settle(*found)
                entry = self._entries[kind][serial]
        return entry

    def _cohort_of(self, resident_id: str) -> tuple[Cohort, int] | None:
        """Return the cohort that somebody belongs to, and their place in it."""
        for cohort in self._cohorts:
            place = cohort.place_of(resident_id)
            if place is not None:
                return cohort, place
        return None

    def _cohort_with(self, kind: Kind, serial: int) -> tuple[Cohort, int] | None:
        """Return the cohort of whoever was issued a certificate, and their place in it."""
        for cohort in self._cohorts:
            place = cohort.place_with(kind, serial)
            if place is not None:
                return cohort, place
        return None

    def _settle(self, cohort: Cohort, place: int) -> Dossier:
        """Write down what follows from a place; from then on it stands for itself."""
        dossier, entries = cohort.settled(place)
        self._dossiers[dossier.now.resident.id] = dossier
        for entry in entries:
            self._entries[entry.kind][entry.serial] = entry
        return dossier
