"""People who were registered at once, a million perhaps: what each of them has follows from their place among them.

So nothing is made of somebody until they are asked for: not who they are, nor their dossier, nor their certificates.
What is written down of all of them together is where their serial numbers begin, and who has a signature certificate.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.contract.vocabulary import Kind
from harness.events import Crowd
from harness.jlis.entries import Entry, Unrevoked
from harness.jlis.life_cycle import Standing
from harness.jlis.people import CardMade, Dossier, Person
from harness.jlis.populations import Medium
from harness.jlis.validity import LeapBirthday, not_after_of
from harness.residents import Resident, id_at, position_of


class Settled(NamedTuple):
    """Somebody of a cohort who was asked for."""

    dossier: Dossier
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people of one crowd."""

    event: Crowd
    unrevoked: Unrevoked
    """What OCSP has to know of each of their certificates until something befalls its holder."""
    first: Mapping[Kind, int]
    """The first serial number of each kind."""
    signing: Sequence[int]
    """The places, in ascending order, of those who have a signature certificate."""
    make_resident: Callable[[int, int], Resident]
    """Seed and position in, the person out."""
    leap: LeapBirthday

    def id_at(self, place: int) -> str:
        """Return the id of whoever is at a place."""
        return id_at(self.event.first + place)

    def resident(self, place: int) -> Resident:
        """Return who is at a place, as they were registered."""
        return self.make_resident(self.event.seed, self.event.first + place)

    def issued(self, kind: Kind) -> int:
        """Return how many certificates of a kind they have."""
        return self.event.count if kind is Kind.AUTH else len(self.signing)

    def place_of(self, resident_id: str) -> int | None:
        """Return the place of a resident, None for somebody else."""
        position = position_of(resident_id)
        if position is None or not 0 <= position - self.event.first < self.event.count:
            return None
        return position - self.event.first

    def place_with(self, kind: Kind, serial: int) -> int | None:
        """Return the place of whoever was issued a certificate, None where it is nobody here."""
        index = serial - self.first[kind]
        if not 0 <= index < self.issued(kind):
            return None
        return index if kind is Kind.AUTH else self.signing[index]

    def serials(self, place: int) -> list[tuple[Kind, int]]:
        """Return what was issued to somebody."""
        found = [(Kind.AUTH, self.first[Kind.AUTH] + place)]
        index = bisect_left(self.signing, place)
        if index < len(self.signing) and self.signing[index] == place:
            found.append((Kind.SIGN, self.first[Kind.SIGN] + index))
        return found

    def settled(self, place: int) -> Settled:
        """Return everything of somebody, as it was when they were registered."""
        at, keys = self.event.at, self.event.keys
        resident, generation = self.resident(place), self.unrevoked.generation
        issued, not_after = self.serials(place), self.event.not_after or not_after_of(resident, at, leap=self.leap)
        entries = [
            Entry(kind, Medium.CARD, serial, generation, resident, _key(place, kind, keys), at, not_after)
            for kind, serial in issued
        ]
        card = CardMade(at, f"{issued[0][1]:016d}", place % keys, resident)
        people = [Person(at, resident, Standing.PRESENT)]
        return Settled(Dossier(people, issued, [card], [(at, resident)]), entries)


def _key(place: int, kind: Kind, keys: int) -> int:
    return (2 * place + (kind is Kind.SIGN)) % keys
