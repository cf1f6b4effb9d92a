"""What a run of a case saw: facts only, nothing judged yet."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cardsim.trace import TraceLine
from conformance.case import Case
from conformance.steps import Story
from harness.contract.client import Exchange
from harness.contract.messages import Account, Outcome
from harness.jlis.journal import Entry


class Interruption(StrEnum):
    """Why a case came to no judged outcome: the adapter failed in one of three ways, or the harness did."""

    LATE = "late"
    UNREACHABLE = "unreachable"
    BROKEN_ANSWER = "broken answer"
    """The product answered, but not as contract 1.0 says: HTTP 500 for a refusal, say."""
    HARNESS = "harness"


@dataclass(frozen=True, slots=True)
class ObservedStep:
    """One step as it went: when, what the product decided, what the journal and the card saw meanwhile."""

    step: Story
    at: datetime
    outcome: Outcome | None = None
    card_refusal: str | None = None
    questions: tuple[Entry, ...] = ()
    trace: tuple[TraceLine, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    tries_spent: int = 0
    account_before: Account | None = None
    account_after: Account | None = None
    disturbed: int | None = None
    """How many answers of the fake J-LIS a fault met meanwhile; None where none stood."""
    rivals: tuple[Outcome, ...] = ()
    """What the other completions came to that were under way at the same time."""
    stale: str | None = None
    """What is wrong with the challenge or the session that the product drew for this step; None when nothing is."""


@dataclass(slots=True)
class Observation:
    """All steps of one case in their order, and the serials (authentication, signature) of its fresh resident."""

    case: Case
    epoch: int | None = None
    serials: dict[str, int] = field(default_factory=dict)
    canaries: tuple[str, ...] = ()
    """What the product has no business to answer with: who the resident is, and what was typed."""
    steps: list[ObservedStep] = field(default_factory=list)
    afterwards: list[ObservedStep] = field(default_factory=list)
    seconds: float = 0.0
    interruption: Interruption | None = None
    transcript: str = ""

    @property
    def came_to_judged(self) -> bool:
        """Whether everything before the judged step was seen to its end."""
        return len(self.steps) >= len(self.case.steps) - 1

    @property
    def judged(self) -> ObservedStep | None:
        """The step that the case is about; None when the run did not come so far."""
        return self.steps[-1] if len(self.steps) == len(self.case.steps) else None
