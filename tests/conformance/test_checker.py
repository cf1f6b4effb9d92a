"""The checker's verdicts: every refusal beside the accepted run that differs in one thing."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conformance.checker_world import (
    AUTH_EXTENSIONS,
    CHECKER,
    CLIENT,
    NOW,
    OK,
    SECOND,
    TERMINAL,
    Chip,
    Desk,
    Message,
    Responder,
    World,
    b64,
    der,
    fresh,
    opened,
    policies,
    refused,
    usage,
    verdict,
)

Site = tuple[Desk, Responder]


@pytest.fixture(scope="module")
def product() -> Iterator[Site]:
    with opened(CHECKER) as site:
        yield site


@pytest.fixture
def site(product: Site) -> Site:
    return fresh(product)


@pytest.fixture
def desk(site: Site) -> Desk:
    return site[0]


@pytest.fixture
def world(desk: Desk) -> World:
    return desk.world


def test_one_card_enrols_logs_in_taps_and_signs(site: Site) -> None:
    """An honest card is accepted for every purpose, with one status question each and all steps done."""
    desk, responder = site
    card = desk.world.auth_certificate()
    steps = {"enrol": ["proof", "genuineness"], "login": ["proof"], "tap": ["genuineness"]}
    for purpose, middle in steps.items():
        outcome = desk.go(purpose, card)
        assert outcome == {
            "decision": "accept",
            "reason": "OK",
            "epoch": 1,
            "steps": [
                "decode",
                "purpose",
                "issuer",
                "validity",
                "place",
                "challenge",
                *middle,
                "status",
                "account",
                "policy",
            ],
            "status": {"source": "ocsp", "this_update": "2026-11-21T00:15:00Z"},
        }
    outcome = desk.go("sign", desk.world.sign_certificate())
    assert verdict(outcome) == OK
    assert outcome["steps"][6:] == ["proof", "status", "policy"]
    assert [request.serial_number for request in responder.asked] == [0x0132C4AB] * 3 + [0x067C6A21]


def test_the_question_carries_32_octets_of_nonce(site: Site) -> None:
    """RFC 9654 §2.1: a client that sends a nonce sends at least 32 octets, and not the same twice."""
    desk, responder = site
    for _ in range(2):
        assert verdict(desk.go("sign", desk.world.sign_certificate())) == OK
    first, second = (responder.nonce(request) for request in responder.asked)
    assert len(first) == len(second) == 32
    assert first != second


@pytest.mark.parametrize(
    ("changed", "instant", "expected"),
    [
        ({"until": NOW}, NOW - SECOND, OK),
        ({"until": NOW}, NOW + SECOND, refused("EXPIRED")),
        ({"since": NOW}, NOW + SECOND, OK),
        ({"since": NOW}, NOW - SECOND, refused("NOT_YET_VALID")),
    ],
    ids=[
        "a second before notAfter",
        "a second after notAfter",
        "a second after notBefore",
        "a second before notBefore",
    ],
)
def test_validity_to_the_second(site: Site, changed: Message, instant: Any, expected: tuple[str, str]) -> None:
    """The certificate's period is judged by set_time alone, and an expired one costs no status question."""
    desk, responder = site
    desk.set_time(instant)
    assert verdict(desk.go("enrol", desk.world.auth_certificate(**changed))) == expected
    assert len(responder.asked) == (expected == OK)


def test_same_name_is_not_same_issuer(site: Site) -> None:
    """A certificate of another authority with the same name is refused, and nobody is asked about it."""
    desk, responder = site
    world = desk.world
    assert verdict(desk.go("enrol", world.auth_certificate(by=world.rogue))) == refused("UNKNOWN_ISSUER")
    assert not responder.asked
    assert verdict(desk.go("enrol", world.auth_certificate())) == OK


def test_each_kind_has_its_own_authority(site: Site) -> None:
    """An authentication certificate from the signature authority has no issuer, though that authority is configured."""
    desk, responder = site
    assert verdict(desk.go("enrol", desk.world.auth_certificate(by=desk.world.signing))) == refused("UNKNOWN_ISSUER")
    assert not responder.asked


def test_one_changed_byte_of_the_certificate(desk: Desk, world: World) -> None:
    """A certificate whose serial was altered after signing has no issuer."""
    card = der(world.auth_certificate())
    altered = card.replace(b"\x01\x32\xc4\xab", b"\x01\x32\xc4\xac")
    assert verdict(desk.go("enrol", altered)) == refused("UNKNOWN_ISSUER")
    assert verdict(desk.go("enrol", card)) == OK


@pytest.mark.parametrize(
    "extensions",
    [
        ((usage(), True), policies("1.2.392.200149.8.5.1.2.30")),
        ((usage(), True), CLIENT, policies("1.2.392.200149.8.5.1.0.20")),
        ((usage(ca=True), True), CLIENT, policies("1.2.392.200149.8.5.1.2.30")),
        ((usage(), True), CLIENT),
    ],
    ids=["no clientAuth", "signature policy", "no digitalSignature", "no policy"],
)
def test_an_authentication_certificate_must_say_so(desk: Desk, world: World, extensions: Any) -> None:
    """Usage, extended usage and policy all have to name authentication."""
    assert verdict(desk.go("enrol", world.auth_certificate(extensions=extensions))) == refused("WRONG_PURPOSE")
    assert verdict(desk.go("enrol", world.auth_certificate())) == OK


def test_the_two_certificates_do_not_stand_in_for_each_other(site: Site) -> None:
    """No login with the signature certificate, no signature with the authentication certificate."""
    desk, responder = site
    assert verdict(desk.go("login", desk.world.sign_certificate())) == refused("WRONG_PURPOSE")
    assert verdict(desk.go("sign", desk.world.auth_certificate())) == refused("WRONG_PURPOSE")
    assert not responder.asked


def test_an_unknown_critical_extension_is_policy(desk: Desk, world: World) -> None:
    """RFC 5280 §4.2: a critical extension that is not understood refuses the certificate; not critical, it does not."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00")
    for critical, expected in ((True, refused("POLICY")), (False, OK)):
        card = world.auth_certificate(extensions=(*AUTH_EXTENSIONS, (unknown, critical)))
        assert verdict(desk.go("enrol", card)) == expected


@pytest.mark.parametrize("purpose", ["enrol", "login", "sign"])
def test_a_forged_signature(site: Site, purpose: str) -> None:
    """A signature by another key is refused before anybody is asked; the owner's is accepted afterwards."""
    desk, responder = site
    world = desk.world
    card = world.sign_certificate() if purpose == "sign" else world.auth_certificate()
    if purpose == "login":
        desk.go("enrol", card)
    before = len(responder.asked)
    assert verdict(desk.go(purpose, card, key=world.other)) == refused("BAD_SIGNATURE")
    assert len(responder.asked) == before
    assert verdict(desk.go(purpose, card)) == OK


def test_a_signature_over_the_bare_challenge_signs_no_document(desk: Desk, world: World) -> None:
    """The document is what is signed; its challenge alone is not."""
    begun = desk.begin("sign")
    assert base64.b64decode(begun["challenge"]) in base64.b64decode(begun["document"])
    shown = desk.presentation("sign", begun | {"document": begun["challenge"]}, world.sign_certificate())
    assert verdict(desk.complete(begun, shown)) == refused("BAD_SIGNATURE")


def test_a_challenge_is_good_once(site: Site) -> None:
    """The very presentation that was accepted is refused the second time, and so is any other for that session."""
    desk, responder = site
    card = desk.world.auth_certificate()
    begun = desk.begin("enrol")
    shown = desk.presentation("enrol", begun, card)
    assert verdict(desk.complete(begun, shown)) == OK
    assert verdict(desk.complete(begun, shown)) == refused("CHALLENGE_REPLAYED")
    assert len(responder.asked) == 1
    assert verdict(desk.go("login", card)) == OK


def test_a_failed_proof_consumes_the_challenge(desk: Desk, world: World) -> None:
    """Nobody gets a second guess at one challenge."""
    begun = desk.begin("enrol")
    card = world.auth_certificate()
    forged_one = desk.presentation("enrol", begun, card, key=world.other)
    assert verdict(desk.complete(begun, forged_one)) == refused("BAD_SIGNATURE")
    assert verdict(desk.complete(begun, desk.presentation("enrol", begun, card))) == refused("CHALLENGE_REPLAYED")


def test_an_early_refusal_does_not_consume_the_challenge(desk: Desk, world: World) -> None:
    """What is refused before the challenge step leaves the session as it was."""
    begun = desk.begin("enrol")
    wrong = desk.presentation("enrol", begun, world.sign_certificate())
    assert verdict(desk.complete(begun, wrong)) == refused("WRONG_PURPOSE")
    assert verdict(desk.complete(begun, desk.presentation("enrol", begun, world.auth_certificate()))) == OK


def test_one_challenge_raced_by_eight(desk: Desk, world: World) -> None:
    """Of eight simultaneous uses of one challenge one is accepted."""
    begun = desk.begin("sign")
    shown = desk.presentation("sign", begun, world.sign_certificate())
    with ThreadPoolExecutor(8) as pool:
        verdicts = sorted(verdict(outcome) for outcome in pool.map(lambda _: desk.complete(begun, shown), range(8)))
    assert verdicts == [OK] + [refused("CHALLENGE_REPLAYED")] * 7


def test_another_sessions_challenge(desk: Desk, world: World) -> None:
    """A proof of one session is no proof in another, and an unknown session has none."""
    one, two = desk.begin("sign"), desk.begin("sign")
    card = world.sign_certificate()
    assert verdict(desk.complete(one, desk.presentation("sign", two, card))) == refused("CHALLENGE_MISMATCH")
    shown = desk.presentation("sign", two, card)
    assert verdict(desk.complete({"session": "nobody's"}, shown)) == refused("CHALLENGE_MISMATCH")
    assert verdict(desk.complete(two, shown)) == OK


@pytest.mark.parametrize(
    ("late", "expected"), [(-1, OK), (1, refused("CHALLENGE_EXPIRED"))], ids=["in time", "too late"]
)
def test_a_challenge_ages(desk: Desk, world: World, late: int, expected: tuple[str, str]) -> None:
    """A challenge lives as long as hello says."""
    life = desk.ask("hello", contract="1.0")["tolerances"]["challenge_seconds"]
    begun = desk.begin("sign")
    desk.set_time(NOW + timedelta(seconds=life + late))
    assert verdict(desk.complete(begun, desk.presentation("sign", begun, world.sign_certificate()))) == expected


def test_login_and_tap_need_an_enrolment_at_the_service(desk: Desk, world: World) -> None:
    """Without an account, or with one at another service only, login and tap are refused; a tap already at begin."""
    card = world.auth_certificate()
    for purpose in ("login", "tap"):
        assert verdict(desk.go(purpose, card)) == refused("NOT_ENROLLED")
    hint = {"certificate": b64(der(card))}
    begun = desk.begin("tap", holder=hint)
    assert verdict(begun["outcome"]) == refused("NOT_ENROLLED")
    assert "birth_date" not in begun
    assert verdict(desk.go("enrol", card)) == OK
    assert verdict(desk.go("login", card, service="pool")) == refused("NOT_ENROLLED")
    assert verdict(desk.begin("tap", holder=hint, service="pool")["outcome"]) == refused("NOT_ENROLLED")
    assert verdict(desk.go("login", card)) == verdict(desk.go("tap", card, holder=hint)) == OK


def test_enrolment_is_once_a_service(desk: Desk, world: World) -> None:
    """The second enrolment at a service is refused, one at another service joins the account."""
    card = world.auth_certificate()
    assert verdict(desk.go("enrol", card)) == OK
    before = desk.account(card)
    assert verdict(desk.go("enrol", card)) == refused("ALREADY_ENROLLED")
    assert desk.account(card) == before
    assert before is not None
    assert before["services"] == ["library"]
    assert verdict(desk.go("enrol", card, service="pool")) == OK
    assert (desk.account(card) or {})["services"] == ["library", "pool"]


def test_the_account_says_who_and_with_which_chip(desk: Desk, world: World) -> None:
    """The account is keyed by issuer key and serial, counts what was accepted, and is nobody else's."""
    card = world.auth_certificate()
    assert desk.account(card) is None
    assert verdict(desk.go("enrol", card)) == OK
    desk.go("login", card, key=world.other)
    found = desk.account(card)
    assert found is not None
    assert {name: found[name] for name in ("serial", "services", "accepted")} == {
        "serial": "132c4ab",
        "services": ["library"],
        "accepted": 1,
    }
    assert len(found["issuer_key"]) == len(found["chip_key"]) == 64
    assert desk.account(world.auth_certificate(by=world.rogue)) is None
    assert desk.account(world.auth_certificate(serial=9)) is None
    assert desk.account(b"no certificate") is None
    desk.ask("reset")
    assert desk.account(card) is None


def forged(world: World) -> dict[str, Chip]:
    """One lie each in the chain from the card issuer to our challenge."""
    return {
        "unknown issuer key": replace(world.chip, key_id=b"7" * 16),
        "CVC by another issuer": replace(world.chip, issuer=world.other),
        "record by another municipality": replace(world.chip, record_signer=world.other),
        "challenge by another chip": replace(world.chip, signer=world.other),
    }


@pytest.mark.parametrize(
    "lie",
    ["unknown issuer key", "CVC by another issuer", "record by another municipality", "challenge by another chip"],
)
def test_a_chip_that_is_not_genuine(site: Site, lie: str) -> None:
    """Each link of the chip's chain is checked, at enrolment and at a tap, before anybody is asked."""
    desk, responder = site
    card, chip = desk.world.auth_certificate(), forged(desk.world)[lie]
    assert verdict(desk.go("enrol", card, chip=chip)) == refused("CARD_NOT_GENUINE")
    assert not responder.asked
    assert verdict(desk.go("enrol", card)) == OK
    assert verdict(desk.go("tap", card, chip=chip)) == refused("CARD_NOT_GENUINE")
    assert len(responder.asked) == 1
    assert verdict(desk.go("tap", card)) == OK


def test_another_genuine_chip_is_not_the_enrolled_one(site: Site) -> None:
    """A stolen certificate on another genuine chip: of the same birth date CARD_CHANGED, of another HOLDER_MISMATCH."""
    desk, responder = site
    world = desk.world
    card = world.auth_certificate()
    assert verdict(desk.go("enrol", card)) == OK
    other = replace(world.chip, key=world.other)
    assert verdict(desk.go("tap", card, chip=other)) == refused("CARD_CHANGED")
    assert verdict(desk.go("tap", card, chip=replace(other, born=b"19900402"))) == refused("HOLDER_MISMATCH")
    assert len(responder.asked) == 1
    assert verdict(desk.go("enrol", card, chip=other, service="pool")) == refused("CARD_CHANGED")
    assert verdict(desk.go("tap", card)) == OK


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("attended", OK),
        ("managed", OK),
        ("lent", OK),
        ("online", refused("PLACE_NOT_ALLOWED")),
        ("outdoor", refused("PLACE_NOT_ALLOWED")),
    ],
)
def test_a_tap_needs_a_watched_place(desk: Desk, world: World, environment: str, expected: tuple[str, str]) -> None:
    """A tap online or outdoors is refused at begin; a login there is not."""
    card = world.auth_certificate()
    assert verdict(desk.go("enrol", card, environment="online")) == OK
    assert verdict(desk.go("tap", card, environment=environment)) == expected
    assert verdict(desk.go("login", card, environment=environment)) == OK


def test_the_birth_date_is_told_to_known_terminals_only(desk: Desk, world: World) -> None:
    """No terminal, a wrong credential, a stranger's forged hint: no birth date."""
    card = world.auth_certificate()
    assert verdict(desk.go("enrol", card)) == OK
    hint = {"certificate": b64(der(card))}
    message = {"purpose": "tap", "service": "library", "environment": "attended", "holder": hint}
    assert desk.ask("begin", **message, terminal=TERMINAL)["birth_date"] == "1990-04-01"
    for terminal in ({}, {"terminal": TERMINAL | {"credential": "guess"}}, {"terminal": TERMINAL | {"id": "desk-2"}}):
        begun = desk.ask("begin", **message, **terminal)
        assert verdict(begun["outcome"]) == refused("POLICY")
        assert "birth_date" not in str(begun)
    rogue = {"certificate": b64(der(world.auth_certificate(by=world.rogue)))}
    assert verdict(desk.begin("tap", holder=rogue)["outcome"]) == refused("NOT_ENROLLED")
    assert verdict(desk.begin("tap", holder={"certificate": b64(b"0")})["outcome"]) == refused("MALFORMED")


def test_a_service_has_the_purposes_it_was_given(desk: Desk) -> None:
    """An unknown service and a purpose it was not configured with are policy."""
    assert verdict(desk.begin("enrol", service="kiosk")["outcome"]) == refused("POLICY")
    assert verdict(desk.begin("enrol", service="nowhere")["outcome"]) == refused("POLICY")
    assert "session" in desk.begin("login", service="kiosk")


@pytest.mark.parametrize(
    ("purpose", "part"),
    [
        ("enrol", "signature"),
        ("enrol", "chip"),
        ("login", "signature"),
        ("tap", "chip"),
        ("sign", "document_signature"),
    ],
)
def test_a_missing_part(desk: Desk, world: World, purpose: str, part: str) -> None:
    """What a purpose needs and the presentation lacks is MALFORMED, and costs no challenge."""
    card = world.sign_certificate() if purpose == "sign" else world.auth_certificate()
    if purpose in {"login", "tap"}:
        desk.go("enrol", card)
    begun = desk.begin(purpose)
    shown = desk.presentation(purpose, begun, card)
    without = {name: value for name, value in shown.items() if name != part}
    assert verdict(desk.complete(begun, without)) == refused("MALFORMED")
    assert verdict(desk.complete(begun, shown)) == OK


def test_garbled_files_are_malformed(site: Site) -> None:
    """Truncated and prolonged certificates, records and CVCs are refused as such, and nobody is asked."""
    desk, responder = site
    card = der(desk.world.auth_certificate())
    begun = desk.begin("enrol")
    shown = desk.presentation("enrol", begun, card)
    for part in ("birth_record", "cvc"):
        whole = base64.b64decode(shown["chip"][part])
        for bad in (b"", whole[:1], whole[:5], whole[:40], whole[:-1], whole + b"\x01", b"\x30" + whole[1:]):
            changed = shown | {"chip": shown["chip"] | {part: b64(bad)}}
            assert verdict(desk.complete(begun, changed)) == refused("MALFORMED"), (part, bad.hex())
    for bad in (b"", b"\x30", card[:-1], card + b"\x00", bytes(1900)):
        assert verdict(desk.complete(begun, shown | {"certificate": b64(bad)})) == refused("MALFORMED"), bad.hex()
    assert not responder.asked
    assert verdict(desk.complete(begun, shown)) == OK


def test_a_short_key_is_policy(desk: Desk, world: World) -> None:
    """A 1024-bit key is below the declared security level, well signed and well issued as it is."""
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  # on purpose
    card = world.auth.issue(weak.public_key(), 8, AUTH_EXTENSIONS)
    assert verdict(desk.go("enrol", card, key=weak)) == refused("POLICY")
    assert verdict(desk.go("enrol", world.auth_certificate(serial=8))) == OK
