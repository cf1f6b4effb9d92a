"""What one use takes: for each entitlement a sum, whose it is, and the bounds it must stay in.

A count and an allowance are what has been used, from 0 up to the limit; a balance is what is held, from 0 up. Both
are one number that moves within bounds, so one statement of the store decides all three (`store.ledger`).
"""

from datetime import datetime
from typing import Final

import msgspec

from reference_impl.services.findings import amount_not_named, household_unknown
from reference_impl.services.periods import period_at
from reference_impl.services.policy import Entitlement, Policy
from reference_impl.services.vocabulary import EntitlementKind, Per, Whose

_LENGTHS: Final = tuple(Per)
UNBOUNDED: Final = 10**15
"""A sum that no service reaches; both engines keep 64 bits."""


class Use(msgspec.Struct, frozen=True):
    """One use of a service by somebody recognised.

    `account` names the person's account and not the card's certificate: a renewed card must not begin a new count.
    """

    service: str
    key: str
    """The use's own name, that of the session for one: a use that comes again counts once."""
    account: str
    at: datetime
    household: str | None = None
    amounts: dict[str, int] = {}
    """By entitlement: of an allowance what is taken (above 0); of a balance what is paid in (above 0) or out."""
    persons: int = 0
    """Of the household, where one is checked in."""


class Charge(msgspec.Struct, frozen=True, order=True):
    """One number moved."""

    service: str
    entitlement: str
    subject: str
    period: str
    delta: int
    opening: int
    lowest: int
    highest: int


def charges_of(policy: Policy, use: Use) -> tuple[Charge, ...]:
    """What the use takes, in the order it is written down; `Refusal` if household or amount are wanted and not there.

    The longest period comes first: its row is the one that all uses of an account have in common, so that whoever has
    it has the rest too, and two batches do not wait for each other in a circle.
    """
    ordered = sorted(policy.entitlements, key=_by_length)
    return tuple(_charge(policy, entitlement, use) for entitlement in ordered)


def _by_length(entitlement: Entitlement) -> tuple[bool, int, str]:
    longest_first = -_LENGTHS.index(Per.LIFETIME if entitlement.per is None else entitlement.per)
    return entitlement.whose is not Whose.HOUSEHOLD, longest_first, entitlement.id


def _charge(policy: Policy, entitlement: Entitlement, use: Use) -> Charge:
    if entitlement.whose is Whose.HOUSEHOLD:
        if use.household is None:
            raise household_unknown()
        subject = f"household:{use.household}"
    else:
        subject = f"account:{use.account}"
    return Charge(
        service=policy.id,
        entitlement=entitlement.id,
        subject=subject,
        period=period_at(entitlement.per, use.at),
        delta=_delta(entitlement, use),
        opening=entitlement.opening,
        lowest=0,
        highest=UNBOUNDED if entitlement.limit is None else entitlement.limit,
    )


def _delta(entitlement: Entitlement, use: Use) -> int:
    if entitlement.kind is EntitlementKind.COUNT:
        return entitlement.cost
    amount = use.amounts.get(entitlement.id, 0)
    is_taken = amount < 0 and entitlement.kind is EntitlementKind.BALANCE
    if not (amount > 0 or is_taken) or abs(amount) > UNBOUNDED:
        raise amount_not_named(entitlement)
    return amount
