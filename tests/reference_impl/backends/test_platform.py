"""The platform's desk: whom it answers, for what and where, by which names, and what it writes down of it."""

import asyncio
import logging
import re
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest

from reference_impl.audit.checks import Check
from reference_impl.backends import wire
from reference_impl.backends.backend import Ability, Errand, Numbered
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import ASKED_FOR, Rules
from reference_impl.backends.sealed import QUESTION, load_private, seal
from reference_impl.platform.desk import Rejected
from reference_impl.platform.settings import PlatformFile, SettingsRefused, load_settings, make_settings
from reference_impl.platform.surface import PlatformSurface
from reference_impl.verification import Environment, IssuedChallenges, Purpose, Reason
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.verdict import HolderKey, Verdict
from tests.reference_impl import pki
from tests.reference_impl.backends.delegating import (
    DOCUMENT,
    EVERY_PLACE,
    Hosted,
    client,
    hosted,
    platform_file,
    relying_party,
    rows,
    why,
    write_files,
)
from tests.reference_impl.conftest import b64
from tests.reference_impl.responder import REVOKED, UNKNOWN
from tests.reference_impl.verifying import Bench, Told, login, signing, tap

SECOND = timedelta(seconds=1)
ENDS = parse_certificate(pki.leaf()).not_after
ISSUER_ENDS = parse_certificate(pki.der(pki.authority("auth", "auth-ca"))).not_after


@pytest.fixture
def on() -> Bench:
    """Where challenges are drawn."""
    return Bench(None, IssuedChallenges(), Told())  # type: ignore[arg-type]


def question(platform: Hosted, ask: wire.Ask, signer: str = "sp-1", **changes: Any) -> bytes:
    """A right question of sp-1, or what it is with some of it changed."""
    parts = {"id": "5" * 64, "from_": "sp-1", "to": "pf-1", "at": pki.NOW, "service": "library", "purpose": "login"}
    kid = changes.pop("kid", "sp-1")
    asked = wire.AskedOf(**{**parts, **changes}, ask=ask)
    return seal(load_private(platform.folder / f"{signer}.pem"), kid, QUESTION, msgspec.json.encode(asked))


def right(on: Bench) -> wire.Verify:
    """A right login."""
    return wire.verify_of(login(on), None)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (401, {"signer": "stranger"}),
        (401, {"signer": "sp-2"}),
        (401, {"signer": "stranger", "kid": "stranger", "from_": "stranger"}),
        (401, {"from_": "town"}),
        (401, {"to": "pf-2"}),
        (403, {"at": pki.NOW - timedelta(seconds=61)}),
        (403, {"at": pki.NOW + timedelta(seconds=61)}),
    ],
    ids=["strangers-key", "another-clients-key", "unknown-client", "in-anothers-name", "to-another", "old", "early"],
)
def test_question_of_nobody_is_rejected(on: Bench, status: int, changes: dict[str, Any]) -> None:
    """Without a client's own signature over its own name, our name and this minute nothing is asked nor recorded."""
    with hosted(client("sp-1"), client("sp-2"), client("town", role="municipality")) as platform:
        with pytest.raises(Rejected) as refused:
            platform.desk.answer(question(platform, right(on), **changes), pki.NOW)
        assert refused.value.status == status
        assert (platform.responder.asked, platform.rows()) == ([], [])
        assert platform.desk.answer(question(platform, right(on)), pki.NOW)


@pytest.mark.parametrize("message", [b"", b"a.b", b"a.b.c.d", b"\xff.\xff.\xff", b"e30.e30.e30"])
def test_noise_is_rejected(message: bytes) -> None:
    """What is no signed message."""
    with hosted() as platform, pytest.raises(Rejected, match="expected"):
        platform.desk.answer(message, pki.NOW)


def test_question_that_comes_again_is_rejected_and_its_challenge_is_spent(on: Bench) -> None:
    """Played again as it was: 409. The same presentation in a new question of the client: CHALLENGE_REPLAYED."""
    with hosted() as platform:
        asked = question(platform, right(on))
        platform.desk.answer(asked, pki.NOW)
        with pytest.raises(Rejected) as refused:
            platform.desk.answer(asked, pki.NOW)
        assert refused.value.status == 409
        ask, other = right(on), platform.client("town")
        says = [each.ask(ask, why()).reason for each in (platform.client("sp-1"), platform.client("sp-1"), other)]
        assert says == ["OK", "CHALLENGE_REPLAYED", "OK"]


def narrow() -> dict[str, Any]:
    """A client with a contract for logins at the counter, and for one document."""
    services = [
        {"id": "library", "purposes": ["login"], "places": ["attended"]},
        {"id": "cars", "purposes": ["sign"], "places": ["online"], "document": msgspec.to_builtins(DOCUMENT)},
    ]
    return client("sp-1", services=services)


def test_contract_names_services_purposes_places_and_documents(on: Bench) -> None:
    """One thing outside the contract: a signed refusal, no question to J-LIS, a row; then what the contract has."""
    attended = Environment.ATTENDED
    at_counter = wire.verify_of(login(on, environment=attended), None)
    named, unnamed = wire.verify_of(signing(on), DOCUMENT.ja), wire.verify_of(signing(on), None)
    other = wire.verify_of(signing(on), "別の文書")
    at_desk = wire.verify_of(signing(on, environment=attended), None)
    cases: list[tuple[wire.Ask, Check, str]] = [
        (at_counter, why(service="shop"), "POLICY"),
        (at_counter, why(Purpose.ENROL), "POLICY"),
        (wire.verify_of(tap(on), None), why(Purpose.TAP), "POLICY"),
        (right(on), why(), "PLACE_NOT_ALLOWED"),
        (unnamed, why(Purpose.SIGN, "cars"), "POLICY"),
        (other, why(Purpose.SIGN, "cars"), "POLICY"),
        (wire.CheckOne(pki.leaf(), CertificateKind.AUTH), why(Errand.CURRENT_STATUS), "POLICY"),
        (wire.CheckOne(pki.leaf(), CertificateKind.AUTH), why(Purpose.LOGIN), "POLICY"),
        (wire.Before(pki.leaf()), why(Purpose.LOGIN), "POLICY"),
        (at_desk, why(Purpose.LOGIN), "POLICY"),
    ]
    with hosted(narrow()) as platform:
        ours = platform.client("sp-1")
        for ask, reason_of, reason in cases:
            assert ours.ask(ask, reason_of).reason == reason
        assert platform.responder.asked == []
        assert [row.reason for row in platform.rows()] == [each[2] for each in cases]
        assert ours.ask(at_counter, why()).reason == "OK"
        platform.responder.set(issuer_key="sign-ca", kind="sign")
        assert ours.ask(named, why(Purpose.SIGN, "cars")).reason == "OK"


def test_purposes_of_questions_are_closed(on: Bench) -> None:
    """Each question with each purpose, at a client that may everything: revocation data serve what art. 52 allows."""
    every = [*Purpose, *Errand]
    asks: dict[Ability, wire.Ask] = {
        Ability.CHECK: wire.CheckOne(pki.leaf(), CertificateKind.AUTH),
        Ability.STATUS: wire.StatusOf(HolderKey("ppid:pf-1", "0"), CertificateKind.AUTH, ENDS),
        Ability.FORMER: wire.Before(pki.leaf()),
        Ability.NAME: wire.NameOf(pki.leaf()),
    }
    with hosted() as platform:
        for ability, ask in asks.items():
            asked_before = len(platform.responder.asked)
            for purpose in every:
                said = platform.client("sp-1").ask(ask, why(purpose))
                assert said.finding is None or "art. 52" not in said.finding.clause or purpose not in ASKED_FOR[ability]
                if purpose not in ASKED_FOR[ability]:
                    assert said.reason == "POLICY"
            assert len(platform.responder.asked) - asked_before <= 1
        assert platform.client("sp-1").ask(right(on), why(Purpose.TAP)).reason == "POLICY"


def test_name_is_another_at_each_client_and_the_same_at_one(on: Bench) -> None:
    """PPIDs: told where the certificate is good; no serial number in them, nor in what a service provider stores."""
    with hosted(client("sp-1"), client("sp-2"), client("town", role="municipality")) as platform:
        names = [platform.client(name).ask(right(on), why()).holder for name in ("sp-1", "sp-1", "sp-2", "town")]
        assert names[0] == names[1] != names[2]
        assert names[3] == HolderKey(issuer_key_of(), "7123456")
        assert {each.issuer_key for each in names[:3] if each} == {"ppid:pf-1"}
        platform.responder.set(status=REVOKED)
        assert platform.client("sp-1").ask(right(on), why()).holder is None


def issuer_key_of() -> str:
    """SHA-256 of the authority's key."""
    return sha256(pki.spki("auth-ca")).hexdigest()


def test_service_provider_stores_no_serial_number(on: Bench) -> None:
    """Enrolled, tapped and logged in: its whole store and its audit hold neither serial, issuer key nor certificate."""
    del on
    with hosted() as platform, relying_party(platform) as world:
        for purpose in ("enrol", "login", "tap"):
            assert world.attempt(purpose)["reason"] == "OK"
        assert world.database is not None
        with world.database.transaction() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            dump = "\n".join(driver.iterdump())
        audit = "".join(str(row) for row in rows(world.party._audit))
        for where in (dump, audit):
            assert "7123456" not in where
            assert issuer_key_of() not in where
            assert pki.leaf().hex().upper()[:60] not in where.upper()
        assert "ppid:pf-1" in dump
        with relying_party(platform, "town") as town:
            assert town.attempt("enrol")["reason"] == "OK"
            assert town.database is not None
            with town.database.transaction() as connection:
                assert "7123456" in "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]


def test_status_by_name_long_after_the_certificate_is_gone(on: Bench) -> None:
    """現況確認: by PPID or by serial; good, revoked, nobody, another client's name, and after the certificate's end."""
    with hosted(client("sp-1"), client("sp-2"), client("town", role="municipality")) as platform:
        names = {name: platform.client(name).ask(right(on), why()).holder for name in ("sp-1", "sp-2", "town")}
        current = why(Errand.CURRENT_STATUS)

        def says(who: str, name: HolderKey | None, at: Any = current) -> str:
            assert name is not None
            return platform.client(who).ask(wire.StatusOf(name, CertificateKind.AUTH, ENDS), at).reason.value

        assert [says(who, name) for who, name in names.items()] == ["OK", "OK", "OK"]
        assert says("sp-1", names["sp-2"]) == "STATUS_UNKNOWN"
        assert says("sp-1", names["town"]) == "STATUS_UNKNOWN"
        elsewhere = HolderKey("ppid:pf-2", names["sp-1"].serial if names["sp-1"] else "")
        assert says("sp-1", elsewhere) == "STATUS_UNKNOWN"
        assert says("town", names["sp-1"]) == "UNKNOWN_ISSUER"
        platform.responder.set(status=UNKNOWN)
        assert says("town", HolderKey(issuer_key_of(), "1")) == "STATUS_UNKNOWN"
        platform.responder.set(status=REVOKED)
        assert [says(who, name) for who, name in names.items()] == ["REVOKED", "REVOKED", "REVOKED"]
        platform.now = ENDS + SECOND
        asked = len(platform.responder.asked)
        assert [says(who, name, why(Errand.CURRENT_STATUS, at=platform.now)) for who, name in names.items()] == [
            "EXPIRED"
        ] * 3
        assert len(platform.responder.asked) == asked


def test_holder_leaves_a_service_provider_with_a_certificate_that_is_over() -> None:
    """Shown and given up under the platform's name, with no status asked; who was never named has no account."""
    with hosted() as platform, relying_party(platform) as world:
        assert world.attempt("enrol")["reason"] == "OK"
        asked, shown = len(platform.responder.asked), {"certificate": b64(pki.leaf())}
        platform.now = ENDS + SECOND
        world.set_time(platform.now.isoformat())
        account = world.post("account", shown)["account"]
        assert account["issuer_key"] == "ppid:pf-1"
        stranger = {"certificate": b64(pki.leaf(serial=0x7888888))}
        assert world.post("account", stranger)["account"] is None
        assert world.post("unlink", {**stranger, "service": "library"})["outcome"]["reason"] == "NOT_ENROLLED"
        platform.bend = lambda _: b""
        assert world.post("unlink", {**shown, "service": "library"})["outcome"]["reason"] == "STATUS_UNTRUSTED"
        platform.bend = bytes
        assert world.post("unlink", {**shown, "service": "library"})["outcome"]["reason"] == "OK"
        assert world.post("account", shown)["account"] is None
        assert len(platform.responder.asked) == asked
        assert {(row.service, row.purpose) for row in platform.rows()[1:]} == {("sp-1/accounts", "account")}


def test_status_by_number_wants_its_own_authority_and_ends_with_it(on: Bench) -> None:
    """Of a number under a key that issues another kind: nobody's; after the authority's own end: EXPIRED, not asked."""
    del on
    number = HolderKey(issuer_key_of(), "7123456")
    never = ENDS + timedelta(days=36500)
    with hosted() as platform, relying_party() as direct:
        town, current = platform.client("town"), why(Errand.CURRENT_STATUS)
        assert town.ask(wire.StatusOf(number, CertificateKind.SIGN, ENDS), current).reason == "UNKNOWN_ISSUER"
        platform.now = ISSUER_ENDS + SECOND
        late = why(Errand.CURRENT_STATUS, at=platform.now)
        assert town.ask(wire.StatusOf(number, CertificateKind.AUTH, never), late).reason == "EXPIRED"
        assert platform.responder.asked == []
        by_number = Numbered(number, CertificateKind.AUTH, never)
        assert direct.party._back_end.status(by_number, late).reason == "EXPIRED"


def test_signature_without_a_named_document_is_not_even_begun() -> None:
    """No session and no document to sign: the refusal of the end comes at the beginning, and is recorded."""
    with hosted() as platform, relying_party(platform) as world:
        assert "session" in world.begin("sign")
        assert DOCUMENT.ja in b64decode(world.begin("sign")["document"]).decode()
        unnamed = platform.back_ends()
        unnamed.rules = Rules(RoleName.SERVICE_PROVIDER, {})
        world.party._back_ends = unnamed
        world.party.configure(world.party._configuration)
        outcome = world.begin("sign")["outcome"]
        assert outcome["reason"] == "POLICY"
        assert "document-named" in outcome["details"]["clause"]
        assert "session" in world.begin("login")
        assert [(row.purpose, row.reason) for row in rows(world.party._audit)] == [("sign", "POLICY")]


def exchange(platform: Hosted, method: str, path: str, body: bytes, **headers: str) -> httpx.Response:
    """One HTTP exchange with the platform, in process."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(surface)
        async with httpx.AsyncClient(transport=transport, base_url="http://pf.test") as client:
            return await client.request(method, path, content=body, headers=headers)

    surface = PlatformSurface(platform.desk, lambda: pki.NOW)
    try:
        return asyncio.run(ask())
    finally:
        surface.close()


JOSE = "application/jose"


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("POST", "/v1/questions", bytes(65536), JOSE, 401),
        ("POST", "/v1/questions", bytes(65537), JOSE, 413),
        ("POST", "/v1/questions", b"{}", "application/json", 415),
        ("POST", "/v1/questions", b"{}", "", 415),
        ("POST", "/v1/questions", b"", JOSE, 401),
        ("GET", "/v1/questions", b"", JOSE, 405),
        ("POST", "/v1/question", b"", JOSE, 404),
        ("POST", "/", b"", JOSE, 404),
    ],
)
def test_door_takes_questions_and_nothing_else(method: str, path: str, body: bytes, kind: str, status: int) -> None:
    """Size, type, method and path; one line that repeats nothing of what came."""
    with hosted() as platform:
        response = exchange(platform, method, path, body, **{"content-type": kind})
        assert (response.status_code, len(response.text.splitlines())) == (status, 1)
        assert response.headers["cache-control"] == "no-store"


def test_door_answers_a_question(on: Bench) -> None:
    """The same over HTTP: signed, of its type, and never to be kept on the way."""
    with hosted() as platform:
        response = exchange(platform, "POST", "/v1/questions", question(platform, right(on)), **{"content-type": JOSE})
        assert (response.status_code, response.headers["content-type"]) == (200, JOSE)
        assert response.headers["cache-control"] == "no-store"
        assert len(response.content.split(b".")) == 3


def test_renewed_holder_goes_by_the_old_name(on: Bench) -> None:
    """Where the platform reaches the linking service a PPID survives renewal; `former` tells a client its own names."""
    with hosted() as platform:
        old = HolderKey(issuer_key_of(), "7123456")
        ours, town = platform.client("sp-1"), platform.client("town")
        name = ours.ask(right(on), why()).holder
        renewal = why(Errand.RENEWAL)
        assert ours.ask(wire.Before(pki.leaf(serial=0x7999999)), renewal).reason == "POLICY"
        inner: Any = platform.desk._back_end._inner
        inner._former = lambda certificate, _: (old,) if parse_certificate(certificate).serial == 0x7999999 else ()
        new = wire.verify_of(login(on, certificate=pki.leaf(serial=0x7999999)), None)
        assert ours.ask(new, why()).holder == name
        assert ours.ask(wire.Before(pki.leaf(serial=0x7999999)), renewal).former == (name,)
        assert town.ask(wire.Before(pki.leaf(serial=0x7999999)), renewal).former == (old,)
        inner._former = lambda *_: Verdict(Reason.STATUS_UNAVAILABLE, ())
        stranger = wire.verify_of(login(on, certificate=pki.leaf(serial=0x7888888)), None)
        assert ours.ask(stranger, why()).holder not in {name, None}


def test_every_question_to_jlis_has_a_row_with_client_service_and_purpose(on: Bench) -> None:
    """Each kind of question, accepted and refused; no more questions than rows, and no row without a purpose."""
    with hosted() as platform:
        ours = platform.client("sp-1")
        asks: list[tuple[wire.Ask, Any]] = [
            (right(on), Purpose.LOGIN),
            (wire.verify_of(tap(on), None), Purpose.TAP),
            (wire.Identify(pki.leaf()), Purpose.TAP),
            (wire.CheckOne(pki.leaf(), CertificateKind.AUTH), Errand.CURRENT_STATUS),
            (wire.CheckOne(pki.leaf(issuer_key="rogue-ca"), CertificateKind.AUTH), Errand.CURRENT_STATUS),
        ]
        for ask, purpose in asks:
            ours.ask(ask, why(purpose))
        told = [(row.who, row.service, row.purpose, row.reason) for row in platform.rows()]
        assert told == [
            ("sp-1", "sp-1/library", str(purpose), "UNKNOWN_ISSUER" if place == 4 else "OK")
            for place, (_, purpose) in enumerate(asks)
        ]
        assert len(platform.responder.asked) == 3


def test_relying_party_records_its_own_questions_too() -> None:
    """現況確認 through each back end: by certificate and by name, a row each with its purpose."""
    with hosted() as platform, relying_party() as direct, relying_party(platform) as delegating:
        for world in (direct, delegating):
            assert world.attempt("enrol")["reason"] == "OK"
            back_end, current = world.party._back_end, why(Errand.CURRENT_STATUS)
            found = back_end.check(pki.leaf(), CertificateKind.AUTH, current)
            assert found.holder is not None
            again = back_end.status(Numbered(found.holder, CertificateKind.AUTH, ENDS), current)
            asked = len(platform.asked) + len(direct.responder.asked)
            number = Numbered(found.holder, CertificateKind.AUTH, ENDS)
            for purpose in (Purpose.LOGIN, Errand.RENEWAL, None):
                refusal = back_end.check(pki.leaf(), CertificateKind.AUTH, why(purpose))
                assert (refusal.reason, again.reason, again.holder) == ("POLICY", "OK", found.holder)
            assert back_end.status(number, why(Errand.RENEWAL)).reason == "POLICY"
            refused = back_end.former(pki.leaf(), why(Errand.CURRENT_STATUS))
            assert isinstance(refused, Verdict)
            assert refused.finding is not None
            assert "[revocation-purpose]" in refused.finding.clause
            assert len(platform.asked) + len(direct.responder.asked) == asked
            told = [(row.purpose, row.reason, row.service) for row in rows(world.party._audit)]
            assert told == [
                ("enrol", "OK", "library"),
                ("current-status", "OK", "library"),
                ("current-status", "OK", "library"),
                ("login", "POLICY", "library"),
                ("renewal", "POLICY", "library"),
                ("?", "POLICY", "library"),
                ("renewal", "POLICY", "library"),
                ("current-status", "POLICY", "library"),
            ]


def test_log_holds_nothing_of_a_question(on: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Refused or answered, on both sides: no certificate, serial, challenge, signature nor key is logged."""
    caplog.set_level(logging.DEBUG)
    with hosted() as platform, relying_party(platform) as world:
        world.attempt("enrol")
        platform.bend = lambda answer: answer[:-3]
        world.attempt("login")
        with pytest.raises(Rejected) as refused:
            platform.desk.answer(question(platform, right(on), signer="stranger"), pki.NOW)
        secrets = ["7123456", "BEGIN", pki.leaf().hex()[:40], "MII"]
        for said in (caplog.text, str(refused.value)):
            assert not [each for each in secrets if each in said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clients": [client("sp-1", holders="serial")]}, "keep-serial"),
        ({"clients": [client("sp-1"), client("sp-1")]}, "found twice"),
        ({"role": "service-provider"}, "ask-jlis"),
        (
            {"clients": [client("sp-1", services=[{"id": "x", "purposes": ["sign"], "places": ["online"]}])]},
            "document-named",
        ),
        (
            {"clients": [client("sp-1", services=[{"id": "x", "purposes": ["tap"], "places": ["online", "outdoor"]}])]},
            "[place",
        ),
        ({"clients": [client("sp-1", role="signature-confirmer")]}, "only-the-document"),
        ({"clients": [client("sp-1", role="group-verifier")]}, "kind-of-verifier"),
    ],
    ids=["serials", "twice", "uncertified", "document", "place", "confirmer", "group"],
)
def test_contract_that_no_platform_may_have_is_refused(tmp_path: Any, changes: dict[str, Any], said: str) -> None:
    """When the file is read, with the rule; the twin is `hosted()`."""
    write_files(tmp_path)
    with pytest.raises(SettingsRefused) as refused:
        make_settings(msgspec.convert({**platform_file(), **changes}, PlatformFile), tmp_path)
    assert said in str(refused.value)
    make_settings(msgspec.convert(platform_file(), PlatformFile), tmp_path)


@pytest.mark.parametrize("text", ["", "id: pf-1", "id: [", "id: pf-1\nid: pf-1"])
def test_file_that_is_none_is_refused(tmp_path: Any, text: str) -> None:
    """By its name, in one error."""
    path = tmp_path / "pf.yaml"
    path.write_text(text)
    with pytest.raises(SettingsRefused, match=re.escape("pf.yaml")):
        load_settings(path)
    with pytest.raises(SettingsRefused, match=re.escape("none.yaml")):
        load_settings(tmp_path / "none.yaml")


def test_every_place_is_a_place() -> None:
    """The places of these tests are all there are."""
    assert [str(each) for each in Environment] == EVERY_PLACE
