"""Which steps a presentation goes through, what it is for, and how much it proves."""

from typing import Final

import msgspec

from reference_impl.verification.policy import WITH_PIN, WITHOUT_PIN
from reference_impl.verification.presentation import (
    Authentication,
    Enrolment,
    PhoneAuthentication,
    PhoneSigning,
    Relinking,
    Signing,
    Tap,
)
from reference_impl.verification.purpose import Carrier, Purpose
from reference_impl.verification.verdict import Step

_CERTIFICATE: Final = (Step.DECODE, Step.PURPOSE, Step.ISSUER, Step.VALIDITY, Step.PLACE, Step.CHALLENGE)
_END: Final = (Step.STATUS, Step.ACCOUNT, Step.POLICY, Step.DONE)
_OF_ACCOUNTS: Final = frozenset({Step.ACCOUNT, Step.DONE})


CHECK: Final = (Step.DECODE, Step.PURPOSE, Step.ISSUER, Step.VALIDITY, Step.STATUS)
"""Of a certificate alone."""


class Plan(msgspec.Struct, frozen=True):
    """The steps in their order, with an account door and without, and what the presentation is for."""

    purpose: Purpose
    carrier: Carrier
    grants: int
    steps: tuple[Step, ...]
    without_accounts: tuple[Step, ...]


def _plan(purpose: Purpose, carrier: Carrier, grants: int, *proved_by: Step) -> Plan:
    steps = (*_CERTIFICATE, *proved_by, *_END)
    return Plan(purpose, carrier, grants, steps, tuple(each for each in steps if each not in _OF_ACCOUNTS))


PLANS: Final[dict[type, Plan]] = {
    Authentication: _plan(Purpose.LOGIN, Carrier.CARD, WITH_PIN, Step.PROOF),
    Enrolment: _plan(Purpose.ENROL, Carrier.CARD, WITH_PIN, Step.PROOF, Step.GENUINENESS),
    Relinking: _plan(Purpose.RELINK, Carrier.CARD, WITH_PIN, Step.PROOF, Step.GENUINENESS),
    PhoneAuthentication: _plan(Purpose.LOGIN, Carrier.PHONE, WITH_PIN, Step.PROOF),
    Tap: _plan(Purpose.TAP, Carrier.CARD, WITHOUT_PIN, Step.GENUINENESS),
    Signing: _plan(Purpose.SIGN, Carrier.CARD, WITH_PIN, Step.PROOF),
    PhoneSigning: _plan(Purpose.SIGN, Carrier.PHONE, WITH_PIN, Step.PROOF),
}
"""Presentations with a certificate. A tap has no proof by the certificate's key: that is what makes it a tap."""

_FREE_AREA: Final = (
    *(Step.DECODE, Step.PURPOSE, Step.VALIDITY, Step.PLACE, Step.CHALLENGE, Step.GENUINENESS),
    *(Step.ACCOUNT, Step.POLICY, Step.DONE),
)
CARD_APPLICATION: Final = Plan(
    Purpose.TAP,
    Carrier.CARD,
    WITHOUT_PIN,
    _FREE_AREA,
    tuple(each for each in _FREE_AREA if each not in _OF_ACCOUNTS),
)
"""INVENTED. Without certificate: no issuer, no proof, no status. Of the purposes it is closest to a tap."""


def passed_before(refused: Step, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that were passed when this one refused."""
    return steps[: steps.index(refused)]


def without(step: Step, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps but this one, which this presentation has no part for."""
    return tuple(each for each in steps if each is not step)
