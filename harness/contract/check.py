"""The smoke test of an adapter: does it keep the contract? What the product decides is not judged here.

Each finding says what was expected and what came, and what to change. A product that passes can be certified or
refused for its decisions; one that does not would only collect configuration faults.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from harness.contract import advice, messages
from harness.contract.advice import Advice
from harness.contract.binding import Answer, Binding
from harness.contract.client import PlatformClient, RelyingPartyClient, TapClient
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import CONTRACT_VERSION, Verb

SLOW = 2.0
"""Seconds. The time-out is longer, but a person stands at the terminal."""
NO_JSON = b"not JSON"
Given = TypeVar("Given")
Client = RelyingPartyClient | TapClient | PlatformClient
Broken = tuple[tuple[str, Verb, bytes], ...]
"""Messages that are broken on purpose: what is wrong, the verb, the body."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` is for where it did not hold."""

    name: str
    expected: str
    actual: str
    advice: Advice
    held: bool = field(default=True, kw_only=True)


class Stop(Exception):
    """Nothing further can be said."""


class Conversation:
    """What every role's smoke test has in common: who is there, what is refused, how fast it is."""

    def __init__(self, binding: Binding, client: Client) -> None:
        self.findings: list[Finding] = []
        self._client = client
        self._binding = binding

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Let a finding that ends the conversation end the block."""
        with suppress(Stop):
            yield

    def find(self, name: str, expected: str, actual: str, *, held: bool, change: Advice) -> None:
        """Write a finding down."""
        self.findings.append(Finding(name, expected, actual, change, held=held))

    def must(self, name: str, expected: str, ask: Callable[[], Given], *, change: Advice) -> Given:
        """Return what the product answered; an adapter's fault is the last finding."""
        try:
            given = ask()
        except AdapterFault as fault:
            self.find(name, expected, str(fault), held=False, change=change)
            raise Stop from fault
        self.find(name, expected, "as expected", held=True, change=change)
        return given

    def another_version(self) -> None:
        """A suite that speaks another contract is told so, not humoured."""
        answer = self.raw(Verb.HELLO, msgspec.json.encode(messages.Hello(contract="9.9")))
        self.complaint(
            "hello 9.9",
            answer,
            change=advice.VERSION,
        )

    def broken_messages(self, broken: Broken) -> None:
        """What the contract does not know is refused with a reason, and the adapter goes on."""
        for name, verb, body in broken:
            if body.startswith(NO_JSON) and not self._binding.carries_anything:
                continue
            self.complaint(name, self.raw(verb, body), change=advice.BROKEN)
        self.must("after broken messages", "still answering", self._client.hello, change=advice.GOING_ON)

    def raw(self, verb: Verb, body: bytes) -> Answer:
        """Return what comes back to a body that no client of ours would send."""
        try:
            return self._binding.exchange(verb, body)
        except AdapterFault as fault:
            self.find(f"broken {verb.value}", "a 4xx", str(fault), held=False, change=advice.HANGING_UP)
            raise Stop from fault

    def complaint(self, name: str, answer: Answer, *, change: Advice) -> None:
        """Write down whether an answer is a complaint as the contract has it."""
        try:
            msgspec.json.decode(answer.body, type=messages.Refused)
            shaped = True
        except (msgspec.MsgspecError, UnicodeDecodeError):
            shaped = False
        self.find(
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
        self.find(
            "speed",
            f"every answer within {slow:g} s",
            f"{slowest.verb.value} took {slowest.seconds:.2f} s",
            held=slowest.seconds <= slow,
            change=advice.SPEED,
        )


def check_other_role(binding: Binding, client: TapClient | PlatformClient, *, slow: float = SLOW) -> list[Finding]:
    """Return what was found of an adapter whose role is judged by its card's trace or after a platform.

    What it does with a card or a platform is left to the cases: here it says who it is, and refuses broken messages.
    """
    role, verb = ("tap-client", Verb.RUN) if isinstance(client, TapClient) else ("platform-client", Verb.CALLBACK)
    check = Conversation(binding, client)

    def hello() -> int:
        return len(client.hello().capabilities)

    with check.stopping():
        expected = f"contract {CONTRACT_VERSION}, role {role}, capabilities"
        declared = check.must("hello", expected, hello, change=advice.HELLO.about(role))
        check.find("capabilities", "at least one", str(declared), held=declared > 0, change=advice.CAPABILITIES)
        check.another_version()
        check.broken_messages(
            (
                ("not JSON", verb, NO_JSON),
                ("unknown field", verb, b'{"mood":"good"}'),
                ("missing field", verb, b"{}"),
                ("unknown verb", Verb.COMPLETE, b"{}"),
            )
        )
    check.speed(slow)
    return check.findings
