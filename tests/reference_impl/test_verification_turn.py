"""Requests of one turn of the loop: verified together, answered in order, and nothing verified that is not answered."""

from collections.abc import Callable

import msgspec
import pytest

from reference_impl.verification import Authentication
from reference_impl.verification_door import VerificationDoor
from reference_impl.verification_protocol import Line
from reference_impl.verification_turn import MOST_OCTETS, MOST_TOGETHER, Turn
from tests.reference_impl import pki
from tests.reference_impl.test_verification_door import as_json
from tests.reference_impl.test_verification_protocol import connected, request, right, wire
from tests.reference_impl.verifying import Bench, bench, login


class Loop:
    """An event loop that goes on when it is told to."""

    def __init__(self) -> None:
        self.soon: list[Callable[[], None]] = []

    def call_soon(self, function: Callable[[], None]) -> None:
        """Calls it when the present turn ends."""
        self.soon.append(function)

    def turn(self) -> None:
        """Ends the present turn."""
        waiting, self.soon = self.soon, []
        for each in waiting:
            each()


@pytest.fixture
def on() -> Bench:
    """A verifier."""
    return bench()


@pytest.fixture
def loop() -> Loop:
    """Nothing waits."""
    return Loop()


@pytest.fixture
def lines(on: Bench, loop: Loop) -> list[Line]:
    """Three lines of one door."""
    turn, every = Turn(VerificationDoor(on.verifier, lambda: pki.NOW).answer, loop.call_soon), set[Line]()
    return [connected(turn, every) for _ in range(3)]


def numbers(lines: list[Line]) -> list[list[int]]:
    """HTTP's numbers on each line."""
    return [wire(line).numbers() for line in lines]


def test_all_of_a_turn_are_answered_at_its_end(on: Bench, loop: Loop, lines: list[Line]) -> None:
    """Each line its own, in its order; nobody before the end, nothing left after it."""
    for line in lines:
        line.data_received(request(right(on)) + request(b"[]", "/logins"))
    assert numbers(lines) == [[], [], []]
    loop.turn()
    assert numbers(lines) == [[200, 200]] * 3
    assert all(wire(line).written.count(b'"OK"') == 1 for line in lines)
    loop.turn()
    assert not loop.soon


def test_what_is_refused_at_once_comes_behind_what_waits(on: Bench, lines: list[Line]) -> None:
    """A login, then no HTTP: the login's answer, the refusal, the end; the same for an unknown path and a long head."""
    behind = (b"\x00\x00\x00\x00", request(b"", "/another"), request(b"", fields=""))
    for line, refused in zip(lines, behind, strict=True):
        line.data_received(request(right(on)) + refused)
    assert numbers(lines) == [[200, 400], [200, 404], [200, 400]]
    assert {wire(line).state for line in lines} == {"closing"}


def test_nothing_is_verified_behind_a_refusal_or_an_end(on: Bench, loop: Loop, lines: list[Line]) -> None:
    """What is no login ends the line, and so does `Connection: close`: what is behind spends no challenge."""
    unseen = [right(on), right(on)]
    lines[0].data_received(request(b"{}") + request(unseen[0]))
    closing = request(right(on), fields="Host: x\r\nConnection: close\r\n")
    lines[1].data_received(closing)
    lines[1]._turn.add(msgspec.structs.replace(lines[1]._turn._waiting[-1], body=unseen[1]))
    loop.turn()
    assert numbers(lines) == [[400], [200], []]
    for body in unseen:
        assert on.reason(msgspec.json.decode(body, type=Authentication)) == "OK"


def test_client_that_has_gone_is_not_verified(on: Bench, loop: Loop, lines: list[Line]) -> None:
    """Its line was lost between its request and the end of the turn: nothing is spent and nothing written."""
    body = right(on)
    lines[0].data_received(request(body))
    lines[1].data_received(request(right(on)))
    wire(lines[0]).abort()
    loop.turn()
    assert numbers(lines) == [[], [200], []]
    assert on.reason(msgspec.json.decode(body, type=Authentication)) == "OK"


def test_continue_comes_behind_what_waits(on: Bench, loop: Loop, lines: list[Line]) -> None:
    """RFC 9110 §10.1.1: 100 belongs to the request that expects it, and answers keep their order."""
    second = request(right(on), fields="Host: x\r\nExpect: 100-continue\r\n")
    lines[0].data_received(request(right(on)) + second)
    loop.turn()
    assert numbers(lines)[0] == [200, 100, 200]


def test_many_are_answered_in_parts(on: Bench, lines: list[Line]) -> None:
    """A turn of more than so many does not wait for its end."""
    for _ in range(MOST_TOGETHER - 1):
        lines[0].data_received(request(b"[]", "/logins"))
    assert numbers(lines)[0] == []
    lines[1].data_received(request(right(on)))
    assert [len(each) for each in numbers(lines)] == [MOST_TOGETHER - 1, 1, 0]
    lines[2].data_received(request(right(on)))
    assert numbers(lines)[2] == []
    lines[2].data_received(request(b"[]" + b" " * MOST_OCTETS, "/logins"))
    assert numbers(lines)[2] == [200, 200], "nor does one of more octets"


def test_fault_of_ours_harms_nobody_else(on: Bench, loop: Loop, lines: list[Line]) -> None:
    """Who met it has 500 and the end; the others have their verdicts; the loop is told."""
    verify, met = on.verifier.verify, login(on)

    def break_for_one(presentation: object, *rest: object) -> object:
        if presentation == met:
            raise ZeroDivisionError
        return verify(presentation, *rest)  # type: ignore[arg-type]

    turn = lines[0]._turn
    turn._answer.__self__._verifier = type("Breaks", (), {"verify": staticmethod(break_for_one)})()  # type: ignore[attr-defined]
    bodies = [right(on), msgspec.json.encode(as_json(met)), right(on)]
    for line, body in zip(lines, bodies, strict=True):
        line.data_received(request(body))
    loop.turn()
    assert numbers(lines) == [[200], [500], [200]]
    assert [wire(line).state for line in lines] == ["open", "closing", "open"]
    with pytest.raises(ZeroDivisionError):
        loop.turn()
