"""What the authorities of a world publish: OCSP answers, revocation lists, and what services say of the register.

Each view equals the register as of its own thisUpdate; it is remembered as published before it leaves.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from harness.chronicle import Chronicle
from harness.contract.vocabulary import Kind
from harness.jlis import crl, crl_faults
from harness.jlis.authority import Authority
from harness.jlis.crl_practice import CrlMode, CrlPractice, Window
from harness.jlis.entries import Entry
from harness.jlis.faults import Order
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.marks import Marks
from harness.jlis.ocsp import OcspAnswer
from harness.jlis.ocsp_service import OcspService
from harness.jlis.populations import Medium, Population
from harness.jlis.practice import Practice
from harness.jlis.register import Register
from harness.jlis.signers import Signers
from harness.municipalities import Municipality

T = TypeVar("T")


class Publication:
    """The doors' side of one world."""

    def __init__(self, hierarchy: Hierarchy, chronicle: Chronicle, marks: Marks) -> None:
        """OCSP, and what services say, speak as of `marks`."""
        self._hierarchy = hierarchy
        self._chronicle = chronicle
        self._marks = marks
        self._lists: dict[tuple[Population, int, str], tuple[int, bytes]] = {}
        """The last list of each partition with its number: what was published never changes."""
        self._authority_lists: dict[tuple[Kind, int], tuple[int, bytes]] = {}
        self._by_month: dict[tuple[Kind, int, int], tuple[Authority, ...]] = {}
        self.responder = OcspService(
            self._founded, chronicle.register, marks, chronicle.publish, self._signers, in_step=chronicle.in_step
        )

    def ocsp(self, kind: Kind, request: bytes, now: datetime, order: Order | None = None) -> OcspAnswer:
        """Return the OCSP answer of the responder of `kind` at `now`; what it says is published from then on.

        Under an order its content is wrong in that one way.
        """
        return self.responder.answer(kind, request, now, [] if order is None else [order])

    def crl(
        self,
        kind: Kind,
        municipality: Municipality,
        now: datetime,
        *orders: Order,
        medium: Medium = Medium.CARD,
        generation: int | None = None,
    ) -> bytes:
        """Return the revocation list (DER) of one scope that is current at `now`; under orders, one wrong in each way.

        `generation` is the one in office at `now` where none is named.
        """
        authority = self._signer(kind, municipality, now, medium, generation)

        def listed() -> bytes:
            lists, register = self.list_practice, self._chronicle.register
            window = crl.window_of_partition(authority, medium, municipality, now, lists)
            self._chronicle.publish(window.this_update)
            if orders:
                bend = crl_faults.bend_of_all(orders, now, self._signers(kind, now))
                return crl.crl_at(authority, medium, municipality, register, now, bend, lists)
            place = (Population(kind, medium), authority.generation, municipality.code)
            published, der = self._lists.get(place, (None, b""))
            if published != window.number:
                der = crl.crl_at(authority, medium, municipality, register, now, practice=lists)
                self._lists[place] = window.number, der
            return der

        return self._chronicle.in_step(listed)

    def authority_list(self, kind: Kind, generation: int, now: datetime) -> bytes:
        """Return the list (DER) of one generation of an authority that is current at `now`: nothing is on it."""
        authority = self._hierarchy.authority(kind, generation)
        window = crl.window_of_authority(authority, now, self.list_practice)

        def listed() -> bytes:
            number, der = self._authority_lists.get((kind, generation), (None, b""))
            if number != window.number:
                der = crl.authority_list_at(authority, now, self.list_practice)
                self._authority_lists[kind, generation] = window.number, der
            return der

        return self._chronicle.in_step(listed)

    def window(
        self, kind: Kind, municipality: Municipality, now: datetime, *, medium: Medium, generation: int
    ) -> Window:
        """Return the publication that the list of one scope is of at `now`: yesterday's while its swap is to come."""
        authority = self._signer(kind, municipality, now, medium, generation)
        return crl.window_of_partition(authority, medium, municipality, now, self.list_practice)

    def _signer(
        self, kind: Kind, municipality: Municipality, now: datetime, medium: Medium, generation: int | None
    ) -> Authority:
        """Return who signs the list of one scope that is current at `now`.

        Where the new key signs all it is whoever was in office at the list's thisUpdate: else one number would name
        two lists on the day that keys change.
        """
        if self.list_practice.mode is CrlMode.NEW_KEY:
            latest = self._hierarchy.in_office(kind, now)
            window = crl.window_of_partition(latest, medium, municipality, now, self.list_practice)
            return self._hierarchy.in_office(kind, window.this_update)
        number = self._hierarchy.generations.in_office(now) if generation is None else generation
        return self._hierarchy.authority(kind, number)

    def look(self, now: datetime, at_mark: Callable[[Register, datetime], T]) -> T:
        """Return what a service says as of the mark that `now` belongs to; it is published from then on."""

        def said() -> T:
            mark = self._marks.at(now)
            answer = at_mark(self._chronicle.register, mark)
            self._chronicle.publish(mark)
            return answer

        return self._chronicle.in_step(said)

    @property
    def practice(self) -> Practice:
        """How the authorities issue and publish."""
        return self._hierarchy.practice

    @property
    def list_practice(self) -> CrlPractice:
        """When lists are published, and which there are."""
        return self._hierarchy.practice.lists

    def generations(self, now: datetime) -> list[int]:
        """Return the generations of the authorities that were founded at `now`, the oldest first."""
        return [life.generation for life in self._hierarchy.generations.founded_by(now)]

    def issuer_key_id(self, entry: Entry) -> bytes:
        """Return the key identifier (SKI) of the authority that signed a certificate."""
        return self._hierarchy.authority(entry.kind, entry.generation).key_id

    def _founded(self, kind: Kind, now: datetime) -> tuple[Authority, ...]:
        """Return the generations of a kind that were founded at `now`; each is, on a first of April, at midnight UTC.

        Remembered by the month, within which nothing changes: every OCSP answer asks.
        """
        place = kind, now.year, now.month
        if place not in self._by_month:
            self._by_month[place] = tuple(self._hierarchy.known(kind, now))
        return self._by_month[place]

    def _signers(self, kind: Kind, now: datetime) -> Signers:
        """Return who else might sign, for faults."""
        (other,) = (self._hierarchy.in_office(of, now) for of in Kind if of is not kind)
        number = self._hierarchy.generations.in_office(now)
        return Signers(lambda: self._hierarchy.stranger(kind, number), other, self._founded(kind, now))
