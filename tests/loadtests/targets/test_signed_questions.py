"""A platform's answer is believed when it is its own, and of this question."""

import base64
import hashlib

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loadtests.targets.signed_questions import AnswerRefused, reason_in

PLATFORM = Ed25519PrivateKey.from_private_bytes(bytes(32))
QUESTION, IDENTIFIER = b"a.b.c", "ab" * 32


def sealed(said: dict[str, object], *, kind: str = "kazashi-answer+jws", sender: str = "pf") -> bytes:
    """An answer as a platform signs it (RFC 7515 §3.1)."""
    header = msgspec.json.encode({"alg": "EdDSA", "kid": sender, "typ": kind})
    parts = [base64.urlsafe_b64encode(each).rstrip(b"=") for each in (header, msgspec.json.encode(said))]
    signed = b".".join(parts)
    return signed + b"." + base64.urlsafe_b64encode(PLATFORM.sign(signed)).rstrip(b"=")


def said(**changed: object) -> dict[str, object]:
    """What it says."""
    of = hashlib.sha256(QUESTION).hexdigest()
    return {"id": IDENTIFIER, "of": of, "said": {"reason": "REVOKED"}} | changed


def test_its_own_answer_is_believed() -> None:
    """The reason in it."""
    assert reason_in(sealed(said()), PLATFORM.public_key(), "pf", QUESTION, IDENTIFIER) == "REVOKED"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (sealed(said(id="cd" * 32)), "another question"),
        (sealed(said(of="00" * 32)), "another question"),
        (sealed(said(said={})), "without a reason"),
        (sealed(said(), kind="kazashi-question+jws"), "another header"),
        (sealed(said(), sender="pf-2"), "another header"),
        (sealed(said())[:-4] + b"AAAA", "no answer signed"),
        (b"<html>", "no answer signed"),
        (b"", "no answer signed"),
    ],
)
def test_another_answer_is_not(message: bytes, says: str) -> None:
    """One of another question, of another kind, of somebody else's, or none."""
    with pytest.raises(AnswerRefused, match=says):
        reason_in(message, PLATFORM.public_key(), "pf", QUESTION, IDENTIFIER)
