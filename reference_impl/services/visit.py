"""One attempt at a service with a policy: who is served, what the use takes, and what is told of it.

(1) who     what is known of the holder: from the chip, at enrolment, and in the service's register
(2) serves  age and residence; at an enrolment only what is known by then
(3) takes   the entitlements, all or none
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, Protocol

import msgspec

from reference_impl.services.admission import Proved, require_served
from reference_impl.services.charges import Use
from reference_impl.services.findings import Refusal, household_unknown, more_than_registered
from reference_impl.services.policy import Policy
from reference_impl.services.register import Known, Naming, Register
from reference_impl.services.request import CheckIn, Remaining, UseAnswer, UseRequest
from reference_impl.services.store.ledger import Booked, Ledger
from reference_impl.services.store.residences import Residences
from reference_impl.services.vocabulary import Whose
from reference_impl.verification.verdict import Reason

GiveBack = Callable[[], None]
_UNPROVED: Final = Reason.ASSURANCE_TOO_LOW


class Visit(Protocol):
    """What counts the attempt as one use of an account."""

    answer: UseAnswer | None
    has_told: bool
    """Whether something was told that is to be remembered of the holder."""

    def remember(self, account: str) -> None:
        """Remembers it, once the attempt is written down."""

    def serve(self, account: str, birth_date: str) -> GiveBack:
        """Serves the holder of this account ("" where there is none yet), or raises `Refusal`; the way back."""


class NoVisit:
    """At a service without policy: nothing is asked and nothing counted."""

    answer: UseAnswer | None = None
    has_told: bool = False

    def remember(self, account: str) -> None:
        """There is nothing."""

    def serve(self, account: str, birth_date: str) -> GiveBack:
        """Whoever it is."""
        del account, birth_date
        return do_nothing


class Serving(msgspec.Struct, frozen=True):
    """A service: its policy, and what it looks up and counts in."""

    policy: Policy
    ledger: Ledger | None
    """None where the attempt is no use."""
    register: Register | None
    naming: Naming
    residences: Residences
    municipality: str | None
    """Who runs it."""


class ServedVisit:
    """At a service with one."""

    def __init__(self, serving: Serving, key: str, now: datetime, request: UseRequest) -> None:
        self._serving = serving
        self._policy = serving.policy
        self._ledger = serving.ledger
        self._register = serving.register
        self._key = key
        self._now = now
        self._request = request
        self.answer: UseAnswer | None = None
        self.has_told = request.municipality is not None

    def remember(self, account: str) -> None:
        """Where the holder lives, as a terminal told."""
        if self._request.municipality is not None:
            self._serving.residences.tell(self._policy.id, account, self._request.municipality, self._now)

    def serve(self, account: str, birth_date: str) -> GiveBack:
        """(1) to (3)"""
        known = self.look_up(account)
        self._require_served(account, known, birth_date)
        if self._ledger is None:
            return do_nothing
        use = self.use_of(account, known)
        booked = self._ledger.book(self._policy, use)
        if booked.refusal is not None:
            raise booked.refusal
        self.answer = self._answer(use, booked)
        ledger = self._ledger
        return do_nothing if booked.is_repeated else lambda: ledger.give_back(self._policy, use)

    def use_of(self, account: str, known: Known | None) -> Use:
        """The use, with the household and how many of it came where the service counts households."""
        household, persons = None, 0
        if known is not None and any(each.whose is Whose.HOUSEHOLD for each in self._policy.entitlements):
            household, persons = known.household, self._persons(known.household)
        elif self._request.persons is not None:
            raise household_unknown()
        return Use(self._policy.id, self._key, account, self._now, household, self._request.amounts, persons)

    def look_up(self, account: str) -> Known | None:
        """(1) What the service's register knows of the holder."""
        if self._register is None or not account:
            return None
        name = self._serving.naming(account, self._policy.id)
        return None if name is None else self._register.find(name)

    def _require_served(self, account: str, known: Known | None, birth_date: str) -> None:
        """(2)"""
        born = _read_birth_date(birth_date) or (known.birth_date if known is not None else None)
        proved = Proved(born, self._municipality(account, known) if self._policy.serves.residence else None)
        try:
            require_served(self._policy, self._now, proved, self._serving.municipality)
        except Refusal as refusal:
            if refusal.reason is not _UNPROVED or self._ledger is not None:
                raise

    def _municipality(self, account: str, known: Known | None) -> str | None:
        """As told now, as the register has it, or as it was told last."""
        in_register = known.municipality if known is not None else None
        return self._request.municipality or in_register or self._serving.residences.find(self._policy.id, account)

    def _persons(self, household: str) -> int:
        registered = 0 if self._register is None else self._register.members(household)
        persons = self._request.persons or registered
        if persons > registered:
            raise more_than_registered(persons, registered)
        return persons

    def _answer(self, use: Use, booked: Booked) -> UseAnswer:
        remaining = tuple(
            Remaining(each.id, each.kind, each.whose, booked.amounts[each.id], each.limit)
            for each in self._policy.entitlements
            if each.id in booked.amounts
        )
        checked_in = None
        if use.household is not None and self._register is not None:
            checked_in = CheckIn(use.household, use.persons, self._register.members(use.household))
        return UseAnswer(remaining, checked_in, booked.is_repeated)


def _read_birth_date(digits: str) -> date | None:
    """The day of a birth record; None where it names none (an unknown month is written 00)."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def do_nothing() -> None:
    """There was nothing to count."""
