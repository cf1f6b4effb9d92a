"""OCSP requests with each octet wrong in turn, over every way to the responder: one answer, and the same on all.

The long way (a fault stands, if not for this request), the quick way, the bare door, and the address of a GET. What
goes out is parsed by cryptography; what a cut request gets is malformedRequest, whatever is cut (RFC 6960 §2.3).
"""

import base64
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.bounds import STANDARD
from harness.doors.ocsp import LONGEST_REQUEST
from harness.doors.ocsp_protocol import ServedQuickly
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.jlis.ocsp_policy import ResponderKey, ResponderPolicy
from tests.harness.asking import MALFORMED, tlv
from tests.harness.test_ocsp_hostile import nest, shapes
from tests.hostile.conftest import Doors
from tests.hostile.wire import line_to

SHAPES = ["plain", "nonce", "batch", "single extension", "signed"]
WAYS = ["long", "quick", "bare", "get"]
LENGTH = re.compile(rb"(?i)content-length: (\d+)\r\n")


class Way:
    """One line to the responder, which is asked again and again on it."""

    def __init__(self, line: socket.socket, drawn: Callable[[bytes], bytes]) -> None:
        self._line, self._drawn, self._came = line, drawn, b""

    def ask(self, octets: bytes) -> bytes:
        """Return the body of the answer, which is 200."""
        self._line.sendall(self._drawn(octets))
        while (end := self._came.find(b"\r\n\r\n")) < 0:
            self._read()
        head, rest = self._came[: end + 2], end + 4
        assert head.startswith(b"HTTP/1.1 200 "), head
        found = LENGTH.search(head)
        assert found is not None, head
        last = rest + int(found[1])
        while len(self._came) < last:
            self._read()
        body, self._came = self._came[rest:last], self._came[last:]
        return body

    def _read(self) -> None:
        piece = self._line.recv(2**16)
        assert piece, "the door ended the line"
        self._came += piece


def post(octets: bytes) -> bytes:
    """Return a POST."""
    return b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%b" % (len(octets), octets)


def get(octets: bytes) -> bytes:
    """Return a GET with the request in its address."""
    text = quote(base64.b64encode(octets), safe="")
    return f"GET /ocsp/auth/{text} HTTP/1.1\r\nhost: x\r\n\r\n".encode("ascii")


@pytest.fixture
def ways(doors: Doors) -> Iterator[dict[str, Way]]:
    """Every way to a responder that takes batches and signs quickly."""
    service = doors.world.jlis.responder
    service.switch(Kind.AUTH, ResponderPolicy(most_questions=256, responder_key=ResponderKey.P256))
    with ServedQuickly(doors.jlis_door.ocsp) as bare, ExitStack() as stack:
        lines = {name: stack.enter_context(line_to(doors.jlis.port)) for name in ("long", "quick", "get")}
        lines["bare"] = stack.enter_context(line_to(bare.port))
        yield {name: Way(lines[name], get if name == "get" else post) for name in WAYS}
    service.switch(Kind.AUTH, ResponderPolicy())


def mutants(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield requests with one thing wrong, at each octet in turn."""
    for at in range(len(octets)):
        yield "cut", octets[:at]
        for how, value in (("turned", octets[at] ^ 0xFF), ("long", 0x84), ("endless", 0x80), ("zero", 0x00)):
            if value != octets[at]:
                yield how, octets[:at] + bytes([value]) + octets[at + 1 :]
        yield "doubled", octets[: at + 1] + octets[at:]
    yield "tail", octets + b"\x00"
    yield "nested", tlv(0x30, octets)


def judged(said: bytes) -> bytes:
    """Return what an answer says without its signature, having looked whether it is one: an error status, or signed."""
    response = ocsp.load_der_ocsp_response(said)
    if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
        assert list(response.responses)
        return response.tbs_response_bytes
    assert len(said) == 5
    return said


@pytest.mark.parametrize("shape", range(len(SHAPES)), ids=SHAPES)
def test_each_octet_wrong_in_turn(doors: Doors, ways: dict[str, Way], shape: int) -> None:
    """The same answer on every way, an OCSPResponse each time, each of them a line of the journal; cut: malformed."""
    octets = shapes(doors.world, doors.card.auth_serial)[shape]
    nobody = Order(Fault.DELAY, FaultDoor.OCSP_AUTH, serial=2**200)
    names = [name for name in WAYS if name != "get" or shape < 2]  # longer ones are no address
    for how, mutant in mutants(octets):
        mark, said = doors.world.journal.mark(), {}
        for name in names:
            standing = doors.jlis_door.faults.set(nobody) if name == "long" else None
            said[name] = judged(ways[name].ask(mutant))
            if standing is not None:
                doors.jlis_door.faults.remove(standing.id)
        assert len(set(said.values())) == 1, (how, mutant.hex(), said)
        assert how != "cut" or said["quick"] == MALFORMED, mutant.hex()
        lines = doors.world.journal.since(mark)
        assert len(lines) == len(names)
        assert len(set(lines)) == 1, (how, mutant.hex(), lines)
    doors.answer_rightly()


@pytest.mark.parametrize("name", ["long", "quick", "bare"])
def test_the_longest_over_each_way(doors: Doors, ways: dict[str, Way], name: str) -> None:
    """As many octets as a door takes: nests, lengths without end, zeros; malformed each time, and the line goes on."""
    standing = doors.jlis_door.faults.set(Order(Fault.DELAY, FaultDoor.OCSP_AUTH, serial=2**200))
    if name != "long":
        doors.jlis_door.faults.remove(standing.id)
    for octets in (
        nest(0x30, LONGEST_REQUEST - 8)[:LONGEST_REQUEST],
        nest(0xA0, LONGEST_REQUEST - 8)[:LONGEST_REQUEST],
        bytes(LONGEST_REQUEST),
        b"\x30\x84\xff\xff\xff\xff" + bytes(LONGEST_REQUEST - 6),
        b"\x30\x80" * (LONGEST_REQUEST // 2),
        b"\x30\xff" + b"\xff" * (LONGEST_REQUEST - 2),
    ):
        assert ways[name].ask(octets) == MALFORMED
    doors.answer_rightly()


def test_an_address_as_long_as_one_may_be(doors: Doors) -> None:
    """A GET of 8,192 octets of address is answered, one more is refused: both are journalled."""
    fixed, mark = len("/ocsp/auth/"), doors.world.journal.mark()
    for length, http in ((STANDARD.longest_target, b"200"), (STANDARD.longest_target + 1, b"414")):
        with line_to(doors.jlis.port) as line:
            line.sendall(b"GET /ocsp/auth/" + b"A" * (length - fixed) + b" HTTP/1.1\r\nhost: x\r\n\r\n")
            assert line.recv(2**16).startswith(b"HTTP/1.1 " + http)
    assert [code for _, code in doors.told(mark)] == [200, 414]
