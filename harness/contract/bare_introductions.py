"""What a conformance statement says of targets that have no adapter and so cannot say it themselves.

A responder is an address, a card lies in a reader: what can be asked of them is known from what the operator has at
hand (serial numbers, secrets) and from what their vendor claims. The statement lists both, so that what is not
applicable in a run is what somebody signed for.
"""

from enum import StrEnum

from harness.contract.messages import Message, Name


class ResponderCapability(StrEnum):
    """What a responder has, claims, and can be asked about."""

    OCSP = "ocsp"
    CRL = "crl"
    NONCE = "nonce"
    GET = "get"
    BATCH = "batch"
    LIGHTWEIGHT = "lightweight"
    """RFC 9919."""
    CERTIFICATE = "certificate"
    """The good certificate itself is at hand."""
    CLOCK = "clock"
    """The judge can set its time."""
    DEMANDS = "demands"
    """It can be told to demand signed requests."""
    GOOD = "good"
    REVOKED = "revoked"
    HELD = "held"
    NEVER = "never"


class CardCapability(StrEnum):
    """Which secrets of a card are known, and what may be done to it."""

    CARD = "card"
    AUTH_PIN = "auth-pin"
    PASSWORD = "password"  # noqa: S105  (the name of a secret)
    TEXT_PIN = "text-pin"
    BIRTH_DATE = "birth-date"
    WRONG_TRIES = "wrong-tries"
    FRESH_CARD = "fresh-card"


class ResponderIntroduction(Message, frozen=True, tag_field="role", tag="responder"):
    """A responder in its statement."""

    product: Name
    version: Name
    capabilities: list[ResponderCapability]


class CardIntroduction(Message, frozen=True, tag_field="role", tag="card"):
    """A card in its statement."""

    product: Name
    version: Name
    capabilities: list[CardCapability]
