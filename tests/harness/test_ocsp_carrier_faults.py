"""Faults of the carrier, seen on the line: what comes, how it ends, and that the server's log has no complaint."""

import logging
import socket
import struct
from collections.abc import Iterator
from time import monotonic

import pytest

from harness.contract.vocabulary import Kind
from harness.doors.carrier import OVERSIZE
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import MALFORMED, request
from tests.harness.instants import jst

Up = tuple[JlisDoor, Served]


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


@pytest.fixture
def up(world: World, card: IssuedCard, caplog: pytest.LogCaptureFixture) -> Iterator[Up]:
    """The fake J-LIS at its door; nothing may be logged while it is up."""
    assert card.auth_serial
    jlis = JlisDoor(world)
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    try:
        with Served(jlis.app, garbled=jlis.garbled) as served:
            yield jlis, served
    finally:
        logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert not caplog.records


def exchange(served: Served, body: bytes, *, pieces: int = 1) -> tuple[bytes, bytes, list[float]]:
    """Return head and body of what comes until the line ends; when it was asked, and when each of 20 octets came."""
    times = [monotonic()]
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        head = b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        line.sendall(head)
        for at in range(pieces):
            line.sendall(body[at * len(body) // pieces : (at + 1) * len(body) // pieces])
        received = bytearray()
        while piece := line.recv(1 if len(received) < 20 else 65_536):
            received += piece
            if len(times) <= 20:
                times.append(monotonic())
    head, _, content = bytes(received).partition(b"\r\n\r\n")
    return head, content, times


@pytest.fixture
def ordered(up: Up, world: World, card: IssuedCard) -> tuple[Up, bytes, bytes]:
    """The door, a request, and the true answer to it."""
    body = request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16))
    return up, body, exchange(up[1], body)[1]


def order(up: Up, fault: Fault, seconds: float | None = None) -> None:
    """Let the next answer be wrong."""
    up[0].faults.set(Order(fault, FaultDoor.OCSP_AUTH, count=1, seconds=seconds))


@pytest.mark.parametrize(
    ("fault", "status", "is_true"),
    [
        (Fault.NOT_FOUND, 404, False),
        (Fault.FORBIDDEN, 403, False),
        (Fault.NOT_MODIFIED, 304, False),
        (Fault.UNAVAILABLE, 503, False),
        (Fault.INTERNAL_ERROR, 500, False),
        (Fault.WRONG_CONTENT_TYPE, 200, True),
        (Fault.NO_CONTENT_TYPE, 200, True),
        (Fault.EMPTY_BODY, 200, False),
        (Fault.OVERSIZED, 200, False),
        (Fault.SLOW_BODY, 200, True),
        (Fault.SLOW_HEADERS, 200, True),
    ],
)
def test_what_comes(
    ordered: tuple[Up, bytes, bytes],
    world: World,
    fault: Fault,
    status: int,
    is_true: bool,  # noqa: FBT001  (a table)
) -> None:
    """Status, and whether the body is the true answer; the next answer is right, and the journal names the fault."""
    up, body, true = ordered
    mark = world.journal.mark()
    order(up, fault, 0.05 if fault in {Fault.SLOW_BODY, Fault.SLOW_HEADERS} else None)
    head, content, _ = exchange(up[1], body)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert (content == true) is is_true
    assert exchange(up[1], body)[1] == true
    first, second = (entry.answer for entry in world.journal.since(mark))
    assert first.endswith(f"fault {fault}")
    assert second == "good"


def test_types_and_sizes(ordered: tuple[Up, bytes, bytes]) -> None:
    """text/html, none at all, no octets, and 16 MiB behind the true answer."""
    up, body, true = ordered

    def said(fault: Fault) -> tuple[bytes, bytes]:
        order(up, fault)
        head, content, _ = exchange(up[1], body)
        return head.lower(), content

    assert b"content-type: text/html" in said(Fault.WRONG_CONTENT_TYPE)[0]
    assert b"content-type" not in said(Fault.NO_CONTENT_TYPE)[0]
    head, content = said(Fault.EMPTY_BODY)
    assert (b"content-length: 0" in head, content) == (True, b"")
    assert said(Fault.OVERSIZED)[1] == true + bytes(OVERSIZE)


def test_slow_headers_come_octet_by_octet(ordered: tuple[Up, bytes, bytes]) -> None:
    """The first twenty octets of the head do not come at once: they take their share of the half second ordered."""
    up, body, true = ordered
    order(up, Fault.SLOW_HEADERS, 0.5)
    head, content, times = exchange(up[1], body)
    assert content == true
    # from the question on: a reader who wakes up late finds the first of them together
    assert times[-1] - times[0] > 0.5 * len(times) / (len(head) + 4) * 0.5


def test_a_slow_body_lasts(ordered: tuple[Up, bytes, bytes]) -> None:
    """From the first octet of the head to the end as long as ordered."""
    up, body, _ = ordered
    order(up, Fault.SLOW_BODY, 0.4)
    began = monotonic()
    exchange(up[1], body)
    assert monotonic() - began >= 0.4


def test_reset_and_refused(ordered: tuple[Up, bytes, bytes], world: World) -> None:
    """RST where a reset was ordered, the end of the line where a refusal was; nothing was published by them."""
    up, body, _ = ordered
    order(up, Fault.RESET)
    with pytest.raises(ConnectionResetError):
        exchange(up[1], body)
    order(up, Fault.REFUSED)
    assert exchange(up[1], body)[:2] == (b"", b"")
    assert [(e.answer, e.http) for e in world.journal.since(1)] == [("fault reset", 0), ("fault refused", 0)]


def test_content_and_carrier_at_once(ordered: tuple[Up, bytes, bytes], world: World) -> None:
    """A revoked status without its nonce, cut in half on the line: the journal names all three."""
    up, body, _ = ordered
    for fault in (Fault.CUT, Fault.REVOKED_HOLD, Fault.NO_NONCE):
        order(up, fault)
    head, content, _ = exchange(up[1], body)
    announced = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(content) == announced // 2
    assert world.journal.since(1)[0].answer == "good, fault revoked_hold, fault no_nonce, fault cut"


def test_both_ways_say_the_same(ordered: tuple[Up, bytes, bytes], world: World) -> None:
    """In one piece (the short way) or in three (the long one): the same octets, the same line of the journal."""
    up, body, true = ordered
    mark = world.journal.mark()
    assert exchange(up[1], body, pieces=3)[1] == true
    assert exchange(up[1], b"{}")[1] == exchange(up[1], b"{}", pieces=2)[1] == MALFORMED
    said = [entry.answer for entry in world.journal.since(mark)]
    assert said == ["good", "malformed_request", "malformed_request"]


def test_the_short_way_lets_nothing_out_while_the_store_fails(
    ordered: tuple[Up, bytes, bytes], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and a line."""
    up, body, true = ordered

    def fails(*_: object) -> None:
        raise ConfigurationError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(world._history, "save_published", fails)
        world.clock.set(jst("2026-12-02T09:15:00"))
        head, _, _ = exchange(up[1], body)
        assert head.startswith(b"HTTP/1.1 503 ")
        assert world.journal.since(0)[-1].answer == "store fails"
    assert exchange(up[1], body)[1] != true


def test_a_client_that_is_gone_leaves_no_line_behind(ordered: tuple[Up, bytes, bytes]) -> None:
    """Who resets the connection before the answer harms nobody; the door answers the next."""
    up, body, true = ordered
    with socket.create_connection(("127.0.0.1", up[1].port)) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body[:9])
    assert exchange(up[1], body)[1] == true
