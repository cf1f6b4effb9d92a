"""What the exploration has to find: products, cards and worlds with one thing wrong, and how soon it does.

Most are rows of `tests/scenarios/spoiled/changes`; some are bent between the product and whoever looks. `seed` is one
by which it is found soon with the pinned Hypothesis; with another seed it takes more plays, and finds it all the same
(`python -m tests.scenarios.exploration.proof`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from msgspec import UNSET, structs

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.vocabulary import Decision, Reason
from scenarios.exploration.stage import Venue, venue_of
from tests.scenarios.spoiled.edits import Edit, in_force
from tests.scenarios.spoiled.product import reference_in_process
from tests.scenarios.spoiled.table import load_changes


@dataclass(frozen=True)
class Spoil:
    """One thing wrong, the seed that finds it soon, and how many steps its story may have."""

    name: str
    seed: int
    steps: int
    edits: tuple[Edit, ...] = ()
    in_ci: bool = False


@contextmanager
def spoiled(spoil: Spoil) -> Iterator[Venue]:
    """Yield a venue in which it is wrong."""
    known = {change.id: change for changes in load_changes().values() for change in changes}
    bend = BENDS.get(spoil.name, RelyingPartyClient)
    edits = spoil.edits or (() if spoil.name in BENDS else tuple(known[spoil.name].edits_made()))
    with in_force(edits), reference_in_process() as binding, bend(binding) as client, venue_of(client) as venue:
        yield venue


class MovesStopTaps(RelyingPartyClient):
    """Refuses every attempt of somebody whose signature certificate was refused as revoked before."""

    moved = False

    def reset(self) -> None:
        """Forget it, too."""
        self.moved = False
        super().reset()

    def complete(self, request: messages.Complete) -> messages.Outcome:
        """Return what the product decided, or that."""
        outcome = super().complete(request)
        is_signature = request.presentation.document_signature is not UNSET
        self.moved = self.moved or (is_signature and outcome.reason is Reason.REVOKED)
        if self.moved and outcome.decision is Decision.ACCEPT:
            return structs.replace(outcome, decision=Decision.REJECT, reason=Reason.REVOKED)
        return outcome


class RefusesTwice(RelyingPartyClient):
    """Says of everything that it puts off that it is refused for another reason."""

    def complete(self, request: messages.Complete) -> messages.Outcome:
        """Return what the product decided, or STATUS_UNTRUSTED where nobody could be asked."""
        outcome = super().complete(request)
        if outcome.reason is Reason.STATUS_UNAVAILABLE:
            return structs.replace(outcome, decision=Decision.REJECT, reason=Reason.STATUS_UNTRUSTED)
        return outcome


BENDS: dict[str, type[RelyingPartyClient]] = {
    "moves-stop-taps": MovesStopTaps,
    "nobody-asked-is-untrusted": RefusesTwice,
}
_ENDS = "reference_impl.verification.validity:has_not_ended_at"
A_SECOND_MORE = (Edit(_ENDS, "now - CLOCK_TOLERANCE", "now - timedelta(seconds=1)"),)
"""Expiry by one second."""
SPOILS = (
    Spoil("hold-is-good", 3, 6),
    Spoil("address-change-is-good", 5, 4),
    Spoil("validity-in-local-time", 1, 6),
    Spoil("a-second-more", 1, 6, A_SECOND_MORE),
    Spoil("status-kept-for-an-hour", 1, 6),
    Spoil("issuer-alone-is-the-holder", 1, 6),
    Spoil("renewed-is-a-stranger", 2, 6),
    Spoil("links-anybody", 1, 4, in_ci=True),
    Spoil("replay-challenge", 2, 9),
    Spoil("tap-anywhere", 2, 4),
    Spoil("tap-without-enrolment", 1, 4),
    Spoil("trust-any-terminal", 1, 4, in_ci=True),
    Spoil("forget-chip-key", 21, 4),
    Spoil("skip-card-issuer", 2, 4),
    Spoil("outage-is-good", 1, 4),
    Spoil("unknown-is-good", 1, 4),
    Spoil("moves-stop-taps", 2, 6),
    Spoil("nobody-asked-is-untrusted", 1, 4),
    Spoil("compares-when-locked", 2, 8),
    Spoil("tries-back-with-the-power", 1, 4, in_ci=True),
)
