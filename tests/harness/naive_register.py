"""The register once more, as naive as can be: lists that are walked from end to end for every question.

It shares no code with the register under test. What each event does is written out below, from spec/pki.md §4 and §1.6.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tests.harness.instants import jst

NEVER = datetime(2099, 1, 1, tzinfo=UTC)
NEXT_GENERATION = datetime(2027, 4, 1, tzinfo=UTC)
"""In a world that begins in 2026 the third generation is followed by the fourth then."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
FOUR = "auth/card sign/card auth/phone sign/phone"


class Rule(NamedTuple):
    """What an event needs, ends and why, brings, where it leaves the holder, and what it writes on a card at hand."""

    needs: str = ""
    ends: str = ""
    reason: str = ""
    issues: str = ""
    standing: str = ""
    writes: str = ""


_CHANGED = Rule("", "sign/card sign/phone", "affiliationChanged", writes="attributes")
_PHONE = Rule("signature", "auth/phone sign/phone", "superseded", "auth/phone sign/phone")
_GONE = Rule("", FOUR, "cessationOfOperation")
RULES = {
    "card-issued": Rule("no card", issues="auth/card sign/card", writes="new attributes expiry"),
    "moved-within": _CHANGED._replace(needs="home"),
    "moved-out": _CHANGED._replace(needs="home", standing="left", writes=""),
    "moved-in": _CHANGED._replace(standing="present"),
    "relabelled": _CHANGED._replace(needs="home"),
    "name-changed": _CHANGED,
    "sex-changed": _CHANGED,
    "birth-date-corrected": _CHANGED,
    "renewed": Rule("card in use", "auth/card sign/card", "superseded", "auth/card sign/card"),
    "signature-issued": Rule("card in use", "sign/card", "superseded", "sign/card"),
    "card-reissued": Rule(
        "card", "auth/card sign/card", "superseded", "auth/card sign/card", writes="new attributes expiry"
    ),
    "lost": Rule("card not lost", FOUR, "certificateHold"),
    "suspended": Rule("something", "auth/card sign/card", "certificateHold"),
    "stopped": Rule("something", "auth/card sign/card", "cessationOfOperation"),
    "key-leaked": Rule("something", "auth/card sign/card", "keyCompromise"),
    "record-error-found": Rule("something", "sign/card sign/phone", "unspecified"),
    "died": _GONE._replace(standing="dead"),
    "emigrated": _GONE._replace(standing="abroad"),
    "returned": Rule(standing="present"),
    "record-deleted": _GONE._replace(standing="deleted"),
    "pin-locked": Rule("card"),
    "pin-reset-at-counter": Rule("card in use"),
    "pin-reset-at-kiosk": Rule("card in use"),
    "phone-bound": _PHONE,
    "phone-replaced": _PHONE._replace(needs="signature phone"),
    "phone-stopped": Rule("something", "auth/phone sign/phone", "cessationOfOperation"),
    "phone-lost": Rule("something", "auth/phone sign/phone", "certificateHold"),
    "residence-period-changed": Rule("card in use", writes="expiry"),
}


@dataclass(eq=False)
class Certificate:
    """A certificate, and the instant and reason of its end."""

    holder: str
    population: str
    serial: int
    generation: int
    place: str
    issued: datetime
    ends: datetime
    point: object
    """The distribution point that it names."""
    key_id: bytes
    """Of its issuer, as it names it."""
    revoked: datetime | None = None
    reason: str | None = None

    @property
    def kind(self) -> str:
        """Its kind: auth or sign."""
        return self.population.partition("/")[0]


@dataclass(frozen=True)
class Line:
    """What the register says of somebody from an instant on."""

    since: datetime
    standing: str
    place: str
    name: str
    address: str
    born: date
    sex: str
    guarded: bool = False
    """成年被後見人: no signature certificate is issued."""

    @property
    def four(self) -> tuple[str, str, date, str]:
        """The four attributes (4情報)."""
        return self.name, self.address, self.born, self.sex


@dataclass
class Card:
    """The present card: which one it is, what is written on it, and the certificates in it."""

    number: int = 0
    line: Line | None = None
    ends: datetime | None = None
    certificates: dict[str, Certificate] = field(default_factory=dict)


@dataclass
class Holder:
    """Somebody: the lines about them, and their card."""

    lines: list[Line]
    card_ends: datetime
    has_card: bool = False
    is_withdrawn: bool = False
    is_lost: bool = False
    card: Card = field(default_factory=Card)

    def write(self, writes: str) -> None:
        """Write on the card what an event writes, where the card is at hand."""
        if "new" in writes:
            self.has_card, self.is_withdrawn, self.is_lost = True, False, False
            self.card = Card(self.card.number + 1)
        if self.has_card and not self.is_withdrawn:
            if "attributes" in writes:
                self.card.line = self.lines[-1]
            if "expiry" in writes:
                self.card.ends = self.card_ends


@dataclass
class NaiveRegister:
    """Everybody, every certificate in the order of issuance, and the latest instant that a published view speaks of."""

    holders: dict[str, Holder] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    published: datetime | None = None

    def is_too_late(self, now: datetime) -> bool:
        """Return whether a view that is out speaks of `now` or later."""
        return self.published is not None and now <= self.published

    def refuses(self, who: str, event: str, now: datetime) -> bool:
        """Return whether an event cannot happen."""
        holder, rule = self.holders[who], RULES[event]
        standing = holder.lines[-1].standing
        served = holder.has_card and not holder.is_withdrawn and now < holder.card_ends + SECOND
        return (
            self.is_too_late(now)
            or standing in {"dead", "deleted"}
            or (standing == "abroad" and event not in {"returned", "died"})
            or (standing != "abroad" and event == "returned")
            or (rule.needs == "home" and standing != "present")
            or (rule.needs == "no card" and holder.has_card)
            or (rule.needs.startswith("card") and not holder.has_card)
            or (rule.needs == "card in use" and not served)
            or (rule.needs == "card not lost" and holder.is_lost)
            or ("signature" in rule.needs and not self.in_force(who, "sign/card", now))
            or ("phone" in rule.needs and not self.in_force(who, "auth/phone sign/phone", now))
            or ("something" in rule.needs and not self.in_force(who, rule.ends, now))
            or (rule.issues != "" and (holder.card_ends <= now or not self.issued_by(who, event, now)))
        )

    def issued_by(self, who: str, event: str, now: datetime) -> list[str]:
        """Return what an event brings: nobody under fifteen or guarded gets a signature certificate (§1.7)."""
        last, day = self.holders[who].lines[-1], (now + timedelta(hours=9)).date()
        is_fifteen = (day.year - 15, day.month, day.day) >= (last.born.year, last.born.month, last.born.day)
        may_sign = is_fifteen and not last.guarded
        return [each for each in RULES[event].issues.split() if may_sign or each.startswith("auth")]

    def in_force(self, who: str, populations: str, now: datetime) -> list[Certificate]:
        """Return the certificates of somebody that are neither revoked nor expired."""
        return [
            one
            for one in self.certificates
            if one.holder == who and one.population in populations.split() and one.revoked is None and now <= one.ends
        ]

    def end(self, who: str, populations: str, reason: str, now: datetime) -> None:
        """Revoke what is in force."""
        for one in self.in_force(who, populations, now):
            one.revoked, one.reason = now, reason

    def latest(self, who: str, population: str, instant: datetime) -> Certificate | None:
        """Return the last certificate of a population that somebody was issued as of an instant."""
        found = [
            one
            for one in self.certificates
            if one.holder == who and one.population == population and one.issued <= instant
        ]
        return found[-1] if found else None

    def current(self, who: str, population: str, instant: datetime) -> Certificate | None:
        """Return the one of a population that was in force at an instant."""
        found = [
            one
            for one in self.certificates
            if one.holder == who
            and one.population == population
            and one.issued <= instant <= one.ends
            and (one.revoked is None or instant < one.revoked)
        ]
        assert len(found) <= 1, f"{who}: two certificates of {population} in force at {instant}"
        return found[0] if found else None

    def line(self, who: str, instant: datetime) -> Line | None:
        """Return what the register said of somebody at an instant."""
        found = [line for line in self.holders[who].lines if line.since <= instant]
        return found[-1] if found else None

    def status(self, one: Certificate, mark: datetime) -> tuple[str, datetime | None, str | None]:
        """Return what OCSP says as of a mark: status, revocation time, the next whole second, and reason."""
        if one.issued > mark:
            return "unknown", None, None
        if one.revoked is None or one.revoked > mark:
            return "good", None, None
        second = one.revoked.replace(microsecond=0)
        return "revoked", second if second == one.revoked else second + SECOND, one.reason

    def listed(self, population: str, generation: int | None, place: str, day: datetime) -> dict[int, str | None]:
        """Return what a list published at `day` carries: it drops an entry a day after its certificate's end.

        None: of all generations, where the latest key signs all.
        """
        return {
            one.serial: one.reason
            for one in self.certificates
            if (one.population, one.place) == (population, place)
            and generation in {None, one.generation}
            and one.revoked is not None
            and one.revoked <= day
            and one.ends >= day - DAY
        }

    def publish(self, instant: datetime) -> datetime:
        """Remember that a view as of `instant` is out."""
        self.published = instant if self.published is None else max(instant, self.published)
        return instant


def mark_at(now: datetime) -> datetime:
    """Return the quarter of an hour at or before an instant."""
    return now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)


def publication_at(now: datetime) -> datetime:
    """Return the last 03:00 of Japan, which is 18:00 UTC."""
    evening = now.replace(hour=18, minute=0, second=0, microsecond=0)
    return evening if evening <= now else evening - DAY


START = jst("2026-12-28T00:00:00")
