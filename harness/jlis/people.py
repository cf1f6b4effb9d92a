"""People over time: who somebody was at an instant, what stood on their card, and what certificates they had.

Everything here is appended as the history is folded and never changed, so every past instant can be asked.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime

from harness.contract.vocabulary import Kind
from harness.jlis.life_cycle import Standing, Write
from harness.residents import Resident


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the resident register knew them from `since` on."""

    since: datetime
    resident: Resident
    standing: Standing


@dataclass(frozen=True, slots=True)
class CardMade:
    """A card that was handed over: its serial number (16 digits), its chip's key, and who it was made for."""

    at: datetime
    serial: str
    chip_key: int
    resident: Resident


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent of a holder to the attribute service, from when to when; a withdrawn one ended with its withdrawal."""

    service: str
    given: datetime
    ends: datetime
    word: datetime
    """When the holder spoke last: signed it, or took it back. What was signed by then is no new consent."""
    withdrawn: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Return whether it was given, neither withdrawn nor over; it holds to its last second."""
        return self.given <= instant <= self.ends and (self.withdrawn is None or instant < self.withdrawn)


@dataclass(slots=True)
class Dossier:
    """Everything that the register has of one person."""

    people: list[Person]
    certificates: list[tuple[Kind, int]] = field(default_factory=list)
    """Kind and serial number in the order they were issued."""
    cards: list[CardMade] = field(default_factory=list)
    written: list[tuple[datetime, Resident]] = field(default_factory=list)
    """What stood on the card from when on."""
    consents: dict[str, list[Consent]] = field(default_factory=dict)
    """By the service that may ask, in the order they were given: each takes the place of the one before."""
    tries: list[tuple[str, Write]] = field(default_factory=list)
    """What was written to the tries of which card, by its serial number."""
    lost: datetime | None = None
    """When the present card was reported lost; a new one clears it."""
    withdrawn: datetime | None = None
    """When the present card was reported lost or suspended; a new one clears it."""

    @property
    def now(self) -> Person:
        """The person as the register knows them now."""
        return self.people[-1]

    def at(self, instant: datetime) -> Person | None:
        """Return the person as of `instant`; None before they were registered."""
        place = bisect_right(self.people, instant, key=lambda person: person.since)
        return self.people[place - 1] if place else None

    def consent_at(self, service: str, instant: datetime) -> Consent | None:
        """Return the consent to a service that holds at `instant`."""
        given = (consent for consent in reversed(self.consents.get(service, ())) if consent.given <= instant)
        last = next(given, None)
        return last if last is not None and last.holds_at(instant) else None
