"""What befalls residents, as a table, and what it makes of their certificates (docs/spec/pki.md §4, life-cycle.md).

    event → what ends the authentication certificate, what the signature certificate; what is issued; what it needs

A certificate is ended only while it is in force, and by the first thing that ends it: a hold is never lifted and never
becomes anything else (pki.md §2).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from scenarios.exploration.dates import (
    card_ends,
    certificate_ends,
    day_of,
    generation_at,
    last_second,
    mark_at,
    may_sign,
)
from scenarios.exploration.tries import CHOSEN, OF_THE_APP, Tries

HOLD, SUPERSEDED, OVER = "on hold", "superseded", "over"


@dataclass(frozen=True)
class Effect:
    """One row of the table: how `auth` and `sign` end, which of them are `issued`, and what the event `needs`."""

    auth: str = ""
    sign: str = ""
    issued: tuple[str, ...] = ()
    needs: str = ""
    standing: str = ""


_BOTH = ("auth", "sign")
EFFECTS = {
    "moves within": Effect(sign=OVER, needs="home"),
    "moves": Effect(sign=OVER, standing="home"),
    "moves out": Effect(sign=OVER, needs="home", standing="left"),
    "is relabelled": Effect(sign=OVER, needs="home"),
    "changes the name": Effect(sign=OVER),
    "has the birth date corrected": Effect(sign=OVER),
    "gets a new signature certificate": Effect(sign=SUPERSEDED, issued=("sign",), needs="card at hand"),
    "renews the certificates": Effect(SUPERSEDED, SUPERSEDED, _BOTH, "card at hand"),
    "gets another card": Effect(SUPERSEDED, SUPERSEDED, _BOTH),
    "has the stay extended": Effect(needs="card at hand"),
    "loses the card": Effect(HOLD, HOLD, needs="card not lost"),
    "has the functions stopped": Effect(HOLD, HOLD, needs="something in force"),
    "revokes the certificates": Effect(OVER, OVER, needs="something in force"),
    "emigrates": Effect(OVER, OVER, standing="abroad"),
    "returns from abroad": Effect(needs="abroad", standing="home"),
    "dies": Effect(OVER, OVER, standing="dead"),
    "has the PINs reset at the counter": Effect(needs="card at hand"),
    "has the PINs reset at the kiosk": Effect(needs="card at hand"),
}
_RESETS = {"has the PINs reset at the counter": CHOSEN, "has the PINs reset at the kiosk": OF_THE_APP}


@dataclass(eq=False)
class Certificate:
    """A certificate, and what ended it."""

    kind: str
    issued: datetime
    ends: datetime
    """Its last second."""
    generation: int
    ended: datetime | None = None
    how: str = ""

    def in_force(self, now: datetime) -> bool:
        """Whether nothing ended it yet, not even time."""
        return self.ended is None and now <= self.ends

    def end(self, now: datetime, how: str) -> None:
        """End it, if it is in force."""
        if how and self.in_force(now):
            self.ended, self.how = now, how

    def said_at(self, now: datetime) -> str:
        """Return what OCSP says: the register as of the last mark; of expiry it says nothing (pki.md §3, §4)."""
        mark = mark_at(now)
        if self.issued > mark:
            return "unknown"
        return self.how if self.ended is not None and self.ended <= mark else "good"


_CHIPS = count()


@dataclass(eq=False)
class Plastic:
    """A card: its chip, the birth date in its record, its certificates, its counters."""

    made: date
    born: date
    tries: Tries
    auth: Certificate
    sign: Certificate | None
    chip: int = field(default_factory=lambda: next(_CHIPS))


@dataclass(eq=False)
class Person:
    """Somebody, and the card that is theirs now."""

    born: date
    limit: date | None
    """What ends the card before its birthday does: the stay of a foreign resident."""
    card: Plastic
    standing: str = "home"
    lost: bool = False
    stopped: bool = False
    foreign: bool = False


class Register:
    """The register of the residents, and its rules."""

    def __init__(self, began: datetime) -> None:
        self._origin = began.year
        """The world's beginning, in UTC."""

    def person(self, born: date, now: datetime, *, limit: date | None = None, early: date | None = None) -> Person:
        """Return somebody with a new card; `early` ends its certificates before the rule does."""
        return Person(born, limit, self._card(born, limit, now, early))

    def possible(self, person: Person, event: str, now: datetime) -> bool:
        """Whether the event can befall the person now (docs/life-cycle.md)."""
        effect, card = EFFECTS[event], person.card
        if person.standing == "abroad" and event not in {"returns from abroad", "dies"}:
            return False
        if person.standing == "dead":
            return False
        held = {
            "": True,
            "home": person.standing == "home",
            "abroad": person.standing == "abroad",
            "card at hand": not (person.lost or person.stopped) and day_of(now) <= self.card_ends(person),
            "card not lost": not person.lost,
            "something in force": any(each.in_force(now) for each in (card.auth, card.sign) if each is not None),
        }[effect.needs]
        if event == "gets a new signature certificate":
            held = held and may_sign(person.born, day_of(now))
        if event == "has the stay extended":
            held = held and person.foreign
        return held and all(each.ends > now for each in self._brought(person, event, now))

    def befalls(self, person: Person, event: str, now: datetime) -> None:
        """Let it happen; what it needs was looked at."""
        effect, card = EFFECTS[event], person.card
        brought = self._brought(person, event, now)
        card.auth.end(now, effect.auth)
        if card.sign is not None:
            card.sign.end(now, effect.sign)
        person.standing = effect.standing or person.standing
        if event == "gets another card":
            person.card = self._card(person.born, person.limit, now)
            person.lost = person.stopped = False
        elif event == "has the birth date corrected":
            person.born -= timedelta(days=1)
            # a card that is lost or suspended is not shown at the counter, and nothing is written on it
            card.born = card.born if person.lost or person.stopped else person.born
        elif event == "has the stay extended" and person.limit is not None:
            person.limit += timedelta(days=300)
        elif event in _RESETS:
            card.tries.resets(_RESETS[event])
        else:
            self._write(card, brought)
        person.lost = person.lost or event == "loses the card"
        person.stopped = person.stopped or event == "has the functions stopped"

    def card_ends(self, person: Person) -> date:
        """Return the last day of the card."""
        return card_ends(person.card.born, person.card.made, person.limit)

    def generation(self, now: datetime) -> int:
        """Return the generation of authorities that issues now."""
        return generation_at(now, self._origin)

    def _write(self, card: Plastic, brought: list[Certificate]) -> None:
        for each in brought:
            if each.kind == "auth":
                card.auth = each
            else:
                card.sign = each
                card.tries.gets_password()

    def _card(self, born: date, limit: date | None, now: datetime, early: date | None = None) -> Plastic:
        made = day_of(now)
        day = early or certificate_ends(born, made, previous=None, no_later_than=card_ends(born, made, limit))
        auth = self._certificate("auth", now, day)
        sign = self._certificate("sign", now, day) if may_sign(born, made) else None
        return Plastic(made, born, Tries(with_password=sign is not None), auth, sign)

    def _brought(self, person: Person, event: str, now: datetime) -> list[Certificate]:
        """Return what the event issues: none outlives the card, nor a signature certificate the other one (§1.7)."""
        issued, card, today = EFFECTS[event].issued, person.card, day_of(now)
        if event == "gets another card":
            new = self._card(person.born, person.limit, now)
            return [each for each in (new.auth, new.sign) if each is not None]
        limit, brought = self.card_ends(person), []
        if issued == ("sign",) and card.auth.in_force(now):
            limit = min(limit, day_of(card.auth.ends))
        for kind in issued:
            before = card.auth if kind == "auth" else card.sign
            if kind == "sign" and not may_sign(person.born, today):
                continue
            previous = None if before is None or now > before.ends else day_of(before.ends)
            limit = certificate_ends(person.born, today, previous=previous, no_later_than=limit)
            brought.append(self._certificate(kind, now, limit))
        return brought

    def _certificate(self, kind: str, now: datetime, day: date) -> Certificate:
        return Certificate(kind, now, last_second(day), generation_at(now, self._origin))
