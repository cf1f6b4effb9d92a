"""A story that is being told, without world or product."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cardsim.status import Language
from cardsim.trace import Event, TraceLine
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Capability, Decision, Kind, Reason, Step
from harness.jlis.journal import Entry, Journal
from harness.terminal.card_reader import JPKI
from scenarios.story import Confidence, Story, Words
from scenarios.telling import Seen, Telling
from scenarios.verdict import Verdict

NOW = datetime(2026, 12, 2, 0, 15, tzinfo=UTC)
"""09:15:00 in Japan."""
ALL = frozenset(Capability) - {Capability.COARSE_REASONS}
TALE = Story(
    name="tap/a-tale",
    family="tap",
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    title=Words("A tale", "ある話"),
    node="tale.py::test_a",
)
SAVED = Account(issuer_key="0" * 64, serial="1", services=["library"], chip_key=None, accepted=1)
ASKED = Entry(NOW, "ocsp", "auth", 0x07000001, None, "revoked certificateHold", 200)
Judge = Callable[..., Verdict]


@pytest.fixture
def journal() -> Journal:
    """An empty journal."""
    return Journal()


@pytest.fixture
def telling_in(journal: Journal) -> Callable[[Language], Telling]:
    """Begin a story in a language."""

    def begin(language: Language) -> Telling:
        return Telling(TALE, now=lambda: NOW, journal=journal, language=language, skip=pytest.skip)

    return begin


@pytest.fixture
def telling(telling_in: Callable[[Language], Telling]) -> Telling:
    """A story in English."""
    return telling_in("en")


@pytest.fixture
def judge(telling: Telling) -> Judge:
    """Make a verdict of what was seen."""

    def make(
        outcome: Outcome | None,
        *,
        trace: tuple[TraceLine, ...] = (),
        questions: tuple[Entry, ...] = (),
        accounts: tuple[Account | None, Account | None] = (SAVED, SAVED),
        capabilities: frozenset[Capability] = ALL,
        kind: Kind = Kind.AUTH,
    ) -> Verdict:
        seen = Seen(outcome, trace, questions, kind, 7, *accounts)
        return Verdict(telling, seen, capabilities)

    return make


def outcome(decision: Decision, reason: Reason, epoch: int = 7) -> Outcome:
    """What a product decided, after the steps of a status question."""
    return Outcome(decision=decision, reason=reason, steps=[Step.DECODE, Step.STATUS], epoch=epoch)


ACCEPTED = outcome(Decision.ACCEPT, Reason.OK)
REFUSED = outcome(Decision.REJECT, Reason.ON_HOLD)


def verify(fid: int, status: int, *, data: bytes = b"****") -> TraceLine:
    """A VERIFY in the JPKI application."""
    command = bytes.fromhex("00200080") + (bytes([len(data)]) + data if data else b"")
    return TraceLine(1, Event.COMMAND, command, b"", status, JPKI, fid, "JPKI")
