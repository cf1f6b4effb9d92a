"""The status: what an OCSP answer must be before `good` is believed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from reference_impl.verification.ocsp_settings import StatusUnreachable
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import GRID, REVOKED, UNKNOWN, Settings, answer
from tests.reference_impl.test_outcomes import refused

ONE = timedelta(seconds=1)

REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "revoked": ("REVOKED", {"status": REVOKED, "reason": x509.ReasonFlags.affiliation_changed}),
    "revoked-without-reason": ("REVOKED", {"status": REVOKED}),
    "on-hold": ("ON_HOLD", {"status": REVOKED, "reason": x509.ReasonFlags.certificate_hold}),
    "unknown": ("STATUS_UNKNOWN", {"status": UNKNOWN}),
    "one-second-after-next-update": ("STATUS_STALE", {"next_update": pki.NOW - ONE}),
    "this-update-in-the-future": ("STATUS_STALE", {"this_update": pki.NOW + ONE}),
    "older-than-a-day": (
        "STATUS_STALE",
        {"this_update": pki.NOW - timedelta(hours=24, seconds=1), "next_update": pki.NOW + ONE},
    ),
    "no-next-update-and-old": (
        "STATUS_STALE",
        {"this_update": pki.NOW - timedelta(minutes=30, seconds=1), "next_update": None},
    ),
    "revoked-but-stale": ("STATUS_STALE", {"status": REVOKED, "next_update": pki.NOW - ONE}),
    "delegate-of-a-stranger": ("STATUS_UNTRUSTED", {"delegate": ("rogue-ca", {})}),
    "delegate-of-the-other-generation": ("STATUS_UNTRUSTED", {"delegate": ("auth-ca-2", {})}),
    "delegate-of-the-other-authority": ("STATUS_UNTRUSTED", {"delegate": ("sign-ca", {"kind": "sign"})}),
    "delegate-of-another-name": ("STATUS_UNTRUSTED", {"delegate": ("auth-ca", {"kind": "sign"})}),
    "delegate-without-a-purpose": ("STATUS_UNTRUSTED", {"delegate": ("auth-ca", {"usage": None})}),
    "delegate-for-another-purpose": (
        "STATUS_UNTRUSTED",
        {"delegate": ("auth-ca", {"usage": ExtendedKeyUsageOID.CLIENT_AUTH})},
    ),
    "delegate-without-nocheck": ("STATUS_UNTRUSTED", {"delegate": ("auth-ca", {"nocheck": False})}),
    "delegate-expired": ("STATUS_UNTRUSTED", {"delegate": ("auth-ca", {"not_after": pki.NOW - ONE})}),
    "nonce-of-another-question": ("STATUS_UNTRUSTED", {"nonce": b"n" * 32}),
    "nonce-shorter": ("STATUS_UNTRUSTED", {"nonce": b"n"}),
    "neighbour-serial": ("STATUS_UNTRUSTED", {"serial_offset": 1}),
}


def prepare(changes: dict[str, Any]) -> dict[str, Any]:
    """The settings, with the delegate's certificate made only now."""
    if "delegate" not in changes:
        return changes
    issuer, how = changes["delegate"]
    return {**changes, "delegate": pki.delegate(issuer, **how)}


@pytest.mark.parametrize("case", REFUSED)
def test_answer_is_refused_for_its_reason(enrolled: World, case: str) -> None:
    """One thing wrong with the answer gives its reason after the proof; the same login with a right answer passes."""
    reason, changes = REFUSED[case]
    right = enrolled.responder.settings
    enrolled.responder.set(**prepare(changes))
    refused(enrolled.attempt("login"), reason, "proof")
    assert len(enrolled.responder.asked) == 1
    enrolled.responder.settings = right
    enrolled.party._back_ends.forget()  # what was once revoked stays so: RP-OCSP-013, tested in test_methods
    assert enrolled.attempt("login")["reason"] == "OK"


ACCEPTED: dict[str, dict[str, Any]] = {
    "one-second-before-next-update": {"next_update": pki.NOW + ONE},
    "this-update-one-second-ago": {"this_update": pki.NOW - ONE},
    "no-next-update-and-young": {"next_update": None, "this_update": pki.NOW - timedelta(minutes=29, seconds=59)},
    "nonce-left-out": {"nonce": None},
    "sha-1-twin": {"digest": hashes.SHA1()},  # noqa: S303 - a CertID's hash proves nothing
    "responder-by-name": {"by_name": True},
    "signed-by-the-issuer": {"signed_by_issuer": True},
    "delegate-in-its-last-second": {"delegate": ("auth-ca", {"not_after": pki.NOW + ONE})},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_right_or_unusual_answer_is_accepted(enrolled: World, case: str) -> None:
    """What RFC 6960 and RFC 9919 allow is accepted."""
    enrolled.responder.set(**prepare(ACCEPTED[case]))
    assert enrolled.attempt("login")["reason"] == "OK"


def test_stale_refusal_names_both_instants(enrolled: World) -> None:
    """STATUS_STALE says which limit was passed and when now was."""
    enrolled.responder.set(next_update=pki.NOW - ONE)
    compared = enrolled.attempt("login")["details"]["compared"]
    assert compared == {"what": "nextUpdate", "limit": "2026-11-21T00:19:59Z", "now": "2026-11-21T00:20:00Z"}


def unreachable(request: bytes) -> bytes:
    """No responder there."""
    raise StatusUnreachable(f"no answer to {len(request)} bytes")


@pytest.mark.parametrize(
    "ask",
    [
        unreachable,
        lambda _request: b"<html>busy</html>",
        lambda request: answer(request, Settings())[:-1],
        lambda _request: bytes.fromhex("30030A0103"),  # tryLater
        lambda _request: bytes.fromhex("30030A0106"),  # unauthorized
        lambda request: answer(request, Settings()).replace(bytes.fromhex("0A0100"), bytes.fromhex("0A0103"), 1),
    ],
    ids=["unreachable", "not-ocsp", "truncated", "try-later", "unauthorized", "try-later-with-a-good-answer-attached"],
)
def test_no_answer_is_a_retry(enrolled: World, ask: Any) -> None:
    """Without an answer nothing is accepted and nothing is held against the holder."""
    enrolled.responder.says = ask
    outcome = enrolled.attempt("login")
    assert (outcome["decision"], outcome["reason"], outcome["steps"][-1]) == ("retry", "STATUS_UNAVAILABLE", "proof")


def test_no_configured_responder_is_a_retry(enrolled: World) -> None:
    """A kind without an address is STATUS_UNAVAILABLE: fail closed."""
    enrolled.post("configure", {**configuration(), "status": []})
    assert enrolled.attempt("login")["reason"] == "STATUS_UNAVAILABLE"


def test_altered_answer_is_untrusted(enrolled: World) -> None:
    """One bit of the signed part flipped is STATUS_UNTRUSTED."""

    def flip(request: bytes) -> bytes:
        right = answer(request, Settings(this_update=GRID))
        at = right.index(b"20261121001500Z")
        return right[: at + 13] + b"1" + right[at + 14 :]

    enrolled.responder.says = flip
    refused(enrolled.attempt("login"), "STATUS_UNTRUSTED", "proof")


def alter(encoded: bytes, change: Callable[[Any], None], signer: str = "responder") -> bytes:
    """An answer with its inside changed and signed anew (asn1crypto; the builder makes no such answers)."""
    response = asn1_ocsp.OCSPResponse.load(encoded)
    basic = asn1_ocsp.BasicOCSPResponse.load(response["response_bytes"]["response"].contents)
    change(basic["tbs_response_data"])
    basic["signature"] = pki.sign(signer, basic["tbs_response_data"].dump(force=True))
    response["response_bytes"]["response"] = basic
    altered: bytes = response.dump(force=True)
    return altered


def answer_altered(world: World, change: Callable[[Any], None], signer: str = "responder") -> None:
    """Every answer from now on is altered so."""
    world.responder.says = lambda request: alter(answer(request, Settings()), change, signer)


@pytest.mark.parametrize(("signer", "reason"), [("responder", "OK"), ("rogue-ca", "STATUS_UNTRUSTED")])
def test_signature_of_another_key_is_untrusted(enrolled: World, signer: str, reason: str) -> None:
    """The right delegate named and enclosed, but another key signed."""
    answer_altered(enrolled, lambda _: None, signer)
    assert enrolled.attempt("login")["reason"] == reason


def test_responder_must_be_the_one_that_is_named(enrolled: World) -> None:
    """An answer whose responderID names another key than the enclosed delegate's is STATUS_UNTRUSTED."""
    other = asn1_ocsp.ResponderId({"by_key": bytes(20)})
    answer_altered(enrolled, lambda data: data.__setitem__("responder_id", other))
    refused(enrolled.attempt("login"), "STATUS_UNTRUSTED", "proof")


@pytest.mark.parametrize(("critical", "reason"), [(False, "OK"), (True, "STATUS_UNTRUSTED")])
def test_unknown_critical_extension_makes_an_answer_untrusted(
    enrolled: World,
    critical: bool,  # noqa: FBT001
    reason: str,
) -> None:
    """An extension nobody here knows is ignored, unless it is critical."""
    extension = {"extn_id": "2.25.1", "critical": critical, "extn_value": b"\x05\x00"}
    answer_altered(enrolled, lambda data: data["response_extensions"].append(extension))
    assert enrolled.attempt("login")["reason"] == reason


def merge(first: bytes, second: bytes) -> bytes:
    """One answer with the SingleResponses of both."""
    other = asn1_ocsp.BasicOCSPResponse.load(asn1_ocsp.OCSPResponse.load(second)["response_bytes"]["response"].contents)
    single = other["tbs_response_data"]["responses"][0]
    return alter(first, lambda data: data["responses"].append(single))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"status": REVOKED, "serial_offset": 1}, {}, "OK"),
        ({}, {"status": REVOKED, "serial_offset": 1}, "OK"),
        ({}, {"digest": hashes.SHA1()}, "OK"),  # noqa: S303 - a CertID's hash proves nothing
        ({}, {"status": REVOKED, "digest": hashes.SHA1()}, "REVOKED"),  # noqa: S303
    ],
    ids=["neighbour-first", "neighbour-second", "both-hashes", "both-hashes-at-odds"],
)
def test_extra_single_response_is_no_harm(
    enrolled: World, first: dict[str, Any], second: dict[str, Any], reason: str
) -> None:
    """An answer about another serial beside the asked one is legal and not ours; of two about ours none may refuse."""
    settings = (replace(Settings(), **first), replace(Settings(), **second))
    enrolled.responder.says = lambda request: merge(answer(request, settings[0]), answer(request, settings[1]))
    assert enrolled.attempt("login")["reason"] == reason


def test_request_is_encoded_as_the_standards_have_it(enrolled: World) -> None:
    """The request asks by SHA-256 for the serial, with 32 octets of nonce wrapped twice, new ones each time."""
    nonces = []
    for _ in range(2):
        enrolled.attempt("login")
        encoded = enrolled.responder.asked[-1][1]
        request = ocsp.load_der_ocsp_request(encoded)
        assert (request.serial_number, request.hash_algorithm.name) == (0x07123456, "sha256")
        authority = asn1_x509.Certificate.load(pki.der(pki.authority("auth", "auth-ca")))
        assert request.issuer_name_hash == sha256(authority.subject.dump()).digest()
        assert request.issuer_key_hash == authority.public_key.sha256
        at = encoded.index(bytes.fromhex("06092B0601050507300102"))
        assert encoded[at + 11 : at + 15] == bytes.fromhex("04220420")
        nonces.append(encoded[at + 15 : at + 47])
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize(
    ("serial", "reason"),
    [
        ("020100", "NOT_ENROLLED"),
        ("0201FF", "POLICY"),
        ("0214" + "7F" * 20, "NOT_ENROLLED"),
        ("0215" + "7F" * 21, "POLICY"),
    ],
    ids=["zero", "negative", "20-octets", "21-octets"],
)
def test_odd_serials_get_a_clean_verdict(enrolled: World, serial: str, reason: str) -> None:
    """Zero and 20 octets are asked about as any other; a negative number and 21 octets are POLICY, and no error."""
    outcome = enrolled.attempt("login", certificate=pki.with_serial(bytes.fromhex(serial)))
    refused(outcome, reason, "decode" if reason == "POLICY" else "status")


def test_status_of_a_hinted_holder_is_not_asked_at_the_beginning(enrolled: World) -> None:
    """Naming a holder costs no status question."""
    enrolled.begin("tap", holder={"certificate": b64(pki.leaf())})
    assert enrolled.responder.asked == []
