"""Questions to a platform and its answers, as a client of its makes and checks them: JWS with Ed25519 (RFC 7515, 8037).

Written from docs/backends.md; INVENTED, as no platform's format is public. Pure, but for what is drawn by who calls.
"""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MEDIA_TYPE = "application/jose"
PATH = "/v1/questions"
QUESTION, ANSWER = "kazashi-question+jws", "kazashi-answer+jws"


class AnswerRefused(Exception):
    """An answer that is none to this question; `str()` says why."""


def login_question(  # noqa: PLR0913  (what a question is made of)
    *,
    identifier: str,
    client: str,
    platform: str,
    at: datetime,
    service: str,
    certificate: bytes,
    challenge: bytes,
    signature: bytes,
) -> bytes:
    """Return the payload that asks for the verification of a login."""
    ask = {
        "type": "verify",
        "shape": "authentication",
        "certificate": certificate,
        "environment": "online",
        "challenge": challenge,
        "signature": signature,
    }
    said = {"id": identifier, "from": client, "to": platform, "at": at, "service": service, "purpose": "login"}
    return msgspec.json.encode({**said, "ask": ask})


def seal(key: Ed25519PrivateKey, sender: str, payload: bytes) -> bytes:
    """Return the signed message (RFC 7515 §7.1)."""
    header = msgspec.json.encode({"alg": "EdDSA", "kid": sender, "typ": QUESTION})
    signed = _encoded(header) + b"." + _encoded(payload)
    return signed + b"." + _encoded(key.sign(signed))


def reason_in(message: bytes, key: Ed25519PublicKey, platform: str, question: bytes, identifier: str) -> str:
    """Return the reason in an answer to this question; AnswerRefused for anything that is no such answer."""
    parts = message.split(b".")
    try:
        header, payload, signature = (base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in parts)
        named: dict[str, Any] = msgspec.json.decode(header, type=dict[str, Any])
        said: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
        key.verify(signature, parts[0] + b"." + parts[1])
    except (ValueError, binascii.Error, msgspec.MsgspecError, InvalidSignature) as fault:
        raise AnswerRefused(f"no answer signed by the platform: {type(fault).__name__}") from fault
    if (named.get("alg"), named.get("kid"), named.get("typ")) != ("EdDSA", platform, ANSWER):
        raise AnswerRefused("another header")
    if said.get("id") != identifier or said.get("of") != hashlib.sha256(question).hexdigest():
        raise AnswerRefused("an answer to another question")
    reason = (said.get("said") or {}).get("reason")
    if not isinstance(reason, str):
        raise AnswerRefused("an answer without a reason")
    return reason


def _encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
