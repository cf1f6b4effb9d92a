"""The forward proxy: curl, OpenSSL and Java reach the fake J-LIS by the address in a real certificate, and no other."""

import base64
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asn1crypto.core import OctetString
from cryptography import x509
from cryptography.x509 import ocsp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.forward_proxy import ForwardProxy
from harness.doors.jlis import LONGEST_REQUEST
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium
from harness.trust.export import export
from harness.trust.hosts import status_hosts
from harness.trust.material import material
from harness.trust.stores import DEFAULT_PASSWORD
from tests.harness.asking import request
from tests.harness.openssl import at, openssl, status_of, write_authorities, write_card, write_pem
from tests.trust.conftest import Installation
from tests.trust.inside_namespace import NO_NAMESPACES
from tests.trust.java import java, leave_out, need
from tests.trust.test_export import CHAIN_CHECK, instant, leaf_file

HOST, SIGN_HOST = "ocspauthnorm.jpki.test", "ocspsignnorm.jpki.test"
OPENING_SECONDS = 60


def address_in(certificate: bytes) -> str:
    """Return the OCSP address as it stands in a certificate."""
    extensions = x509.load_der_x509_certificate(certificate).extensions
    (access,) = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return str(access.access_location.value)


def request_file(here: Installation, folder: Path) -> Path:
    """Return a request of OpenSSL's own for the authentication certificate."""
    leaf, authority = write_card(folder, here.card)["auth"], write_authorities(folder, here.world)["auth"]
    openssl("ocsp", "-issuer", authority, "-cert", leaf, "-reqout", folder / "request.der")
    return folder / "request.der"


def exported(here: Installation, folder: Path) -> Path:
    """Return the folder of an export."""
    with ControlClient(here.home) as control:
        export(material(control.anchors()), folder / "out")
    return folder / "out"


@pytest.fixture
def address(here: Installation) -> str:
    """The OCSP address in the authentication certificate of the card."""
    return address_in(here.card.auth_certificate)


@pytest.fixture
def asked(here: Installation, tmp_path: Path) -> Path:
    """A request of OpenSSL's own for the authentication certificate, as a file."""
    return request_file(here, tmp_path)


@pytest.fixture
def believed(here: Installation, tmp_path: Path) -> Callable[[bytes], str]:
    """Return what OpenSSL makes of an answer's bytes: `good`, `revoked` or `unknown`, once it believes them."""

    def believe(answer: bytes) -> str:
        leaf, authority = write_card(tmp_path, here.card)["auth"], write_authorities(tmp_path, here.world)["auth"]
        (tmp_path / "answer.der").write_bytes(answer)
        options: list[str | Path] = ["-issuer", authority, "-cert", leaf, "-CAfile", authority, "-no_nonce"]
        said = openssl("ocsp", *options, "-respin", tmp_path / "answer.der", *at(here.world.clock.now()))[1]
        return status_of(said)

    return believe


@pytest.fixture
def through(proxy: Served) -> Iterator[httpx.Client]:
    """A client that uses the proxy for everything."""
    with httpx.Client(proxy=proxy.url, trust_env=False) as client:
        yield client


def curl(*arguments: str | Path) -> tuple[int, bytes]:
    """Return curl's exit code and the body; what the environment says of proxies plays no part."""
    done = subprocess.run(
        [need("curl"), "-sS", "--noproxy", "", "--max-time", "20", *map(str, arguments)],
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def raw(port: int, message: bytes) -> bytes:
    """Return everything that comes back for bytes sent as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(message)
        pieces = []
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def test_curl_by_the_proxy(
    here: Installation, proxy: Served, address: str, asked: Path, believed: Callable[[bytes], str]
) -> None:
    """`curl -x` posts to the certificate's address and gets an answer that OpenSSL believes: good, then revoked."""
    options = ["-x", proxy.url, "--data-binary", f"@{asked}", "-H", "Content-Type: application/ocsp-request"]
    code, answer = curl(*options, address)
    assert (code, believed(answer)) == (0, "good")
    assert here.world.journal.since(0)[-1].serial == here.card.auth_serial
    here.world.lose(here.card.resident.id)
    here.world.clock.advance(timedelta(minutes=15))
    code, answer = curl(*options, address)
    assert (code, believed(answer)) == (0, "revoked")


def test_curl_by_a_hosts_line(proxy: Served, address: str, asked: Path, believed: Callable[[bytes], str]) -> None:
    """With the name led to loopback and the bare name in Host, as on port 80, the same answer comes without a proxy."""
    code, answer = curl(
        *("--resolve", f"{HOST}:{proxy.port}:127.0.0.1", "-H", f"Host: {HOST}"),
        *("--data-binary", f"@{asked}", "-H", "Content-Type: application/ocsp-request"),
        address.replace(HOST, f"{HOST}:{proxy.port}"),
    )
    assert (code, believed(answer)) == (0, "good")


def test_port_80_by_the_hosts_file(today: Installation, tmp_path: Path) -> None:
    """In namespaces of its own with the exported lines as /etc/hosts, curl and Java use the very address."""
    out = exported(today, tmp_path)
    leaf, asked = leaf_file(today, Kind.AUTH, tmp_path), request_file(today, tmp_path)
    curling = [need("curl"), "-sS", "--noproxy", "*", "--data-binary", f"@{asked}", "-o", tmp_path / "answer"]
    checking = [need("java"), CHAIN_CHECK, "PKCS12", out / "truststore.p12", DEFAULT_PASSWORD, leaf]
    commands = [[*curling, address_in(today.card.auth_certificate)], [*checking, instant(today.world), "ocsp"]]
    inside = [sys.executable, "-m", "tests.trust.inside_namespace", str(out / "hosts")]
    done = subprocess.run(
        [need("unshare"), "--user", "--map-root-user", "--net", "--mount", *inside]
        + [instant.isoformat() for instant in (today.start, today.world.clock.now())],
        input=json.dumps([[str(part) for part in command] for command in commands]),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == NO_NAMESPACES or "unshare failed" in done.stderr:
        leave_out(f"this machine makes no namespaces: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    curled, checked = json.loads(done.stdout)
    assert curled == [0, ""]
    answer = ocsp.load_der_ocsp_response((tmp_path / "answer").read_bytes())
    assert answer.serial_number == today.card.auth_serial
    assert (checked[0], checked[1].split()[0]) == (0, "VALID"), checked


def test_java_by_the_proxy(today: Installation, tmp_path: Path) -> None:
    """With http.proxyHost the JDK's own revocation checker asks at the leaf's address: valid; of a lost card, revoked.

    Without the proxy it reaches nobody: so it was the proxy that led it.
    """
    store = exported(today, tmp_path) / "truststore.p12"
    good, lost = tmp_path / "good.cer", tmp_path / "lost.cer"
    good.write_bytes(today.card.auth_certificate)
    lost.write_bytes(today.lost.auth_certificate)

    def check(leaf: Path, *options: str) -> tuple[int, str]:
        arguments = ("PKCS12", store, DEFAULT_PASSWORD, leaf, instant(today.world), "ocsp")
        code, said = java(CHAIN_CHECK, *arguments, options=options)
        return code, said

    with Served(ForwardProxy(status_hosts(), lambda: today.addresses), port=0) as proxy:
        options = ("-Dhttp.proxyHost=127.0.0.1", f"-Dhttp.proxyPort={proxy.port}")
        code, said = check(good, *options)
        assert (code, said.split()[0]) == (0, "VALID"), said
        assert today.world.journal.since(0)[-1].serial == today.card.auth_serial
        code, said = check(lost, *options)
        assert (code, said.split()[:2]) == (1, ["INVALID", "REVOKED"]), said
        code, said = check(good)
        assert (code, said.split()[:2]) == (1, ["INVALID", "UNDETERMINED_REVOCATION_STATUS"]), said


def test_openssl_by_the_proxy(here: Installation, proxy: Served, address: str, tmp_path: Path) -> None:
    """`openssl ocsp -proxy`, which takes the address from nobody's table, hears good."""
    leaf, authority = write_card(tmp_path, here.card)["auth"], write_authorities(tmp_path, here.world)["auth"]
    issued: list[str | Path] = ["-issuer", authority, "-cert", leaf, "-CAfile", authority]
    said = openssl(
        "ocsp", *issued, "-url", address, "-proxy", proxy.url, "-no_proxy", "nowhere.test", *at(here.world.clock.now())
    )[1]
    assert status_of(said) == "good"


@pytest.mark.parametrize(("host", "kind", "journalled"), [(HOST, Kind.AUTH, "auth"), (SIGN_HOST, Kind.SIGN, "sign")])
def test_each_host_leads_to_its_kind(
    here: Installation, through: httpx.Client, host: str, kind: Kind, journalled: str
) -> None:
    """The host chooses the responder: the journal tells the kind that was asked."""
    serial = here.card.auth_serial if kind is Kind.AUTH else here.card.sign_serial
    response = through.post(f"http://{host}", content=request(here.world, kind, serial))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/ocsp-response")
    assert (ocsp.load_der_ocsp_response(response.content).serial_number, here.world.journal.since(0)[-1].kind) == (
        serial,
        journalled,
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_phones_have_hosts_of_their_own(here: Installation, proxy: Served, kind: Kind, tmp_path: Path) -> None:
    """`openssl ocsp` hears good of a phone's certificate at its own host, unknown at the card's, and the reverse."""
    here.world.happen(here.card.resident.id, LifeEvent.PHONE_BOUND)
    here.world.clock.advance(timedelta(minutes=15))
    (entry,) = [
        each
        for each in here.world.all_certificates(here.card.resident.id)
        if (each.kind, each.medium) == (kind, Medium.PHONE)
    ]
    phone = here.world.certificate(entry)
    authority = write_authorities(tmp_path, here.world)[kind.value]
    card = write_card(tmp_path, here.card)[kind.value]
    mobile = f"http://ocsp{kind.value}mobile.jpki.test"
    if kind is Kind.AUTH:
        assert address_in(phone) == mobile  # signature certificates have none (spec/pki.md §1.3)

    def said(leaf: Path, url: str) -> str:
        options: list[str | Path] = ["-issuer", authority, "-CAfile", authority, "-cert", leaf, "-url", url]
        by_proxy = ["-proxy", proxy.url, "-no_proxy", "nowhere.test", *at(here.world.clock.now())]
        return status_of(openssl("ocsp", *options, *by_proxy)[1])

    norm = mobile.replace("mobile", "norm")
    leaf = write_pem(tmp_path, "phone", phone)
    assert [said(leaf, mobile), said(leaf, norm)] == ["good", "unknown"]
    assert [said(card, norm), said(card, mobile)] == ["good", "unknown"]


def test_get_with_escapes(here: Installation, through: httpx.Client) -> None:
    """A GET whose base64 holds `+`, `/` and `=` arrives as it was sent, escaped: the nonce comes back."""
    nonce = bytes.fromhex("fbefbe00fbefbe00fbefbe00") + bytes([255] * 8)
    asked = request(here.world, Kind.AUTH, here.card.auth_serial, nonce=nonce)
    text = base64.b64encode(asked).decode()
    assert "/" in text or "+" in text
    answer = ocsp.load_der_ocsp_response(through.get(f"http://{HOST}/{quote(text, safe='')}").content)
    assert OctetString(answer.extensions[0].value.nonce).native == nonce


def test_door_is_heard_through_the_proxy(through: httpx.Client) -> None:
    """What the door answers is handed on: its 413 for a body that is too long, its 405 for a GET of nothing."""
    assert through.post(f"http://{HOST}", content=bytes(LONGEST_REQUEST + 1)).status_code == 413
    assert through.get(f"http://{HOST}").status_code == 405


REFUSED = (
    f"GET http://www.example.test/ HTTP/1.1\r\nHost: {HOST}",
    f"GET http://{HOST}.example.test/ HTTP/1.1\r\nHost: {HOST}",
    f"GET http://{HOST}@127.0.0.1/ HTTP/1.1\r\nHost: {HOST}",
    f"GET http://{HOST}:8080/ HTTP/1.1\r\nHost: {HOST}:8080",
    f"GET https://{HOST}/ HTTP/1.1\r\nHost: {HOST}",
    f"GET ftp://{HOST}/ HTTP/1.1\r\nHost: {HOST}",
    f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443",
    f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: {HOST}",
    f"CONNECT http://{HOST}/ HTTP/1.1\r\nHost: {HOST}",
    "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22",
    "GET / HTTP/1.1\r\nHost: www.example.test",
    "GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1",
    "GET http://[::1]/ HTTP/1.1\r\nHost: [::1]",
    "OPTIONS * HTTP/1.1\r\nHost: www.example.test",
)


@pytest.mark.parametrize("head", REFUSED)
def test_never_an_open_proxy(here: Installation, proxy: Served, head: str) -> None:
    """Every other host, CONNECT, https, another port, userinfo: 403 with the reason, and nobody is asked."""
    before = len(here.world.journal.since(0))
    answer = raw(proxy.port, f"{head}\r\nConnection: close\r\n\r\n".encode())
    status, _, body = answer.partition(b"\r\n")
    assert status == b"HTTP/1.1 403 Forbidden"
    complaint = json.loads(body.partition(b"\r\n\r\n")[2])["error"]
    assert f"http://{HOST}" in complaint["expected"]
    assert len(here.world.journal.since(0)) == before


def test_the_target_outweighs_the_host_header(here: Installation, proxy: Served) -> None:
    """RFC 9112 §3.2.2: in absolute-form the target names the host, whatever the header says."""
    head = f"GET http://{HOST}/x HTTP/1.1\r\nHost: www.example.test\r\nConnection: close\r\n\r\n"
    assert raw(proxy.port, head.encode()).startswith(b"HTTP/1.1 200 OK")  # a malformed request, says the responder
    assert here.world.journal.since(0)[-1].kind == "auth"


def test_garbage_is_answered(proxy: Served) -> None:
    """What is no HTTP gets 400, and the proxy goes on."""
    assert raw(proxy.port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert raw(proxy.port, f"{REFUSED[0]}\r\nConnection: close\r\n\r\n".encode()).startswith(b"HTTP/1.1 403")


def test_what_is_handed_on() -> None:
    """The target goes on as it was sent, Via beside it; headers of one connection only stay (RFC 9110 §7.6)."""
    heard: list[dict[str, str]] = []
    targets: list[bytes] = []

    async def echo(asked: Request) -> Response:
        heard.append(dict(asked.headers))
        targets.append(asked.scope["raw_path"] + b"?" + asked.scope["query_string"])
        return Response(await asked.body(), headers={"x-door": "1", "connection": "x-secret", "x-secret": "1"})

    door = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])])
    with (
        Served(door) as served,
        Served(ForwardProxy(status_hosts(), lambda: {"ocsp-auth": f"{served.url}/a"}), port=0) as proxy,
        httpx.Client(proxy=proxy.url, trust_env=False) as client,
    ):
        sent = {
            "connection": "x-mine",
            "x-mine": "1",
            "proxy-authorization": "Basic eDp5",
            "te": "trailers",
            "x-kept": "1",
        }
        response = client.post(f"http://{HOST}/b%2F%2B//c%3D?d=%26", content=b"body", headers=sent)
    assert response.content == b"body"
    assert (response.headers["x-door"], response.headers["via"]) == ("1", "1.1 kazashi")
    assert "x-secret" not in response.headers
    assert targets == [b"/a/b%2F%2B//c%3D?d=%26"]
    (headers,) = heard
    assert headers["host"] == served.url.removeprefix("http://")
    assert (headers["x-kept"], headers["via"]) == ("1", "1.1 kazashi")
    assert not {"x-mine", "proxy-authorization", "te"} & headers.keys()


def test_without_a_world(proxy: Served) -> None:
    """The world is gone: 502 that says so, whether nobody listens, nobody is announced or no fake J-LIS."""

    def gone() -> dict[str, str]:
        raise ConfigurationError("expected a running world, actual none")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        for addresses in (gone, dict[str, str], lambda: {"ocsp-auth": nobody}):
            with (
                Served(ForwardProxy(status_hosts(), addresses), port=0) as served,
                httpx.Client(proxy=served.url, trust_env=False) as client,
            ):
                response = client.post(f"http://{HOST}", content=b"x")
                assert (response.status_code, "error" in response.json()) == (502, True)
    assert proxy.port


def test_only_on_loopback(proxy: Served) -> None:
    """The proxy listens on 127.0.0.1 alone, and a taken port is one line that says so."""
    with pytest.raises(ConfigurationError, match=f"port {proxy.port} on 127.0.0.1: expected a free port"):
        Served(ForwardProxy(status_hosts(), dict), port=proxy.port)
    with socket.socket() as other:
        other.bind(("127.0.0.2", proxy.port))  # a wildcard listener would be in the way


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_command(
    here: Installation, asked: Path, address: str, believed: Callable[[bytes], str], ending: signal.Signals
) -> None:
    """`kazashi trust proxy` as a process of its own leads curl to the world that is up, until a signal ends it with 0.

    It was started deaf to Ctrl-C, as a shell starts what runs in the background.
    """
    program = "import signal; signal.signal(2, signal.SIG_IGN); from harness.commands.trust import app; app()"
    command = [sys.executable, "-c", program, "proxy", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            assert lines[-1].startswith("Ctrl-C")
            url = lines[0].split()[-1]
            assert lines[0].startswith(f"http://{HOST} ")
            code, answer = curl("-x", url, "--data-binary", f"@{asked}", address)
            assert (code, believed(answer)) == (0, "good")
            process.send_signal(ending)
            assert process.wait(OPENING_SECONDS) == 0
        finally:
            process.kill()
    assert here.world.journal.since(0)[-1].serial == here.card.auth_serial
