"""Between the relying party and the policies: asked before an attempt begins, and when an accepted one is written down.

A service without policy is served as `configure` says and no more: purposes decide, nothing is counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reference_impl.services.admission import environment_of, fallback_after
from reference_impl.services.findings import (
    amount_unauthorised,
    closed,
    entitlement_unknown,
    nobody_to_count,
    place_not_served,
    purpose_not_served,
    residence_unauthorised,
)
from reference_impl.services.hours import is_open_at, next_opening_at
from reference_impl.services.policy import Policy
from reference_impl.services.register import Naming
from reference_impl.services.request import UseRequest
from reference_impl.services.starting import Opened
from reference_impl.services.store.ledger import Here, Ledger
from reference_impl.services.store.residences import Residences
from reference_impl.services.visit import NoVisit, ServedVisit, Serving
from reference_impl.services.vocabulary import Attribute, Document, EntitlementKind, Whose
from reference_impl.store.transactions import Transactions
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Reason

USES: Final = frozenset({Purpose.LOGIN, Purpose.TAP})
"""What counts as a use: enrolment is none, and a signature has no account that it could be counted for."""


class ServiceDesk:
    """The services of one relying party, and their ledger. Without policies it makes no tables and does nothing."""

    def __init__(self, database: Transactions, services: Opened | Sequence[Policy], naming: Naming) -> None:
        self.opened = services if isinstance(services, Opened) else Opened(tuple(services))
        self.policies = {each.id: each for each in self.opened.policies}
        self._naming = naming
        self.ledger = Ledger(database) if self.policies else None
        self._residences = Residences(database)

    def require_open(self, service: str, purpose: Purpose, environment: Environment, now: datetime) -> None:
        """Nothing if the service is offered for this, here and now; `Refusal` if not.

        Asked at the beginning only: who came in before the doors closed is served.
        """
        policy = self.policies.get(service)
        if policy is None:
            return
        if purpose not in policy.open_purposes:
            raise purpose_not_served(purpose)
        if environment not in {environment_of(policy, place) for place in policy.place.where}:
            raise place_not_served(environment)
        if policy.hours is not None and not is_open_at(policy.hours, now):
            raise closed(now, next_opening_at(policy.hours, now))

    def require_sensible(self, service: str, request: UseRequest, *, is_terminal_known: bool) -> None:
        """Nothing if the service can do what is asked of a use; `Refusal` if not, before anything is spent."""
        policy = self.policies.get(service)
        entitlements = {} if policy is None else {each.id: each for each in policy.entitlements}
        for name, amount in request.amounts.items():
            found = entitlements.get(name)
            if found is None or found.kind is EntitlementKind.COUNT:
                raise entitlement_unknown(name)
            if found.kind is EntitlementKind.BALANCE and amount > 0 and not is_terminal_known:
                raise amount_unauthorised(name)
        if request.municipality is not None:
            learns = policy is not None and Attribute.RESIDENCE in policy.known
            if not is_terminal_known or not learns:
                raise residence_unauthorised()
        if request.persons is not None and not any(each.whose is Whose.HOUSEHOLD for each in entitlements.values()):
            raise nobody_to_count()

    def visit(
        self, key: str, service: str, purpose: Purpose, now: datetime, request: UseRequest | None = None
    ) -> ServedVisit | NoVisit:
        """What serves one attempt: whom, how much it takes, and the way back."""
        policy = self.policies.get(service)
        if policy is None or self.ledger is None:
            return NoVisit()
        register = self.opened.registers.get(service)
        serving = Serving(policy, purpose in USES, register, self._naming, self._residences, self.opened.municipality)
        return ServedVisit(serving, key, now, request or UseRequest())

    def instead(self, service: str, reason: Reason) -> tuple[Document, ...]:
        """What may be shown in place of the card after this refusal."""
        policy = self.policies.get(service)
        return () if policy is None else tuple(each.document for each in fallback_after(policy, reason))

    def limits_residence(self, service: str) -> bool:
        """Whether it serves residents of some places alone."""
        policy = self.policies.get(service)
        return policy is not None and bool(policy.serves.residence)

    def leave(self, service: str, account: str) -> None:
        """Forgets what the service was told of a holder who has left; what was used up stays used up."""
        if service in self.policies:
            self._residences.forget(service, account)

    def households(self, service: str) -> list[Here]:
        """The households that checked in at a service, with how many people."""
        return [] if self.ledger is None else self.ledger.households(service)

    def forget(self) -> None:
        """Forgets every sum and record: a test begins anew."""
        if self.ledger is not None:
            self.ledger.forget()
