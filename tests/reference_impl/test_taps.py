"""Taps and enrolments: the chip proved link by link, the place, the terminal, the account."""

from base64 import b64decode
from typing import Any

import pytest

from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.test_outcomes import refused


def chip(**parts: bytes) -> dict[str, bytes]:
    """Changes of the chip's parts."""
    return {f"chip_{name}": value for name, value in parts.items()}


def self_made() -> dict[str, bytes]:
    """A chip whose records were all made by somebody with keys of his own, under the issuer's key identifier."""
    return chip(birth_record=pki.birth_record("own-chip", "own-town"), cvc=pki.cvc("own-town", "own-issuer"))


CLONES: dict[str, Any] = {
    "self-made-chip": (self_made, "own-chip"),
    "self-made-record-under-a-genuine-cvc": (
        lambda: chip(birth_record=pki.birth_record("own-chip", "own-town")),
        "own-chip",
    ),
    "copied-records-without-the-chip": (dict, "own-chip"),
    "cvc-of-an-unknown-issuer": (lambda: chip(cvc=pki.cvc(key_id=pki.KEY_ID_TOWN)), "chip"),
    "cvc-signed-by-another-key": (lambda: chip(cvc=pki.cvc(issuer="own-issuer")), "chip"),
    "birth-date-altered": (lambda: chip(birth_record=pki.birth_record().replace(b"19900401", b"19900402")), "chip"),
}


@pytest.mark.parametrize("purpose", ["tap", "enrol"])
@pytest.mark.parametrize("clone", CLONES)
def test_chip_that_is_not_genuine_is_refused(world: World, purpose: str, clone: str) -> None:
    """Every broken link is CARD_NOT_GENUINE, at a tap and at enrolment, before any status question; the twin passes."""
    if purpose == "tap":
        world.attempt("enrol")
        world.responder.asked.clear()
    make, signer = CLONES[clone]
    begun = world.begin(purpose)
    changes = {**make(), "chip_signature": pki.sign(signer, b64decode(begun["challenge"]))}
    outcome = world.post("complete", world.present(begun, purpose, **changes))["outcome"]
    refused(outcome, "CARD_NOT_GENUINE", "challenge" if purpose == "tap" else "proof")
    assert world.responder.asked == []
    assert world.attempt(purpose)["reason"] == "OK"


def test_signature_over_an_old_challenge_is_not_genuine(enrolled: World) -> None:
    """A chip signature recorded earlier proves nothing now."""
    old = pki.sign("chip", b64decode(enrolled.begin("tap")["challenge"]))
    refused(enrolled.attempt("tap", chip_signature=old), "CARD_NOT_GENUINE", "challenge")


def test_another_genuine_chip_is_told_apart(enrolled: World) -> None:
    """The certificate shown with another genuine chip of the same birth date is CARD_CHANGED."""
    begun = enrolled.begin("tap")
    changes = chip(birth_record=pki.birth_record("chip-2"), signature=pki.sign("chip-2", b64decode(begun["challenge"])))
    outcome = enrolled.post("complete", enrolled.present(begun, "tap", **changes))["outcome"]
    refused(outcome, "CARD_CHANGED", "challenge")
    assert enrolled.responder.asked == []


def test_another_birth_date_is_another_holder(enrolled: World) -> None:
    """A genuine record with another birth date is HOLDER_MISMATCH."""
    refused(
        enrolled.attempt("tap", chip_birth_record=pki.birth_record(date=b"19900402")), "HOLDER_MISMATCH", "challenge"
    )


def test_stranger_cannot_tap(world: World) -> None:
    """A tap without an enrolment is NOT_ENROLLED, at the end without a hint and at once with one."""
    refused(world.attempt("tap"), "NOT_ENROLLED", "status")
    outcome = world.begin("tap", holder={"certificate": b64(pki.leaf())})["outcome"]
    refused(outcome, "NOT_ENROLLED", None)


def test_birth_date_is_given_to_an_authenticated_terminal(enrolled: World) -> None:
    """A known terminal that names the holder learns the enrolled birth date; one that names nobody learns none."""
    hint = {"certificate": b64(pki.leaf())}
    assert enrolled.begin("tap", holder=hint)["birth_date"] == "1990-04-01"
    assert "birth_date" not in enrolled.begin("tap")
    assert "birth_date" not in enrolled.begin("login", holder=hint)


@pytest.mark.parametrize(
    "terminal", [{"id": "counter-1", "credential": "guess"}, {"id": "counter-2", "credential": "secret-1"}]
)
def test_birth_date_is_given_to_nobody_else(enrolled: World, terminal: dict[str, str]) -> None:
    """A wrong credential or an unknown terminal is POLICY, and the answer holds no birth date."""
    answer = enrolled.begin("tap", terminal=terminal, holder={"certificate": b64(pki.leaf())})
    refused(answer["outcome"], "POLICY", None)
    assert "1990" not in str(answer)


def test_tap_without_a_terminal_is_refused_and_login_is_not(enrolled: World) -> None:
    """Only the tap needs a terminal; the same message as a login begins."""
    message = {"service": "library", "environment": "attended"}
    refused(enrolled.post("begin", {"purpose": "tap", **message})["outcome"], "POLICY", None)
    assert "session" in enrolled.post("begin", {"purpose": "login", **message})


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [("attended", True), ("managed", True), ("lent", True), ("online", False), ("outdoor", False)],
)
def test_tap_depends_on_the_place(enrolled: World, environment: str, allowed: bool) -> None:  # noqa: FBT001
    """A tap begins face to face or under supervision only; a login begins everywhere."""
    answer = enrolled.begin("tap", environment=environment)
    if allowed:
        assert "session" in answer
    else:
        refused(answer["outcome"], "PLACE_NOT_ALLOWED", None)
    assert "session" in enrolled.begin("login", environment=environment)


def test_session_begun_for_one_holder_ends_with_no_other(enrolled: World) -> None:
    """A birth date given out for one holder does not serve another, enrolled and genuine as she is."""
    begun = enrolled.begin("enrol")
    challenge = b64decode(begun["challenge"])
    parts = chip(birth_record=pki.birth_record("chip-2"), signature=pki.sign("chip-2", challenge))
    other = pki.leaf(holder="holder-2", serial=5)
    message = enrolled.present(begun, "enrol", certificate=other, signature=pki.sign("holder-2", challenge), **parts)
    assert enrolled.post("complete", message)["outcome"]["reason"] == "OK"
    for hint, reason in ((pki.leaf(), "HOLDER_MISMATCH"), (other, "OK")):
        begun = enrolled.begin("tap", holder={"certificate": b64(hint)})
        parts["chip_signature"] = pki.sign("chip-2", b64decode(begun["challenge"]))
        message = enrolled.present(begun, "tap", certificate=other, **parts)
        assert enrolled.post("complete", message)["outcome"]["reason"] == reason


def test_account_is_known_by_issuer_key_and_serial(enrolled: World) -> None:
    """The same serial under the other generation's key is a stranger."""
    enrolled.responder.set(issuer_key="auth-ca-2")
    refused(enrolled.attempt("login", certificate=pki.leaf(issuer_key="auth-ca-2")), "NOT_ENROLLED", "status")


def test_enrolling_twice_is_refused(enrolled: World) -> None:
    """The second enrolment at a service is ALREADY_ENROLLED; at another service it adds that one."""
    refused(enrolled.attempt("enrol"), "ALREADY_ENROLLED", "status")
    begun = enrolled.begin("enrol", service="archive")
    assert enrolled.post("complete", enrolled.present(begun, "enrol"))["outcome"]["reason"] == "OK"
    account = enrolled.post("account", {"certificate": b64(pki.leaf())})["account"]
    assert (account["services"], account["accepted"]) == (["archive", "library"], 2)


def test_enrolment_at_one_service_opens_no_other(enrolled: World) -> None:
    """A holder of the library is a stranger to the archive."""
    begun = enrolled.begin("login", service="archive")
    refused(enrolled.post("complete", enrolled.present(begun, "login"))["outcome"], "NOT_ENROLLED", "status")


def test_birth_date_is_not_given_to_a_service_without_the_holder(enrolled: World) -> None:
    """Another service of the same relying party, where the holder has not enrolled, learns nothing of her."""
    services = [*configuration()["services"], {"id": "pool", "purposes": ["tap"]}]
    enrolled.post("configure", {**configuration(), "services": services})
    answer = enrolled.begin("tap", service="pool", holder={"certificate": b64(pki.leaf())})
    refused(answer["outcome"], "NOT_ENROLLED", None)
    assert "1990" not in str(answer)


@pytest.mark.parametrize(("service", "purpose"), [("archive", "sign"), ("nobody", "login")])
def test_service_is_open_for_its_purposes_only(enrolled: World, service: str, purpose: str) -> None:
    """A purpose that a service does not have, and a service that does not exist, are POLICY."""
    refused(enrolled.begin(purpose, service=service)["outcome"], "POLICY", None)


def test_service_closed_in_between_accepts_nothing(enrolled: World) -> None:
    """The policy of the end counts: a service closed after the beginning refuses at its last step."""
    begun = enrolled.begin("login")
    enrolled.post("configure", {**configuration(), "services": []})
    refused(enrolled.post("complete", enrolled.present(begun, "login"))["outcome"], "POLICY", "account")


def test_removed_anchor_is_an_unknown_issuer(enrolled: World) -> None:
    """A leaf of a generation that is no longer pinned is UNKNOWN_ISSUER."""
    kept = [
        each
        for each in configuration()["authorities"]
        if each["certificate"] != b64(pki.der(pki.authority("auth", "auth-ca")))
    ]
    enrolled.post("configure", {**configuration(), "authorities": kept})
    refused(enrolled.attempt("login"), "UNKNOWN_ISSUER", "purpose")


@pytest.mark.parametrize(
    ("purpose", "part"),
    [
        ("login", "signature"),
        ("enrol", "signature"),
        ("enrol", "chip_cvc"),
        ("tap", "chip_cvc"),
        ("sign", "document_signature"),
    ],
)
def test_missing_part_is_malformed(enrolled: World, purpose: str, part: str) -> None:
    """A purpose without one of its parts is MALFORMED, and nothing is asked."""
    refused(enrolled.attempt(purpose, **{part: None}), "MALFORMED", None)
    assert enrolled.responder.asked == []


def test_signed_document_is_ours_and_unaltered(world: World) -> None:
    """The document holds the challenge; one changed byte of what was signed is BAD_SIGNATURE."""
    world.responder.set(issuer_key="sign-ca", kind="sign")
    begun = world.begin("sign")
    document = b64decode(begun["document"])
    assert begun["challenge"].encode() in document
    altered = pki.sign("holder", document[:-1] + b"?")
    message = world.present(begun, "sign", document_signature=altered)
    refused(world.post("complete", message)["outcome"], "BAD_SIGNATURE", "challenge")


def test_authentication_certificate_signs_no_document(world: World) -> None:
    """An authentication certificate offered for a signature is WRONG_PURPOSE, as is digitalSignature alone."""
    refused(world.attempt("sign", certificate=pki.leaf("auth")), "WRONG_PURPOSE", "decode")
    bits = [(pki.key_usage("digital_signature"), True), pki.sign_extensions()[1]]
    refused(world.attempt("sign", certificate=pki.leaf("sign", extensions=bits)), "WRONG_PURPOSE", "decode")


def test_expired_generation_is_not_relied_on(world: World) -> None:
    """A leaf within its own period under an anchor past its own is EXPIRED, and the outcome says whose."""
    old = pki.authority("auth", "auth-ca-old", pki.NOW.replace(hour=0, minute=19))
    anchors = [*configuration()["authorities"], {"kind": "auth", "certificate": b64(pki.der(old))}]
    world.post("configure", {**configuration(), "authorities": anchors})
    outcome = world.attempt("login", certificate=pki.leaf(issuer_key="auth-ca-old"))
    refused(outcome, "EXPIRED", "issuer")
    assert outcome["details"]["certificate"] == "issuer"
    assert outcome["details"]["compared"] == {
        "what": "notAfter",
        "limit": "2026-11-21T00:19:00Z",
        "now": "2026-11-21T00:20:00Z",
    }
