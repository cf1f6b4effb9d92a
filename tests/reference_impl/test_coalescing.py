"""Equal questions under way together: asked once where that is permitted, and judged by each at their own instant."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from reference_impl.single_flight import SingleFlight
from reference_impl.status_client import StatusClient
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_settings import Coalesce, Nonce, Question, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.status import Status
from reference_impl.verification.trust import read_authority
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki

CROWD = 100
PATIENCE = 20
"""Seconds until a test gives up; questions wait twice as long, for nobody may give up before it."""


class Held:
    """A responder on loopback that answers nobody before it is let go, and writes down what it was asked."""

    def __init__(self) -> None:
        self.journal: list[bytes] = []
        self.arrived = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.status = a.GOOD
        held = self

        class Handler(BaseHTTPRequestHandler):
            """One question."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Waits, then answers with the nonce that came, if one did."""
                request = self.rfile.read(int(self.headers["Content-Length"]))
                held.journal.append(request)
                held.arrived.release()
                held.let_go.wait(2 * PATIENCE)
                answer = held.answer(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/ocsp-response")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            """A hundred may knock at once."""

            request_queue_size = 2 * CROWD

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}/"

    def answer(self, request: bytes) -> bytes:
        """A right answer to what was asked."""
        asked = ocsp.load_der_ocsp_request(request)
        length = (asked.serial_number.bit_length() // 8) + 1
        about = a.certificate_id(a.tlv(2, asked.serial_number.to_bytes(length)))
        more = b""
        if len(asked.extensions):
            more = a.extensions(0xA1, a.nonce(asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce))
        return a.answer(a.single(about=about, status=self.status), produced=a.GRID, more=more)


@contextmanager
def responder() -> Iterator[Held]:
    """The responder, for a while."""
    held = Held()
    thread = threading.Thread(target=held.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield held
    finally:
        held.let_go.set()
        held.server.shutdown()
        thread.join()
        held.server.server_close()


@pytest.fixture
def door() -> Iterator[StatusClient]:
    """The way to a responder."""
    made = StatusClient()
    yield made
    made.close()


def crowd(client: OcspClient, serials: Callable[[int], int], meanwhile: Callable[[], None]) -> list[Status]:
    """What a hundred threads are told, each about its certificate; `meanwhile` runs when all have begun."""
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    certificates = {
        serial: parse_certificate(pki.leaf(serial=serial)) for serial in {serials(number) for number in range(CROWD)}
    }
    with ThreadPoolExecutor(CROWD) as pool:
        asked = [
            pool.submit(client.status, certificates[serials(number)], authority, pki.NOW) for number in range(CROWD)
        ]
        meanwhile()
        return [each.result() for each in asked]


def client_of(held: Held, door: StatusClient, flight: SingleFlight, nonce: Nonce, coalesce: Coalesce) -> OcspClient:
    """A client that keeps nothing, with nonces that are all different."""
    settings = Responder(address=held.address, timeout=2 * PATIENCE, nonce=nonce, coalesce=coalesce)
    numbers = count(1)
    draw: Callable[[int], bytes] = lambda length: next(numbers).to_bytes(length)  # noqa: E731
    return OcspClient(Responders({CertificateKind.AUTH: settings}), door.ask, draw, share=flight)


def wait_for(flight: SingleFlight, waiting: int) -> None:
    """Returns when so many wait for somebody else's question."""
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while flight.waiting != waiting:
        assert time.monotonic() < end, flight.waiting
        pause.wait(0.001)


@pytest.mark.parametrize(
    ("nonce", "coalesce", "questions"),
    [
        (Nonce.NONE, Coalesce.WITHOUT_NONCE, 1),
        (Nonce.SENT, Coalesce.ALWAYS, 1),
        (Nonce.DEMANDED, Coalesce.ALWAYS, 1),
        (Nonce.SENT, Coalesce.WITHOUT_NONCE, CROWD),
        (Nonce.NONE, Coalesce.NEVER, CROWD),
    ],
)
@pytest.mark.parametrize(
    ("status", "reason"), [(a.GOOD, "OK"), (a.revoked(reason=6), "ON_HOLD")], ids=["good", "on-hold"]
)
def test_a_hundred_ask_once(  # noqa: PLR0917
    door: StatusClient, nonce: Nonce, coalesce: Coalesce, questions: int, status: bytes, reason: str
) -> None:
    """A hundred verifications of one certificate: one question in the responder's journal, or a hundred where sharing
    is not permitted; all are told the same."""
    with responder() as held:
        flight = SingleFlight()
        held.status = status
        if questions == CROWD:
            held.let_go.set()

        def meanwhile() -> None:
            if questions == 1:
                assert held.arrived.acquire(timeout=PATIENCE)
                wait_for(flight, CROWD - 1)
                held.let_go.set()

        said = crowd(client_of(held, door, flight, nonce, coalesce), lambda _: a.SERIAL, meanwhile)
        assert [str(each.reason) for each in said] == [reason] * CROWD
        assert len(held.journal) == questions
        assert (len(set(held.journal)) == 1) is (questions == 1 or nonce is Nonce.NONE)


def test_different_certificates_do_not_share(door: StatusClient) -> None:
    """Four certificates, twenty-five verifications each: four questions."""
    with responder() as held:
        flight = SingleFlight()

        def meanwhile() -> None:
            for _ in range(4):
                assert held.arrived.acquire(timeout=PATIENCE)
            wait_for(flight, CROWD - 4)
            held.let_go.set()

        client = client_of(held, door, flight, Nonce.NONE, Coalesce.WITHOUT_NONCE)
        said = crowd(client, lambda number: 1000 + number % 4, meanwhile)
        assert {str(each.reason) for each in said} == {"OK"}
        assert sorted(ocsp.load_der_ocsp_request(each).serial_number for each in held.journal) == [
            1000,
            1001,
            1002,
            1003,
        ]


def test_who_comes_after_the_answer_asks_anew(door: StatusClient) -> None:
    """Sharing keeps nothing: what was revoked a moment later is found."""
    with responder() as held:
        held.let_go.set()
        client = client_of(held, door, SingleFlight(), Nonce.NONE, Coalesce.ALWAYS)
        authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
        certificate = parse_certificate(pki.leaf())
        reasons = []
        for status in (a.GOOD, a.revoked()):
            held.status = status
            reasons.append(str(client.status(certificate, authority, pki.NOW).reason))
        assert reasons == ["OK", "REVOKED"]
        assert len(held.journal) == 2


def test_each_judges_at_their_own_instant(door: StatusClient) -> None:
    """One answer for three whose clocks differ: too early, in time, too late."""
    with responder() as held:
        flight = SingleFlight()
        client = client_of(held, door, flight, Nonce.NONE, Coalesce.ALWAYS)
        authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
        certificate = parse_certificate(pki.leaf())
        instants = (a.GRID - timedelta(seconds=1), a.GRID, a.GRID + timedelta(minutes=30))
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(client.status, certificate, authority, now) for now in instants]
            assert held.arrived.acquire(timeout=PATIENCE)
            wait_for(flight, 2)
            held.let_go.set()
            assert [str(each.result().reason) for each in asked] == ["STATUS_STALE", "OK", "STATUS_STALE"]
        assert len(held.journal) == 1


def test_who_asks_for_all_fails_for_all() -> None:
    """An unreachable responder is unreachable for each who waited, and the next one asks again."""
    flight, gate, numbers = SingleFlight(), threading.Event(), count(1)

    def ask(question: Question) -> bytes:
        gate.wait(2 * PATIENCE)
        next(numbers)
        raise ZeroDivisionError(question.address)

    settings = Responder(address="http://ocsp.test/", nonce=Nonce.NONE)
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), ask, bytes, share=flight)
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    certificate = parse_certificate(pki.leaf())
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(client.status, certificate, authority, pki.NOW) for _ in range(10)]
        wait_for(flight, 9)
        gate.set()
        assert {type(each.exception()) for each in asked} == {ZeroDivisionError}
    with pytest.raises(ZeroDivisionError):
        client.status(certificate, authority, pki.NOW)
    assert next(numbers) == 3
