"""The surface: what leaves the contract gets a 4xx with what, where, expected and actual, and changes nothing."""

import json
import logging
from typing import Any

import pytest

from reference_impl.surface import Surface
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration


def test_hello_declares_role_capabilities_and_tolerances(world: World) -> None:
    """The declaration is the contract's, whole."""
    answer = world.post("hello", {"contract": "1.0"})
    assert answer.pop("product")
    assert answer.pop("version")
    purposes = ["enrol", "login", "tap", "sign", "account", "relink", "unlink", "reconcile", "assurance"]
    assert answer == {
        "contract": "1.0",
        "role": "relying-party",
        "capabilities": ["set_time", *purposes],
        "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
    }


BEGIN: dict[str, Any] = {"purpose": "login", "service": "library", "environment": "attended"}
PRESENTED: dict[str, Any] = {"challenge": "AAAA", "certificate": "AAAA"}

BROKEN: dict[str, tuple[str, Any, str]] = {
    "other-contract": ("hello", {"contract": "2.0"}, "$.contract"),
    "no-object": ("hello", [], "$"),
    "missing-field": ("begin", {"purpose": "login", "service": "library"}, "$"),
    "unknown-field": ("begin", {**BEGIN, "pin": "1234"}, "$"),
    "unknown-purpose": ("begin", {**BEGIN, "purpose": "renew"}, "$.purpose"),
    "unknown-environment": ("begin", {**BEGIN, "environment": "moon"}, "$.environment"),
    "null-for-an-object": ("begin", {**BEGIN, "terminal": None}, "$.terminal"),
    "wrong-type": ("begin", {**BEGIN, "service": 7}, "$.service"),
    "broken-base64": ("begin", {**BEGIN, "holder": {"certificate": "A"}}, "$.holder.certificate"),
    "url-safe-base64": ("begin", {**BEGIN, "holder": {"certificate": "__-_"}}, "$.holder.certificate"),
    "unknown-nested-field": (
        "complete",
        {"session": "x", "presentation": {**PRESENTED, "name": "x"}},
        "$.presentation",
    ),
    "chip-without-signature": (
        "complete",
        {"session": "x", "presentation": {**PRESENTED, "chip": {"birth_record": "", "cvc": ""}}},
        "$.presentation.chip",
    ),
    "local-time": ("set_time", {"instant": "2026-11-21T00:15:00", "epoch": 1}, "$.instant"),
    "year-one": ("set_time", {"instant": "0001-01-01T00:00:00Z", "epoch": 1}, "$.instant"),
    "last-year": ("set_time", {"instant": "9999-12-31T23:59:59Z", "epoch": 1}, "$.instant"),
    "fractional-epoch": ("set_time", {"instant": "2026-11-21T00:15:00Z", "epoch": 1.5}, "$.epoch"),
    "account-of-no-certificate": ("account", {"certificate": "AAAA"}, "$.certificate"),
    "anchor-of-no-certificate": (
        "configure",
        {**configuration(), "authorities": [{"kind": "auth", "certificate": "AAAA"}]},
        "$.authorities[0].certificate",
    ),
    "anchor-of-a-leaf": (
        "configure",
        {
            **configuration(),
            "authorities": [*configuration()["authorities"], {"kind": "auth", "certificate": b64(pki.leaf())}],
        },
        "$.authorities[3].certificate",
    ),
    "card-issuer-of-15-bytes": (
        "configure",
        {**configuration(), "card_issuers": [{"key_id": b64(b"1" * 15), "key": b64(pki.spki("card-issuer"))}]},
        "$.card_issuers[0]",
    ),
    "address-of-a-file": (
        "configure",
        {**configuration(), "status": [{"kind": "auth", "ocsp": "file:///etc/passwd", "crl": ""}]},
        "$.status[0].ocsp",
    ),
    "address-of-no-port": (
        "configure",
        {**configuration(), "status": [{"kind": "auth", "ocsp": "http://ocsp.test:99999/", "crl": ""}]},
        "$.status[0].ocsp",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_message_says_what_and_where_and_changes_nothing(enrolled: World, case: str) -> None:
    """400 with the four facts; the next right login is accepted as before."""
    verb, message, where = BROKEN[case]
    response = enrolled.send(verb, json.dumps(message).encode())
    assert response.status_code == 400
    error = response.json()["error"]
    assert set(error) == {"what", "where", "expected", "actual"}
    assert error["where"] == where
    assert all(isinstance(each, str) and each for each in error.values())
    assert enrolled.attempt("login")["reason"] == "OK"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"contract":"1.0"', b'{"contract":"1.0"}x', b"[" * 100_000, b"null"]
)
def test_broken_json_is_400(world: World, body: bytes) -> None:
    """What is no JSON object is 400 with the four facts."""
    response = world.send("hello", body)
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"what", "where", "expected", "actual"}


def test_message_cut_at_any_byte_is_400(enrolled: World) -> None:
    """Every truncation of a right message is refused and spends nothing."""
    message = enrolled.present(enrolled.begin("login"), "login")
    body = json.dumps(message).encode()
    for length in range(0, len(body), 37):
        assert enrolled.send("complete", body[:length]).status_code == 400
    assert enrolled.post("complete", message)["outcome"]["reason"] == "OK"


@pytest.mark.parametrize(("excess", "status"), [(0, 200), (1, 413)])
def test_body_over_256_kib_is_413(world: World, excess: int, status: int) -> None:
    """A body of 262,144 bytes is read, one of 262,145 is not."""
    body = b'{"contract":"1.0"}'
    response = world.send("hello", body + b" " * (262_144 - len(body) + excess))
    assert response.status_code == status
    assert status == 200 or response.json()["error"]["where"] == "body"


@pytest.mark.parametrize(
    ("verb", "method", "status"), [("renew", "POST", 404), ("", "POST", 404), ("hello", "GET", 405)]
)
def test_unknown_verb_is_404_and_another_method_405(world: World, verb: str, method: str, status: int) -> None:
    """Verbs that do not exist and methods that are not POST say so."""
    response = world.send(verb, b'{"contract":"1.0"}', method)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"what", "where", "expected", "actual"}


def test_without_the_test_surface_every_path_is_404(world: World) -> None:
    """The release build has no surface: each verb that works with it answers 404 without it."""
    release = World(Surface(world.party, test_surface=False), world.party, world.responder)
    for verb in ("hello", "configure", "reset", "set_time", "begin", "complete", "account"):
        assert world.send(verb, b"{}").status_code != 404
        assert release.send(verb, b"{}").status_code == 404
    release.surface.close()


def test_garbled_certificate_is_a_verdict_with_offset_and_rule(enrolled: World) -> None:
    """base64 of something else is no broken message: the outcome is MALFORMED and says where."""
    outcome = enrolled.attempt("login", certificate=b"\x30\x80\x00\x00")
    assert (outcome["reason"], outcome["steps"]) == ("MALFORMED", [])
    assert "offset 1" in outcome["details"]["en"]
    assert "X.690" in outcome["details"]["clause"]


def test_account_of_a_stranger_is_null(world: World) -> None:
    """A holder without an account, and one of an unknown issuer, are null."""
    for certificate in (pki.leaf(), pki.leaf(issuer_key="rogue-ca")):
        assert world.post("account", {"certificate": b64(certificate)}) == {"account": None}


def test_log_holds_no_content(enrolled: World, caplog: pytest.LogCaptureFixture) -> None:
    """A broken message leaves one line that says what and where, and none of its values."""
    caplog.set_level(logging.DEBUG)
    enrolled.send("begin", json.dumps({**BEGIN, "purpose": "CANARY-1", "pin": "CANARY-2"}).encode())
    enrolled.send("begin", json.dumps({**BEGIN, "service": {"CANARY-3": "CANARY-4"}}).encode())
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("reference_impl")]
    assert len(ours) == 2
    assert "CANARY" not in caplog.text
