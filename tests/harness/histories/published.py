"""What is published while a history happens: OCSP answers, lists of every practice, and the register itself.

A view is compared when it is handed out and once more at the end, as of its own thisUpdate: nothing contradicts it.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509 import ocsp
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from harness.contract.vocabulary import Kind
from harness.jlis.crl_practice import CrlMode, Swap
from harness.jlis.entries import Entry
from harness.jlis.populations import Medium, Population
from harness.municipalities import MUNICIPALITIES
from tests.harness.histories.lives import PLACES, Lives, certificates, places
from tests.harness.life_cycle.observing import NO_REASON, reason_in
from tests.harness.naive_register import (
    DAY,
    FOUR,
    NEXT_GENERATION,
    SECOND,
    Certificate,
    mark_at,
    publication_at,
)

View = tuple[str, Any, datetime, Any]
FIRST_ENDED = datetime.fromisoformat("2025-03-31T14:59:59+00:00")
"""The end of generation 1 of a world that begins in 2026; it signs no more."""


class Published(Lives):
    """One history, looked at through what the authorities publish."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[View] = []
        self.octets: dict[Any, bytes] = {}
        self.fetched: dict[Any, list[tuple[datetime, datetime]]] = defaultdict(list)
        """Of each list, when it was fetched, and of when it was."""
        self.first_lists: set[datetime] = set()

    @rule(which=certificates, ago=st.sampled_from([timedelta(0), timedelta(0), SECOND, timedelta(hours=3), -SECOND]))
    def ask_ocsp(self, which: int, ago: timedelta) -> None:
        """Ask about one certificate, now or as of then."""
        self.hear(self.some_certificate(which), self.now - ago)

    @rule(which=st.integers(0, 3), place=places, ago=st.sampled_from([timedelta(0), timedelta(0), DAY, -SECOND]))
    def fetch_list(self, which: int, place: str, ago: timedelta) -> None:
        """Fetch one list of each generation, now or as of then."""
        self.read(FOUR.split()[which], place, self.now - ago)

    @invariant()
    def the_register_is_as_of_now(self) -> None:
        """Nobody has two certificates of one population in force, and the register says so as of now."""
        self.look_at_register(self.now)

    def hear(self, one: Certificate, instant: datetime) -> None:
        """Ask OCSP, compare, and keep what was said."""
        der = self.world.jlis.ocsp(Kind(one.kind), self.questions[id(one)], instant).der
        found = ocsp.load_der_ocsp_response(der)
        reason = found.revocation_reason
        status = found.certificate_status.name.lower()
        said = None if reason is None else reason.value
        if status == "revoked" and said is None:
            said = "unspecified"  # by leaving the reason out
        assert found.this_update_utc == self.naive.publish(mark_at(instant))
        self.views.append(("ocsp", one, found.this_update_utc, (status, found.revocation_time_utc, said)))
        self.compare(self.views[-1])

    def read(self, population: str, place: str, instant: datetime) -> None:
        """Fetch the lists of every key that signs some, compare, and keep them."""
        if self.lists.mode is CrlMode.NEW_KEY:
            self.fetch(population, None, place, instant)
            return
        for generation in (1, 3, 4) if instant >= NEXT_GENERATION else (1, 3):
            self.fetch(population, generation, place, instant)

    def fetch(self, population: str, generation: int | None, place: str, instant: datetime) -> None:
        """Fetch one list; it is of the last publication, or of the one before while its swap is to come."""
        kind, _, medium = population.partition("/")
        der = self.world.jlis.crl(
            Kind(kind), MUNICIPALITIES[place], instant, medium=Medium(medium), generation=generation
        )
        found = x509.load_der_x509_crl(der)
        this_update, scope = found.last_update_utc, (population, generation, place)
        self.naive.publish(this_update)
        assert this_update in self.possible_lists(min(instant, FIRST_ENDED) if generation == 1 else instant)
        assert found.next_update_utc == this_update + 2 * DAY
        assert self.octets.setdefault((scope, this_update), der) == der, "one number, one list"
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        self.first_lists.add(this_update - number * DAY)
        self.fetched[scope].append((instant, this_update))
        signer = generation or (4 if this_update >= NEXT_GENERATION else 3)
        known = self.world.trust().generations[kind]
        if signer <= len(known):
            key = x509.load_der_x509_certificate(known[signer - 1]).public_key()
            assert found.is_signature_valid(key)  # type: ignore[arg-type]
        point = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value.full_name
        of_it = [one for one in self.naive.certificates if (one.population, one.place) == (population, place)]
        assert all(one.point == point for one in of_it if generation in {None, one.generation})
        content = {line.serial_number: reason_in(line) for line in found}
        self.views.append(("list", scope, this_update, content))
        self.compare(self.views[-1])

    def possible_lists(self, instant: datetime) -> set[datetime]:
        """Return which publications may be current: yesterday's for five to ten minutes where there is a swap."""
        swap, today = self.lists.swap or Swap(timedelta(0), timedelta(0)), publication_at(instant)
        found = set()
        if instant >= today + swap.shortest:
            found.add(today)
        if instant < today + swap.longest:
            found.add(today - DAY)
        return found

    def compare(self, view: View) -> None:
        """Compare a view with the naive register as of its own thisUpdate."""
        what, subject, this_update, content = view
        if what == "ocsp":
            assert content == self.naive.status(subject, this_update)
            return
        population, generation, place = subject
        expected = self.naive.listed(population, generation, place, this_update)
        assert content == {
            serial: NO_REASON if reason == "unspecified" else reason for serial, reason in expected.items()
        }

    def look_at_register(self, instant: datetime) -> None:
        """Compare the register as of an instant: people, last certificates, those in force."""
        register = self.world._register
        for who in self.naive.holders:
            person, line = register.person_at(who, instant), self.naive.line(who, instant)
            assert (None if person is None else (person.standing.value, person.resident.municipality)) == (
                None if line is None else (line.standing, line.place)
            )
            for name in FOUR.split():
                kind, _, medium = name.partition("/")
                population = Population(Kind(kind), Medium(medium))
                latest, current = self.naive.latest(who, name, instant), self.naive.current(who, name, instant)
                assert _number(register.latest(who, population, instant)) == _number(latest)
                assert _number(register.current(who, population, instant)) == _number(current)

    def look_at_everything(self) -> None:
        """See that every view handed out still holds, and ask everything once more, as of then and of tomorrow."""
        for instant in self.instants:
            for off in (-SECOND, timedelta(0), SECOND):
                self.look_at_register(min(instant + off, self.now))
        for instant in (self.instants[-1], self.now + DAY):
            for one in self.naive.certificates:
                self.hear(one, instant)
            for population in FOUR.split():
                for place in PLACES:
                    self.read(population, place, instant)
        for view in self.views:
            self.compare(view)
        self.numbers_ascend()
        self.holds_stay()

    def numbers_ascend(self) -> None:
        """One counter of certificates for each kind (spec/pki.md §1.3); a list's number follows from its day.

        And whoever fetched a later list never gets an earlier one afterwards.
        """
        for kind in Kind:
            numbers = [one.serial for one in self.naive.certificates if one.kind == kind.value]
            assert numbers == sorted(set(numbers))
        assert len(self.first_lists) <= 1
        for fetched in self.fetched.values():
            of_when = [this_update for _, this_update in sorted(fetched)]
            assert of_when == sorted(of_when)

    def holds_stay(self) -> None:
        """Once OCSP said of a certificate that it is revoked, it said nothing else of any later mark.

        Nor was it revoked at an instant as of which something else was said.
        """
        told: dict[int, Any] = {}
        last_unrevoked: dict[int, datetime] = {}
        for what, subject, this_update, content in sorted(self.views, key=lambda view: view[2]):
            if what == "ocsp":
                assert told.setdefault(id(subject), content) == content
                if content[0] != "revoked":
                    del told[id(subject)]
                    last_unrevoked[id(subject)] = this_update
                elif id(subject) in last_unrevoked:
                    assert last_unrevoked[id(subject)] < content[1]


def _number(found: Entry | Certificate | None) -> int | None:
    return None if found is None else found.serial
