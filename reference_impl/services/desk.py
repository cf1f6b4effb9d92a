"""Between the relying party and the policies: asked before an attempt begins, and when an accepted one is written down.

A service without policy is served as `configure` says and no more: purposes decide, nothing is counted.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

from reference_impl.services.admission import environment_of
from reference_impl.services.charges import Use
from reference_impl.services.findings import closed, place_not_served, purpose_not_served
from reference_impl.services.hours import is_open_at, next_opening_at
from reference_impl.services.policy import Policy
from reference_impl.services.store.ledger import Ledger
from reference_impl.store.transactions import Transactions
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose

USES: Final = frozenset({Purpose.LOGIN, Purpose.TAP})
"""What counts as a use: enrolment is none, and a signature has no account that it could be counted for."""

GiveBack = Callable[[], None]


class ServiceDesk:
    """The policies of one relying party, and their ledger. Without policies it makes no tables and does nothing."""

    def __init__(self, database: Transactions, policies: Iterable[Policy] = ()) -> None:
        self._policies = {each.id: each for each in policies}
        self._ledger = Ledger(database) if self._policies else None

    def require_open(self, service: str, purpose: Purpose, environment: Environment, now: datetime) -> None:
        """Nothing if the service is offered for this, here and now; `Refusal` if not.

        Asked at the beginning only: who came in before the doors closed is served.
        """
        policy = self._policies.get(service)
        if policy is None:
            return
        if purpose not in policy.open_purposes:
            raise purpose_not_served(purpose)
        if environment not in {environment_of(policy, place) for place in policy.place.where}:
            raise place_not_served(environment)
        if policy.hours is not None and not is_open_at(policy.hours, now):
            raise closed(now, next_opening_at(policy.hours, now))

    def booking(self, session: str, service: str, purpose: Purpose, now: datetime) -> Callable[[str], GiveBack]:
        """What counts the session as one use of an account: raises `Refusal` (ENTITLEMENT), or returns the way back."""
        policy = self._policies.get(service)
        if policy is None or self._ledger is None or purpose not in USES:
            return lambda _: do_nothing
        return partial(_book, self._ledger, policy, session, now)

    def forget(self) -> None:
        """Forgets every sum and record: a test begins anew."""
        if self._ledger is not None:
            self._ledger.forget()


def _book(ledger: Ledger, policy: Policy, session: str, now: datetime, account: str) -> GiveBack:
    use = Use(policy.id, session, account, now)
    refusal = ledger.book(policy, use).refusal
    if refusal is not None:
        raise refusal
    return partial(ledger.give_back, policy, use)


def do_nothing() -> None:
    """There was nothing to count."""
