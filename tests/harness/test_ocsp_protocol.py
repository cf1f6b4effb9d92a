"""The bare door for load: the same octets as the other one, and every misuse answered, journalled, and let go."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.ocsp import LONGEST_REQUEST
from harness.doors.ocsp_protocol import ServedQuickly
from harness.doors.server import Served
from harness.jlis.ocsp_policy import Closure, ResponderPolicy
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import request
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(NOW)
    return card


@pytest.fixture
def jlis(world: World, card: IssuedCard) -> JlisDoor:
    """The fake J-LIS, once there is a card."""
    assert card.auth_serial
    return JlisDoor(world)


@pytest.fixture
def bare(jlis: JlisDoor) -> Iterator[ServedQuickly]:
    """Its bare door."""
    with ServedQuickly(jlis.ocsp) as served:
        yield served


def test_it_says_what_the_other_door_says(world: World, card: IssuedCard, jlis: JlisDoor, bare: ServedQuickly) -> None:
    """Header, status and octets alike, on one connection; each request has its line."""
    asked = [request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16)), request(world, Kind.AUTH, 5), b"", b"{}"]
    with Served(jlis.app) as served, httpx.Client(trust_env=False) as client:
        for body in asked:
            mark = world.journal.mark()
            said = [client.post(f"{url}/ocsp/auth", content=body) for url in (served.url, bare.url)]
            assert said[0].content == said[1].content
            assert {one.headers["content-type"] for one in said} == {"application/ocsp-response"}
            first, second = world.journal.since(mark)
            assert first == second


def raw(bare: ServedQuickly, octets: bytes) -> bytes:
    """Return what comes until the line ends."""
    with socket.create_connection(("127.0.0.1", bare.port), timeout=10) as line:
        line.sendall(octets)
        pieces = []
        while piece := line.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        pytest.param(b"GET /ocsp/auth HTTP/1.1\r\nhost: x\r\n\r\n", 404, id="another method"),
        pytest.param(b"POST /crl HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n", 404, id="another place"),
        pytest.param(b"\x00\x01\x02\r\n\r\n", 400, id="no HTTP"),
        pytest.param(b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400, id="no length"),
        pytest.param(
            b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (LONGEST_REQUEST + 1)
            + bytes(LONGEST_REQUEST + 1),
            413,
            id="too long",
        ),
        pytest.param(b"POST /ocsp/auth HTTP/1.1\r\nx: " + b"y" * (3 * LONGEST_REQUEST), 413, id="a head without end"),
    ],
)
def test_misuse_is_answered_and_let_go(world: World, bare: ServedQuickly, octets: bytes, code: int) -> None:
    """A status, the end of the line, and one line of the journal."""
    mark = world.journal.mark()
    try:
        assert raw(bare, octets).startswith(b"HTTP/1.1 %d " % code)
    except ConnectionResetError:
        assert code == 413, "the rest of what was sent lay unread"
    assert [entry.http for entry in world.journal.since(mark)] == [code]


def test_pieces_and_pipelines(world: World, card: IssuedCard, bare: ServedQuickly) -> None:
    """Octet by octet, and two requests in one segment: answered in order."""
    body = request(world, Kind.AUTH, card.auth_serial)
    one = b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    last = one.replace(b"host: x", b"connection: close")
    both = raw(bare, one + last)
    assert both.count(b"HTTP/1.1 200 OK") == 2
    with socket.create_connection(("127.0.0.1", bare.port), timeout=10) as line:
        for octet in last:
            line.sendall(bytes([octet]))
        assert line.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_closed_for_maintenance(world: World, card: IssuedCard, jlis: JlisDoor, bare: ServedQuickly) -> None:
    """503: how it is closed is the other door's to say."""
    until = jst("2026-12-02T10:00:00")
    jlis.ocsp.responder.switch(Kind.AUTH, ResponderPolicy(maintenance=(Closure(NOW, until),)))
    body = request(world, Kind.AUTH, card.auth_serial)
    assert httpx.post(f"{bare.url}/ocsp/auth", content=body, trust_env=False).status_code == 503


def test_an_open_line_does_not_keep_the_door_open(jlis: JlisDoor) -> None:
    """Stopped, it ends the lines that are left."""
    served = ServedQuickly(jlis.ocsp)
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(b"POST /ocsp/auth HTTP/1.1\r\n")
        served.stop()
        with suppress(ConnectionResetError):
            assert line.recv(1) == b""
