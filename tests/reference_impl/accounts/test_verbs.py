"""The contract's verb `unlink` and its purpose `relink`, over the surface, where no link service is asked."""

import msgspec
import pytest

from harness.contract import messages
from harness.contract.vocabulary import Capability
from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, World, b64


def unlink(world: World, certificate: bytes, service: str = "library") -> Message:
    """The outcome of leaving."""
    outcome: Message = world.post("unlink", {"certificate": b64(certificate), "service": service})["outcome"]
    return outcome


def test_leaving_is_accepted_once(enrolled: World) -> None:
    """Accepted with its steps, then nobody is there."""
    outcome = unlink(enrolled, pki.leaf())
    assert (outcome["decision"], outcome["reason"]) == ("accept", "OK")
    assert outcome["steps"] == ["decode", "issuer", "account", "done"]
    assert enrolled.post("account", {"certificate": b64(pki.leaf())}) == {"account": None}
    again = unlink(enrolled, pki.leaf())
    assert (again["decision"], again["reason"], again["steps"]) == ("reject", "NOT_ENROLLED", ["decode", "issuer"])
    assert enrolled.attempt("tap")["reason"] == "NOT_ENROLLED"


REFUSED = {
    "no-certificate": (b"no DER", "MALFORMED", []),
    "unpinned-issuer": (pki.leaf(issuer_key="rogue-ca"), "UNKNOWN_ISSUER", ["decode"]),
    "forged": (pki.leaf(issuer_key="rogue-ca", aki_key="auth-ca"), "BAD_SIGNATURE", ["decode"]),
    "signature-certificate": (pki.leaf("sign"), "UNKNOWN_ISSUER", ["decode"]),
    "somebody-else": (pki.leaf(serial=0x7777), "NOT_ENROLLED", ["decode", "issuer"]),
}


@pytest.mark.parametrize(("certificate", "reason", "steps"), REFUSED.values(), ids=REFUSED)
def test_whoever_is_not_enrolled_leaves_nothing(
    enrolled: World, certificate: bytes, reason: str, steps: list[str]
) -> None:
    """Refused for its reason, in both languages, and the one who is enrolled stays."""
    outcome = unlink(enrolled, certificate)
    assert (outcome["reason"], outcome["steps"]) == (reason, steps)
    assert outcome["details"]["ja"]
    assert outcome["details"]["en"]
    assert enrolled.post("account", {"certificate": b64(pki.leaf())})["account"]["services"] == ["library"]


def test_another_service_is_not_left(enrolled: World) -> None:
    """Only what was asked for."""
    assert unlink(enrolled, pki.leaf(), "archive")["reason"] == "NOT_ENROLLED"
    assert enrolled.attempt("tap")["reason"] == "OK"


def test_an_expired_card_is_enough_to_leave(enrolled: World) -> None:
    """Nobody has to renew a card in order to leave."""
    enrolled.set_time("2040-01-01T00:00:00Z")
    assert enrolled.begin("tap", holder={"certificate": b64(pki.leaf())})["outcome"]["reason"] == "EXPIRED"
    assert unlink(enrolled, pki.leaf())["reason"] == "OK"


def relink(world: World, **changes: bytes | None) -> Message:
    """The outcome of a relink with what an enrolment shows."""
    begun = world.begin("relink")
    message = world.present(begun, "enrol", **changes)
    outcome: Message = world.post("complete", message)["outcome"]
    return outcome


def test_relink_of_the_enrolled_certificate_is_already_enrolled(enrolled: World) -> None:
    """There is nothing that it follows."""
    outcome = relink(enrolled)
    assert (outcome["reason"], outcome["steps"][-1]) == ("ALREADY_ENROLLED", "status")


def test_relink_needs_what_every_attempt_needs(enrolled: World) -> None:
    """The PIN's signature over the challenge, and a genuine chip where one is shown."""
    assert relink(enrolled, signature=None)["reason"] == "MALFORMED"
    assert relink(enrolled, signature=pki.sign("holder", b"another"))["reason"] == "BAD_SIGNATURE"
    assert relink(enrolled, chip_signature=b"\1" * 256)["reason"] == "CARD_NOT_GENUINE"


def test_relink_is_offered_where_enrolment_is(world: World) -> None:
    """A service that is open for `enrol` is open for it, and a stranger is not enrolled by it."""
    assert relink(world)["reason"] == "NOT_ENROLLED"
    assert world.post("account", {"certificate": b64(pki.leaf())}) == {"account": None}


def test_answers_are_of_the_contract(enrolled: World) -> None:
    """Read by the suite's own types, which refuse a field or a word that the contract does not have."""
    hello = enrolled.send("hello", b'{"contract": "1.0"}').content
    introduced = msgspec.json.decode(hello, type=messages.Introduction)
    assert {Capability.RELINK, Capability.UNLINK} <= set(introduced.capabilities)
    asked = msgspec.json.encode(messages.Unlink(certificate=pki.leaf(), service="library"))
    left = msgspec.json.decode(enrolled.send("unlink", asked).content, type=messages.Unlinked)
    assert (left.outcome.decision, left.outcome.reason) == ("accept", "OK")
