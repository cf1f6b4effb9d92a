"""The smoke test: honest adapters pass, and each thing bent on the way is found with what to change."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.commands.findings import show_findings
from harness.contract.advice import Advice
from harness.contract.binding import Answer
from harness.contract.check import SLOW, Finding, check_other_role
from harness.contract.check_relying_party import check_relying_party
from harness.contract.client import PlatformClient, TapClient
from harness.contract.configuration import configuration
from harness.contract.faults import TimedOut
from harness.contract.http_binding import HttpBinding
from harness.contract.messages import Configure
from harness.contract.program_binding import ProgramBinding
from harness.contract.targets import parse_target, running_target
from harness.contract.vocabulary import Verb
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.home import key_pool
from harness.world import World

Message = dict[str, Any]


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Configure, bytes]]:
    """What a product is told of a world, and the certificate of one who lives in it."""
    world = World.create(key_pool(), seed=11, start=datetime(2026, 12, 1, tzinfo=UTC))
    certificate = world.issue_card(world.new_resident().id).auth_certificate
    door = JlisDoor(world)
    with Served(door.app) as served:
        yield configuration(world, door.addresses(served.url)), certificate
    world.close()


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    """An honest product."""
    with running_target(parse_target("reference")) as address:
        yield address


class Bent(HttpBinding):
    """An honest product whose answers are bent on the way."""

    def __init__(self, address: str, bend: Callable[[Verb, bytes, Answer], Answer]) -> None:
        super().__init__(address)
        self._bend = bend

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Bend the answer."""
        return self._bend(verb, body, super().exchange(verb, body))


def checked(binding: HttpBinding, told: tuple[Configure, bytes], *, slow: float = SLOW) -> list[Finding]:
    """What is found through a binding, which is closed afterwards."""
    with closing(binding):
        return check_relying_party(binding, *told, slow=slow)


def broken(findings: list[Finding]) -> list[str]:
    """The names of what has to change."""
    return [finding.name for finding in findings if not finding.held]


def changed(verb: Verb, **fields: Any) -> Callable[[Verb, bytes, Answer], Answer]:
    """One verb's answers, changed in some fields where they are answers."""

    def bend(asked: Verb, _: bytes, answer: Answer) -> Answer:
        if asked is not verb or answer.http != 200:
            return answer
        message: Message = json.loads(answer.body)
        for place, value in fields.items():
            inner: Message = message
            *path, last = place.split("__")
            for part in path:
                inner = inner.get(part, {})
            inner[last] = value
        return Answer(200, json.dumps(message).encode())

    return bend


def complaining(http: int, body: bytes) -> Callable[[Verb, bytes, Answer], Answer]:
    """Complaints said in another way."""
    return lambda _verb, _body, answer: Answer(http, body) if answer.http == 400 else answer


def without_begin(verb: Verb, _: bytes, answer: Answer) -> Answer:
    """A capability that is declared and not there."""
    return Answer(404, b"") if verb is Verb.BEGIN else answer


def test_honest_product_has_nothing_to_change(reference: str, told: tuple[Configure, bytes]) -> None:
    """Everything is looked at, and nothing found."""
    findings = checked(HttpBinding(reference), told)
    assert broken(findings) == []
    assert len(findings) > 40


@pytest.mark.parametrize(
    ("bend", "found"),
    [
        (changed(Verb.HELLO, mood="good"), ["hello"]),
        (changed(Verb.SET_TIME, epoch=7), ["set_time"]),
        (changed(Verb.COMPLETE, outcome__epoch=7), ["complete enrol: epoch"]),
        (changed(Verb.COMPLETE, outcome__decision="accept", outcome__reason="OK"), ["complete enrol: decision"]),
        (changed(Verb.COMPLETE, outcome__reason="BECAUSE"), ["complete enrol"]),
        (changed(Verb.BEGIN, challenge="AAAA"), ["begin enrol: challenge"]),
        (complaining(200, b"{}"), ["broken message: hello 9.9"]),
        (complaining(500, b"oops"), ["broken message: hello 9.9"]),
        (without_begin, ["begin enrol"]),
    ],
    ids=["schema", "set_time", "epoch", "accepts", "reason", "challenge", "humours", "500", "missing capability"],
)
def test_each_thing_bent_is_found(
    bend: Callable[[Verb, bytes, Answer], Answer], found: list[str], reference: str, told: tuple[Configure, bytes]
) -> None:
    """The first finding names what was bent, with what to change in both languages."""
    findings = [finding for finding in checked(Bent(reference, bend), told) if not finding.held]
    assert [finding.name for finding in findings][: len(found)] == found
    assert all(finding.advice.ja and finding.advice.en for finding in findings)


def test_slow_and_silent_products_are_told_apart(reference: str, told: tuple[Configure, bytes]) -> None:
    """Slow is a finding about speed; no answer at all ends the conversation there."""
    assert broken(checked(HttpBinding(reference), told, slow=0.0)) == ["speed"]

    def silent(verb: Verb, _: bytes, answer: Answer) -> Answer:
        if verb is Verb.RESET:
            raise TimedOut("reset: no whole answer within 10 s")
        return answer

    findings = checked(Bent(reference, silent), told)
    assert broken(findings) == ["reset"]


OTHER_ROLE = """
import json, sys
INTRODUCTION = {introduction}
for line in sys.stdin:
    request = json.loads(line)
    known = request["verb"] == "hello" and request["message"] == {{"contract": "1.0"}}
    complaint = {{"what": "message", "where": "$", "expected": "contract 1.0", "actual": "something else"}}
    said = {{"answer": INTRODUCTION}} if known or {humours} else {{"error": complaint}}
    print(json.dumps({{"id": request["id"], **said}}), flush=True)
"""


@pytest.mark.parametrize(
    ("client", "introduction", "humours", "found"),
    [
        (TapClient, {"role": "tap-client", "capabilities": ["read_certificate"]}, False, []),
        (PlatformClient, {"role": "platform-client", "capabilities": ["kiosk"]}, False, []),
        (TapClient, {"role": "tap-client", "capabilities": []}, False, ["capabilities"]),
        (TapClient, {"role": "platform-client", "capabilities": ["kiosk"]}, False, ["hello"]),
        (PlatformClient, {"role": "platform-client", "capabilities": ["fly"]}, False, ["hello"]),
        (
            TapClient,
            {"role": "tap-client", "capabilities": ["attributes"]},
            True,
            ["broken message: hello 9.9", "broken message: unknown field"],
        ),
    ],
)
def test_other_roles_say_who_they_are_and_refuse_what_is_broken(
    *, client: type[TapClient] | type[PlatformClient], introduction: Message, humours: bool, found: list[str]
) -> None:
    """A reader's software and a platform's client, each as a program: honest, with the wrong role, humouring."""
    whole = {"contract": "1.0", "product": "p", "version": "1", **introduction}
    source = OTHER_ROLE.format(introduction=whole, humours=humours)
    binding = ProgramBinding([sys.executable, "-c", source], timeout=30)
    with closing(binding):
        findings = broken(check_other_role(binding, client(binding), slow=30))  # its first answer waits for Python
    assert [name for name in findings if name in found] == found
    assert bool(findings) is bool(found)


def test_findings_are_shown_in_lines_of_their_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, expected, actual and advice: nothing is broken up where the terminal is thought to end."""
    monkeypatch.setenv("COLUMNS", "40")
    finding = Finding("the way back", "e " * 40, "a " * 40, Advice(ja="助言" * 40, en="advice"), held=False)
    assert not show_findings([finding], "ja")
    assert capsys.readouterr().out.splitlines()[:4] == [
        "NG  the way back",
        f"    expected / 期待: {'e ' * 40}",
        f"    actual / 実際:   {'a ' * 40}",
        f"    → {'助言' * 40}",
    ]
