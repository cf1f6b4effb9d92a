"""OCSP policies over the control API: each switch seen at the responder's own door, by cryptography and `openssl`."""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.ocsp_policy import OPEN, Closure, NamedBy, ResponderPolicy
from harness.jlis.ocsp_presigned import can_be_presigned
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import MALFORMED, UNAUTHORIZED, cert_id, handmade, request, strange_certificates
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, status_of, write_authorities, write_card

TOKEN = "correct-horse-battery-staple"
NOW = jst("2026-12-02T09:07:00")
NEVER = 0x0666
SIG_REQUIRED, TRY_LATER = bytes.fromhex("30030a0105"), bytes.fromhex("30030a0103")
AUTH = "/v1/jlis/ocsp/auth/policy"
IN_THE_BEGINNING = {
    "kind": "auth",
    "most_questions": 1,
    "nonces": "echo",
    "signed_requests": "optional",
    "requestors": [],
    "named_by": "key",
    "responder_key": "rsa",
    "deterministic": False,
    "never_issued": "unknown",
    "valid": "30m",
    "presigned": False,
    "once": [],
    "daily": [],
}


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(NOW)
    return card


@pytest.fixture
def control(world: World) -> Iterator[httpx.Client]:
    """A client of the control door, with the token."""
    door = ControlDoor(world, TOKEN)
    proof = {"authorization": f"Bearer {TOKEN}"}
    with Served(door.app) as served, httpx.Client(base_url=served.url, headers=proof, trust_env=False) as client:
        yield client


@pytest.fixture
def responder(world: World) -> Iterator[str]:
    """Where the OCSP responder for authentication certificates is."""
    jlis = JlisDoor(world)
    with Served(jlis.app) as served:
        yield jlis.addresses(served.url)["ocsp-auth"]


Say = Callable[[bytes], bytes]


@pytest.fixture
def say(responder: str) -> Say:
    """Post a request to it."""

    def say(asked: bytes) -> bytes:
        return httpx.post(responder, content=asked, trust_env=False).raise_for_status().content

    return say


def change(control: httpx.Client, **wanted: Any) -> dict[str, Any]:
    """Change the policy for authentication certificates and return it."""
    response = control.patch(AUTH, json=wanted)
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_what_is_left_out_stays(control: httpx.Client) -> None:
    """From the defaults, one field after another, the other kind as it was; taken back, all is as in the beginning."""
    assert control.get(AUTH).json() == IN_THE_BEGINNING
    wanted: dict[str, Any] = {
        "most_questions": 7,
        "nonces": "refuse",
        "signed_requests": "refused",
        "named_by": "name",
        "responder_key": "p256",
        "deterministic": True,
        "never_issued": "revoked",
        "valid": "15m",
        "presigned": True,
        "once": [{"since": "2026-12-03T00:00:00Z", "until": "2026-12-03T01:00:00Z", "closed": "refused"}],
        "daily": [{"since": "23:00:00", "until": "05:30:00", "closed": "unavailable"}],
    }
    so_far: dict[str, Any] = dict(IN_THE_BEGINNING)
    for name, value in wanted.items():
        so_far[name] = value
        assert change(control, **{name: value}) == so_far
    assert control.get(AUTH).json() == so_far
    assert change(control) == so_far
    assert change(control, once=[]) == {**so_far, "once": []}
    other = control.get("/v1/jlis/ocsp/sign/policy").json()
    assert other == {**IN_THE_BEGINNING, "kind": "sign"}
    assert control.delete(AUTH).json() == IN_THE_BEGINNING
    assert control.get(AUTH).json() == IN_THE_BEGINNING


def test_batches(world: World, control: httpx.Client, card: IssuedCard, say: Say) -> None:
    """most_questions: two were one too many, and are answered."""
    asked = handmade([cert_id(world, Kind.AUTH, serial) for serial in (card.auth_serial, NEVER)])
    assert say(asked) == UNAUTHORIZED
    change(control, most_questions=2)
    assert len(list(ocsp.load_der_ocsp_response(say(asked)).responses)) == 2


def test_nonces(world: World, control: httpx.Client, card: IssuedCard, say: Say) -> None:
    """nonces: it comes back, is passed over, is refused."""
    asked = request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16))
    assert len(ocsp.load_der_ocsp_response(say(asked)).extensions) == 1
    change(control, nonces="never")
    assert len(ocsp.load_der_ocsp_response(say(asked)).extensions) == 0
    change(control, nonces="refuse")
    assert say(asked) == UNAUTHORIZED


def requestor(folder: Path) -> Path:
    """Return the certificate of somebody who signs requests, valid for a year around now; their key is beside it."""
    key, name = generate_private_key(SECP256R1()), x509.Name.from_rfc4514_string("CN=requestor")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    made = builder.not_valid_before(NOW - timedelta(days=180)).not_valid_after(NOW + timedelta(days=180))
    path = folder / "requestor.pem"
    path.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    path.with_suffix(".key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_signed_requests_by_openssl(  # noqa: PLR0917  (fixtures)
    world: World, control: httpx.Client, card: IssuedCard, responder: str, say: Say, tmp_path: Path
) -> None:
    """signed_requests, requestors: unsigned is sigRequired; `openssl ocsp -signer` is heard once it is listed."""
    certificate = requestor(tmp_path)
    leaf, authority = write_card(tmp_path, card)["auth"], write_authorities(tmp_path, world)["auth"]
    ask: list[str | Path] = ["ocsp", "-issuer", authority, "-cert", leaf, "-CAfile", authority, "-url", responder]
    signed: list[str | Path] = [*ask, "-signer", certificate, "-signkey", certificate.with_suffix(".key"), *at(NOW)]
    change(control, signed_requests="required")
    assert say(request(world, Kind.AUTH, card.auth_serial)) == SIG_REQUIRED
    assert "unauthorized" in openssl(*signed)[1]
    der = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER)
    assert change(control, requestors=[base64.b64encode(der).decode()])["signed_requests"] == "required"
    assert status_of(openssl(*signed)[1]) == "good"
    change(control, signed_requests="refused")
    assert "unauthorized" in openssl(*signed)[1]
    assert status_of(openssl(*ask, *at(NOW))[1]) == "good"


def test_who_speaks(world: World, control: httpx.Client, card: IssuedCard, say: Say) -> None:
    """named_by, responder_key, deterministic: responderID and the signature algorithm; the same octets twice."""
    asked = request(world, Kind.AUTH, card.auth_serial)
    first = ocsp.load_der_ocsp_response(say(asked))
    assert (first.responder_name, first.signature_algorithm_oid._name) == (None, "sha256WithRSAEncryption")
    change(control, named_by="name", responder_key="p256")
    assert ocsp.load_der_ocsp_response(say(asked)).responder_name is not None
    assert ocsp.load_der_ocsp_response(say(asked)).signature_algorithm_oid._name == "ecdsa-with-SHA256"
    assert say(asked) != say(asked)
    change(control, deterministic=True)
    assert say(asked) == say(asked)


def test_what_is_said(world: World, control: httpx.Client, card: IssuedCard, say: Say) -> None:
    """never_issued, valid, presigned: the status, nextUpdate, producedAt."""
    never, asked = (request(world, Kind.AUTH, serial) for serial in (NEVER, card.auth_serial))
    for wanted in ("good", "revoked", "unknown"):
        change(control, never_issued=wanted)
        assert ocsp.load_der_ocsp_response(say(never)).certificate_status.name == wanted.upper()
    for wanted, span in (("15m", timedelta(minutes=15)), ("30m", timedelta(minutes=30))):
        change(control, valid=wanted)
        answer = ocsp.load_der_ocsp_response(say(asked))
        assert answer.next_update_utc is not None
        assert answer.next_update_utc - answer.this_update_utc == span
        assert answer.produced_at_utc == NOW
    change(control, presigned=True)
    assert ocsp.load_der_ocsp_response(say(asked)).produced_at_utc == jst("2026-12-02T09:00:00")


def test_maintenance(world: World, control: httpx.Client, card: IssuedCard, responder: str) -> None:
    """once, daily: closed by the world's clock, first instant in, last out; where both meet, `once` decides."""
    asked = request(world, Kind.AUTH, card.auth_serial)

    def met(clock: str) -> int | bytes | str:
        control.put("/v1/clock", json={"instant": f"{clock}+09:00"})
        try:
            response = httpx.post(responder, content=asked, trust_env=False)
        except httpx.TransportError:
            return "line ended"
        return response.status_code if response.status_code != 200 else response.content[:5]

    open_now = met("2026-12-02T22:59:59")
    assert open_now not in (TRY_LATER, MALFORMED, 503)
    change(control, daily=[{"since": "23:00", "until": "01:00:30", "closed": "try_later"}])
    at_times = [met(f"2026-12-{clock}") for clock in ("02T22:59:59", "02T23:00:00", "03T01:00:29", "03T01:00:30")]
    assert at_times == [open_now, TRY_LATER, TRY_LATER, open_now]
    once = {"since": "2026-12-04T00:00:00+09:00", "until": "2026-12-04T09:00:00+09:00"}
    for closed, expected in (("unavailable", 503), ("refused", "line ended"), ("try_later", TRY_LATER)):
        now = change(control, once=[{**once, "closed": closed}])
        assert now["once"] == [{"since": "2026-12-03T15:00:00Z", "until": "2026-12-04T00:00:00Z", "closed": closed}]
        assert now["daily"] == [{"since": "23:00:00", "until": "01:00:30", "closed": "try_later"}]
        assert [met("2026-12-04T00:30:00"), met("2026-12-04T08:59:59"), met("2026-12-04T09:00:00")] == [
            expected,
            expected,
            open_now,
        ]


@pytest.mark.parametrize(
    ("path", "body", "code", "where", "says"),
    [
        ("phone", {}, 404, "kind", "expected auth or sign"),
        ("auth", {"most_questions": 0}, 400, "$.most_questions", ">= 1"),
        ("auth", {"most_questions": 257}, 400, "$.most_questions", "<= 256"),
        ("auth", {"nonces": "maybe"}, 400, "$.nonces", "maybe"),
        ("auth", {"valid": "20m"}, 400, "$.valid", "20m"),
        ("auth", {"requestors": ["!"]}, 400, "$.requestors[0]", "base64"),
        ("auth", {"requestors": [base64.b64encode(b"no certificate").decode()]}, 400, "policy", "-outform DER"),
        ("auth", {"daily": [{"since": "24:00", "until": "01:00", "closed": "refused"}]}, 400, "$.daily[0].since", ""),
        ("auth", {"daily": [{"since": "01:00", "until": "01:00:00", "closed": "refused"}]}, 400, "policy", "closure"),
        ("auth", {"daily": [{"since": "01:00", "until": "02:00"}]}, 400, "$.daily[0]", "closed"),
        (
            "auth",
            {"once": [{"since": "2026-12-04T00:00:00Z", "until": "2026-12-04T00:00:00Z", "closed": "refused"}]},
            400,
            "policy",
            "an instant after since",
        ),
        (
            "auth",
            {"once": [{"since": "2026-12-04T00:00:00", "until": "2026-12-05T00:00:00Z", "closed": "refused"}]},
            400,
            "$.once[0].since",
            "timezone",
        ),
        (
            "auth",
            {"once": [{"since": "0001-01-01T00:00:00+09:00", "until": "2026-12-05T00:00:00Z", "closed": "refused"}]},
            400,
            "clock",
            "expected an instant from",
        ),
        ("auth", {"presigned": 1}, 400, "$.presigned", "bool"),
        ("auth", {"kind": "sign"}, 400, "$", "kind"),
    ],
)
def test_what_is_refused_changes_nothing(  # noqa: PLR0917  (a table)
    control: httpx.Client, path: str, body: dict[str, Any], code: int, where: str, says: str
) -> None:
    """A 4xx with the field and both sides; what stood beside it in the message is not taken either."""
    beside = {} if "most_questions" in body else {"most_questions": 9}
    response = control.patch(f"/v1/jlis/ocsp/{path}/policy", json={**body, **beside})
    assert response.status_code == code, response.text
    error = response.json()["error"]
    assert where in f"{error['what']} {error['where']}"
    assert says in f"{error['expected']} {error['actual']}"
    assert control.get(AUTH).json() == IN_THE_BEGINNING


@pytest.mark.parametrize("what", ["version", "key"])
def test_a_requestor_that_nobody_can_read(control: httpx.Client, card: IssuedCard, what: str) -> None:
    """A certificate of a version nobody knows, or with a key of no kind, is refused like any other that is none."""
    strange = base64.b64encode(strange_certificates(card.auth_certificate)[what]).decode()
    response = control.patch(AUTH, json={"requestors": [strange]})
    assert response.status_code == 400, response.text
    assert "requestors[0]: expected a certificate" in response.json()["error"]["actual"]
    assert control.get(AUTH).json() == IN_THE_BEGINNING


def test_a_policy_set_in_process_is_told(world: World, control: httpx.Client) -> None:
    """Whoever set it: the API tells it, and changes only what it is asked to."""
    window = Closure(NOW, NOW + timedelta(hours=1))
    world.jlis.responder.switch(Kind.AUTH, ResponderPolicy(most_questions=3, maintenance=(window,)))
    assert change(control, named_by="name")["most_questions"] == 3
    policy = world.jlis.responder.policy(Kind.AUTH)
    assert (policy.maintenance, policy.named_by) == ((window,), NamedBy.NAME)


def test_of_two_changes_at_once_none_is_lost(world: World) -> None:
    """Somebody else changes while one change is being made: they wait, and build on it."""
    responder = world.jlis.responder
    other = threading.Thread(
        target=responder.change, args=(Kind.AUTH, lambda policy: replace(policy, presigned=True)), daemon=True
    )

    def slowly(policy: ResponderPolicy) -> ResponderPolicy:
        other.start()
        other.join(0.3)
        return replace(policy, most_questions=2)

    responder.change(Kind.AUTH, slowly)
    other.join(10)
    assert responder.policy(Kind.AUTH) == replace(OPEN, most_questions=2, presigned=True)


def test_an_answer_under_way_while_the_policy_is_switched(
    world: World, card: IssuedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It speaks by the policy it began with, and is not what the next one hears under the new policy."""
    responder, asked = world.jlis.responder, request(world, Kind.AUTH, card.auth_serial)
    by_key = ResponderPolicy(presigned=True)
    responder.switch(Kind.AUTH, by_key)

    def meanwhile(*said: Any) -> bool:
        responder.switch(Kind.AUTH, replace(by_key, named_by=NamedBy.NAME))
        return can_be_presigned(*said)

    with monkeypatch.context() as patched:
        patched.setattr("harness.jlis.ocsp_service.can_be_presigned", meanwhile)
        assert ocsp.load_der_ocsp_response(responder.answer(Kind.AUTH, asked, NOW).der).responder_name is None
    assert ocsp.load_der_ocsp_response(responder.answer(Kind.AUTH, asked, NOW).der).responder_name is not None
