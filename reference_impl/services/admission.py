"""May this person be served here and now? Functions of (policy, instant, what was proved); what is used up comes after.

(1) place       the terminal stands where the service is offered
(2) hours       it is open
(3) serves      age and residence, as proved
"""

from datetime import date, datetime

import msgspec

from reference_impl.services.findings import closed, not_served, place_not_served, unproved
from reference_impl.services.hours import JST, is_open_at, next_opening_at
from reference_impl.services.policy import Fallback, Policy
from reference_impl.services.vocabulary import Place
from reference_impl.verification.place import Environment
from reference_impl.verification.verdict import Reason


class Proved(msgspec.Struct, frozen=True):
    """What is known of the holder, from the card or from enrolment; None where nothing proved it."""

    birth_date: date | None = None
    municipality: str | None = None


def admit(policy: Policy, place: Place, now: datetime, proved: Proved, own_municipality: str | None = None) -> None:
    """Nothing if the policy lets this person be served; `Refusal` with its reason if not."""
    if place not in policy.place.where:  # (1)
        raise place_not_served(place)
    if not is_open_at(policy.hours, now) and policy.hours is not None:  # (2)
        raise closed(now, next_opening_at(policy.hours, now))
    require_served(policy, now, proved, own_municipality)  # (3)


def require_served(policy: Policy, now: datetime, proved: Proved, own_municipality: str | None = None) -> None:
    """(3) Age and residence; what the policy asks for and nobody proved is a refusal too."""
    ages = policy.serves.age
    if ages is not None:
        if proved.birth_date is None:
            raise unproved("the age", "年齢")
        years = age_at(proved.birth_date, now)
        if not (ages.from_ or 0) <= years <= (150 if ages.to is None else ages.to):
            raise not_served("the age", "年齢")
    if policy.serves.residence:
        allowed = {own_municipality if each == "own" else each for each in policy.serves.residence}
        if proved.municipality is None:
            raise unproved("the residence", "住所")
        if proved.municipality not in allowed:
            raise not_served("the residence", "住所")


def age_at(birth_date: date, now: datetime) -> int:
    """Full years in Japan at this instant. Whoever was born on 29 February is a year older on 1 March.

    (年齢計算ニ関する法律 ends the year with the day before the birthday; services count the birthday, as people do.)
    """
    today = now.astimezone(JST).date()
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def environment_of(policy: Policy, place: Place) -> Environment:
    """What the place is to the verification core: a vehicle is what the operator says it counts as, else outdoors."""
    if place is Place.VEHICLE:
        place = policy.place.counts_as or Place.OUTDOOR
    return Environment(place.value)


def fallback_after(policy: Policy, reason: Reason) -> tuple[Fallback, ...]:
    """What may be shown in place of the card after this refusal, in the order of the policy."""
    return tuple(each for each in policy.fallback if reason in each.after)
