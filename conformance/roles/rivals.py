"""Completions of one session that are under way together (RP-PROOF-002): none is judged before all of them are in.

The fake J-LIS holds its answers meanwhile: whoever spends the challenge first and asks then has one question open and
has refused the others; whoever asks first and spends then has a question open for each. Only when every completion is
answered or waits for the status are the answers let go, so that no machine is too slow for the case.
"""

import threading
from dataclasses import dataclass

from harness.contract.client import RelyingPartyClient
from harness.contract.messages import Complete, Outcome
from harness.contract.vocabulary import Decision
from harness.jlis.fault_grammar import Fault
from harness.jlis.faults import Faults
from harness.jlis.journal import Journal

PATIENCE = 2.0
"""Seconds of the host: a product may ask once for all of its completions, and then nobody knows who still waits."""
HELD = f"fault {Fault.SILENT}"
"""What the journal says of a question whose answer is held."""


@dataclass(frozen=True, slots=True)
class Rivals:
    """Where completions are sent together, and whose answers are held meanwhile."""

    client: RelyingPartyClient
    faults: Faults
    journal: Journal

    def complete(self, request: Complete, count: int) -> tuple[Outcome, tuple[Outcome, ...]]:
        """Return the outcome that was accepted, or else the first, and the others."""
        changed, before, answered = threading.Condition(), self.journal.mark(), 0

        def tell() -> None:
            with changed:
                changed.notify_all()

        def tell_answer() -> None:
            nonlocal answered
            with changed:
                answered += 1
                changed.notify_all()

        def all_in() -> bool:
            return answered + sum(entry.answer == HELD for entry in self.journal.since(before)) >= count

        def let_go() -> None:
            with self.journal.watching(tell), changed:
                changed.wait_for(all_in, PATIENCE)
            self.faults.clear()

        outcomes = self.client.complete_at_once(request, count, let_go, tell_answer)
        outcomes.sort(key=lambda each: each.decision is not Decision.ACCEPT)
        return outcomes[0], tuple(outcomes[1:])
