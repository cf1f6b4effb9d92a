"""Lives: people are registered, things befall them and time goes by, in the world and in the naive register alike."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from harness.chronicle import EventRefused
from harness.events import Changes
from harness.jlis.crl_practice import CrlMode, CrlPractice, Swap
from harness.jlis.life_events import LifeEvent
from harness.jlis.practice import Practice
from harness.jlis.reasons import RevocationReason
from harness.keys import KeyPool
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.observing import issuer_of, leaf_of
from tests.harness.naive_register import (
    DAY,
    NEVER,
    NEXT_GENERATION,
    RULES,
    SECOND,
    START,
    Certificate,
    Holder,
    Line,
    NaiveRegister,
    mark_at,
    publication_at,
)
from tests.harness.naive_services import NaiveServices

PLACES = ("48201", "48202", "13113")
MOST_PEOPLE, MOST_CERTIFICATES = 3, 30
SHORT, SHORT_END = date(2027, 4, 2), jst("2027-04-02T23:59:59")
LONGER, LONGER_END = date(2027, 4, 5), jst("2027-04-05T23:59:59")
HORIZON = jst("2027-04-10T00:00:00")
BORN, CHILD_BORN = date(1980, 6, 1), date(2012, 1, 2)
"""The child is fifteen on 2 January 2027, a few days after the world begins."""
CARD_DAYS = {SHORT_END: SHORT, LONGER_END: LONGER, NEVER: None}
KINDS = ("adult", "short", "child", "former")
PRACTICES = (
    CrlPractice(),
    CrlPractice(swap=Swap()),
    CrlPractice(mode=CrlMode.SHARED_NAMES, swap=Swap(timedelta(minutes=7), timedelta(minutes=7))),
    CrlPractice(mode=CrlMode.NEW_KEY),
    CrlPractice(mode=CrlMode.NEW_KEY, swap=Swap()),
)
people = st.integers(0, 10**3)
certificates = st.integers(0, 10**3)
events = st.integers(0, 10**6)
reasons = st.none() | st.sampled_from([reason.value for reason in RevocationReason])
places = st.sampled_from(PLACES)
spans = st.sampled_from(
    [timedelta(0), timedelta(microseconds=1), timedelta(minutes=7), timedelta(hours=5), timedelta(days=1)]
)
REASONS = [reason.value for reason in RevocationReason]
WEIGHTS = {
    "phone-bound": 10,
    "phone-replaced": 10,
    "returned": 8,
    "residence-period-changed": 4,
    "phone-stopped": 3,
    "phone-lost": 3,
    "suspended": 2,
    "emigrated": 2,
}
OFTEN = [
    event for event, rule_of in sorted(RULES.items()) for _ in range(WEIGHTS.get(event, 5 if rule_of.issues else 1))
]
"""After most events nothing can be lost or asked any more; what brings certificates comes oftenest."""


class Lives(RuleBasedStateMachine):
    """One history, as it happens; `keys` are those of the session."""

    keys: ClassVar[KeyPool]
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.naive = NaiveRegister()
        self.services = NaiveServices(self.naive)
        self.questions: dict[int, bytes] = {}
        self.instants = [START]
        """When something happened."""
        self.turn = 0
        self.has_crowd = False

    @property
    def now(self) -> datetime:
        """The world's instant."""
        return self.world.clock.now()

    @initialize(is_spring=st.booleans(), lists=st.sampled_from(PRACTICES), kind=st.sampled_from(KINDS))
    def two_people(self, *, is_spring: bool, lists: CrlPractice, kind: str) -> None:
        """Two people get a card; it goes on at once, or nine hours before the authorities change."""
        self.lists = lists
        self.world = World.create(self.keys, seed=3, start=START, practice=Practice(lists=lists))
        self.register(PLACES[0], "adult")
        self.register(PLACES[1], kind)
        if is_spring:
            self.world.clock.set(NEXT_GENERATION - timedelta(hours=9))

    @rule(place=places, kind=st.sampled_from(KINDS))
    def register(self, place: str, kind: str) -> None:
        """Somebody is registered, with a card: a grown-up, a child, one with a former name, one whose card is short."""
        if len(self.naive.holders) >= MOST_PEOPLE:
            return
        now, born = self.now, CHILD_BORN if kind == "child" else BORN
        special: dict[str, Any] = {"municipality": place, "birth_date": born}
        if kind == "former":
            special["former_name"] = "旧沢"
        if kind == "short":
            special["card_expiry"] = SHORT
        if self.naive.is_too_late(now) or (kind == "short" and now >= SHORT_END):
            with pytest.raises(EventRefused):
                self.world.new_resident(with_card=True, **special)
            return
        made = self.world.new_resident(with_card=True, **special)
        family, space, given = made.name.partition("　")
        name = f"{family}［旧沢］{space}{given}" if kind == "former" else made.name
        line = Line(now, "present", place, name, made.address, born, made.sex)
        self.naive.holders[made.id] = Holder([line], SHORT_END if kind == "short" else NEVER)
        self.take_in(made.id, "card-issued", now)

    @precondition(lambda self: not self.has_crowd)
    @rule(count=st.integers(1, 2))
    def crowd(self, count: int) -> None:
        """Some people are registered at once; their certificates share keys."""
        now, known = self.now, set(self.naive.holders)
        if self.naive.is_too_late(now):
            with pytest.raises(EventRefused):
                self.world.new_crowd(count, keys=3)
            return
        self.has_crowd = True
        self.world.new_crowd(count, keys=3)
        for made in self.world.residents():
            if made.id not in known:
                line = Line(now, "present", made.municipality, made.name, made.address, made.birth_date, made.sex)
                self.naive.holders[made.id] = Holder([line], NEVER)
                self.take_in(made.id, "card-issued", now)
        assert len(self.naive.holders) == len(known) + count

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
        line, changes = self.changed(event, holder.lines[-1], place)
        happens = (holder_id, LifeEvent(event), changes)
        why = None if reason is None else RevocationReason(reason)
        if self.naive.refuses(holder_id, event, now):
            with pytest.raises(EventRefused):
                self.world.happen(*happens, reason=why)
            return
        self.world.happen(*happens, reason=why)
        self.instants.append(now)
        self.naive.end(holder_id, rule_of.ends, reason or rule_of.reason, now)
        since = now if (line, rule_of.standing or line.standing) != (holder.lines[-1], line.standing) else line.since
        holder.lines.append(replace(line, since=since, standing=rule_of.standing or line.standing))
        if event in {"lost", "suspended"}:
            holder.is_withdrawn = True
            holder.is_lost |= event == "lost"
        if event == "residence-period-changed":
            holder.card_ends = LONGER_END
        self.take_in(holder_id, event, now)

    def changed(self, event: str, last: Line, place: str) -> tuple[Line, Changes]:
        """Return what stands otherwise in the resident register: for the naive one, and as the world is told it."""
        self.turn += 1
        address, name, line, changes = f"試験県葵市改町{self.turn}番", f"試験　改子{self.turn}", last, Changes()
        match event:
            case "moved-in" | "returned":
                line = replace(last, place=place, address=address)
                changes = Changes(municipality=place, address=address)
            case "moved-within" | "relabelled":
                line, changes = replace(last, address=address), Changes(address=address)
            case "name-changed":
                guarded = last.guarded != (place == PLACES[2])
                line = replace(last, name=name, guarded=guarded)
                changes = Changes(name=name, former_name=None, under_guardianship=guarded)
            case "sex-changed":
                sex = {"1": "2", "2": "3"}.get(last.sex, "1")
                line, changes = replace(last, sex=sex), Changes(sex=sex)
            case "birth-date-corrected":
                born = last.born.replace(day=last.born.day % 27 + 1)
                line, changes = replace(last, born=born), Changes(birth_date=born)
            case "residence-period-changed":
                changes = Changes(card_expiry=LONGER)
        return line, changes

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

    @rule(is_mark=st.booleans(), off=st.sampled_from([-SECOND, timedelta(0), SECOND, timedelta(minutes=7)]))
    def wait(self, *, is_mark: bool, off: timedelta) -> None:
        """It is the next mark or publication, or a second before or after it, or seven minutes after."""
        target = mark_at(self.now) + timedelta(minutes=15) if is_mark else publication_at(self.now) + DAY
        self.later(target + off)

    def later(self, target: datetime) -> None:
        """Set the clock, which goes on and never back."""
        if self.now < target < HORIZON:
            self.world.clock.set(target)

    def somebody(self, who: int) -> str:
        """Return one of those who are registered."""
        return list(self.naive.holders)[who % len(self.naive.holders)]

    def some_certificate(self, which: int) -> Certificate:
        """Return one of those that were issued."""
        return self.naive.certificates[which % len(self.naive.certificates)]

    def take_in(self, holder_id: str, event: str, now: datetime) -> None:
        """Note the certificates that were just issued: number, end and names are read from the certificates."""
        holder = self.naive.holders[holder_id]
        holder.write(RULES[event].writes)
        known = {(one.kind, one.serial) for one in self.naive.certificates}
        new = [e for e in self.world.all_certificates(holder_id) if (e.kind.value, e.serial) not in known]
        assert [str(entry.population) for entry in new] == self.naive.issued_by(holder_id, event, now)
        generation = 4 if now >= NEXT_GENERATION else 3
        for entry in new:
            leaf, issuer = leaf_of(self.world, entry), issuer_of(self.world, entry)
            assert self.world.trust().generations[entry.kind.value][generation - 1] == issuer.public_bytes(Encoding.DER)
            one = Certificate(
                holder_id,
                str(entry.population),
                leaf.serial_number,
                generation,
                holder.lines[-1].place,
                now,
                leaf.not_valid_after_utc,
                *_named(leaf),
            )
            hashed = SHA1()  # noqa: S303  (the hash of RFC 6960 CertIDs)
            asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashed).build()
            self.questions[id(one)] = asked.public_bytes(Encoding.DER)
            self.naive.certificates.append(one)
            if one.population.endswith("card"):
                holder.card.certificates[one.kind] = one


def _named(leaf: x509.Certificate) -> tuple[object, bytes]:
    """Return the distribution point that a certificate names, and its issuer's key identifier."""
    (point,) = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    key_id = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert key_id is not None
    return point.full_name, key_id
