"""Heads that are too much, ambiguous, or no HTTP: 4xx, the line is closed, and one line of the journal says why."""

from contextlib import suppress

import httpx
import pytest

from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from tests.hostile.conftest import PROOF, TOKEN, Doors
from tests.hostile.wire import codes, head, line_to, sent, until_closed

POST, LENGTH, CHUNKED = "/services/link", "content-length: 2", "transfer-encoding: chunked"
BAD = [
    pytest.param(head("GET", "/" + "a" * 8192), {414}, id="a long address"),
    pytest.param(head("GET", "/anchors/auth.cer?" + "a" * 9000), {414}, id="a long query"),
    pytest.param(head("GET", "/" + "a" * 20_000), {414, 431}, id="a longer address than a head may be"),
    pytest.param(head("GET", "/", *(f"x-{n}: 1" for n in range(101))), {431}, id="many fields"),
    pytest.param(head("GET", "/", "x: " + "a" * 16_384), {431}, id="a long field"),
    pytest.param(head("GET", "/", *("x: " + "a" * 1000 for _ in range(17))), {431}, id="a long head"),
    pytest.param(b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000, {431}, id="a head without end"),
    pytest.param(b"a" * 100_000, {400, 431}, id="a word without end"),
    pytest.param(head("POST", POST, LENGTH, CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n"), {400}, id="two framings"),
    pytest.param(head("POST", POST, CHUNKED, LENGTH, body=b"0\r\n\r\n"), {400}, id="two framings, the other way"),
    pytest.param(head("POST", POST, CHUNKED, version="1.0", body=b"0\r\n\r\n"), {400}, id="chunks in HTTP/1.0"),
    pytest.param(head("POST", POST, CHUNKED, CHUNKED, body=b"0\r\n\r\n"), {400, 501}, id="chunks twice"),
    pytest.param(head("POST", POST, "transfer-encoding: gzip, chunked"), {501}, id="a coding unheard of"),
    pytest.param(head("POST", POST, "transfer-encoding: xchunked"), {501}, id="nearly chunked"),
    pytest.param(head("POST", POST, "transfer-encoding: chunked\x0b"), {400, 501}, id="chunked and a tab"),
    pytest.param(head("POST", POST, LENGTH, "content-length: 3"), {400}, id="two lengths"),
    pytest.param(head("POST", POST, "content-length: 2, 3"), {400}, id="two lengths in one"),
    pytest.param(head("POST", POST, "content-length: -1"), {400}, id="a negative length"),
    pytest.param(head("POST", POST, "content-length: +2"), {400}, id="a signed length"),
    pytest.param(head("POST", POST, "content-length: 0x2"), {400}, id="a length in hexadecimal"),
    pytest.param(head("POST", POST, "content-length: \xb2"), {400}, id="a superscript length"),
    pytest.param(head("POST", POST, "content-length: " + "9" * 30), {400}, id="a length of thirty digits"),
    pytest.param(head("POST", POST, "content-length : 2", body=b"{}"), {400}, id="a space before the colon"),
    pytest.param(head("POST", POST, "x: a\x00b"), {400}, id="a NUL in a field"),
    pytest.param(head("GET", "/a\x00b"), {400}, id="a NUL in the address"),
    pytest.param(head("GET", "/\xe9"), {400}, id="an address that is not ASCII"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", {400}, id="no host"),
    pytest.param(head("GET", "/", "host: evil.example"), {400}, id="two hosts"),
    pytest.param(b"GET /\r\n\r\n", {400}, id="HTTP/0.9"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}, id="HTTP/2"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), {400}, id="TLS"),
    pytest.param(b"\r\n" * 20_000, {400, 431}, id="empty lines"),
    pytest.param(b"\x30\x82\x01\x0a\r\n\r\n", {400}, id="DER"),
]


@pytest.mark.parametrize(("octets", "expected"), BAD)
def test_bad_heads(doors: Doors, octets: bytes, expected: set[int]) -> None:
    """At both doors, the line closed behind the refusal: what follows is never read as another request."""
    smuggled = b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
    for served, door in ((doors.jlis, "unknown"), (doors.control, "control")):
        mark = doors.world.journal.mark()
        with line_to(served.port) as line:
            with suppress(ConnectionResetError, BrokenPipeError):
                line.sendall(octets if octets.endswith(b"a") else octets + smuggled)
            came = codes(until_closed(line))
        assert came == [] or (len(came) == 1 and came[0] in expected)
        told = doors.world.journal.since(mark)
        assert [(entry.door, entry.http in expected) for entry in told] == [(door, True)]
        assert "expected" in told[0].answer
        assert "smuggled" not in told[0].answer
    doors.answer_rightly()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "DELETE", "get", "FOO", "G" * 4000, "QUERY"])
@pytest.mark.parametrize("path", ["/ocsp/auth", "/v1/clock", "/services/link", "*", "127.0.0.1:443", "http://x/"])
def test_methods_that_nobody_has(doors: Doors, method: str, path: str) -> None:
    """404 or 405 with a line of the journal, and the line goes on; TRACE repeats nothing of what was sent."""
    for served, proof in ((doors.jlis, "x-secret: s3cret"), (doors.control, f"authorization: Bearer {TOKEN}")):
        mark = doors.world.journal.mark()
        first = head(method, path, proof).replace(b"host: 127.0.0.1", b"host: 127.0.0.1:%d" % served.port)
        came = sent(served.port, first.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        assert codes(came) in ([404], [405]), came
        assert b"s3cret" not in came
        assert TOKEN.encode() not in came
        assert [http for _, http in doors.told(mark)] == codes(came)


@pytest.mark.parametrize(
    "path",
    [
        "/anchors/../../etc/passwd",
        "/anchors/..%2f..%2fetc%2fpasswd",
        "/anchors/%2e%2e/%2e%2e/etc/passwd",
        "/anchors/..%5c..%5cwindows",
        "/anchors/%252e%252e%252fetc",
        "/crl/auth/card/..%2f..%2f..%2fetc%2fpasswd",
        "/crl/auth/card/%00.crl",
        "/crl/auth/authority/%ff%fe.crl",
        "/crl//etc/passwd",
        "//etc/passwd",
        "/%2e%2e%2f%2e%2e%2fproc/self/environ",
        "/ocsp/%2e%2e/%2e%2e/etc",
        "/ocsp/auth%00/x",
    ],
)
def test_no_way_out_of_the_paths(doors: Doors, path: str) -> None:
    """Nothing is a file here: 404 at both doors, encoded in whatever way, and the journal has it."""
    for served, proof in ((doors.jlis, "x: y"), (doors.control, f"authorization: Bearer {TOKEN}")):
        mark = doors.world.journal.mark()
        octets = head("GET", path, proof, "connection: close")
        came = sent(served.port, octets.replace(b"host: 127.0.0.1", b"host: 127.0.0.1:%d" % served.port))
        assert codes(came) == [404], came
        assert b"root:" not in came
        assert [http for _, http in doors.told(mark)] == [404]


@pytest.mark.parametrize(
    "host",
    ["[", "]", "[::1", "a:b:c", "a b", "x" * 5000, "evil.example/..", "user@evil.example", "", "\xff", "a:99999"],
)
def test_any_host_is_taken_or_refused(doors: Doors, host: str) -> None:
    """The index speaks of itself under the name it was called by; no name makes it stumble."""
    for path in ("/crl/index.json?municipality=48201", "/openapi.json"):
        octets = head("GET", path, "connection: close").replace(b"host: 127.0.0.1", b"host: " + host.encode("latin-1"))
        assert codes(sent(doors.jlis.port, octets))[0] in {200, 400}
    octets = head("GET", "/v1/openapi.json", f"authorization: Bearer {TOKEN}", "connection: close")
    came = sent(doors.control.port, octets.replace(b"host: 127.0.0.1", b"host: " + host.encode("latin-1")))
    assert codes(came)[0] in {400, 421}
    doors.answer_rightly()


def test_nobody_speaks_for_another_address(doors: Doors) -> None:
    """X-Forwarded-For and -Proto are fields like others: a fault of the line meets it, and links stay what they are."""
    spoken = {"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https", "forwarded": "for=192.0.2.1"}
    rows = httpx.get(f"{doors.jlis.url}/crl/index.json?municipality=48201", headers=spoken, trust_env=False).json()
    assert {row["url"].partition(":")[0] for row in rows["lists"]} == {"http"}
    doors.jlis_door.faults.set(Order(Fault.RESET, FaultDoor.OCSP_AUTH, count=1))
    with pytest.raises(httpx.NetworkError):
        httpx.post(f"{doors.jlis.url}/ocsp/auth", content=b"", headers=spoken, trust_env=False)


def test_a_wrong_token_in_every_shape(doors: Doors) -> None:
    """Long, empty, not ASCII, twice, with a NUL's neighbours: 401, and nothing of it is repeated."""
    for token in ("", "x" * 8000, "\xff\xfe", f"{TOKEN} {TOKEN}", f"{TOKEN}\x7f", f" {TOKEN}", TOKEN.upper()):
        octets = head("GET", "/v1/clock", f"authorization: Bearer {token}", "connection: close")
        came = sent(doors.control.port, octets.replace(b"127.0.0.1", b"127.0.0.1:%d" % doors.control.port))
        assert codes(came) in ([401], [400])
        assert TOKEN.encode() not in came
    assert httpx.get(f"{doors.control.url}/v1/clock", headers=PROOF, trust_env=False).status_code == 200
