"""The services of the fake J-LIS over HTTP: links, record checks, the four attributes with consent, fees."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.events import Changes
from harness.jlis.life_events import LifeEvent
from harness.jlis.ocsp_policy import ResponderPolicy
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import cert_id, handmade, request
from tests.harness.instants import jst

SERVICE = "bank-1"
Ask = Callable[..., httpx.Response]
Consent = Callable[..., httpx.Response]


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of somebody in Aoi, issued a day before the world's 2 December, 09:07."""
    issued = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return issued


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """The door over HTTP."""
    with Served(JlisDoor(world).app) as served, httpx.Client(base_url=served.url, trust_env=False) as made:
        yield made


@pytest.fixture
def ask(client: httpx.Client) -> Ask:
    """Ask one of the services."""
    return lambda path, **message: client.post(f"/services/{path}", json=message)


def link(ask: Ask, kind: str, serial: int) -> Any:
    """Return what belongs to a certificate."""
    return ask("link", kind=kind, serial=f"{serial:x}").raise_for_status().json()


def next_mark(world: World) -> None:
    """Let a quarter of an hour pass."""
    world.clock.advance(timedelta(minutes=15))


def test_the_pair_of_a_card_is_linked(ask: Ask, card: IssuedCard) -> None:
    """Art. 18(5): the signature certificate's counterpart is the authentication certificate of the same card."""
    said = link(ask, "sign", card.sign_serial)
    assert (said["status"], said["current"]["serial"], said["previous"]) == ("current", f"{card.sign_serial:x}", [])
    (other,) = said["counterparts"]
    assert (other["kind"], other["medium"], int(other["serial"], 16)) == ("auth", "card", card.auth_serial)


def test_phone_and_card_are_linked(world: World, ask: Ask, card: IssuedCard) -> None:
    """Art. 18(4): the numbers of card and phone correspond, from the mark after the phone was bound."""
    world.happen(card.resident.id, LifeEvent.PHONE_BOUND)
    assert len(link(ask, "sign", card.sign_serial)["counterparts"]) == 1
    next_mark(world)
    others = link(ask, "sign", card.sign_serial)["counterparts"]
    assert {(each["kind"], each["medium"]) for each in others} == {
        tuple(PHONE_AUTH),
        tuple(PHONE_SIGN),
        tuple(CARD_AUTH),
    }


def test_the_new_number_is_found_by_the_old(world: World, ask: Ask, card: IssuedCard) -> None:
    """After a renewal the old number leads to the new one, and the new one to the old."""
    world.happen(card.resident.id, LifeEvent.RENEWED)
    assert link(ask, "auth", card.auth_serial)["status"] == "current"  # as of 09:00, before the renewal
    next_mark(world)
    old = link(ask, "auth", card.auth_serial)
    new = int(old["current"]["serial"], 16)
    assert (old["status"], new) == ("succeeded", card.auth_serial + 1)
    assert [int(each["serial"], 16) for each in link(ask, "auth", new)["previous"]] == [card.auth_serial]
    assert old["asked"]["reason"] == "superseded"


def test_nothing_to_lead_to_is_409(world: World, ask: Ask, card: IssuedCard) -> None:
    """Moved, and no new signature certificate yet: 409, until one exists."""
    world.move(card.resident.id)
    next_mark(world)
    assert ask("link", kind="sign", serial=f"{card.sign_serial:x}").status_code == 409
    world.happen(card.resident.id, LifeEvent.SIGNATURE_ISSUED)
    next_mark(world)
    assert link(ask, "sign", card.sign_serial)["status"] == "succeeded"


def test_never_issued_is_404(ask: Ask, card: IssuedCard) -> None:
    """A number that nobody has, and one of another issuer."""
    assert ask("link", kind="auth", serial="1").status_code == 404
    assert ask("record-check", kind="auth", serial="1", purpose="liveness").status_code == 404
    serial = f"{card.auth_serial:x}"
    assert ask("link", kind="auth", serial=serial, issuer_key_id="AAAA").status_code == 404
    key_id = link(ask, "auth", card.auth_serial)["asked"]["issuer_key_id"]
    assert ask("link", kind="auth", serial=serial, issuer_key_id=key_id).status_code == 200


def test_a_past_transaction_is_looked_at_again(world: World, ask: Ask, card: IssuedCard) -> None:
    """現況確認: good, then revoked with changed attributes, as of the mark and not before."""
    world.move(card.resident.id)
    asked = {"kind": "sign", "serial": f"{card.sign_serial:x}", "purpose": "liveness"}
    before = ask("record-check", **asked).json()
    assert (before["status"], before["attributes_may_have_changed"], before["revoked"]) == ("good", False, None)
    next_mark(world)
    after = ask("record-check", **asked).json()
    assert (after["status"], after["reason"], after["attributes_may_have_changed"]) == (
        "revoked",
        "affiliationChanged",
        True,
    )
    world.clock.set(jst("2040-01-01T00:00:00"))
    expired = ask("record-check", kind="auth", serial=f"{card.auth_serial:x}", purpose="signature-verification")
    assert expired.json()["status"] == "expired"


@pytest.fixture
def consent(world: World, keys: KeyPool, card: IssuedCard, ask: Ask) -> Consent:
    """Give consent to the service with the card's signature key."""

    def give(serial: int = card.sign_serial, key: int = 1, **changed: str) -> httpx.Response:
        text = {"purpose": "latest-four-attributes", "service": SERVICE, "signed_at": "2026-12-02T00:07:00Z", **changed}
        document = json.dumps(text).encode()
        entry = next(
            each for each in world.all_certificates(card.resident.id) if (each.kind, each.serial) == (Kind.SIGN, serial)
        )
        return ask(
            "consents",
            document=b64(document),
            signature=b64(keys.numbered(key).sign(document, PKCS1v15(), SHA256())),
            certificate=b64(world.certificate(entry)),
        )

    return give


def b64(octets: bytes) -> str:
    """Return octets as the messages carry them."""
    return base64.b64encode(octets).decode()


def attributes(ask: Ask, serial: int, **more: str) -> Any:
    """Ask for news of a holder."""
    return ask("attributes", service=SERVICE, serial=f"{serial:x}", **more).raise_for_status().json()


def test_attributes_need_a_consent(ask: Ask, card: IssuedCard, consent: Consent) -> None:
    """None without, ten years with, none after its withdrawal, which has effect at once."""
    assert attributes(ask, card.sign_serial)["news"] == "no-consent"
    given = consent().raise_for_status().json()
    assert given["ends"] == "2036-12-02T14:59:59Z"  # ten years from 3 December 2026: to 2 December 2036, in Japan
    told = attributes(ask, card.sign_serial)
    assert (told["news"], told["attributes"]["address"], told["fee"]) == ("changed", card.resident.address, 20)
    again = attributes(ask, card.sign_serial, since=told["as_of"])
    assert (again["news"], again["attributes"], again["fee"]) == ("unchanged", None, 0)
    assert ask("attributes", service="another", serial=f"{card.sign_serial:x}").json()["news"] == "no-consent"
    ask("consents/withdraw", service=SERVICE, serial=f"{card.sign_serial:x}").raise_for_status()
    assert attributes(ask, card.sign_serial)["news"] == "no-consent"
    assert ask("consents/withdraw", service=SERVICE, serial=f"{card.sign_serial:x}").status_code == 409


def test_a_consent_ends_after_ten_years(world: World, ask: Ask, card: IssuedCard, consent: Consent) -> None:
    """The last second of it, and the one after."""
    consent().raise_for_status()
    world.clock.set(jst("2036-12-02T23:59:59"))
    assert attributes(ask, card.sign_serial)["news"] == "not-available"  # the certificate ended long before
    world.clock.set(jst("2036-12-03T00:00:00"))
    assert attributes(ask, card.sign_serial)["news"] == "no-consent"


def test_nothing_is_told_between_two_certificates(world: World, ask: Ask, card: IssuedCard, consent: Consent) -> None:
    """Moved: not available; with a new signature certificate the new address, under the consent of the old one."""
    consent().raise_for_status()
    first = attributes(ask, card.sign_serial)
    world.move(card.resident.id)
    next_mark(world)
    assert attributes(ask, card.sign_serial)["news"] == "not-available"
    world.happen(card.resident.id, LifeEvent.SIGNATURE_ISSUED)
    next_mark(world)
    told = attributes(ask, card.sign_serial, since=first["as_of"])
    assert (told["news"], told["attributes"]["address"]) == ("changed", world.resident(card.resident.id).address)


def test_an_overseas_move_is_told(world: World, ask: Ask, card: IssuedCard, consent: Consent) -> None:
    """国外転出 with its day, although no certificate is left."""
    consent().raise_for_status()
    world.happen(card.resident.id, LifeEvent.EMIGRATED)
    next_mark(world)
    told = attributes(ask, card.sign_serial)
    assert (told["news"], told["moved_abroad"], told["attributes"]) == ("overseas", "2026-12-02", None)


def test_a_forged_consent_is_refused(world: World, ask: Ask, card: IssuedCard, consent: Consent) -> None:
    """Another key, another purpose, a certificate that is not the register's, a revoked one."""
    assert consent(key=0).status_code == 400
    assert consent(purpose="something-else").status_code == 400
    world.move(card.resident.id)
    assert consent().status_code == 409
    assert ask("consents", document="e30=", signature="", certificate="MAA=").status_code == 400


def test_what_was_asked_is_counted(world: World, client: httpx.Client, ask: Ask, card: IssuedCard) -> None:
    """Two status questions and a record check, with their prices, waived; refused ones are not counted."""
    for kind, serial in ((Kind.AUTH, card.auth_serial), (Kind.SIGN, card.sign_serial), (Kind.SIGN, card.sign_serial)):
        client.post(f"/ocsp/{kind.value}", content=request(world, kind, serial))
    client.post("/ocsp/sign", content=b"nothing")
    ask("record-check", kind="sign", serial=f"{card.sign_serial:x}", purpose="liveness")
    bill = client.get("/services/fees").json()
    assert [
        (line["service"], line["kind"], line["purpose"], line["count"], line["yen_each"]) for line in bill["lines"]
    ] == [
        ("ocsp", "auth", "status", 1, 2),
        ("ocsp", "sign", "status", 2, 20),
        ("record-check", "sign", "liveness", 1, 20),
    ]
    assert bill["due"] == 0


def test_a_batch_is_as_many_checks(world: World, client: httpx.Client, card: IssuedCard) -> None:
    """Three questions in one request are counted as three, beside one that came alone."""
    world.jlis.responder.switch(Kind.AUTH, ResponderPolicy(most_questions=3))
    client.post("/ocsp/auth", content=handmade([cert_id(world, Kind.AUTH, card.auth_serial)] * 3))
    client.post("/ocsp/auth", content=request(world, Kind.AUTH, card.auth_serial))
    (line,) = client.get("/services/fees").json()["lines"]
    assert (line["service"], line["purpose"], line["count"]) == ("ocsp", "status", 4)


@pytest.mark.parametrize(
    ("path", "body", "http"),
    [
        ("link", b"", 400),
        ("link", b"\xff", 400),
        ("link", b'{"kind": "auth", "serial": "XY"}', 400),
        ("link", b'{"kind": "auth", "serial": "1", "more": 1}', 400),
        ("link", b" " * 65_537, 413),
        ("consents", b'{"document": "!", "signature": "", "certificate": ""}', 400),
    ],
)
def test_bad_messages_are_answered_and_journalled(
    world: World, client: httpx.Client, path: str, body: bytes, http: int
) -> None:
    """What, where, expected, actual; and one line of the journal."""
    mark = world.journal.mark()
    response = client.post(f"/services/{path}", content=body)
    assert (response.status_code, set(response.json()["error"])) == (http, {"what", "where", "expected", "actual"})
    (line,) = world.journal.since(mark)
    assert line.http == http


def test_an_event_before_a_link_that_was_told_is_refused(world: World, ask: Ask, card: IssuedCard) -> None:
    """Links are published views like the others: what was said as of a mark stays true."""
    link(ask, "sign", card.sign_serial)
    world.clock.set(jst("2026-12-02T09:00:00"))
    with pytest.raises(Exception, match="already published"):
        world.happen(card.resident.id, LifeEvent.NAME_CHANGED, Changes(name="試験　改名"))
    assert world.certificates(card.resident.id)[1].population == CARD_SIGN
