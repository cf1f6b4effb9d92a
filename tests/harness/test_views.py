"""Each published view equals the register as of its own thisUpdate, whatever happened before and happens after.

Random histories of two or three people, told to the world and to a naive register that shares no code with it. What
is asked is compared when it is handed out and once more at the end: nothing later may contradict it.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.events import Changes
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium, Population
from harness.jlis.reasons import RevocationReason
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.observing import NO_REASON, issuer_of, leaf_of, reason_in
from tests.harness.naive_register import (
    FOUR,
    NEVER,
    NEXT_GENERATION,
    RULES,
    START,
    Certificate,
    Holder,
    Line,
    NaiveRegister,
    mark_at,
    publication_at,
)

PLACES = ("48201", "48202", "13113")
MOST_PEOPLE, MOST_CERTIFICATES = 3, 30
SHORT, SHORT_END = date(2027, 4, 2), jst("2027-04-02T23:59:59")
LONGER, LONGER_END = date(2027, 4, 5), jst("2027-04-05T23:59:59")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
people = st.integers(0, MOST_PEOPLE - 1)
certificates = st.integers(0, MOST_CERTIFICATES - 1)
OFTEN = [
    event
    for event, rule_of in sorted(RULES.items())
    for _ in range(4 if rule_of.issues else 3 if event in {"lost", "suspended"} else 1)
]
events = st.integers(0, 10**6)
reasons = st.none() | st.sampled_from([reason.value for reason in RevocationReason])
places = st.sampled_from(PLACES)
spans = st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), timedelta(minutes=7), timedelta(hours=5), timedelta(days=1)]
)
REASONS = [reason.value for reason in RevocationReason]
View = tuple[str, Any, datetime, Any]


class History(RuleBasedStateMachine):
    """One history; `keys` are those of the session."""

    keys: ClassVar[KeyPool]

    def __init__(self) -> None:
        super().__init__()
        self.world = World.create(self.keys, seed=3, start=START)
        self.naive = NaiveRegister()
        self.questions: dict[int, bytes] = {}
        self.views: list[View] = []
        self.instants = [START]
        """When something happened."""

    @property
    def now(self) -> datetime:
        """The world's instant."""
        return self.world.clock.now()

    @initialize(is_spring=st.booleans())
    def two_people(self, *, is_spring: bool) -> None:
        """Two people get a card, one of them a short one; it goes on at once, or when the authorities change."""
        self.register(PLACES[0], is_short=False)
        self.register(PLACES[1], is_short=True)
        if is_spring:
            self.world.clock.set(NEXT_GENERATION - timedelta(hours=9))

    @rule(place=places, is_short=st.booleans())
    def register(self, place: str, *, is_short: bool) -> None:
        """Somebody is registered, with a card."""
        if len(self.naive.holders) == MOST_PEOPLE:
            return
        now, expiry = self.now, SHORT if is_short else None
        if self.naive.is_too_late(now) or (is_short and now >= SHORT_END):
            with pytest.raises(EventRefused):
                self.world.new_resident(with_card=True, municipality=place, card_expiry=expiry)
            return
        made = self.world.new_resident(with_card=True, municipality=place, card_expiry=expiry, birth_date=BORN)
        line = Line(now, "present", place, made.name)
        self.naive.holders[made.id] = Holder([line], SHORT_END if is_short else NEVER, has_card=True)
        self.take_in(made.id, "auth/card sign/card", now)

    @rule(things=st.lists(st.tuples(people, events, places, reasons, spans), min_size=4, max_size=10))
    def possible_things(self, things: list[tuple[int, int, str, str | None, timedelta]]) -> None:
        """Time goes by, and something befalls somebody: three times of four what can, issuances oftenest."""
        for who, number, place, reason, span in things:
            self.later(self.now + span)
            holder_id = self.somebody(who)
            possible = [event for event in OFTEN if not self.naive.refuses(holder_id, event, self.now)]
            chosen = possible if possible and number % 4 else sorted(RULES)
            self.befall(holder_id, chosen[number // 4 % len(chosen)], place, reason)

    @rule(who=people, event=st.sampled_from(sorted(RULES)), place=places)
    def anything(self, who: int, event: str, place: str) -> None:
        """Something befalls somebody, or the world refuses what the naive register refuses."""
        self.befall(self.somebody(who), event, place, None)

    def befall(self, holder_id: str, event: str, place: str, reason: str | None) -> None:
        """Tell it to both."""
        now, rule_of, holder = self.now, RULES[event], self.naive.holders[holder_id]
        if rule_of.issues and len(self.naive.certificates) >= MOST_CERTIFICATES - 1:
            return
        last = holder.lines[-1]
        line = replace(last, since=now, standing=rule_of.standing or last.standing)
        changes = Changes()
        if event in {"moved-in", "returned"}:
            line, changes = replace(line, place=place), Changes(municipality=place)
        elif event == "name-changed":
            line = replace(line, name=f"{last.name}新" if len(last.name) < 20 else "試験　短子")
            changes = Changes(name=line.name)
        elif event == "residence-period-changed":
            changes = Changes(card_expiry=LONGER)
        happens = (holder_id, LifeEvent(event), changes)
        why = None if reason is None else RevocationReason(reason)
        if self.naive.refuses(holder_id, event, now):
            with pytest.raises(EventRefused):
                self.world.happen(*happens, reason=why)
            return
        self.world.happen(*happens, reason=why)
        self.instants.append(now)
        self.naive.end(holder_id, rule_of.ends, reason or rule_of.reason, now)
        holder.lines.append(line)
        holder.has_card |= event == "card-issued"
        holder.is_withdrawn = event in {"lost", "suspended"} or (holder.is_withdrawn and event != "card-reissued")
        if event == "residence-period-changed":
            holder.card_ends = LONGER_END
        self.take_in(holder_id, rule_of.issues, now)

    @rule(who=people, kind=st.sampled_from(["auth", "sign"]), reason=st.sampled_from(REASONS))
    def revoke(self, who: int, kind: str, reason: str) -> None:
        """One certificate of a card is revoked, whatever befell its holder."""
        now, holder_id = self.now, self.somebody(who)
        if self.naive.is_too_late(now) or not self.naive.in_force(holder_id, f"{kind}/card", now):
            with pytest.raises(EventRefused):
                self.world.revoke(holder_id, kind, reason)
            return
        self.world.revoke(holder_id, kind, reason)
        self.instants.append(now)
        self.naive.end(holder_id, f"{kind}/card", reason, now)

    @rule(is_mark=st.booleans(), off=st.sampled_from([-SECOND, timedelta(0), SECOND]))
    def wait(self, *, is_mark: bool, off: timedelta) -> None:
        """It is the next mark or publication, or a second before or after it."""
        target = mark_at(self.now) + timedelta(minutes=15) if is_mark else publication_at(self.now) + DAY
        self.later(target + off)

    def later(self, target: datetime) -> None:
        """Set the clock, which goes on and never back."""
        if self.now < target < HORIZON:
            self.world.clock.set(target)

    def somebody(self, who: int) -> str:
        """Return one of those who are registered."""
        return list(self.naive.holders)[who % len(self.naive.holders)]

    @rule(which=certificates, ago=st.sampled_from([timedelta(0), timedelta(0), SECOND, timedelta(hours=3), -SECOND]))
    def ask_ocsp(self, which: int, ago: timedelta) -> None:
        """Ask about one certificate, now or as of then."""
        self.hear(self.naive.certificates[which % len(self.naive.certificates)], self.now - ago)

    @rule(which=st.integers(0, 3), place=places, ago=st.sampled_from([timedelta(0), timedelta(0), DAY, -SECOND]))
    def fetch_list(self, which: int, place: str, ago: timedelta) -> None:
        """Fetch one list of each generation, now or as of then."""
        self.read(FOUR.split()[which], place, self.now - ago)

    @invariant()
    def the_register_is_as_of_now(self) -> None:
        """Nobody has two certificates of one population in force, and the register says so as of now."""
        if self.naive.holders:
            self.look_at_register(self.now)

    def teardown(self) -> None:
        """See that every view handed out still holds, and ask everything once more, as of then and of tomorrow."""
        if self.naive.holders:
            for instant in self.instants:
                for off in (-SECOND, timedelta(0), SECOND):
                    self.look_at_register(min(instant + off, self.now))
            for instant in (self.instants[-1], self.now + DAY):
                for one in self.naive.certificates:
                    self.hear(one, instant)
                for population in FOUR.split():
                    for place in PLACES:
                        self.read(population, place, instant)
            self.compare_all()
            self.numbers_ascend()
            self.holds_stay()
        self.world.close()

    def take_in(self, holder_id: str, populations: str, now: datetime) -> None:
        """Note the certificates that were just issued: number and end are read from the certificates themselves."""
        known = {(one.kind, one.serial) for one in self.naive.certificates}
        new = [e for e in self.world.all_certificates(holder_id) if (e.kind.value, e.serial) not in known]
        assert [str(entry.population) for entry in new] == populations.split()
        for entry in new:
            leaf = leaf_of(self.world, entry)
            generation = 4 if now >= NEXT_GENERATION else 3
            issuer = issuer_of(self.world, entry)
            assert self.world.trust().generations[entry.kind.value][generation - 1] == issuer.public_bytes(Encoding.DER)
            one = Certificate(
                holder_id,
                str(entry.population),
                leaf.serial_number,
                generation,
                self.naive.holders[holder_id].lines[-1].place,
                now,
                leaf.not_valid_after_utc,
            )
            hashed = SHA1()  # noqa: S303  (the hash of RFC 6960 CertIDs)
            asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashed).build()
            self.questions[id(one)] = asked.public_bytes(Encoding.DER)
            self.naive.certificates.append(one)

    def hear(self, one: Certificate, instant: datetime) -> None:
        """Ask OCSP, compare, and keep what was said."""
        der = self.world.jlis.ocsp(Kind(one.kind), self.questions[id(one)], instant).der
        found = ocsp.load_der_ocsp_response(der)
        reason = found.revocation_reason
        content = (
            found.certificate_status.name.lower(),
            found.revocation_time_utc,
            None if reason is None else reason.value,
        )
        if content[0] == "revoked" and reason is None:
            content = (*content[:2], "unspecified")  # said by leaving the reason out
        assert found.this_update_utc == self.naive.publish(mark_at(instant))
        self.views.append(("ocsp", one, found.this_update_utc, content))
        self.compare(self.views[-1])

    def read(self, population: str, place: str, instant: datetime) -> None:
        """Fetch the lists of all generations, compare, and keep them."""
        kind, _, medium = population.partition("/")
        for generation in (3, 4) if instant >= NEXT_GENERATION else (3,):
            der = self.world.jlis.crl(
                Kind(kind), MUNICIPALITIES[place], instant, medium=Medium(medium), generation=generation
            )
            found = x509.load_der_x509_crl(der)
            content = {line.serial_number: reason_in(line) for line in found}
            assert found.last_update_utc == self.naive.publish(publication_at(instant))
            self.views.append(("list", (population, generation, place), found.last_update_utc, content))
            self.compare(self.views[-1])

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

    def compare_all(self) -> None:
        """Compare every view once more."""
        for view in self.views:
            self.compare(view)

    def look_at_register(self, instant: datetime) -> None:
        """Compare the register as of an instant: people, last certificates, those in force."""
        register = self.world._register
        for who in self.naive.holders:
            person, line = register.person_at(who, instant), self.naive.line(who, instant)
            assert (None if person is None else (person.standing.value, person.resident.municipality)) == (
                None if line is None else (line.standing, line.place)
            )
            assert person is None or line is None or person.resident.name == line.name
            for name in FOUR.split():
                kind, _, medium = name.partition("/")
                population = Population(Kind(kind), Medium(medium))
                assert _number(register.latest(who, population, instant)) == _number(
                    self.naive.latest(who, name, instant)
                )
                assert _number(register.current(who, population, instant)) == _number(
                    self.naive.current(who, name, instant)
                )

    def numbers_ascend(self) -> None:
        """One counter for each kind, over all populations and generations (spec/pki.md §1.3)."""
        for kind in Kind:
            numbers = [one.serial for one in self.naive.certificates if one.kind == kind.value]
            assert numbers == sorted(set(numbers))

    def holds_stay(self) -> None:
        """Once OCSP said of a certificate that it is revoked, it said nothing else of any later mark."""
        told: dict[int, Any] = {}
        for what, subject, _, content in sorted(self.views, key=lambda view: view[2]):
            if what == "ocsp":
                assert told.setdefault(id(subject), content) == content
                if content[0] != "revoked":
                    del told[id(subject)]


BORN = date(1980, 6, 1)
HORIZON = jst("2027-04-10T00:00:00")


def _number(found: Entry | Certificate | None) -> int | None:
    return None if found is None else found.serial


def test_every_view_equals_the_register_as_of_its_own_instant(keys: KeyPool) -> None:
    """Random histories of every event, looked at while they happen and afterwards at any instant."""
    machine = type("HistoryOfThisSession", (History,), {"keys": keys})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )


def test_the_naive_register_knows_every_event() -> None:
    """An event that is added without its rule here fails."""
    assert sorted(RULES) == sorted(event.value for event in LifeEvent)
