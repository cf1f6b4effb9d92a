"""A play: steps are taken before the product, the oracle foretells each, and where they differ the story breaks off."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from harness.contract.messages import Account
from harness.contract.vocabulary import Capability, Decision
from scenarios.attempt import Attempt
from scenarios.card_answer import CardAnswer
from scenarios.clock import StoryClock
from scenarios.exploration.dates import day_of, mark_at
from scenarios.exploration.lives import Certificate, Person, Plastic, Register
from scenarios.exploration.oracle import CARD, OK, Oracle, Session, Shown
from scenarios.exploration.stage import Set, not_tellable
from scenarios.jlis import Jlis
from scenarios.resident import Resident
from scenarios.story import Confidence, Story, Words
from scenarios.telling import Telling
from scenarios.town import Town
from scenarios.verdict import Verdict

PURPOSES = ("enrol", "login", "tap", "sign", "relink", "unlink")
NAMES = ("resident", "neighbour", "stranger", "visitor")
RIGHT_DECISIONS = {
    OK: {Decision.ACCEPT},
    "STATUS_UNAVAILABLE": {Decision.RETRY, Decision.REJECT},
    "RENEWAL_PENDING": {Decision.PENDING},
}
"""docs/contract.md: what goes with a reason; every other one is a refusal."""


@dataclass(eq=False)
class Someone:
    """A card before a terminal, and what the oracle knows of it."""

    name: str
    resident: Resident
    person: Person
    old: Plastic | None = None
    """The card that was theirs before, where that is what they hold."""

    @property
    def card(self) -> Plastic:
        """What is held."""
        return self.old or self.person.card


@dataclass(eq=False)
class Begun:
    """An attempt that is not presented yet, or not for the last time."""

    name: str
    attempt: Attempt
    session: Session
    shown: Shown
    by: Someone


class Play:
    """One story while it is made: what happened, what was foretold, and the lines that tell it."""

    def __init__(self, set_: Set, begins: date, language: str = "en") -> None:
        stage = set_.stage
        self.stage, self.began = stage, stage.world.clock.now()
        offered = {each.value for each in stage.product.capabilities}
        self.offers = {purpose for purpose in PURPOSES if purpose in offered}
        self.telling = Telling(
            _story(begins),
            now=stage.world.clock.now,
            journal=stage.world.journal,
            language="ja" if language == "ja" else "en",
            skip=not_tellable,
        )
        tolerance = timedelta(seconds=stage.product.tolerances.clock_seconds)
        self.clock = StoryClock(stage.world.clock, stage.client, self.telling, tolerance)
        self.clock.begins_a_day_of_its_own()
        self.town = Town(stage, self.telling, self.clock, set_.folder, set_.reader)
        self.jlis = Jlis(stage, self.telling)
        self.register, self.oracle = Register(self.began), Oracle(self.began, tolerance)
        self.people: list[Someone] = []
        self.begun: list[Begun] = []
        self.lines: list[str] = []
        self.reached: list[tuple[str, str]] = []
        """What every step came to: purpose and reason."""
        self._serials: dict[Certificate, int] = {}
        self._indent = ""
        self._spoken: datetime | None = None

    @property
    def now(self) -> datetime:
        """The present, in UTC."""
        return self.stage.world.clock.now().astimezone(UTC)

    @property
    def may_befall(self) -> bool:
        """Whether J-LIS has not yet spoken as of this very instant: what was published cannot turn out false."""
        return self._spoken is None or self._spoken < self.now

    def write(self, line: str) -> None:
        """Add a line to the story."""
        self.lines.append(self._indent + line)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Write the lines of a block."""
        self._indent += "    "
        try:
            yield
        finally:
            self._indent = self._indent[4:]

    def joins(self, someone: Someone) -> None:
        """Take somebody in whose card was just made."""
        self.people.append(someone)
        self.knows_card_of(someone)

    def knows_card_of(self, someone: Someone) -> None:
        """See what stands on a card that was written: its certificates end when the rule says (pki.md §1.7)."""
        issued = someone.resident.issued
        self._serials[someone.card.auth] = issued.auth_serial
        if someone.resident.ends_on != day_of(someone.card.auth.ends):
            someone.resident.has_certificates_until(day_of(someone.card.auth.ends))

    def judge(self, line: str, purpose: str, verdict: Verdict, answers: Collection[str]) -> str:
        """Hold a verdict against what was foretold, and return what it is; the story breaks off where it differs."""
        self.telling.judged()
        self._spoken = mark_at(self.now)
        outcome = verdict.seen.outcome
        actual = CARD if outcome is None else outcome.reason.value
        refusals = sorted(each for each in answers if Decision.REJECT in RIGHT_DECISIONS.get(each, {Decision.REJECT}))
        coarse = Capability.COARSE_REASONS in self.stage.product.capabilities
        if coarse and outcome is not None and outcome.decision is Decision.REJECT and refusals:
            actual = refusals[0]  # it declared that its reasons for refusing are not to be told apart
        self.write(line + expectation(answers))
        self.reached.append((purpose, actual))
        decisions = RIGHT_DECISIONS.get(actual, {Decision.REJECT})
        if actual not in answers or (outcome is not None and outcome.decision not in decisions):
            wanted = " / ".join(sorted(answers))
            said = actual if outcome is None else f"{outcome.decision.value} {actual}"
            self.telling.break_off(
                Words(f"expected {wanted}, actual {said}", f"期待: {wanted}、実際: {said}"), verdict.seen
            )
        return actual

    def check_account(self, verdict: Verdict, by: Someone) -> None:
        """Hold the product's account against the oracle's: whose it is, and how often it was used."""
        if Capability.ACCOUNT not in self.stage.product.capabilities:
            return
        known = self.oracle.account_of(by.card.auth)
        wanted = None if known is None else (self._serials[known.holder], known.accepted)
        stored = verdict.seen.account_after
        actual = None if stored is None else _told(stored)
        if wanted != actual:
            code = "serial=None" if wanted is None else f"serial=0x{wanted[0]:X}, times={wanted[1]}"
            self.write(f"{by.name}.has_an_account({code})")
            said = Words(f"expected account {wanted}, actual {actual}", f"アカウント 期待: {wanted}、実際: {actual}")
            self.telling.break_off(said, verdict.seen)

    def compare_card(self, line: str, answer: CardAnswer, status: int) -> None:
        """Hold the card's status word against the counter of the oracle."""
        self.telling.judged()
        self.write(f"{line}.answers(0x{status:04X})")
        self.reached.append(("card", f"{status:04X}"))
        answer.answers(status)


def _told(stored: Account) -> tuple[int, int]:
    return int(stored.serial, 16), stored.accepted


def expectation(answers: Collection[str]) -> str:
    """Return how a story says what it expects."""
    if set(answers) == {OK}:
        return ".is_accepted()"
    if set(answers) == {CARD}:
        return ".is_stopped_by_the_card()"
    if set(answers) == {"STATUS_UNAVAILABLE"}:
        return ".is_put_off(Reason.STATUS_UNAVAILABLE)"
    reasons = sorted(set(answers) - {CARD})
    if len(reasons) == 1 and reasons != ["RENEWAL_PENDING"]:
        return f".is_refused(Reason.{reasons[0]})"
    return f".comes_out_as({', '.join(f'Reason.{each}' for each in reasons)})"


def _story(begins: date) -> Story:
    return Story(
        name="exploration/what-was-played",
        family="exploration",
        requirement="RP-KAZ-002",
        confidence=Confidence.ASSUMED,
        title=Words("What the exploration played", "探索で演じられた筋書き"),
        node="",
        begins=begins,
    )
