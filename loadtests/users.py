"""The visitors as Locust runs them. Importing this patches the process for gevent: only Locust's own may do so."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from locust import FastHttpUser, task

from harness.contract import messages
from harness.contract.http_binding import PATH
from harness.contract.vocabulary import Environment, Purpose, Verb
from loadtests.pacing import PacedUser
from loadtests.population import Population
from loadtests.tally import Tally
from loadtests.truth import Deed, Ruling, rule
from loadtests.turns import Turn, turns

HEADERS = {"content-type": "application/json"}
HTTP_OK = 200
Answer = TypeVar("Answer", bound=messages.Message)


class NoAnswer(Exception):
    """No answer, or one that the contract does not know: an error, already counted, and no verdict."""


@dataclass
class LoadRun:
    """What all users of a process share: the people, their keys in memory, and what was counted."""

    population: Population
    tally: Tally = field(default_factory=Tally)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    driven: set[str] = field(default_factory=set)
    """Holders that were driven by this process: no other may drive them."""
    _keys: dict[bytes, RSAPrivateKey] = field(default_factory=dict)

    def sign(self, key: bytes, challenge: bytes) -> bytes:
        """Return the PKCS#1 v1.5 SHA-256 signature; each key is loaded once."""
        if key not in self._keys:
            # The pool checked its keys when it made them; checking again takes 30 ms.
            loaded = load_der_private_key(key, password=None, unsafe_skip_rsa_key_validation=True)
            if not isinstance(loaded, RSAPrivateKey):
                raise TypeError(f"population: expected RSA keys, actual {type(loaded).__name__}")
            self._keys[key] = loaded
        return self._keys[key].sign(challenge, PKCS1v15(), SHA256())


class PortalVisitor(PacedUser, FastHttpUser):
    """Logs in with PIN at a portal, again and again; some visits must be refused, and each verdict is judged."""

    load: ClassVar[LoadRun]
    max_retries = 0
    """A request sent twice would be a replay of our own making."""
    _due = 0.0
    """When the visit was to begin: its first request is measured from there; 0 once that was sent."""

    def __init__(self, environment: Any) -> None:
        self.network_timeout = self.connection_timeout = self.load.population.timeout
        super().__init__(environment)
        self._turns = turns(self.load.population, next(self.load.numbers))

    @task
    def visit(self) -> None:
        """One visit: a login, and for a replaying visitor the same presentation a second time."""
        self._due = due = self.arrive()
        turn = next(self._turns)
        self.load.driven.add(turn.holder.id)
        try:
            self._log_in(turn)
        except NoAnswer:
            return
        finally:
            self.pace.ended(due)

    def _log_in(self, turn: Turn) -> None:
        holder, population = turn.holder, self.load.population
        begun = self._ask(
            Verb.BEGIN,
            messages.Begin(
                purpose=Purpose.LOGIN,
                service=population.service,
                environment=Environment.ONLINE,
                terminal=population.terminal,
                holder=messages.HolderHint(certificate=holder.certificate),
            ),
            messages.Begun,
        )
        if begun.outcome is not msgspec.UNSET:
            self._judge(turn, Deed.NOT_YET, "", begun.outcome)
            return
        if begun.session is msgspec.UNSET or begun.challenge is msgspec.UNSET:
            self.load.tally.failed("begin: expected session and challenge, or an outcome; actual neither")
            return
        key = population.forger_key if turn.deed is Deed.FORGED else holder.key
        presentation = messages.Presentation(
            challenge=begun.challenge,
            certificate=holder.certificate,
            signature=self.load.sign(key, begun.challenge),
        )
        shown = messages.Complete(session=begun.session, presentation=presentation)
        first = Deed.HONEST if turn.deed is Deed.REPLAYED else turn.deed
        self._present(turn, first, shown)
        if turn.deed is Deed.REPLAYED:
            self._present(turn, Deed.REPLAYED, shown)

    def _present(self, turn: Turn, deed: Deed, shown: messages.Complete) -> None:
        outcome = self._ask(Verb.COMPLETE, shown, messages.Completed).outcome
        self._judge(turn, deed, shown.session, outcome)

    def _judge(self, turn: Turn, deed: Deed, session: str, outcome: messages.Outcome) -> None:
        population, holder = self.load.population, turn.holder
        ruled = rule(holder.facts, deed, population.moment, population.declared, outcome)
        self.load.tally.judged(Turn(holder, deed).kind, holder.id, session, ruled)
        if ruled.ruling is Ruling.WRONG:
            self.environment.stats.log_error("VERDICT", "wrong", f"expected {ruled.expected}, actual {ruled.actual}")

    def _ask(self, verb: Verb, request: messages.Message, answers: type[Answer]) -> Answer:
        """Return the product's answer; NoAnswer when there is none that contract 1.0 knows."""
        self.load.tally.asked()
        begun, self._due = self._due or time.monotonic(), 0.0
        with self.client.post(
            PATH + verb.value,
            data=msgspec.json.encode(request).decode(),
            headers=HEADERS,
            name=verb.value,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            seconds = time.monotonic() - begun
            answer = _read(response, answers)
            if isinstance(answer, str):
                response.failure(answer)
        if isinstance(answer, str):
            self.load.tally.failed(f"{verb.value}: {answer}")
            raise NoAnswer(answer)
        self.load.tally.took(verb.value, seconds)
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
