"""The closed lists of a load run: who comes, what is bad about a visit, who signs."""

from enum import StrEnum

from msgspec import Struct

from harness.contract.vocabulary import Purpose
from loadtests.truth import Deed


class Standing(StrEnum):
    """How a holder stands when the load begins."""

    GOOD = "good"
    JUST_LOST = "just-lost"
    """Put on hold since the last 15-minute mark: still good by every status that is published."""
    REVOKED = "revoked"
    ON_HOLD = "on-hold"
    EXPIRED = "expired"
    NOT_ENROLLED = "not-enrolled"
    """Has a good card and never enrols."""
    UNKNOWN = "unknown"
    """Enrolled nowhere, under a certificate that the authority's key signed and no register knows."""
    NEWCOMER = "newcomer"
    """Has a good card and is not enrolled yet; enrols during the load, once."""
    RENEWED = "renewed"
    """Enrolled under a certificate that was superseded; the new one is not linked yet."""


class Bad(StrEnum):
    """What is bad about a visit: it must be refused."""

    REVOKED = "revoked"
    ON_HOLD = "on-hold"
    EXPIRED = "expired"
    FORGED = "forged"
    REPLAYED = "replayed"
    CLONED = "cloned"
    UNKNOWN = "unknown"
    NOT_ENROLLED = "not-enrolled"


SYNONYMS = {"suspended": Bad.ON_HOLD}
ENROLLED = frozenset(
    {Standing.GOOD, Standing.JUST_LOST, Standing.REVOKED, Standing.ON_HOLD, Standing.EXPIRED, Standing.RENEWED}
)
"""Who enrolled before the load, all of them honestly: whoever must be refused would be accepted but for that one thing.

Renewed holders did under the certificate before.
"""
ONCE = {Purpose.ENROL: Standing.NEWCOMER, Purpose.RELINK: Standing.RENEWED}
"""Who comes for what can be done once."""


class Signatures(StrEnum):
    """Who makes the signatures of the load."""

    CARD = "card"
    """The virtual card, by APDU, in the generator's process."""
    KEY = "key"
    """The holder's key, held by the generator: no card."""
    PRECOMPUTED = "precomputed"
    """Made with the population, over challenges of our own: where the target takes those."""


class Making(Struct, frozen=True):
    """How a bad visit comes about: by whom, and by what they do."""

    standing: Standing
    deed: Deed
    purposes: frozenset[Purpose]
    """What such a visitor may come for so that the visit is surely bad."""


_WITH_ACCOUNT = frozenset({Purpose.LOGIN, Purpose.TAP})
_ANY = frozenset({Purpose.LOGIN, Purpose.TAP, Purpose.SIGN})
MAKINGS: dict[Bad, Making] = {
    Bad.REVOKED: Making(Standing.REVOKED, Deed.HONEST, _ANY),
    Bad.ON_HOLD: Making(Standing.ON_HOLD, Deed.HONEST, _ANY),
    Bad.EXPIRED: Making(Standing.EXPIRED, Deed.HONEST, _ANY),
    Bad.FORGED: Making(Standing.GOOD, Deed.FORGED, _ANY),
    Bad.REPLAYED: Making(Standing.GOOD, Deed.REPLAYED, _ANY),
    Bad.CLONED: Making(Standing.GOOD, Deed.CLONED, _ANY),
    Bad.UNKNOWN: Making(Standing.UNKNOWN, Deed.HONEST, frozenset({Purpose.LOGIN, Purpose.ENROL})),
    Bad.NOT_ENROLLED: Making(Standing.NOT_ENROLLED, Deed.HONEST, _WITH_ACCOUNT),
}
"""An enrolment that fails changes nothing, so strangers try it again and again; a renewal is only ever honest here."""
