"""Faults through the doors: set at the control door, met at the fake J-LIS, judged by OpenSSL and cryptography."""

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import authority, list_address, request
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, status_of, write_authorities, write_card

NONCE = bytes(range(32))
SetFault = Callable[..., dict[str, Any]]
Status = Callable[..., str]


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


@pytest.fixture
def jlis(world: World, card: IssuedCard) -> JlisDoor:
    """The fake J-LIS, once there is a card."""
    assert card.auth_serial
    return JlisDoor(world)


@pytest.fixture
def door(jlis: JlisDoor) -> Iterator[Served]:
    """Its door."""
    with Served(jlis.app, garbled=jlis.garbled) as served:
        yield served


@pytest.fixture
def client(door: Served) -> Iterator[httpx.Client]:
    """A client of the fake J-LIS."""
    with httpx.Client(base_url=door.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def control(world: World, jlis: JlisDoor) -> Iterator[httpx.Client]:
    """A client of the control door."""
    proof = {"authorization": "Bearer t"}
    with (
        Served(ControlDoor(world, "t", faults=jlis.faults).app) as served,
        httpx.Client(base_url=served.url, headers=proof, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def fault(control: httpx.Client) -> SetFault:
    """Set a fault at the door ocsp-auth, or where it is said, and return it."""

    def fault(fault: str, **more: Any) -> dict[str, Any]:
        response = control.post("/v1/jlis/faults", json={"fault": fault, "door": "ocsp-auth", **more})
        assert response.status_code == 200, response.text
        return dict(response.json())

    return fault


@pytest.fixture
def status(world: World, card: IssuedCard, door: Served, tmp_path: Path) -> Status:
    """Ask with `openssl ocsp`, which verifies at the world's instant, and return all that it said."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(path.read_bytes() for path in authorities.values()))

    def ask(anchors: Path | None = None) -> str:
        options: list[str | Path] = ["-issuer", authorities["auth"], "-cert", leaves["auth"]]
        options += ["-url", f"{door.url}/ocsp/auth", "-CAfile", anchors or authorities["auth"]]
        return openssl("ocsp", *options, *at(world.clock.now()))[1]

    return ask


def answers(world: World, mark: int = 0) -> list[tuple[str, int]]:
    """Return what the journal says was answered since a mark."""
    return [(entry.answer, entry.http) for entry in world.journal.since(mark) if entry.door != "control"]


def asked(world: World, client: httpx.Client, serial: int, nonce: bytes | None = NONCE) -> httpx.Response:
    """Ask the responder of the authentication certificates."""
    return client.post("/ocsp/auth", content=request(world, Kind.AUTH, serial, nonce=nonce))


def signed_by(response: ocsp.OCSPResponse, authority: x509.Certificate) -> bool:
    """Return whether a response is signed by the delegate that it carries, and the delegate by that authority."""
    (delegate,) = response.certificates
    key = delegate.public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(response.signature, response.tbs_response_bytes, PKCS1v15(), SHA256())
    try:
        delegate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError):  # ValueError where already the names differ
        return False
    return True


def test_without_a_fault_openssl_is_content(world: World, status: Status, tmp_path: Path) -> None:
    """The twin of every refusal below: good, verified, no nonce missing; the journal names no fault."""
    assert status_of(status()) == "good"
    assert status_of(status(tmp_path / "both.pem")) == "good"
    assert answers(world) == [("good", 200)] * 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("wrong_signer", "Response Verify Failure"),
        ("other_authority", "Response Verify Failure"),
        ("wrong_nonce", "Nonce Verify error"),
        ("no_nonce", "no nonce in response"),
        ("wrong_serial", "ERROR: No Status found"),
        ("try_later", "Responder Error: trylater (3)"),
        ("truncated", "Error querying OCSP responder"),
    ],
)
def test_openssl_refuses_each_content_fault_once(
    world: World, fault: SetFault, status: Status, name: str, says: str
) -> None:
    """For its own reason, and the next answer is good; the journal names the fault in the one line."""
    fault(name, count=1)
    said = status()
    assert says in said
    assert status_of(status()) == "good"
    expected = "try_later" if name == "try_later" else "good"
    assert answers(world) == [(f"{expected}, fault {name}", 200), ("good", 200)]


def test_the_other_authority_is_refused_by_who_trusts_both(fault: SetFault, status: Status, tmp_path: Path) -> None:
    """With both anchors the signature chain is fine: OpenSSL refuses it for whom it speaks for (RFC 6960 §4.2.2.2)."""
    fault("other_authority")
    assert "Response Verify Failure" in status(tmp_path / "both.pem")


def test_the_stranger_bears_the_name_and_has_another_key(
    world: World, card: IssuedCard, client: httpx.Client, fault: SetFault
) -> None:
    """Signed by the delegate it carries, whose issuer is called like the authority; only the signature says no."""
    fault("wrong_signer")
    ours = authority(world, Kind.AUTH)
    response = ocsp.load_der_ocsp_response(asked(world, client, card.auth_serial).content)
    assert response.certificates[0].issuer == ours.subject
    assert response.certificates[0].public_key() != ours.public_key()
    assert not signed_by(response, ours)


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("name", ["stale", "future", "wrong_serial", "wrong_nonce", "no_nonce"])
def test_but_for_its_one_fault_an_answer_is_right(  # noqa: PLR0917  (a table)
    world: World,
    card: IssuedCard,
    client: httpx.Client,
    fault: SetFault,
    name: str,
    revoked: bool,  # noqa: FBT001  (a table)
) -> None:
    """Signature, status, serial, times and nonce: each is that of the true answer, but for the one."""
    if revoked:
        world.lose(card.resident.id)
        world.clock.set(jst("2026-12-02T09:16:00"))
    true = ocsp.load_der_ocsp_response(asked(world, client, card.auth_serial).content)
    fault(name, **({"seconds": 90} if name in {"stale", "future"} else {}))
    bent = ocsp.load_der_ocsp_response(asked(world, client, card.auth_serial).content)
    assert signed_by(bent, authority(world, Kind.AUTH))
    wrong = {what for what, value in parts(true).items() if parts(bent)[what] != value}
    assert wrong == {"stale": {"times"}, "future": {"times"}, "wrong_serial": {"serial"}}.get(name, {"nonce"})
    now, (single,) = world.clock.now(), bent.responses
    assert single.next_update_utc is not None
    if name == "stale":
        assert now - single.next_update_utc == timedelta(seconds=90)
    if name == "future":
        assert single.this_update_utc - now == timedelta(seconds=90)


def parts(response: ocsp.OCSPResponse) -> dict[str, Any]:
    """Return what a response says, in parts."""
    (single,) = response.responses
    return {
        "status": (single.certificate_status, single.revocation_time_utc, single.revocation_reason),
        "serial": single.serial_number,
        "hashes": (single.issuer_key_hash, single.issuer_name_hash, single.hash_algorithm.name),
        "times": (single.this_update_utc, single.next_update_utc),
        "nonce": [extension.value for extension in response.extensions],
        "signer": response.certificates,
    }


def test_a_fault_of_one_serial(world: World, card: IssuedCard, client: httpx.Client, fault: SetFault) -> None:
    """Only whoever asks for that certificate meets it, in body or address; the sign door knows nothing of it."""
    fault("unavailable", serial=f"{card.auth_serial:x}")
    assert asked(world, client, card.auth_serial).status_code == 503
    assert asked(world, client, card.auth_serial + 1).status_code == 200
    assert client.post("/ocsp/sign", content=request(world, Kind.SIGN, card.sign_serial)).status_code == 200
    assert client.post("/ocsp/auth", content=b"{}").status_code == 200
    entry = world.journal.since(0)[0]
    assert (entry.door, entry.kind, entry.serial) == ("ocsp", "auth", card.auth_serial)
    assert (entry.answer, entry.http) == ("fault unavailable", 503)


def test_a_fault_of_a_window(world: World, card: IssuedCard, client: httpx.Client, fault: SetFault) -> None:
    """By the world's clock: before it good, in it 500, after it good."""
    fault("internal_error", since="2026-12-02T09:10:00+09:00", until="2026-12-02T09:11:00+09:00")
    codes = []
    for clock in ("09:09:59", "09:10:00", "09:10:59", "09:11:00"):
        world.clock.set(jst(f"2026-12-02T{clock}"))
        codes.append(asked(world, client, card.auth_serial).status_code)
    assert codes == [200, 500, 500, 200]


def test_a_cut_announces_more_than_comes(  # noqa: PLR0917  (fixtures)
    world: World,
    card: IssuedCard,
    door: Served,
    client: httpx.Client,
    fault: SetFault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Half of the true answer under its whole length, then the end of the line; the server's log has no complaint."""
    whole = asked(world, client, card.auth_serial).content
    fault("cut", count=1)
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    try:
        head, body = raw_answer(door, request(world, Kind.AUTH, card.auth_serial, nonce=NONCE))
    finally:
        logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert b"content-length: %d" % len(whole) in head
    assert body == whole[: len(whole) // 2]
    assert asked(world, client, card.auth_serial).content == whole
    assert answers(world) == [("good", 200), ("good, fault cut", 200), ("good", 200)]
    assert not caplog.records


def raw_answer(door: Served, body: bytes) -> tuple[bytes, bytes]:
    """Return head and body of what comes until the line ends."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as line:
        line.sendall(b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        pieces = []
        while piece := line.recv(65_536):
            pieces.append(piece)
    head, _, content = b"".join(pieces).partition(b"\r\n\r\n")
    return head, content


def test_a_redirect_leads_to_the_answer(world: World, card: IssuedCard, client: httpx.Client, fault: SetFault) -> None:
    """307 to the same address; with a count of one, whoever follows with method and body is answered."""
    fault("redirect", count=1)
    body = request(world, Kind.AUTH, card.auth_serial)
    response = client.post("/ocsp/auth", content=body, follow_redirects=True)
    assert [each.status_code for each in response.history] == [307]
    assert ocsp.load_der_ocsp_response(response.content).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answers(world) == [("fault redirect", 307), ("good", 200)]


def test_a_delay_is_at_least_as_long_as_ordered(
    world: World, card: IssuedCard, client: httpx.Client, fault: SetFault
) -> None:
    """Nothing comes within the client's time-out that is shorter; with a longer one the true answer does."""
    fault("delay", seconds=0.5)
    body = request(world, Kind.AUTH, card.auth_serial)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/ocsp/auth", content=body, timeout=0.2)
    response = client.post("/ocsp/auth", content=body)
    assert response.elapsed >= timedelta(seconds=0.5)
    assert ocsp.load_der_ocsp_response(response.content).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_silence_lasts_until_it_is_taken_away(
    world: World, card: IssuedCard, client: httpx.Client, control: httpx.Client, fault: SetFault
) -> None:
    """The journal tells of the held request, others are answered meanwhile, and removal brings the true answer."""
    held = fault("silent", serial=f"{card.auth_serial:x}")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked, world, client, card.auth_serial)
        page = control.get("/v1/journal", params={"door": "ocsp", "wait": 20}).json()
        assert [(row["answer"], row["http"]) for row in page["entries"]] == [("fault silent", 0)]
        assert asked(world, client, card.auth_serial + 1).status_code == 200
        assert not waiting.done()
        removed = control.delete(f"/v1/jlis/faults/{held['id']}").json()
        assert (removed["given"], removed["left"]) == (1, None)
        assert waiting.result(20).status_code == 200
    assert answers(world)[-1] == ("good, fault silent", 200)
    assert control.get("/v1/jlis/faults").json() == {"faults": []}


def test_silence_ends_with_its_bound(
    world: World, card: IssuedCard, client: httpx.Client, fault: SetFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forgets to take it away does not hold a request for ever."""
    monkeypatch.setattr("harness.doors.carrier.LONGEST_SILENCE", 0.1)
    fault("silent")
    response = client.post("/ocsp/auth", content=request(world, Kind.AUTH, card.auth_serial))
    assert response.status_code == 200


def test_a_silent_door_can_be_closed(world: World, jlis: JlisDoor, fault: SetFault) -> None:
    """The world ends though a request is held; nothing was answered to it."""
    fault("silent")
    with Served(jlis.app) as served, socket.create_connection(("127.0.0.1", served.port)) as line:
        body = request(world, Kind.AUTH, 1)
        line.sendall(b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(20)
        assert line.recv(1) == b""


def test_an_answer_that_was_not_given_is_not_published(
    world: World, card: IssuedCard, client: httpx.Client, fault: SetFault
) -> None:
    """503, 500, redirect and tryLater tell nothing of the register: an event before the mark can still happen."""
    world.clock.set(jst("2026-12-02T09:15:00"))
    for name in ("unavailable", "internal_error", "redirect", "try_later"):
        fault(name, count=1)
        asked(world, client, card.auth_serial)
    world.clock.set(jst("2026-12-02T09:14:00"))
    world.lose(card.resident.id)


@pytest.fixture
def fetched(world: World, card: IssuedCard, client: httpx.Client, tmp_path: Path) -> Callable[[], str]:
    """Fetch the list of the signature certificates, let OpenSSL judge the certificate by it, return what it said."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)

    def judge() -> str:
        url = list_address(client, "sign", AOI.code)
        (tmp_path / "list.der").write_bytes(client.get(url).content)
        openssl("crl", "-inform", "DER", "-in", tmp_path / "list.der", "-out", tmp_path / "list.pem")
        options: list[str | Path] = ["-crl_check", "-extended_crl", *at(world.clock.now())]
        options += ["-CAfile", authorities["sign"], "-CRLfile", tmp_path / "list.pem"]
        said = openssl("verify", *options, leaves["sign"])[1]
        (tmp_path / "list.pem").unlink(missing_ok=True)
        return said

    return judge


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("stale", "CRL has expired"),
        ("future", "CRL is not yet valid"),
        ("wrong_signer", "unable to get certificate CRL"),
        ("other_authority", "unable to get certificate CRL"),
        ("truncated", "list.pem"),
    ],
)
def test_openssl_refuses_each_faulty_list(  # noqa: PLR0917  (a table)
    world: World, fault: SetFault, control: httpx.Client, fetched: Callable[[], str], name: str, says: str
) -> None:
    """For its own reason; without the fault the same certificate is fine by the same list."""
    assert "OK" in fetched()
    mark = world.journal.mark()
    fault(name, door="crl")
    said = fetched()
    assert says in said
    assert "OK" not in said.split()
    control.delete("/v1/jlis/faults")
    assert "OK" in fetched()
    assert answers(world, mark) == [
        ("index", 200),
        (f"list 4061, fault {name}", 200),
        ("index", 200),
        ("list 4061", 200),
    ]


def test_the_index_is_carried_by_the_same_door(world: World, client: httpx.Client, fault: SetFault) -> None:
    """503 for the index of the lists too; the anchors are no service of status and stay."""
    fault("unavailable", door="crl", count=1)
    assert client.get("/crl/index.json").status_code == 503
    assert client.get("/anchors/auth.cer").status_code == 200
    assert client.get("/crl/index.json").status_code == 200
    assert answers(world)[0] == ("fault unavailable", 503)


def test_faults_are_listed_with_what_they_did(
    world: World, card: IssuedCard, client: httpx.Client, control: httpx.Client, fault: SetFault
) -> None:
    """In order, with id, scope, given and left; cleared, all at once."""
    first = fault("stale", count=3, serial=f"{card.auth_serial:x}")
    assert (first["id"], first["given"], first["left"], first["seconds"]) == ("f1", 0, 3, 3600.0)
    fault("cut", door="ocsp-sign", until="2027-01-01T00:00:00Z")
    asked(world, client, card.auth_serial)
    listed = control.get("/v1/jlis/faults").json()["faults"]
    assert [(row["id"], row["fault"], row["given"], row["left"]) for row in listed] == [
        ("f1", "stale", 1, 2),
        ("f2", "cut", 0, None),
    ]
    assert (listed[1]["until"], listed[1]["seconds"]) == ("2027-01-01T00:00:00Z", None)
    assert control.delete("/v1/jlis/faults").json()["faults"] == listed
    assert asked(world, client, card.auth_serial).status_code == 200
    assert answers(world)[-1] == ("good", 200)
