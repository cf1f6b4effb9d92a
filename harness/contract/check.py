"""The smoke test of an adapter: does it keep the contract? What the product decides is not judged here.

Each finding says what was expected and what came, and what to change. A product that passes can be certified or
refused for its decisions; one that does not would only collect configuration faults.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from harness.contract import advice, messages
from harness.contract.advice import Advice
from harness.contract.binding import Answer, Binding
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import PURPOSES, SERVICE, TERMINAL
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import (
    CHALLENGE_LENGTH,
    CONTRACT_VERSION,
    Capability,
    Decision,
    Environment,
    Purpose,
    Verb,
)

SLOW = 2.0
"""Seconds. The time-out is longer, but a person stands at the terminal."""
NEEDED = {
    Purpose.ENROL: Capability.ENROL,
    Purpose.LOGIN: Capability.LOGIN,
    Purpose.TAP: Capability.TAP,
    Purpose.SIGN: Capability.SIGN,
}
INSTANTS = (("2026-12-01T00:00:00Z", 101), ("2026-12-01T09:15:00Z", 102))


Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` is for where it did not hold."""

    name: str
    expected: str
    actual: str
    advice: Advice
    held: bool = field(default=True, kw_only=True)


def check_relying_party(
    binding: Binding, configuration: messages.Configure, certificate: bytes, *, slow: float = SLOW
) -> list[Finding]:
    """Return what was found, in the order of a first conversation; it stops where nothing further could be said.

    `certificate` (DER) is a genuine one of the world in `configuration`, of somebody unknown to the product.
    """
    check = _Check(binding, certificate)
    with check.stopping():
        product = check.hello()
        check.another_version()
        check.configured(configuration)
        if Capability.SET_TIME in product.capabilities:
            check.clock()
        for purpose in PURPOSES:
            if NEEDED[purpose] in product.capabilities:
                check.conversation(purpose)
        if Capability.ACCOUNT in product.capabilities:
            check.unknown_account()
        check.broken_messages()
    check.speed(slow)
    return check.findings


class _Stop(Exception):
    """Nothing further can be said."""


class _Check:
    def __init__(self, binding: Binding, certificate: bytes) -> None:
        self.findings: list[Finding] = []
        self._binding, self._certificate = binding, certificate
        self._client = RelyingPartyClient(binding)
        self._epoch: int | None = None

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Let a finding that ends the conversation end the block."""
        with suppress(_Stop):
            yield

    def _find(self, name: str, expected: str, actual: str, *, held: bool, change: Advice) -> None:
        self.findings.append(Finding(name, expected, actual, change, held=held))

    def _must(self, name: str, expected: str, ask: Callable[[], Given], *, change: Advice) -> Given:
        """Return what the product answered; an adapter's fault is the last finding."""
        try:
            given = ask()
        except AdapterFault as fault:
            self._find(name, expected, str(fault), held=False, change=change)
            raise _Stop from fault
        self._find(name, expected, "as expected", held=True, change=change)
        return given

    def hello(self) -> messages.Introduction:
        """Who is there: schema, contract version, role."""
        return self._must(
            "hello",
            f"contract {CONTRACT_VERSION}, role relying-party, capabilities and tolerances",
            self._client.hello,
            change=advice.HELLO,
        )

    def another_version(self) -> None:
        """A suite that speaks another contract is told so, not humoured."""
        answer = self._raw(Verb.HELLO, msgspec.json.encode(messages.Hello(contract="9.9")))
        self._complaint(
            "hello 9.9",
            answer,
            change=advice.VERSION,
        )

    def configured(self, configuration: messages.Configure) -> None:
        """The world is taken, and forgetting works."""
        self._must(
            "configure",
            "{}",
            lambda: self._client.configure(configuration),
            change=advice.CONFIGURE,
        )
        self._must(
            "reset",
            "{}",
            self._client.reset,
            change=advice.RESET,
        )

    def clock(self) -> None:
        """Each setting of the clock is echoed by its number."""
        for instant, epoch in INSTANTS:
            self._must(
                "set_time",
                f"the echo of epoch {epoch}",
                lambda instant=instant, epoch=epoch: self._client.set_time(instant, epoch),  # type: ignore[misc]
                change=advice.CLOCK,
            )
            self._epoch = epoch

    def conversation(self, purpose: Purpose) -> None:
        """Two beginnings differ; a presentation of noise is decided by the contract and never accepted."""
        begun = [self._begin(purpose) for _ in range(2)]
        sessions = [
            (answer.session, answer.challenge)
            for answer in begun
            if answer.session is not msgspec.UNSET and answer.challenge is not msgspec.UNSET
        ]
        if not sessions:
            self._no_session(purpose, begun[0])
            return
        lengths = sorted({len(challenge) for _, challenge in sessions})
        fresh = len(sessions) == len(set(sessions)) == 2 and sessions[0][1] != sessions[1][1]
        self._find(
            f"begin {purpose.value}: challenge",
            f"{CHALLENGE_LENGTH} bytes, drawn anew at each begin",
            f"{' and '.join(map(str, lengths))} bytes, {'different' if fresh else 'the same twice'}",
            held=fresh and lengths == [CHALLENGE_LENGTH],
            change=advice.CHALLENGE,
        )
        session, challenge = sessions[0]
        noise = messages.Complete(
            session=session,
            presentation=messages.Presentation(
                challenge=challenge, certificate=self._certificate, signature=secrets.token_bytes(256)
            ),
        )
        for again in ("", " again"):
            self._refused(f"complete {purpose.value}{again}", noise)

    def _begin(self, purpose: Purpose) -> messages.Begun:
        environment = Environment.ATTENDED if purpose in (Purpose.TAP, Purpose.ENROL) else Environment.ONLINE
        return self._must(
            f"begin {purpose.value}",
            "session and challenge, or an outcome",
            lambda: self._client.begin(
                messages.Begin(
                    purpose=purpose,
                    service=SERVICE,
                    environment=environment,
                    terminal=TERMINAL,
                    holder=messages.HolderHint(certificate=self._certificate),
                )
            ),
            change=advice.DECLARED.about(purpose.value),
        )

    def _no_session(self, purpose: Purpose, begun: messages.Begun) -> None:
        """A tap of a stranger may be decided at once; nothing else may be."""
        outcome = begun.outcome
        said = "nothing" if outcome is msgspec.UNSET else f"{outcome.decision.value} {outcome.reason.value}"
        self._find(
            f"begin {purpose.value}: session",
            "a session" if purpose is not Purpose.TAP else "a session, or NOT_ENROLLED at once",
            said,
            held=purpose is Purpose.TAP and outcome is not msgspec.UNSET and outcome.decision is Decision.REJECT,
            change=advice.SESSION.about(purpose.value),
        )

    def _refused(self, name: str, request: messages.Complete) -> None:
        outcome = self._must(
            name,
            "an outcome",
            lambda: self._client.complete(request),
            change=advice.OUTCOME,
        )
        self._find(
            f"{name}: decision",
            "anything but accept",
            outcome.decision.value,
            held=outcome.decision is not Decision.ACCEPT,
            change=advice.ACCEPTED,
        )
        if self._epoch is not None:
            echoed = "none" if outcome.epoch is msgspec.UNSET else str(outcome.epoch)
            self._find(
                f"{name}: epoch",
                str(self._epoch),
                echoed,
                held=echoed == str(self._epoch),
                change=advice.ECHO,
            )

    def unknown_account(self) -> None:
        """Of somebody unknown nothing is stored, also after the conversations above."""
        account = self._must(
            "account",
            "null, or an account",
            lambda: self._client.account(self._certificate),
            change=advice.ACCOUNT,
        )
        self._find(
            "account: unknown holder",
            "null",
            "null" if account is None else "an account",
            held=account is None,
            change=advice.STRANGER,
        )

    def broken_messages(self) -> None:
        """What the contract does not know is refused with a reason, and the adapter goes on."""
        for name, verb, body in (
            ("not JSON", Verb.RESET, b"{"),
            ("unknown field", Verb.RESET, b'{"mood":"good"}'),
            ("wrong type", Verb.SET_TIME, b'{"instant":7,"epoch":"x"}'),
            ("missing field", Verb.COMPLETE, b"{}"),
            ("unknown verb", Verb.CALLBACK, b"{}"),
        ):
            self._complaint(
                name,
                self._raw(verb, body),
                change=advice.BROKEN,
            )
        self._must(
            "after broken messages",
            "still answering",
            self._client.hello,
            change=advice.GOING_ON,
        )

    def _raw(self, verb: Verb, body: bytes) -> Answer:
        try:
            return self._binding.exchange(verb, body)
        except AdapterFault as fault:
            self._find(f"broken {verb.value}", "a 4xx", str(fault), held=False, change=advice.HANGING_UP)
            raise _Stop from fault

    def _complaint(self, name: str, answer: Answer, *, change: Advice) -> None:
        try:
            msgspec.json.decode(answer.body, type=messages.Refused)
            shaped = True
        except (msgspec.MsgspecError, UnicodeDecodeError):
            shaped = False
        self._find(
            f"broken message: {name}",
            "4xx with error {what, where, expected, actual}",
            f"{answer.http} {answer.body[:120].decode(errors='replace')}",
            held=400 <= answer.http < 500 and shaped,
            change=change,
        )

    def speed(self, slow: float) -> None:
        """The slowest answer, beside what a person at a terminal will wait for."""
        if not self._client.exchanges:
            return
        slowest = max(self._client.exchanges, key=lambda exchange: exchange.seconds)
        self._find(
            "speed",
            f"every answer within {slow:g} s",
            f"{slowest.verb.value} took {slowest.seconds:.2f} s",
            held=slowest.seconds <= slow,
            change=advice.SPEED,
        )
