"""The fake J-LIS through its door: `openssl ocsp` and `openssl verify` believe it; bad HTTP is answered, journalled."""

import base64
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asn1crypto import ocsp as asn1
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.jlis import LONGEST_REQUEST, JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import MALFORMED, list_address, request
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, status_of, write_authorities, write_card

Status = Callable[..., str]
BOTH_SPECIAL = bytes.fromhex("fbefbe00fbefbe00fbefbe00") + bytes([255] * 8)
"""A nonce whose base64 has + and / wherever it begins."""


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


@pytest.fixture
def door(world: World, card: IssuedCard) -> Iterator[Served]:
    """The door, once there is a card."""
    assert card.auth_serial
    jlis = JlisDoor(world)
    with Served(jlis.app, garbled=jlis.garbled) as served:
        yield served


@pytest.fixture
def client(door: Served) -> Iterator[httpx.Client]:
    """A client of the door."""
    with httpx.Client(base_url=door.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def status(world: World, card: IssuedCard, door: Served, tmp_path: Path) -> Status:
    """Ask with `openssl ocsp`, which judges the signature at the world's instant; return all that it said."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)

    def ask(kind: str, *more: str | Path) -> str:
        asked = more or ("-cert", leaves[kind])
        url = f"{door.url}/ocsp/{kind}"
        options = ["-issuer", authorities[kind], *asked, "-url", url, "-CAfile", authorities[kind]]
        return openssl("ocsp", *options, *at(world.clock.now()), "-respout", tmp_path / "response.der")[1]

    return ask


def answered(folder: Path) -> ocsp.OCSPResponse:
    """Return the response that OpenSSL wrote."""
    return ocsp.load_der_ocsp_response((folder / "response.der").read_bytes())


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_openssl_hears_the_loss_at_the_mark(
    world: World, card: IssuedCard, status: Status, kind: str, tmp_path: Path
) -> None:
    """Lost at 09:07: `good` to `openssl ocsp` at 09:14:59, `revoked (certificateHold)` at 09:15:00, both verified."""
    world.lose(card.resident.id)
    world.clock.set(jst("2026-12-02T09:14:59"))
    said = status(kind)
    assert status_of(said) == "good"
    assert answered(tmp_path).this_update_utc == jst("2026-12-02T09:00:00")
    world.clock.set(jst("2026-12-02T09:15:00"))
    said = status(kind)
    assert status_of(said) == "revoked"
    assert "Reason: certificateHold" in said
    assert answered(tmp_path).this_update_utc == jst("2026-12-02T09:15:00")
    assert answered(tmp_path).next_update_utc == jst("2026-12-02T09:45:00")


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("keyCompromise", "keyCompromise"),
        ("affiliationChanged", "affiliationChanged"),
        ("superseded", "superseded"),
        ("cessationOfOperation", "cessationOfOperation"),
    ],
)
def test_openssl_hears_the_reason(world: World, card: IssuedCard, status: Status, reason: str, shown: str) -> None:
    """Each reason that J-LIS uses arrives, and only at the kind that was revoked."""
    world.revoke(card.resident.id, "auth", reason)
    world.clock.set(jst("2026-12-02T09:15:00"))
    assert f"Reason: {shown}" in status("auth")
    assert status_of(status("sign")) == "good"


def test_openssl_hears_unknown(status: Status) -> None:
    """A serial number never given: unknown, under a signature that verifies."""
    assert status_of(status("auth", "-serial", "0x0666")) == "unknown"


def test_openssl_finds_its_nonce_and_either_hash(status: Status, card: IssuedCard, tmp_path: Path) -> None:
    """OpenSSL sends a nonce and says when it does not come back; SHA-256 CertIDs are found as SHA-1 ones are."""
    said = status("auth")
    assert "no nonce in response" not in said
    assert "Nonce Verify error" not in said
    data = asn1.OCSPResponse.load((tmp_path / "response.der").read_bytes()).response_data
    assert [e["extn_id"].dotted for e in data["response_extensions"]] == ["1.3.6.1.5.5.7.48.1.2"]
    said = status("auth", "-sha256", "-serial", f"0x{card.auth_serial:x}")
    assert status_of(said) == "good"
    assert answered(tmp_path).hash_algorithm.name == "sha256"


def test_openssl_verifies_with_the_list_fetched_over_http(
    world: World, card: IssuedCard, client: httpx.Client, tmp_path: Path
) -> None:
    """The index leads from the certificate's municipality to the list that refuses a signature after a move."""
    world.move(card.resident.id)
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)
    verdicts = {}
    for clock in ("2026-12-03T02:59:59", "2026-12-03T03:00:00"):
        world.clock.set(jst(clock))
        url = list_address(client, "sign", AOI.code)
        (tmp_path / "list.der").write_bytes(client.get(url).raise_for_status().content)
        openssl("crl", "-inform", "DER", "-in", tmp_path / "list.der", "-out", tmp_path / "list.pem")
        options: list[str | Path] = [
            "-crl_check",
            *at(world.clock.now()),
            "-CAfile",
            authorities["sign"],
            "-CRLfile",
            tmp_path / "list.pem",
        ]
        verdicts[clock] = openssl("verify", "-extended_crl", *options, leaves["sign"])
    assert verdicts["2026-12-03T02:59:59"][0] == 0
    code, said = verdicts["2026-12-03T03:00:00"]
    assert code != 0
    assert "certificate revoked" in said


def test_post_and_get_are_the_same_question(world: World, card: IssuedCard, client: httpx.Client) -> None:
    """RFC 6960 App. A.1: the same octets in the body or, as escaped base64, in the address; each is journalled."""
    asked = request(world, Kind.AUTH, card.auth_serial, nonce=BOTH_SPECIAL)
    text = base64.b64encode(asked).decode()
    assert "+" in text
    assert "/" in text
    mark = world.journal.mark()
    posted = client.post("/ocsp/auth", content=asked)
    escaped = client.get(f"/ocsp/auth/{quote(text, safe='')}")
    bare = client.get(f"/ocsp/auth/{text}")
    assert posted.content == escaped.content == bare.content
    assert posted.headers["content-type"] == "application/ocsp-response"
    twice = quote(quote(text, safe=""), safe="")
    assert client.get(f"/ocsp/auth/{twice}").content == MALFORMED
    entries = world.journal.since(mark)[:3]
    assert [(e.door, e.kind, e.serial, e.answer, e.http) for e in entries] == [
        ("ocsp", "auth", card.auth_serial, "good", 200)
    ] * 3


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "said"),
    [
        pytest.param("POST", "/ocsp/auth", b"", 200, "malformed_request", id="empty"),
        pytest.param("POST", "/ocsp/auth", b"{}", 200, "malformed_request", id="JSON"),
        pytest.param("GET", "/ocsp/auth/%25%25", b"", 200, "malformed_request", id="no base64"),
        pytest.param("POST", "/ocsp/auth", bytes(LONGEST_REQUEST + 1), 413, "too long", id="too long"),
        pytest.param("POST", "/ocsp/mobile", b"", 404, "POST /ocsp/mobile", id="another kind"),
        pytest.param("GET", "/ocsp/auth", b"", 405, "GET /ocsp/auth", id="no request in the address"),
        pytest.param("DELETE", "/crl/index.json", b"", 405, "DELETE /crl/index.json", id="another method"),
        pytest.param("GET", "/crl/auth/card/00.crl", b"", 404, "GET /crl/auth/card/00.crl", id="no such list"),
        pytest.param("GET", "/anchors/x.cer", b"", 404, "GET /anchors/x.cer", id="no such anchor"),
        pytest.param("GET", "/", b"", 404, "GET /", id="the root"),
    ],
)
def test_bad_requests_are_answered_and_journalled(  # noqa: PLR0917  (a table)
    world: World, client: httpx.Client, method: str, path: str, body: bytes, code: int, said: str
) -> None:
    """Each gets its defined answer and one line of the journal."""
    mark = world.journal.mark()
    response = client.request(method, path, content=body)
    assert response.status_code == code
    if said == "malformed_request":
        assert response.content == MALFORMED
    assert [(entry.answer, entry.http) for entry in world.journal.since(mark)] == [(said, code)]


def raw(door: Served, octets: bytes) -> bytes:
    """Return what the door answers to these octets when nothing follows them."""
    with socket.create_connection(("127.0.0.1", door.port)) as line:
        line.sendall(octets)
        line.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := line.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize(
    "octets",
    [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n"],
)
def test_what_is_no_http_gets_400_and_a_line(world: World, door: Served, octets: bytes) -> None:
    """Garbled HTTP is refused before any application sees it, and journalled all the same."""
    mark = world.journal.mark()
    assert raw(door, octets).startswith(b"HTTP/1.1 400 ")
    assert [(entry.door, entry.http) for entry in world.journal.since(mark)] == [("unknown", 400)]


def test_a_body_that_is_cut_off_is_journalled(
    world: World, door: Served, client: httpx.Client, card: IssuedCard
) -> None:
    """Ten octets were announced, three came: a line, no status, and nothing published."""
    mark = world.journal.mark()
    raw(door, b"POST /ocsp/auth HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
    client.get("/crl/index.json")  # nobody answers a line that is gone; whoever is answered now came after it
    assert [(entry.answer, entry.http) for entry in world.journal.since(mark)] == [("cut off", 400), ("index", 200)]
    world.clock.set(jst("2026-12-02T09:00:00"))
    world.lose(card.resident.id)


@pytest.mark.parametrize(
    ("host", "expected"), [("jlis.test:8080", "http://jlis.test:8080/crl/"), ("[::", "http://127.0.0.1:")]
)
def test_the_index_names_lists_as_the_client_called_the_door(client: httpx.Client, host: str, expected: str) -> None:
    """Behind a forwarded port the client's name for it counts; what is no name at all is passed over."""
    rows = client.get("/crl/index.json", headers={"host": host}).json()["lists"]
    assert all(row["url"].startswith(expected) for row in rows)


def test_a_list_is_not_sent_twice(world: World, client: httpx.Client) -> None:
    """RFC 9110 §13.1.2: 304 to whoever has the current list, 200 again after the next publication."""
    row = client.get("/crl/index.json").json()["lists"][0]
    first = client.get(row["url"])
    assert first.headers["content-type"] == "application/pkix-crl"
    known = {"if-none-match": f'"other", {first.headers["etag"]}'}
    assert client.get(row["url"], headers=known).status_code == 304
    world.clock.advance(timedelta(days=1))
    assert client.get(row["url"], headers=known).status_code == 200


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_every_form_in_which_a_list_is_known(client: httpx.Client, form: str) -> None:
    """RFC 9110 §13.1.2: compared weakly, in a list of tags, or any at all; another tag is not this one."""
    url = client.get("/crl/index.json").json()["lists"][0]["url"]
    tag = client.get(url).headers["etag"]
    assert client.get(url, headers={"if-none-match": form.format(tag)}).status_code == 304
    assert client.get(url, headers={"if-none-match": '"4061"'}).status_code == 200


def test_another_worlds_list_is_another_list(make_world: MakeWorld, client: httpx.Client) -> None:
    """Same municipality, same number, same date, one more entry: whoever has the first does not have the second."""
    url = httpx.URL(list_address(client, "auth", AOI.code))
    first = client.get(url)
    other = make_world()
    other.lose(other.issue_card(other.new_resident(municipality=AOI.code).id).resident.id)
    other.clock.set(jst("2026-12-02T09:07:00"))
    with Served(JlisDoor(other).app) as served:
        known = {"if-none-match": first.headers["etag"]}
        second = httpx.get(served.url + url.path, headers=known, trust_env=False)
    assert second.status_code == 200
    assert second.headers["last-modified"] == first.headers["last-modified"] == "Tue, 01 Dec 2026 18:00:00 GMT"
    assert second.content != first.content


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_anchors_are_the_authorities(world: World, client: httpx.Client, kind: str) -> None:
    """The anchor is the very certificate that the world's trust names."""
    response = client.get(f"/anchors/{kind}.cer")
    assert response.content == world.trust().authorities[kind]
    assert response.headers["content-type"] == "application/pkix-cert"


def test_a_port_in_use_is_one_line(door: Served) -> None:
    """ConfigurationError says which port, and what would do."""
    with pytest.raises(
        ConfigurationError, match=rf"^port {door.port} on 127\.0\.0\.1: expected a free port, .* 0 for any$"
    ):
        Served(JlisDoor, port=door.port)


def test_a_port_that_is_none_is_one_line() -> None:
    """So does a number that is no port."""
    with pytest.raises(ConfigurationError, match=r"^port 70000 "):
        Served(JlisDoor, port=70_000)
