"""One attempt at a service with a policy: who is served, what the use takes, and what is told of it.

(1) who     what is known of the holder: from the chip, at enrolment, and in the service's register
(2) serves  age and residence; at an enrolment only what is known by then
(3) takes   the entitlements, all or none
"""

from datetime import date, datetime
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from reference_impl.services.admission import Proved, require_served
from reference_impl.services.charges import Use
from reference_impl.services.findings import Refusal, household_unknown, more_than_registered
from reference_impl.services.policy import Policy
from reference_impl.services.register import Known, Naming, Register
from reference_impl.services.request import CheckIn, Remaining, UseAnswer, UseRequest
from reference_impl.services.store.ledger import Booked, take
from reference_impl.services.store.residences import Residences, tell
from reference_impl.services.vocabulary import Whose
from reference_impl.verification.verdict import Reason

_UNPROVED: Final = Reason.ASSURANCE_TOO_LOW


class Visit(Protocol):
    """What counts the attempt as one use of an account."""

    answer: UseAnswer | None
    has_told: bool
    """Whether a terminal told where the holder lives."""

    def require_served(self, account: str, birth_date: str) -> None:
        """Nothing if the holder of this account ("" where there is none yet) may be served; `Refusal` if not."""

    def settle(self, connection: Connection, account: str) -> None:
        """Takes what the use takes, in the transaction that writes the acceptance down; `Refusal` if it cannot."""


class NoVisit:
    """At a service without policy: nothing is asked and nothing counted."""

    answer: UseAnswer | None = None
    has_told: bool = False

    def require_served(self, account: str, birth_date: str) -> None:
        """Whoever it is."""

    def settle(self, connection: Connection, account: str) -> None:
        """Nothing."""


class Serving(msgspec.Struct, frozen=True):
    """A service: its policy, and what it looks up and counts in."""

    policy: Policy
    is_use: bool
    """Whether the attempt takes anything."""
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
        self._register = serving.register
        self._key = key
        self._now = now
        self._request = request
        self._known: Known | None = None
        self.answer: UseAnswer | None = None
        self.has_told = request.municipality is not None

    def require_served(self, account: str, birth_date: str) -> None:
        """(1), (2)"""
        self._known = self.look_up(account)
        born = _read_birth_date(birth_date) or (self._known.birth_date if self._known is not None else None)
        proved = Proved(born, self._municipality(account) if self._policy.serves.residence else None)
        try:
            require_served(self._policy, self._now, proved, self._serving.municipality)
        except Refusal as refusal:
            if refusal.reason is not _UNPROVED or self._serving.is_use:
                raise

    def settle(self, connection: Connection, account: str) -> None:
        """(3), and where the holder lives, if a terminal told."""
        if self._request.municipality is not None:
            tell(connection, self._policy.id, account, self._request.municipality, self._now)
        if not self._serving.is_use:
            return
        use = self.use_of(account, self._known)
        booked = take(connection, self._policy, use)
        if booked.refusal is not None:
            raise booked.refusal
        self.answer = self._answer(use, booked)

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

    def _municipality(self, account: str) -> str | None:
        """As told now, as the register has it, or as it was told last."""
        in_register = self._known.municipality if self._known is not None else None
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
