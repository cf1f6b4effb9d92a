"""What can happen in a play, as values: a play is a list of these, and any part of the list is a play as well.

A step that is not possible where it stands is passed over: so a play stays one when others are taken out of it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from harness.jlis.fault_grammar import Fault
from scenarios.advice import Desk
from scenarios.exploration.dates import (
    JST,
    QUARTER,
    SECOND,
    birthday_after,
    day_of,
    last_second,
    leap_day_after,
    mark_at,
    three_months_before,
)
from scenarios.exploration.oracle import OUTAGES
from scenarios.exploration.play import NAMES, Play, Someone
from scenarios.secrets import Secret

LONGEST = timedelta(days=9_000)
"""How far a play may go."""
ADULT, LEAP, CHILD = date(1980, 6, 1), date(1988, 2, 29), date(2014, 6, 1)
KINDS = (
    "adult", "twin", "born on a leap day", "child", "with a card that ends today", "with certificates of sixty days",
    "foreign",
)  # fmt: skip
BORN = {"born on a leap day": LEAP, "child": CHILD, "twin": ADULT}
SECRETS = ("PIN", "PASSWORD", "TEXT_PIN", "REGISTER_PIN", "NUMBER_A", "NUMBER_B", "BIRTH_DATE")
PLACES = ("attended", "managed", "lent", "online", "outdoor")


class Step(Protocol):
    """One thing that happens."""

    def is_possible(self, play: Play, /) -> bool:
        """Whether it can happen now."""

    def take(self, play: Play, /) -> None:
        """Let it happen; StoryBroken where it does not come out as foretold."""


@dataclass(frozen=True)
class Arrives:
    """Somebody is given a card."""

    kind: str = "adult"

    def is_possible(self, play: Play) -> bool:
        """Four are enough for a story."""
        new = sum(each.old is None for each in play.people)
        in_time = self.kind != "with a card that ends today" or play.now < last_second(day_of(play.now))
        return new < len(NAMES) and play.may_befall and in_time and (self.kind != "twin" or new > 0)

    def take(self, play: Play) -> None:
        """Those who are twins were born on one day: their cards open each other's records."""
        today = day_of(play.now)
        name = NAMES[sum(each.old is None for each in play.people)]
        born = BORN.get(self.kind, ADULT if self.kind != "adult" else ADULT.replace(year=1970 + len(play.people)))
        born = play.people[0].person.born if self.kind == "twin" else born
        options: dict[str, Any] = {}
        limit, early = None, None
        if self.kind == "with a card that ends today":
            options, limit = {"that_expires_today": True}, today
        elif self.kind == "with certificates of sixty days":
            options, early = {"whose_certificates_end_in": timedelta(days=60)}, today + timedelta(days=60)
        elif self.kind == "foreign":
            limit = today + timedelta(days=20)
            options = {"nationality": "USA", "residence_until": limit, "name": "SMITH JOHN"}
        code = ", ".join(f"{key}={written(value)}" for key, value in {"to_somebody_born": born, **options}.items())
        play.write(f"{name} = town.issues_a_card({code})")
        resident = play.town.issues_a_card(to_somebody_born=born, **options)
        person = play.register.person(born, play.now, limit=limit, early=early)
        person.foreign = self.kind == "foreign"
        play.joins(Someone(name, resident, person))


def written(value: object) -> str:
    """Return a value as a story says it."""
    if isinstance(value, timedelta):
        return f"timedelta(days={value.days})"
    return json.dumps(value) if isinstance(value, str) else repr(value).removeprefix("datetime.")


@dataclass(frozen=True)
class Turns:
    """The clock turns to an instant that means something: a mark, the end of somebody's certificate, a leap day."""

    to: str
    who: int = 0

    def is_possible(self, play: Play) -> bool:
        """Forward, and not beyond what a play may be."""
        instant = self._instant(play)
        return instant is not None and play.now < instant < play.began + LONGEST

    def take(self, play: Play) -> None:
        """As a story tells it: a time of the same day, or of a later one."""
        instant = self._instant(play)
        if instant is None:
            return
        days = (day_of(instant) - day_of(play.now)).days
        said = f"{instant.astimezone(JST):%H:%M:%S}"
        if days == 0:
            play.write(f'clock.turns_to("{said}")')
            play.clock.turns_to(said)
        elif days == 1:
            play.write(f'clock.turns_to_next_day("{said}")')
            play.clock.turns_to_next_day(said)
        else:
            play.write(f'clock.lets_days_pass({days}, until="{said}")')
            play.clock.lets_days_pass(days, until=said)

    def _instant(self, play: Play) -> datetime | None:
        now, whole = play.now, play.now.replace(microsecond=0)
        if self.to in SPANS:
            return whole + SPANS[self.to]
        next_mark, midnight = mark_at(now) + QUARTER, datetime.combine(day_of(now) + timedelta(days=1), time(), JST)
        simple = {
            "the mark": next_mark,
            "a second before the mark": next_mark - SECOND,
            "a second after the mark": next_mark + SECOND,
            "midnight": midnight,
            "a second before midnight": midnight - SECOND,
            "the leap day": datetime.combine(leap_day_after(day_of(now)), time(12), JST),
        }
        if self.to in simple:
            return simple[self.to]
        if self.who >= len(play.people):
            return None
        card, born = play.people[self.who].card, play.people[self.who].person.born
        ends, noon = card.auth.ends, time(12)
        return {
            "the end": ends,
            "a second before the end": ends - SECOND,
            "a second after the end": ends + SECOND,
            "nine hours after the end": ends + timedelta(hours=9),
            "the day before the renewal opens": datetime.combine(three_months_before(day_of(ends)), noon, JST),
            "the day the renewal opens": datetime.combine(
                three_months_before(day_of(ends)) + timedelta(days=1), noon, JST
            ),
            "the birthday": datetime.combine(birthday_after(born, day_of(now), 1), noon, JST),
        }[self.to]


SPANS = {
    "a second on": SECOND,
    "a minute on": timedelta(minutes=1),
    "299 seconds on": timedelta(seconds=299),
    "300 seconds on": timedelta(seconds=300),
    "301 seconds on": timedelta(seconds=301),
    "an hour on": timedelta(hours=1),
    "a day on": timedelta(days=1),
    "30 days on": timedelta(days=30),
    "a year on": timedelta(days=365),
    "four years on": timedelta(days=4 * 365 + 1),
}
TURNS = (
    "the mark", "a second before the mark", "a second after the mark", *SPANS, "midnight", "a second before midnight",
    "the leap day", "the end", "a second before the end", "a second after the end", "nine hours after the end",
    "the day before the renewal opens", "the day the renewal opens", "the birthday",
)  # fmt: skip


@dataclass(frozen=True)
class Befalls:
    """Something befalls somebody."""

    who: int
    event: str

    def is_possible(self, play: Play) -> bool:
        """What needs what stands in the oracle's table."""
        if self.who >= len(play.people) or not play.may_befall:
            return False
        someone = play.people[self.who]
        return someone.old is None and play.register.possible(someone.person, self.event, play.now)

    def take(self, play: Play) -> None:
        """In the world and in the oracle's register; then the card shows what was written."""
        someone = play.people[self.who]
        resident, name = someone.resident, self.event.replace(" ", "_")
        if self.event == "changes the name":
            play.write(f'{someone.name}.{name}("試験　花子")')
            resident.changes_the_name("試験　花子")
        elif self.event == "has the stay extended":
            until = (someone.person.limit or day_of(play.now)) + timedelta(days=300)
            play.write(f"{someone.name}.{name}({written(until)})")
            resident.has_the_stay_extended(until)
        elif self.event.startswith("has the PINs reset"):
            desk = Desk.COUNTER if self.event.endswith("counter") else Desk.KIOSK
            play.write(f"{someone.name}.has_the_pins_reset(Desk.{desk.name})")
            resident.has_the_pins_reset(desk)
        else:
            play.write(f"{someone.name}.{name}()")
            getattr(resident, name)()
        play.telling.settle()
        play.register.befalls(someone.person, self.event, play.now)
        play.knows_card_of(someone)


@dataclass(frozen=True)
class GetsAnother:
    """Somebody is given another card and keeps the old one: what it shows from then on."""

    who: int

    def is_possible(self, play: Play) -> bool:
        """Once a person: two old cards show nothing that one does not."""
        if not Befalls(self.who, "gets another card").is_possible(play):
            return False
        return sum(each.person is play.people[self.who].person for each in play.people) == 1

    def take(self, play: Play) -> None:
        """The old one is somebody of its own in the story."""
        someone = play.people[self.who]
        name = f"old_card_of_{someone.name}"
        play.write(f"{name} = town.finds_the_old_card_of({someone.name})")
        held = play.town.finds_the_old_card_of(someone.resident)
        old = Someone(name, held, someone.person, someone.person.card)
        Befalls(self.who, "gets another card").take(play)
        play.people.append(old)


@dataclass(frozen=True)
class Outage:
    """Something is wrong with what OCSP answers, or is well again."""

    fault: str

    def is_possible(self, play: Play) -> bool:
        """Nothing mends what is well."""
        return play.oracle.outage != self.fault

    def take(self, play: Play) -> None:
        """Of both kinds, until it is over."""
        if play.oracle.outage:
            play.write("jlis.is_well_again()")
            play.jlis.is_well_again()
        play.oracle.outage = self.fault
        if self.fault:
            fault, seconds = Fault(self.fault), SECONDS.get(self.fault)
            more = "" if seconds is None else f", seconds={seconds}"
            play.write(f"jlis.answers_wrongly(Fault.{fault.name}{more})")
            play.jlis.answers_wrongly(fault, seconds=seconds)


SECONDS = {"stale": 1.0, "future": 1.0, "delay": 0.2}
"""By how much an answer is too old or too early; and a late one that is in time all the same, by the host's clock."""
QUICK = tuple(fault for fault in OUTAGES if fault != "silent")
"""Those that cost no waiting: nobody answers `silent` until the product gives up."""


@dataclass(frozen=True)
class NewAuthorities:
    """The operator pins the authorities that are in office."""

    def is_possible(self, play: Play) -> bool:
        """Where there are newer ones than those that the product knows."""
        return play.oracle.pinned < play.register.generation(play.now)

    def take(self, play: Play) -> None:
        """The older ones stay pinned."""
        play.write("town.tells_the_product_of_new_authorities()")
        play.town.tells_the_product_of_new_authorities()
        play.oracle.pinned = play.register.generation(play.now)


@dataclass(frozen=True)
class Types:
    """Somebody types a secret, or a scanner reads it."""

    who: int
    secret: str
    wrong: bool = False

    def is_possible(self, play: Play) -> bool:
        """Whoever holds the card can try."""
        return self.who < len(play.people)

    def take(self, play: Play) -> None:
        """The counter of the oracle says what the card answers."""
        someone = play.people[self.who]
        status = someone.card.tries.types(self.secret, right=not self.wrong)
        wrong = ", wrong=True" if self.wrong else ""
        answer = someone.resident.types(Secret[self.secret], wrong=self.wrong)
        play.compare_card(f"{someone.name}.types(Secret.{self.secret}{wrong})", answer, status)
