"""The control door: nobody without the token, no browser's page, and what is refused changes nothing."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator

from cardsim.profile import Profile
from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.control_operations import OPERATIONS
from harness.doors.server import Served
from harness.history import History, StoreUnusable
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Faults, Order
from harness.jlis.journal import Entry
from harness.jlis.practice import Practice
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.slots import Slots
from harness.world import World
from tests.harness.asking import cert_id, handmade, tlv
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

TOKEN = "correct-horse-battery-staple"
PROOF = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A world whose cards have a free area."""
    return make_world(practice=Practice(free_area=True))


@pytest.fixture
def moved() -> list[str]:
    """What is told when the clock was moved."""
    return []


@pytest.fixture
def slots() -> Iterator[Slots]:
    """Two slots, without a card."""
    with Slots(2) as slots:
        yield slots


@pytest.fixture
def faults() -> Faults:
    """The faults of the fake J-LIS: none."""
    return Faults()


@pytest.fixture
def door(world: World, moved: list[str], slots: Slots, faults: Faults) -> Iterator[Served]:
    """The door of the world."""
    control = ControlDoor(
        world,
        TOKEN,
        faults=faults,
        slots=slots,
        clock_moved=lambda: moved.append(world.clock.now().isoformat()),
    )
    with Served(control.app, garbled=control.garbled) as served:
        yield served


@pytest.fixture
def client(door: Served) -> Iterator[httpx.Client]:
    """A client with the token."""
    with httpx.Client(base_url=door.url, headers=PROOF, trust_env=False) as client:
        yield client


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


def snapshot(world: World, slots: Slots | None = None, faults: Faults | None = None) -> list[Any]:
    """Return all that a request could have changed."""
    residents = world.residents()
    certificates = [world.certificates(resident.id) for resident in residents]
    return [residents, certificates, world.clock.row, [slot.state() for slot in slots or ()], list(faults or ())]


def complaint(response: httpx.Response) -> dict[str, str]:
    """Return what a refusal says, which always has the same four parts."""
    error = response.json()["error"]
    assert set(error) == {"what", "where", "expected", "actual"}
    assert all(isinstance(part, str) and part for part in error.values())
    return dict(error)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"x-token": TOKEN},
    ],
)
def test_nobody_without_the_token(world: World, door: Served, headers: dict[str, str]) -> None:
    """401 with WWW-Authenticate on every route, the description too; nothing happens, and the journal tells of it."""
    before = snapshot(world)
    addresses = [(row.method, row.path) for row in OPERATIONS] + [("GET", "/v1/openapi.json"), ("GET", "/nowhere")]
    mark = world.journal.mark()
    for method, path in addresses:
        response = httpx.request(method, door.url + path, headers=headers, trust_env=False)
        assert response.status_code == 401, path
        assert response.headers["www-authenticate"] == "Bearer"
        assert complaint(response)["what"] == "token"
    assert snapshot(world) == before
    assert [(entry.door, entry.http) for entry in world.journal.since(mark)] == [("control", 401)] * len(addresses)


@pytest.mark.parametrize(
    "host", ["kazashi.evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]", "127.0.0.1.evil.example"]
)
def test_a_name_that_was_bound_to_loopback_is_refused(client: httpx.Client, host: str) -> None:
    """DNS rebinding: the browser believes it talks to its own site, and says so in Host; 421, token or not."""
    response = client.get("/v1/clock", headers={"host": host})
    assert response.status_code == 421
    assert complaint(response)["actual"] == host


@pytest.mark.parametrize(
    ("hosts", "status"), [(b"", b" 421 "), (b"host: 127.0.0.1:%d\r\nhost: evil.example\r\n", b" 400 ")]
)
def test_no_host_and_two_hosts_are_refused(door: Served, hosts: bytes, status: bytes) -> None:
    """RFC 9112 §3.2 wants exactly one, and two answered with 400."""
    lines = hosts % door.port if b"%d" in hosts else hosts
    with socket.create_connection(("127.0.0.1", door.port)) as line:
        line.sendall(b"GET /v1/clock HTTP/1.0\r\nauthorization: Bearer %s\r\n%s\r\n" % (TOKEN.encode(), lines))
        assert status in line.recv(65_536).split(b"\r\n")[0]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(world: World, client: httpx.Client, origin: str) -> None:
    """403 although the token is right: a browser's page has no business here."""
    before = snapshot(world)
    response = client.post("/v1/clock/run", headers={"origin": origin})
    assert response.status_code == 403
    assert complaint(response)["actual"] == origin
    assert snapshot(world) == before


def test_our_own_names_are_let_in(door: Served, client: httpx.Client) -> None:
    """127.0.0.1 and localhost with the door's port, also as an Origin."""
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        own = {"host": f"{name}:{door.port}", "origin": f"http://{name.lower()}:{door.port}"}
        assert client.get("/v1/clock", headers=own).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "where"),
    [
        pytest.param("PUT", "/v1/clock", b"{", 400, "$", id="no JSON"),
        pytest.param("PUT", "/v1/clock", b"[" * 60_000, 400, "$", id="a deep nest"),
        pytest.param("PUT", "/v1/clock", b"\xff\xfe", 400, "$", id="no UTF-8"),
        pytest.param("PUT", "/v1/clock", b"[]", 400, "$", id="no object"),
        pytest.param("PUT", "/v1/clock", b"", 400, "$", id="nothing where something is needed"),
        pytest.param("PUT", "/v1/clock", b'{"instant": "2026-12-02T09:00:00"}', 400, "$.instant", id="no time zone"),
        pytest.param("PUT", "/v1/clock", b'{"instant": "1990-01-01T00:00:00Z"}', 400, "clock", id="before any world"),
        pytest.param("PUT", "/v1/clock", b'{"instant": "2026-12-02T09:00:00Z", "x": 1}', 400, "$", id="another field"),
        pytest.param("POST", "/v1/clock/advance", b'{"seconds": "60"}', 400, "$.seconds", id="another type"),
        pytest.param("POST", "/v1/clock/advance", b'{"seconds": 0}', 400, "$.seconds", id="no span"),
        pytest.param("POST", "/v1/clock/advance", b'{"seconds": 1e99}', 400, "$.seconds", id="too far"),
        pytest.param("POST", "/v1/clock/advance", b'{"seconds": 3000000000}', 400, "clock", id="beyond the calendar"),
        pytest.param("POST", "/v1/clock/freeze", b'{"x": 1}', 400, "$", id="a field where none is"),
        pytest.param("POST", "/v1/residents", b'{"birth_date": "1990-02-31"}', 400, "$.birth_date", id="no such day"),
        pytest.param("POST", "/v1/residents", b'{"id": "r1"}', 400, "$", id="a field that the world fills"),
        pytest.param("POST", "/v1/residents", b'{"sex": "4"}', 409, "residents", id="nobody's sex"),
        pytest.param(
            "POST", "/v1/residents", b'{"card_expiry": "2020-01-01"}', 409, "residents", id="a card that ended"
        ),
        pytest.param("POST", "/v1/residents", b" " * 70_000, 413, "residents", id="too long"),
        pytest.param("POST", "/v1/residents/r000666/lose", b"", 404, "r000666", id="nobody"),
        pytest.param("POST", "/v1/residents/r000001/card", b"", 409, "r000001", id="a second card"),
        pytest.param("POST", "/v1/residents/r000001/move", b'{"municipality": "13999"}', 409, "r000001", id="nowhere"),
        pytest.param("POST", "/v1/residents/r000001/revoke", b"{}", 400, "$", id="no kind"),
        pytest.param(
            "POST", "/v1/residents/r000001/revoke", b'{"kind":"auth","reason":"x"}', 400, "$.reason", id="no reason"
        ),
        pytest.param("GET", "/v1/journal?since=-1", b"", 400, "$.since", id="a mark before the first"),
        pytest.param("GET", "/v1/journal?since=x", b"", 400, "$.since", id="a mark that is none"),
        pytest.param("GET", "/v1/journal?until=1", b"", 400, "$", id="another filter"),
        pytest.param("GET", "/v1/journal?wait=31", b"", 400, "$.wait", id="a wait that is too long"),
        pytest.param("GET", "/v1/journal?wait=-1", b"", 400, "$.wait", id="a wait that is over"),
        pytest.param("GET", "/v1/journal?wait=nan", b"", 400, "$.wait", id="a wait that is no number"),
        pytest.param("GET", "/v1/journal?door=oscp", b"", 400, "$.door", id="no door of the journal"),
        pytest.param("GET", "/v1/journal?kind=phone", b"", 400, "$.kind", id="another kind"),
        pytest.param("GET", "/v1/journal?serial=0x1", b"", 400, "$.serial", id="a serial that is none"),
        pytest.param("GET", "/v1/slots/Kazashi-3", b"", 404, "Kazashi-3", id="no such slot"),
        pytest.param("POST", "/v1/slots/Kazashi-3/insert", b'{"resident": "r000001"}', 404, "slot", id="into no slot"),
        pytest.param("POST", "/v1/slots/Kazashi-2/insert", b'{"resident": "r000666"}', 404, "resident", id="no card"),
        pytest.param("POST", "/v1/slots/Kazashi-2/insert", b"{}", 400, "$", id="nobody's card"),
        pytest.param("POST", "/v1/slots/Kazashi-1/insert", b'{"resident": "r000001"}', 409, "slot", id="onto a card"),
        pytest.param("POST", "/v1/slots/Kazashi-2/insert", b'{"resident": "r000001"}', 409, "slot", id="in two slots"),
        pytest.param("POST", "/v1/slots/Kazashi-2/remove", b"", 409, "slot", id="remove nothing"),
        pytest.param("POST", "/v1/slots/Kazashi-2/power-on", b"", 409, "slot", id="power on nothing"),
        pytest.param("POST", "/v1/slots/Kazashi-1/reset", b"", 409, "card", id="reset without power"),
        pytest.param("POST", "/v1/slots/Kazashi-1/transmit", b'{"command": "00A4"}', 409, "card", id="no power"),
        pytest.param("POST", "/v1/slots/Kazashi-1/transmit", b'{"command": "00A"}', 400, "$.command", id="half octets"),
        pytest.param("POST", "/v1/slots/Kazashi-1/transmit", b'{"command": ""}', 400, "$.command", id="no octet"),
        pytest.param("POST", "/v1/slots/Kazashi-1/transmit", b'{"command": "00 A4"}', 400, "$.command", id="a space"),
        pytest.param("GET", "/v1/slots/Kazashi-1/trace?since=-1", b"", 400, "$.since", id="a trace before the first"),
        pytest.param("POST", "/v1/jlis/faults", b'{"fault":"tired","door":"crl"}', 400, "$.fault", id="no such fault"),
        pytest.param("POST", "/v1/jlis/faults", b'{"fault":"cut","door":"ocsp"}', 400, "$.door", id="no such door"),
        pytest.param("POST", "/v1/jlis/faults", b'{"fault":"cut"}', 400, "$", id="a fault of no door"),
        pytest.param(
            "POST", "/v1/jlis/faults", b'{"fault":"cut","door":"crl","count":0}', 400, "$.count", id="a fault never met"
        ),
        pytest.param(
            "POST", "/v1/jlis/faults", b'{"fault":"try_later","door":"crl"}', 400, "fault", id="no fault of a list"
        ),
        pytest.param(
            "POST", "/v1/jlis/faults", b'{"fault":"cut","door":"crl","seconds":2}', 400, "fault", id="a cut has no time"
        ),
        pytest.param(
            "POST", "/v1/jlis/faults", b'{"fault":"delay","door":"crl","seconds":601}', 400, "fault", id="too late"
        ),
        pytest.param("DELETE", "/v1/jlis/faults/f666", b"", 404, "fault", id="no fault of that id"),
        pytest.param("DELETE", "/v1/jlis/faults?all=1", b"", 400, "$", id="a field in a query where none is"),
        pytest.param("DELETE", "/v1/clock", b"", 405, "/v1/clock", id="another method"),
        pytest.param("GET", "/v1/nothing", b"", 404, "/v1/nothing", id="another address"),
    ],
)
def test_bad_messages_say_what_is_wrong_and_change_nothing(  # noqa: PLR0917  (a table)
    world: World,
    client: httpx.Client,
    card: IssuedCard,
    slots: Slots,
    faults: Faults,
    method: str,
    path: str,
    body: bytes,
    code: int,
    where: str,
) -> None:
    """A 4xx with the place and both sides, one line of the journal, and world, slots and faults as they were."""
    assert card.resident.id == "r000001"
    slots.insert("Kazashi-1", card.profile, card.resident.id)
    faults.set(Order(Fault.CUT, FaultDoor.CRL))
    before, mark = snapshot(world, slots, faults), world.journal.mark()
    response = client.request(method, path, content=body)
    assert response.status_code == code, response.text
    error = complaint(response)
    assert where in f"{error['what']} {error['where']}"
    assert snapshot(world, slots, faults) == before
    assert [(entry.door, entry.http) for entry in world.journal.since(mark)] == [("control", code)]


def test_what_is_no_http_is_journalled(world: World, door: Served) -> None:
    """Garbled HTTP gets its 400 and its line."""
    with socket.create_connection(("127.0.0.1", door.port)) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 400 ")
    assert [(entry.door, entry.http) for entry in world.journal.since(0)] == [("control", 400)]


def test_clock(world: World, client: httpx.Client, moved: list[str]) -> None:
    """Set, advance, run, freeze: the world's clock follows, each answer has it, and whoever must know is told."""
    assert client.get("/v1/clock").json() == {"instant": "2026-11-30T15:00:00Z", "mode": "frozen", "epoch": 0}
    told = client.put("/v1/clock", json={"instant": "2026-12-02T09:07:00+09:00"}).json()
    assert told == {"instant": "2026-12-02T00:07:00Z", "mode": "frozen", "epoch": 1}
    assert client.post("/v1/clock/advance", json={"seconds": 480}).json()["instant"] == "2026-12-02T00:15:00Z"
    assert world.clock.now() == jst("2026-12-02T09:15:00")
    assert client.post("/v1/clock/run").json()["mode"] == "running"
    assert client.post("/v1/clock/freeze", content=b"{}").json()["mode"] == "frozen"
    assert moved[:2] == ["2026-12-02T00:07:00+00:00", "2026-12-02T00:15:00+00:00"]
    assert len(moved) == 4
    client.get("/v1/residents")
    assert len(moved) == 4


def test_residents_and_what_befalls_them(world: World, client: httpx.Client) -> None:
    """A new resident with a card, a loss, and what the register has then; a second loss is refused with 409."""
    made = client.post("/v1/residents", json={"name": "試験　太郎", "birth_date": "1980-02-29"}).json()
    assert made["resident"]["name"] == "試験　太郎"
    assert [row["kind"] for row in made["certificates"]] == ["auth", "sign"]
    assert made["certificates"][0]["not_after"] == "2031-02-28T14:59:59Z"
    assert client.post("/v1/residents", json={"card": False}).json()["certificates"] == []
    client.post("/v1/clock/advance", json={"seconds": 60})
    lost = client.post(f"/v1/residents/{made['resident']['id']}/lose").json()
    assert [(row["reason"], row["revoked"]) for row in lost["certificates"]] == [
        ("certificateHold", "2026-11-30T15:01:00Z")
    ] * 2
    again = client.post(f"/v1/residents/{made['resident']['id']}/lose")
    assert again.status_code == 409
    assert "was not reported lost" in complaint(again)["actual"]
    assert client.get(f"/v1/residents/{made['resident']['id']}").json() == lost
    assert [row["resident"]["id"] for row in client.get("/v1/residents").json()["residents"]] == ["r000001", "r000002"]
    assert len(world.residents()) == 2


def test_move_and_revoke(client: httpx.Client, card: IssuedCard) -> None:
    """A move takes the signature certificate; a revocation the one it names, for the reason it gives."""
    address = f"/v1/residents/{card.resident.id}"
    moved = client.post(f"{address}/move", json={"municipality": "48202"}).json()
    assert moved["resident"]["municipality"] == "48202"
    client.post(f"{address}/revoke", json={"kind": "auth", "reason": "keyCompromise"})
    found = client.get(address).json()["certificates"]
    assert {row["kind"]: row["reason"] for row in found} == {"auth": "keyCompromise", "sign": "affiliationChanged"}


def test_an_event_that_a_view_forbids_is_a_conflict(world: World, client: httpx.Client, card: IssuedCard) -> None:
    """The list of 03:00 is out; an event of 03:00 is refused with 409 and says what would do."""
    world.jlis.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00"))
    client.put("/v1/clock", json={"instant": "2026-12-03T03:00:00+09:00"})
    response = client.post(f"/v1/residents/{card.resident.id}/lose")
    assert response.status_code == 409
    assert "set the clock to a later instant" in complaint(response)["actual"]


def test_the_card_can_be_put_into_a_reader(client: httpx.Client, card: IssuedCard) -> None:
    """What comes back is the profile itself, with its keys; a resident without a card has none."""
    found = client.get(f"/v1/residents/{card.resident.id}/card").json()
    assert msgspec.json.decode(msgspec.json.encode(found["profile"]), type=Profile) == card.profile
    nobody = client.post("/v1/residents", json={"card": False}).json()["resident"]["id"]
    assert client.get(f"/v1/residents/{nobody}/card").status_code == 409
    assert client.post(f"/v1/residents/{nobody}/card").status_code == 200


def test_journal_by_mark(world: World, client: httpx.Client, card: IssuedCard) -> None:
    """Only what came after the mark, and the mark to go on with; serials in hex, however long an asked one is."""
    first = client.get("/v1/journal").json()
    assert first == {"mark": 0, "entries": []}
    world.jlis.ocsp(Kind.AUTH, b"", world.clock.now())
    client.get("/v1/nothing")
    page = client.get("/v1/journal", params={"since": 0}).json()
    assert [(row["door"], row["answer"], row["http"]) for row in page["entries"]] == [
        ("control", "GET /v1/nothing", 404)
    ]
    assert client.get("/v1/journal", params={"since": page["mark"]}).json() == {"mark": 1, "entries": []}
    assert client.get("/v1/journal", params={"since": 999}).json() == {"mark": 1, "entries": []}
    assert card.auth_serial == 0x0700_0000


def test_a_store_that_fails_is_no_acknowledgement(
    world: World, client: httpx.Client, card: IssuedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with the reason, and the card is not lost."""

    def full(*_: object) -> None:
        raise StoreUnusable("disk full")

    before = snapshot(world)
    with monkeypatch.context() as patched:
        patched.setattr(History, "append", full)
        response = client.post(f"/v1/residents/{card.resident.id}/lose")
    assert response.status_code == 503
    assert complaint(response)["actual"] == "disk full"
    assert snapshot(world) == before


def test_anchors(world: World, client: httpx.Client) -> None:
    """Authorities and card-issuer keys as the world's trust has them."""
    found = msgspec.json.decode(client.get("/v1/anchors").content, type=dict[str, list[dict[str, Any]]])
    decoded = [(row["kind"], msgspec.convert(row["certificate"], bytes)) for row in found["authorities"]]
    assert decoded == [(kind.value, der) for kind, der in world.trust().anchors()]
    assert [
        (msgspec.convert(row["key_id"], bytes), msgspec.convert(row["key"], bytes)) for row in found["card_issuers"]
    ] == (world.trust().card_issuers)


APP = {"kind": "card-app-count", "user_id": "mytaku-000042", "until": "2036-11-20", "count": 70}
APP_AID = "F04B415A4153484912"
BODIES: dict[str, dict[str, Any]] = {
    "loadApp": APP,
    "changeApp": {"aid": APP_AID, "amount": -1, "mark": "0A0B"},
    "setClock": {"instant": "2026-12-05T09:00:00+09:00"},
    "advanceClock": {"seconds": 60},
    "newResident": {"sex": "2"},
    "moveResident": {"municipality": "48202"},
    "revokeCertificate": {"kind": "auth", "reason": "superseded"},
    "befallResident": {"what": "name-changed", "changes": {"name": "試験　改名"}},
    "newCrowd": {"count": 2, "keys": 2},
    "transmit": {"command": "00A4040C0AD392F000260100000001"},
    "setFault": {"fault": "stale", "door": "ocsp-auth", "serial": "7000000", "count": 2, "seconds": 1.5},
    "changeOcspPolicy": {
        "nonces": "never",
        "valid": "15m",
        "once": [{"since": "2026-12-05T09:00:00Z", "until": "2026-12-06T09:00:00Z", "closed": "refused"}],
        "daily": [{"since": "03:00", "until": "04:00", "closed": "try_later"}],
    },
}


def test_openapi_describes_what_the_door_does(world: World, client: httpx.Client, slots: Slots, faults: Faults) -> None:
    """Every operation of the description answers 200, its message and its answer both as drawn; refusals too."""
    described = client.get("/v1/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert described["security"] == [{"token": []}]
    seen = set()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            name = operation["operationId"]
            seen.add(name)
            holder = world.new_resident(with_card=name != "issueCard").id
            world.clock.advance(timedelta(minutes=1))
            body = {"resident": holder} if name in {"insertCard", "swapCard"} else BODIES.get(name)
            if name in {"deleteApp", "changeApp"}:
                client.post(f"/v1/residents/{holder}/card/apps", json=APP).raise_for_status()
            if name != "insertCard" and "{slot}" in path:
                slots.insert("Kazashi-1", world.card_of(holder).profile, holder).power_on()
            fault = faults.set(Order(Fault.DELAY, FaultDoor.CRL, since=world.clock.now())).id
            address = path.replace("{resident_id}", holder).replace("{slot}", "Kazashi-1").replace("{fault_id}", fault)
            address = address.replace("{kind}", "sign") + (f"?aid={APP_AID}" if name == "deleteApp" else "")
            response = client.request(method, address, json=body or None)
            assert response.status_code == 200, response.text
            check(described, operation["responses"]["200"], response.json())
            if body is not None:
                check(described, operation["requestBody"], body)
            refused = client.request(method, address, headers={"authorization": ""})
            slots.close()
            check(described, operation["responses"][str(refused.status_code)], refused.json())
    assert len(seen) == len(OPERATIONS)
    assert {f"{row.method} {row.path}" for row in OPERATIONS} == {
        f"{method.upper()} {path}" for path, row in described["paths"].items() for method in row
    }


def check(described: dict[str, Any], place: dict[str, Any], value: Any) -> None:
    """Validate a value against the schema that the description gives for its place."""
    schema = {**place["content"]["application/json"]["schema"], "components": described["components"]}
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(value)


def test_a_serial_longer_than_any_number_of_json(world: World, client: httpx.Client) -> None:
    """Twenty octets and more are hex in the journal; no door is thrown off by them."""
    asked = cert_id(world, Kind.AUTH, 1)[:-6] + tlv(0x02, b"\x7f" + bytes(2000))
    framed = handmade([tlv(0x30, asked[2:])])
    answer = world.jlis.ocsp(Kind.AUTH, framed, world.clock.now())
    assert answer.said == "unknown"
    world.journal.write(Entry(world.clock.now(), "ocsp", "auth", answer.serial, None, answer.said, 200))
    (entry,) = client.get("/v1/journal").json()["entries"]
    assert entry["serial"] == "7f" + "00" * 2000
