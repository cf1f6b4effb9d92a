"""A random story of cards, told to worlds and to an oracle that shares no code with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from hypothesis import strategies as st

from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.municipalities import MUNICIPALITIES
from harness.world import World
from tests.harness.asking import ask
from tests.harness.instants import jst

START = jst("2026-12-01T00:00:00")
EXPIRY = date(2026, 12, 4)
LAST_SECOND = jst("2026-12-04T23:59:59")
DAYS = 8
REASONS = ("keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold")
MOST_CARDS = 4
PLACES = sorted(MUNICIPALITIES)[:: len(MUNICIPALITIES) // 5]
"""Where people live here, from one end of the country to the other: each look asks for every list of them."""


@dataclass
class Leaf:
    """A certificate as the oracle remembers it."""

    holder: str
    kind: str
    serial: int
    partition: str
    issued: datetime
    ends: datetime
    revoked: datetime | None = None
    reason: str | None = None


@dataclass
class Oracle:
    """The register in thirty lines: a list, walked from end to end for every question."""

    leaves: list[Leaf] = field(default_factory=list)
    published: datetime | None = None

    def in_force(self, holder: str, kinds: str, now: datetime) -> list[Leaf]:
        """Return what an event could revoke."""
        return [x for x in self.leaves if x.holder == holder and x.kind in kinds and not x.revoked and now <= x.ends]

    def may_happen(self, now: datetime) -> bool:
        """Return whether no view that is out speaks of `now` or later."""
        return self.published is None or now > self.published

    def ocsp(self, kind: str, serial: int, now: datetime) -> tuple[str, datetime | None, str | None]:
        """Return status, revocation time and reason at the quarter of an hour before `now`."""
        mark = self.publish(now - timedelta(minutes=now.minute % 15, seconds=now.second))
        for leaf in self.leaves:
            if (leaf.kind, leaf.serial) == (kind, serial) and leaf.issued <= mark:
                return (
                    ("REVOKED", leaf.revoked, leaf.reason)
                    if leaf.revoked and leaf.revoked <= mark
                    else ("GOOD", None, None)
                )
        return "UNKNOWN", None, None

    def crl(self, kind: str, partition: str, now: datetime) -> tuple[datetime, dict[int, str | None]]:
        """Return thisUpdate (the last 03:00 in Japan = 18:00 UTC) and the listed serials with their reasons."""
        six_pm = now.replace(hour=18, minute=0, second=0)
        day = self.publish(six_pm if six_pm <= now else six_pm - timedelta(days=1))
        listed = {
            x.serial: x.reason
            for x in self.leaves
            if (x.kind, x.partition) == (kind, partition)
            and x.revoked
            and x.revoked <= day
            and not x.ends < day - timedelta(days=1)
        }
        return day, listed

    def publish(self, instant: datetime) -> datetime:
        """Remember that a view as of `instant` is out."""
        self.published = instant if self.published is None else max(instant, self.published)
        return instant


minutes = st.integers(0, DAYS * 24 * 60 // 15).map(lambda n: n * 15) | st.integers(0, DAYS * 24 * 60)
whats = st.one_of(
    st.tuples(st.just("issue"), st.booleans(), st.sampled_from(PLACES)),
    st.tuples(st.just("lose"), st.integers(0, 5)),
    st.tuples(st.just("move"), st.integers(0, 5)),
    st.tuples(st.just("revoke"), st.integers(0, 5), st.sampled_from(["auth", "sign"]), st.sampled_from(REASONS)),
    st.tuples(st.just("look")),
)


class Play:
    """One history, told to the oracle and to the world alike, or to several worlds in turn that share a store."""

    def __init__(self, *worlds: World) -> None:
        self._worlds = cycle(worlds)
        self.world = next(self._worlds)
        self.oracle = Oracle()
        self.holders: list[str] = []
        self.lost: set[str] = set()

    def happen(self, what: tuple[object, ...], now: datetime) -> None:
        """Let it happen, or see that the world refuses what the oracle refuses."""
        self.world = next(self._worlds)
        self.world.clock.set(now)
        match what:
            case ("look",):
                self.look(now)
            case ("issue", bool(short), str(place)):
                self.issue(now, place, EXPIRY if short else None)
            case ("lose", int(number)) if self.holders:
                self.lose(number, now)
            case ("move", int(number)) if self.holders:
                self.move(number, now)
            case ("revoke", int(number), str(kind), str(reason)) if self.holders:
                self.revoke(number, (kind,), reason, now, lambda holder: self.world.revoke(holder, kind, reason))

    def issue(self, now: datetime, place: str, expiry: date | None) -> None:
        """Register somebody with a card."""
        if len(self.holders) == MOST_CARDS:
            return
        ends = LAST_SECOND if expiry else jst("2099-01-01T00:00:00")
        if not self.oracle.may_happen(now) or now >= ends:
            with pytest.raises(EventRefused):
                self.world.new_resident(with_card=True, municipality=place, card_expiry=expiry)
            return
        holder = self.world.new_resident(with_card=True, municipality=place, card_expiry=expiry).id
        card = self.world.card_of(holder)
        for kind, serial in (("auth", card.auth_serial), ("sign", card.sign_serial)):
            self.oracle.leaves.append(Leaf(holder, kind, serial, place, now, ends))
        self.holders.append(holder)

    def revoke(
        self, number: int, kinds: tuple[str, ...], reason: str, now: datetime, tell: Callable[[str], None]
    ) -> None:
        """Revoke what is in force."""
        holder = self.holders[number % len(self.holders)]
        found = self.oracle.in_force(holder, " ".join(kinds), now)
        if not found or not self.oracle.may_happen(now):
            with pytest.raises(EventRefused):
                tell(holder)
            return
        tell(holder)
        for leaf in found:
            leaf.revoked, leaf.reason = now, reason

    def lose(self, number: int, now: datetime) -> None:
        """Report a card lost, once: whatever became of its certificates, those in force are put on hold."""
        holder = self.holders[number % len(self.holders)]
        if holder in self.lost or not self.oracle.may_happen(now):
            with pytest.raises(EventRefused):
                self.world.lose(holder)
            return
        self.world.lose(holder)
        self.lost.add(holder)
        for leaf in self.oracle.in_force(holder, "auth sign", now):
            leaf.revoked, leaf.reason = now, "certificateHold"

    def move(self, number: int, now: datetime) -> None:
        """Move somebody; their signature certificate goes, if it is still in force."""
        holder = self.holders[number % len(self.holders)]
        if not self.oracle.may_happen(now):
            with pytest.raises(EventRefused):
                self.world.move(holder)
            return
        self.world.move(holder)
        for leaf in self.oracle.in_force(holder, "sign", now):
            leaf.revoked, leaf.reason = now, "affiliationChanged"

    def look(self, now: datetime) -> None:
        """Ask for every certificate of both kinds, one that never was, and every list; compare with the oracle."""
        for kind in Kind:
            for serial in {*(leaf.serial for leaf in self.oracle.leaves), 0x0666}:
                self.compare_ocsp(kind, serial, now)
            for place in map(MUNICIPALITIES.__getitem__, PLACES):
                found = x509.load_der_x509_crl(self.world.jlis.crl(kind, place, now))
                listed = {entry.serial_number: _reason(entry) for entry in found}
                assert (found.last_update_utc, listed) == self.oracle.crl(kind.value, place.code, now)

    def compare_ocsp(self, kind: Kind, serial: int, now: datetime) -> None:
        """Compare one OCSP answer."""
        self.world = next(self._worlds)
        answered = ask(self.world, kind, serial, now)
        reason = answered.revocation_reason
        assert (
            answered.certificate_status.name,
            answered.revocation_time_utc,
            None if reason is None else reason.value,
        ) == self.oracle.ocsp(kind.value, serial, now)
        assert answered.certificate_status is not ocsp.OCSPCertStatus.GOOD or reason is None


def _reason(entry: x509.RevokedCertificate) -> str:
    return str(entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value)
