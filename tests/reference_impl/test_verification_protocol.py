"""The bare door: HTTP is answered as the ASGI door answers it; what is none, is too much or too slow is let go."""

import asyncio
import re
import socket

import httptools
import httpx
import msgspec
import pytest

from reference_impl import verification_protocol as protocol
from reference_impl.verification import Authentication
from reference_impl.verification_door import BINARY, LARGEST, VerificationDoor
from reference_impl.verification_protocol import Line
from reference_impl.verification_server import serve
from reference_impl.verification_turn import Turn
from tests.reference_impl import pki
from tests.reference_impl.test_verification_door import as_json
from tests.reference_impl.verifying import Bench, bench, login


class Wire(asyncio.Transport):
    """A transport that keeps what is written, and sends it when it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unread = 0
        self.state = "open"
        self.is_reading_on = True

    def write(self, data: object) -> None:
        """Keeps it."""
        assert isinstance(data, bytes)
        assert self.state == "open", "written behind the end"
        self.written += data

    def close(self) -> None:
        """Ends it when all is sent."""
        self.state = "closing"

    def abort(self) -> None:
        """Ends it at once."""
        self.state = "aborted"

    def is_closing(self) -> bool:
        """Whether it ends."""
        return self.state != "open"

    def get_write_buffer_size(self) -> int:
        """How much the client has not read."""
        return self.unread

    def pause_reading(self) -> None:
        """Reads no more."""
        self.is_reading_on = False

    def resume_reading(self) -> None:
        """Reads on."""
        self.is_reading_on = True

    def numbers(self) -> list[int]:
        """HTTP's numbers of the answers, each as long as it says."""
        rest, found = self.written, []
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            found.append(int(head.split()[1]))
            length = re.search(rb"content-length: ([0-9]+)", head)
            rest = rest[int(length[1]) if length else 0 :]
        return found


@pytest.fixture
def on() -> Bench:
    """A verifier."""
    return bench()


@pytest.fixture
def line(on: Bench) -> Line:
    """A line to it."""
    return opened(on, set())


def opened(on: Bench, lines: set[Line]) -> Line:
    """One more line."""
    return connected(Turn(VerificationDoor(on.verifier, lambda: pki.NOW).answer, lambda end: end()), lines)


def connected(turn: Turn, lines: set[Line]) -> Line:
    """A line whose requests wait for the end of a turn."""
    made = Line(turn, lines)
    made.connection_made(Wire())
    return made


def wire(line: Line) -> Wire:
    """What it writes to."""
    assert isinstance(line._transport, Wire)
    return line._transport


def request(body: bytes, target: str = "/login", fields: str = "Host: core.test\r\n", method: str = "POST") -> bytes:
    """A request of HTTP/1.1."""
    return f"{method} {target} HTTP/1.1\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


def right(on: Bench) -> bytes:
    """A login that is accepted."""
    return msgspec.json.encode(as_json(login(on)))


def test_requests_that_come_together_are_answered_in_their_order(on: Bench, line: Line) -> None:
    """Two at once and a third in halves; the line stays open."""
    first, second, third = (right(on) for _ in range(3))
    whole = request(first) + request(second) + request(b"[]", "/logins") + request(third)
    line.data_received(whole[:-9])
    assert wire(line).numbers() == [200, 200, 200]
    line.data_received(whole[-9:])
    assert wire(line).numbers() == [200, 200, 200, 200]
    assert (wire(line).written.count(b'"OK"'), wire(line).state) == (4 - 1, "open")


def test_request_may_be_cut_anywhere(on: Bench, line: Line) -> None:
    """Octet by octet, chunked, with a name in other letters: it is the same login."""
    body = right(on)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in (body[:100], body[100:])) + b"0\r\n\r\n"
    whole = b"POST /login HTTP/1.1\r\nhOsT: x\r\nCONTENT-type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    for octet in whole + chunks:
        line.data_received(bytes([octet]))
    assert wire(line).numbers() == [200]
    assert b'"reason":"OK"' in wire(line).written


def test_binary_is_answered_in_binary(on: Bench, line: Line) -> None:
    """As the ASGI door does."""
    body = msgspec.msgpack.encode([msgspec.structs.asdict(login(on))])
    line.data_received(request(body, "/logins", f"Host: x\r\nContent-Type: {BINARY.decode()}\r\n"))
    head, _, said = wire(line).written.partition(b"\r\n\r\n")
    assert BINARY in head
    assert msgspec.msgpack.decode(said)[0]["reason"] == "OK"


def test_client_that_waits_to_be_told_is_told(on: Bench, line: Line) -> None:
    """Expect: 100-continue (RFC 9110 §10.1.1)."""
    whole = request(right(on), fields="Host: x\r\nExpect: 100-continue\r\n")
    line.data_received(whole[:-10])
    assert wire(line).written == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.data_received(whole[-10:])
    assert wire(line).numbers() == [100, 200]


@pytest.mark.parametrize(
    ("sent", "numbers"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
        (b"POST /login HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", [400]),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", [400]),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", [400]),
        (b"POST /login HTTP/1.1\r\nHost : x\r\nContent-Length: 2\r\n\r\n{}", [400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
        (request(b"{}"), [400]),
        (request(b"", method="GET"), [404]),
        (request(b"", "/another"), [404]),
        (request(b"", "/login" + "s" * 100_000), [404]),
        (request(b" " * (LARGEST + 1)), [413]),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nX: " + b"x" * (protocol.LONGEST_HEAD + 1), [413]),
        (b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 250_000, [413]),
        (request(b"", method="GET") + request(b"", method="GET"), [404]),
    ],
    ids=[
        "tls", "no-host", "two-lengths", "smuggled", "space", "http2", "no-login", "get", "path", "long-target", "long",
        "long-head", "long-chunks", "behind-the-end",
    ],
)  # fmt: skip
def test_what_is_refused_is_let_go(line: Line, sent: bytes, numbers: list[int]) -> None:
    """One answer, then the end; nothing that came behind it is answered."""
    for begin in range(0, len(sent), 65_536):
        if not wire(line).is_closing():
            line.data_received(sent[begin : begin + 65_536])
    assert (wire(line).numbers(), wire(line).state) == (numbers, "closing")


def test_line_ends_where_the_client_says_so(on: Bench, line: Line) -> None:
    """After its answer; one of HTTP/1.0 without keep-alive, which needs no Host, likewise."""
    line.data_received(request(right(on), fields="Host: x\r\nConnection: close\r\n"))
    old = opened(on, set())
    old.data_received(request(right(on), fields="").replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert [(wire(each).numbers(), wire(each).state) for each in (line, old)] == [([200], "closing")] * 2


def test_offer_of_another_protocol_is_refused(on: Bench, line: Line) -> None:
    """The parser passes over the body of such a request (`Upgrade: h2c`); what is behind it is not answered."""
    line.data_received(request(right(on), fields="Host: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"))
    assert (wire(line).numbers(), wire(line).state) == ([400], "closing")
    assert b"Upgrade" in wire(line).written


def test_right_login_without_host_is_refused(on: Bench, line: Line) -> None:
    """RFC 9112 §3.2: a server answers such a request of HTTP/1.1 with 400; its challenge is not spent."""
    body = right(on)
    line.data_received(request(body, fields=""))
    assert (wire(line).numbers(), wire(line).state) == ([400], "closing")
    assert on.reason(msgspec.json.decode(body, type=Authentication)) == "OK", "it was not looked at"


def test_nothing_is_answered_behind_the_end(on: Bench, line: Line) -> None:
    """A right login behind something refused is not looked at."""
    body = right(on)
    line.data_received(request(b"", method="GET") + request(body))
    assert wire(line).numbers() == [404]
    assert on.reason(msgspec.json.decode(body, type=Authentication)) == "OK"


def test_long_line_is_no_long_request(on: Bench, line: Line) -> None:
    """What was answered counts no more: after more octets than a request may have, the next begins anew."""
    body = request(b"[]" + b" " * 60_000, "/logins")
    for _ in range(2 * protocol.LONGEST_WIRE // len(body)):
        line.data_received(body)
    whole = request(right(on))
    for part in (body + whole[:40], whole[40:80], whole[80:]):
        line.data_received(part)
    assert set(wire(line).numbers()) == {200}
    assert b'"OK"' in wire(line).written


def test_fault_of_ours_is_500_and_no_silence(on: Bench, line: Line) -> None:
    """A fault within the verifier is answered, ends the line, and is passed on to whoever keeps the loop."""
    on.verifier._setting = None  # type: ignore[assignment]
    with pytest.raises(httptools.HttpParserCallbackError):
        line.data_received(request(right(on)))
    assert (wire(line).numbers(), wire(line).state) == ([500], "closing")


def test_lines_are_counted(on: Bench) -> None:
    """One too many is told so; when another has gone there is room again."""
    lines: set[Line] = set()
    every = [opened(on, lines) for _ in range(protocol.MOST_LINES + 1)]
    assert [wire(each).numbers() for each in every[-2:]] == [[], [503]]
    for each in every[-2:]:
        each.connection_lost(None)
    assert wire(opened(on, lines)).numbers() == []


def test_what_takes_too_long_is_ended(on: Bench) -> None:
    """A request that is not whole in time: 408; nothing asked for long: the end; not read: the end at once."""
    slow, idle, deaf, lively = (opened(on, set()) for _ in range(4))
    slow.data_received(request(right(on))[:-1])
    wire(deaf).unread = 10
    for line in (slow, idle, deaf, lively):
        line.look_after(100.0)
    for now in (110.0, 119.9):
        lively.data_received(request(right(on)))
        for line in (slow, idle, deaf, lively):
            line.look_after(now)
        assert {wire(line).state for line in (slow, idle, deaf, lively)} == {"open"}
    for now in (120.1, 130.1, 160.1):
        for line in (slow, idle, deaf, lively):
            if not wire(line).is_closing():
                line.look_after(now)
    assert [wire(line).state for line in (slow, idle, deaf, lively)] == ["closing", "closing", "aborted", "open"]
    assert wire(slow).numbers() == [408]


def test_client_that_does_not_read_is_not_read_from(line: Line) -> None:
    """Until it has read."""
    line.pause_writing()
    assert not wire(line).is_reading_on
    line.resume_writing()
    assert wire(line).is_reading_on


def test_served_on_loopback(on: Bench) -> None:
    """Two logins over one real connection; when it is cancelled, nobody is answered and no line is left."""

    async def exchange() -> list[str]:
        listener = socket.create_server(("127.0.0.1", 0))
        serving = asyncio.ensure_future(serve(VerificationDoor(on.verifier, lambda: pki.NOW), listener))
        place = f"http://127.0.0.1:{listener.getsockname()[1]}/login"
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return [(await client.post(place, content=right(on))).json()["reason"] for _ in range(2)]
        finally:
            serving.cancel()
            await asyncio.wait([serving])
            listener.close()

    assert asyncio.run(exchange()) == ["OK", "OK"]
