"""The visitors as Locust runs them. Importing this patches the process for gevent: only Locust's own may do so."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
from locust import FastHttpUser, task

from harness.contract import messages
from harness.contract.http_binding import PATH
from harness.contract.vocabulary import Verb
from loadtests.conditions import NORMAL, Condition, excuses, read_announced
from loadtests.desk import Desk
from loadtests.holders import Holders
from loadtests.pacing import PacedUser
from loadtests.population import Population
from loadtests.tally import Tally
from loadtests.truth import Deed, Moment, Ruled, Ruling, rule
from loadtests.turns import Turn, Turns

HEADERS = {"content-type": "application/json"}
HTTP_OK = 200
Answer = TypeVar("Answer", bound=messages.Message)


class NoAnswer(Exception):
    """No answer, or one that the contract does not know: an error, already counted, and no verdict."""


@dataclass
class LoadRun:
    """What all users of a process share: the people, who signs for them, and what was counted."""

    population: Population
    tally: Tally = field(default_factory=Tally)
    driven: set[str] = field(default_factory=set)
    """Holders that were driven by this process: no other may drive them."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Open the holders; ConfigurationError when they are not there, or this part has none of a standing."""
        population = self.population
        holders = Holders(Path(population.folder))
        self.turns = Turns(population, holders)
        self.desk = Desk(population, holders)

    def conditions(self, begun: float, ended: float) -> frozenset[Condition]:
        """Return the faults that were announced for any time between a question and its answer (monotonic)."""
        announced = self.population.announced
        return read_announced(Path(announced)).between(begun, ended) if announced else NORMAL


class PortalVisitor(PacedUser, FastHttpUser):
    """Comes for what the mix says, again and again; some visits must be refused, and each verdict is judged."""

    load: ClassVar[LoadRun]
    max_retries = 0
    """A request sent twice would be a replay of our own making."""
    _due = 0.0
    """When the visit was to begin: its first request is measured from there; 0 once that was sent."""

    def __init__(self, environment: Any) -> None:
        self.network_timeout = self.connection_timeout = self.load.population.timeout
        super().__init__(environment)
        self._sent = self._answered = 0.0

    @task
    def visit(self) -> None:
        """One visit: begun and completed, and for a replaying visitor the same presentation a second time."""
        self._due = due = self.arrive()
        turn = next(self.load.turns)
        self.load.driven.add(turn.holder.id)
        try:
            self._come(turn)
        except NoAnswer:
            return
        finally:
            self.pace.ended(due)

    def _come(self, turn: Turn) -> None:
        begun = self._ask(Verb.BEGIN, self.load.desk.begin(turn), messages.Begun)
        if begun.outcome is not msgspec.UNSET:
            self._judge(turn, Deed.NOT_YET, "", begun.outcome)
            return
        if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
            self.load.tally.failed("begin: expected session and challenge, or an outcome; actual neither")
            return
        presentation = self.load.desk.present(turn, begun)
        if isinstance(presentation, str):
            self.load.tally.failed(f"begin: {presentation}")
            return
        shown = messages.Complete(session=begun.session, presentation=presentation)
        self._present(turn, Deed.HONEST if turn.deed is Deed.REPLAYED else turn.deed, shown)
        if turn.deed is Deed.REPLAYED:
            self._present(turn, Deed.REPLAYED, shown)

    def _present(self, turn: Turn, deed: Deed, shown: messages.Complete) -> None:
        outcome = self._ask(Verb.COMPLETE, shown, messages.Completed).outcome
        self._judge(turn, deed, shown.session, outcome)

    def _judge(self, turn: Turn, deed: Deed, session: str, outcome: messages.Outcome) -> None:
        purpose = turn.purpose
        ruled = self._ruled(turn, deed, outcome)
        is_first = turn.deed is Deed.REPLAYED and deed is Deed.HONEST
        kind = turn.standing.value if is_first else turn.kind
        self.load.tally.judged(kind, turn.holder.id, session, ruled, purpose=purpose.value)
        if ruled.ruling is Ruling.WRONG:
            self.environment.stats.log_error("VERDICT", "wrong", f"expected {ruled.expected}, actual {ruled.actual}")

    def _ruled(self, turn: Turn, deed: Deed, outcome: messages.Outcome) -> Ruled:
        """Return the ruling at the instant of the load; with what was announced where that is not right, or moves."""
        population = self.load.population
        declared, purpose = population.declared, turn.purpose
        ruled = rule(turn.facts, deed, population.moment, declared, outcome, purpose=purpose)
        if not population.announced or (ruled.ruling is Ruling.RIGHT and not population.moving):
            return ruled
        announced = read_announced(Path(population.announced))
        conditions = announced.between(self._sent, self._answered)
        moved, first = announced.moved_between(self._sent, self._answered)
        moments = [population.moment] * first + [Moment(each.instant, each.epoch) for each in moved]
        found = [
            rule(turn.facts, deed, moment, declared, outcome, purpose=purpose, conditions=conditions)
            for moment in moments
        ]
        mildest = (Ruling.RIGHT, Ruling.EXCUSED)
        return next((each for ruling in mildest for each in found if each.ruling is ruling), found[-1])

    def _ask(self, verb: Verb, request: messages.Message, answers: type[Answer]) -> Answer:
        """Return the product's answer; NoAnswer when there is none that contract 1.0 knows."""
        self.load.tally.asked()
        self._sent = time.monotonic()
        begun, self._due = self._due or self._sent, 0.0
        with self.client.post(
            PATH + verb.value,
            data=msgspec.json.encode(request).decode(),
            headers=HEADERS,
            name=verb.value,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            self._answered = time.monotonic()
            answer, is_silent = _read(response, answers), response.status_code == 0
            if isinstance(answer, str):
                response.failure(answer)
        if isinstance(answer, str):
            excused = excuses(self.load.conditions(self._sent, self._answered), is_silent=is_silent)
            self.load.tally.failed(f"{verb.value}: {answer}", excused=excused)
            raise NoAnswer(answer)
        self.load.tally.took(verb.value, self._answered - begun)
        return answer


def _read(response: Any, answers: type[Answer]) -> Answer | str:
    """Return the message in a response, or what is wrong with it."""
    if response.status_code == 0:
        return f"no answer: {type(response.error).__name__}"
    if response.status_code != HTTP_OK:
        return f"expected HTTP 200, actual {response.status_code}"
    try:
        return msgspec.json.decode(response.content or b"", type=answers)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        return f"the answer breaks the schema: {fault}"
