"""Lines that are slow, silent, endless, many, or not read: ended in time, said and journalled, in bounded memory."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from harness.contract.vocabulary import Kind
from harness.doors.bounds import STANDARD, Bounds
from harness.doors.ocsp_protocol import ServedQuickly
from harness.doors.server import Served
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from tests.harness.asking import request
from tests.hostile.conftest import TOKEN, Doors
from tests.hostile.wire import codes, dripped, head, line_to, sent, until_closed

SECONDS = 0.6
BRIEF = Bounds(request_seconds=SECONDS, reading_seconds=SECONDS, idle_seconds=SECONDS)
SOON = 5.0
"""Seconds after a bound until it must have been kept, on a machine with other things to do."""
PAUSE = 0.1
MIB = 2**20
OVERSIZE = 16 * MIB

pytestmark = pytest.mark.parametrize("doors", [BRIEF], indirect=True, ids=["brief"])


@pytest.fixture
def bare(doors: Doors) -> Iterator[ServedQuickly]:
    """The bare OCSP door of the same world."""
    with ServedQuickly(doors.jlis_door.ocsp, BRIEF) as served:
        yield served


def own(doors: Doors, name: str, bare: ServedQuickly) -> Served | ServedQuickly:
    """Return a door by its name."""
    known: dict[str, Served | ServedQuickly] = {"jlis": doors.jlis, "control": doors.control, "bare": bare}
    return known[name]


@contextmanager
def soon(bound: float = SECONDS) -> Iterator[None]:
    """What happens within the block happens within a bound, and not long before it could have."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < bound + SOON


def ends_with(doors: Doors, mark: int, http: int) -> str:
    """Return what the only line of the journal since a mark says, whose number is `http`."""
    (entry,) = doors.world.journal.since(mark)
    assert entry.http == http
    return entry.answer


every_door = pytest.mark.parametrize("name", ["jlis", "control", "bare"])


@every_door
def test_a_line_on_which_nothing_comes(doors: Doors, bare: ServedQuickly, name: str) -> None:
    """408 and the end, after the time that a request has."""
    mark = doors.world.journal.mark()
    with soon(), line_to(own(doors, name, bare).port) as line:
        assert codes(until_closed(line)) == [408]
    ends_with(doors, mark, 408)


@every_door
def test_a_head_octet_by_octet(doors: Doors, bare: ServedQuickly, name: str) -> None:
    """Slowloris: a field that grows for ever, an octet each tenth of a second."""
    mark = doors.world.journal.mark()
    octets = itertools.chain([b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\nx: "], itertools.repeat(b"a"))
    with soon(), line_to(own(doors, name, bare).port) as line:
        assert codes(dripped(line, octets, PAUSE)) == [408]
    ends_with(doors, mark, 408)


SLOW_BODIES = [
    pytest.param("jlis", "POST", "/ocsp/auth", id="ocsp"),
    pytest.param("bare", "POST", "/ocsp/auth", id="bare"),
    pytest.param("jlis", "POST", "/services/consents", id="services"),
    pytest.param("control", "PUT", "/v1/clock", id="control"),
]


def opened(served: Served | ServedQuickly, method: str, path: str, *fields: str) -> bytes:
    """Return the head of a request with a body to come."""
    proof = f"authorization: Bearer {TOKEN}"
    return head(method, path, proof, *fields).replace(b"host: 127.0.0.1", b"host: 127.0.0.1:%d" % served.port)


@pytest.mark.parametrize("fields", ["content-length: 1000", "transfer-encoding: chunked"])
@pytest.mark.parametrize(("name", "method", "path"), SLOW_BODIES)
def test_a_body_octet_by_octet(  # noqa: PLR0917  (a table)
    doors: Doors, bare: ServedQuickly, name: str, method: str, path: str, fields: str
) -> None:
    """408 from whoever was reading it, and one line of the journal."""
    served, mark = own(doors, name, bare), doors.world.journal.mark()
    piece = b"x" if "length" in fields else b"1\r\nx\r\n"
    octets = itertools.chain([opened(served, method, path, fields)], itertools.repeat(piece))
    with soon(), line_to(served.port) as line:
        assert codes(dripped(line, octets, PAUSE)) == [408]
    ends_with(doors, mark, 408)


def test_a_body_that_nobody_reads(doors: Doors) -> None:
    """Behind a GET: the answer comes at once, and the line ends when the body's time is over."""
    mark = doors.world.journal.mark()
    first = opened(doors.jlis, "GET", "/anchors/auth.cer", "content-length: 1000")
    with soon(), line_to(doors.jlis.port) as line:
        line.sendall(first)
        assert codes(line.recv(2**16)) == [200]
        until_closed(line)
    assert doors.told(mark) == [("anchors", 200)]


@every_door
def test_half_a_request_behind_a_whole_one(doors: Doors, bare: ServedQuickly, name: str) -> None:
    """Pipelined: the first is answered, the second never ends, and 408 ends it."""
    served, mark = own(doors, name, bare), doors.world.journal.mark()
    body = request(doors.world, Kind.AUTH, doors.card.auth_serial)
    whole = opened(served, "POST", "/ocsp/auth", f"content-length: {len(body)}") + body
    with soon(), line_to(served.port) as line:
        line.sendall(whole + whole[:50])
        first = 404 if name == "control" else 200
        assert codes(until_closed(line)) == [first, 408]
    assert [http for _, http in doors.told(mark)] == [first, 408]


def test_an_idle_line_at_the_bare_door(doors: Doors, bare: ServedQuickly) -> None:
    """Answered once and never used again: closed, without a word."""
    mark = doors.world.journal.mark()
    body = request(doors.world, Kind.AUTH, doors.card.auth_serial)
    with soon(2 * SECONDS), line_to(bare.port) as line:
        line.sendall(opened(bare, "POST", "/ocsp/auth", f"content-length: {len(body)}") + body)
        assert codes(until_closed(line)) == [200]
    assert doors.told(mark) == [("ocsp", 200)]


@pytest.mark.parametrize(("name", "method", "path"), [row for row in SLOW_BODIES if row.id != "bare"])
@pytest.mark.parametrize("more", [(), ("expect: 100-continue",)], ids=["", "asked first"])
def test_a_body_that_is_announced_too_long(  # noqa: PLR0917  (a table)
    doors: Doors, bare: ServedQuickly, name: str, method: str, path: str, more: tuple[str, ...]
) -> None:
    """Ten gigabytes: refused before an octet of it came; whoever asks first is not told to go on."""
    served, mark = own(doors, name, bare), doors.world.journal.mark()
    with line_to(served.port) as line:
        line.sendall(opened(served, method, path, "content-length: 10000000000", *more))
        came = line.recv(2**16)
        assert codes(came)[-1] == 413
        assert ends_with(doors, mark, 413)


@contextmanager
def patient(doors: Doors, name: str, most_lines: int = STANDARD.most_lines) -> Iterator[Served | ServedQuickly]:
    """Open a door that gives a request ten minutes: what ends a line there is no clock."""
    bounds = Bounds(request_seconds=600, most_lines=most_lines)
    if name == "bare":
        with ServedQuickly(doors.jlis_door.ocsp, bounds) as quick:
            yield quick
        return
    app = doors.jlis_door.app if name == "jlis" else doors.control_door.app
    with Served(app, garbled=doors.jlis_door.garbled, bounds=bounds) as served:
        yield served


@pytest.mark.parametrize("chunk", [b"1000\r\n" + b"x" * 4096 + b"\r\n", b"1\r\nx\r\n" * 1000], ids=["large", "small"])
@pytest.mark.parametrize(("name", "method", "path"), SLOW_BODIES)
def test_a_body_without_end(doors: Doors, name: str, method: str, path: str, chunk: bytes) -> None:
    """Chunk after chunk: 413, the line is ended however much follows, and memory stays where it was."""
    mark, before = doors.world.journal.mark(), resident()
    with patient(doors, name) as served, line_to(served.port) as line:
        with suppress(ConnectionResetError, BrokenPipeError):
            line.sendall(opened(served, method, path, "transfer-encoding: chunked"))
            for _ in range(64 * MIB // len(chunk)):
                line.sendall(chunk)
            pytest.fail("64 MiB of a body were taken")
        assert codes(until_closed(line)) in ([413], [])
    assert resident() - before < 16 * MIB
    ends_with(doors, mark, 413)


@pytest.mark.parametrize(("name", "method", "path"), SLOW_BODIES)
def test_a_body_one_octet_too_long(doors: Doors, bare: ServedQuickly, name: str, method: str, path: str) -> None:
    """65,537 octets in chunks, which announce nothing: 413, said with the number where there are words."""
    served, mark = own(doors, name, bare), doors.world.journal.mark()
    body = b"10001\r\n" + b"x" * 65_537 + b"\r\n0\r\n\r\n"
    with line_to(served.port) as line:
        line.sendall(opened(served, method, path, "transfer-encoding: chunked", "connection: close") + body)
        came = until_closed(line)
    assert codes(came) == [413]
    assert name == "bare" or b"65536" in came
    ends_with(doors, mark, 413)


def test_answers_that_nobody_reads_at_the_bare_door(doors: Doors, bare: ServedQuickly) -> None:
    """Request upon request and not an answer read: it reads no more, and in the end lets go."""
    mark = doors.world.journal.mark()
    body = request(doors.world, Kind.AUTH, doors.card.auth_serial)
    one = opened(bare, "POST", "/ocsp/auth", f"content-length: {len(body)}") + body
    with line_to(bare.port, receive=4096) as line, suppress(ConnectionResetError, BrokenPipeError):
        for _ in range(100_000):
            line.sendall(one * 10)
        pytest.fail("a million requests were taken and not an answer read")
    told = [http for _, http in doors.told(mark)]
    assert set(told[:-1]) == {200}
    assert told[-1] == 0


def test_chunks_that_are_none(doors: Doors) -> None:
    """400 from whoever was reading the body: one answer, one line of the journal, and the line ends."""
    for path, door in (("/ocsp/auth", "ocsp"), ("/services/link", "link")):
        for chunk in (b"zz\r\n", b"-1\r\n", b"f" * 40 + b"\r\n", b"5\r\nhelloXX", b"\x00"):
            mark = doors.world.journal.mark()
            first = opened(doors.jlis, "POST", path, "transfer-encoding: chunked")
            assert codes(sent(doors.jlis.port, first + chunk + b"\r\n" * 20)) == [400]
            assert doors.told(mark) == [(door, 400)]


@every_door
def test_more_lines_than_a_door_takes(doors: Doors, name: str) -> None:
    """The thirteenth of twelve is told 503, and when the others are gone a new one is answered."""
    mark = doors.world.journal.mark()
    with patient(doors, name, most_lines=12) as served:
        with ExitStack() as stack:
            for _ in range(12):
                stack.enter_context(line_to(served.port))
            with line_to(served.port) as line:
                assert codes(until_closed(line)) == [503]
            assert "connections" in ends_with(doors, mark, 503)
        end = time.monotonic() + SOON
        body = opened(served, "POST", "/ocsp/auth", "content-length: 0", "connection: close")
        while codes(sent(served.port, body)) == [503]:  # the lines that were closed are still being noticed
            assert time.monotonic() < end
    doors.answer_rightly()


@pytest.fixture
def oversized(doors: Doors) -> Iterator[None]:
    """Each OCSP answer has 16 MiB of nothing behind it."""
    doors.jlis_door.faults.set(Order(Fault.OVERSIZED, FaultDoor.OCSP_AUTH))
    yield
    doors.jlis_door.faults.clear()


def given_up(doors: Doors, mark: int, many: int) -> None:
    """Wait until the journal tells of so many that did not read."""
    told = threading.Event()
    end = time.monotonic() + SECONDS + SOON

    def unread() -> list[str]:
        return [entry.answer for entry in doors.world.journal.since(mark) if entry.http == 0]

    with doors.world.journal.watching(told.set):
        while len(unread()) < many:
            assert told.wait(end - time.monotonic()), unread()
            told.clear()
    assert all("expected to be read" in answer for answer in unread())


@pytest.mark.usefixtures("oversized")
def test_an_answer_that_nobody_reads(doors: Doors) -> None:
    """The line is reset when the reader's time is over, and the journal says so."""
    mark = doors.world.journal.mark()
    with soon(), line_to(doors.jlis.port, receive=4096) as line:
        line.sendall(opened(doors.jlis, "POST", "/ocsp/auth", "content-length: 0"))
        given_up(doors, mark, 1)
        assert len(until_closed(line)) < OVERSIZE
    assert doors.world.journal.since(mark)[0].http == 200


@pytest.mark.usefixtures("oversized")
def test_a_slow_reader_has_the_whole_answer(doors: Doors) -> None:
    """Whoever reads on, however long it takes in all, is not let go, though the kernel asks for more but seldom."""
    mark, came = doors.world.journal.mark(), 0
    pause = threading.Event()
    with ExitStack() as stack:
        line = stack.enter_context(line_to(doors.jlis.port, receive=2**16))
        line.sendall(opened(doors.jlis, "POST", "/ocsp/auth", "content-length: 0", "connection: close"))
        began = time.monotonic()
        while piece := line.recv(2**16 if time.monotonic() - began < 3 * SECONDS else MIB):
            came += len(piece)
            if time.monotonic() - began < 3 * SECONDS:
                pause.wait(0.1)  # a reader with other things to do
    assert came > OVERSIZE
    assert time.monotonic() - began > 2 * SECONDS
    assert doors.told(mark) == [("ocsp", 200)]


@pytest.mark.usefixtures("oversized")
def test_answers_that_many_do_not_read(doors: Doors) -> None:
    """Where more lies ready than a door holds, those who read least are let go at once: memory is bounded."""
    bounds = Bounds(reading_seconds=600, most_unread=3 * OVERSIZE)
    mark, before = doors.world.journal.mark(), resident()
    with (
        Served(doors.jlis_door.app, garbled=doors.jlis_door.garbled, bounds=bounds) as served,
        ExitStack() as stack,
    ):
        for _ in range(30):
            line = stack.enter_context(line_to(served.port, receive=4096))
            line.sendall(opened(served, "POST", "/ocsp/auth", "content-length: 0"))
        given_up(doors, mark, 27)
        assert resident() - before < 15 * OVERSIZE


def resident() -> int:
    """Return how many octets this process has in memory (Linux's statm: pages)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def test_many_half_requests_at_once(doors: Doors) -> None:
    """Three hundred lines with half a head, half a body, or nothing: some MiB, and the door answers meanwhile."""
    body = request(doors.world, Kind.AUTH, doors.card.auth_serial)
    with (
        Served(doors.jlis_door.app, garbled=doors.jlis_door.garbled, bounds=Bounds(most_lines=400)) as served,
        ExitStack() as stack,
    ):
        half = [
            b"",
            b"GET /" + b"a" * 8000,
            b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 1500,
            opened(served, "POST", "/ocsp/auth", "content-length: 65000") + b"x" * 64_999,
            opened(served, "POST", "/services/link", "transfer-encoding: chunked") + b"ff00\r\n" + b"x" * 60_000,
        ]
        whole = opened(served, "POST", "/ocsp/auth", f"content-length: {len(body)}", "connection: close") + body
        before = resident()
        for octets in itertools.islice(itertools.cycle(half), 300):
            stack.enter_context(line_to(served.port)).sendall(octets)
            if octets == half[-1]:
                assert codes(sent(served.port, whole)) == [200]
        assert resident() - before < 64 * MIB
    doors.answer_rightly()
