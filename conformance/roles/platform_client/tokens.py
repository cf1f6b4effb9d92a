"""JSON Web Signatures (RFC 7515, compact) by P-256, and those that are none: what a platform signs, well or not."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Claims = dict[str, Any]
OCTETS = 32


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return what base64url without padding stands for; ValueError for what is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def jwk(key: EllipticCurvePublicKey, kid: str) -> Claims:
    """Return a public key as JWK (RFC 7517)."""
    numbers = key.public_numbers()
    x, y = (encoded(each.to_bytes(OCTETS, "big")) for each in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"}


def private_jwk(key: EllipticCurvePrivateKey, kid: str) -> Claims:
    """Return a private key as JWK."""
    return {**jwk(key.public_key(), kid), "d": encoded(key.private_numbers().private_value.to_bytes(OCTETS, "big"))}


def signed(claims: Claims, key: EllipticCurvePrivateKey, kid: str) -> str:
    """Return the claims signed by ES256."""
    head = _head({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims)
    r, s = decode_dss_signature(key.sign(head.encode(), ECDSA(SHA256())))
    return f"{head}.{encoded(r.to_bytes(OCTETS, 'big') + s.to_bytes(OCTETS, 'big'))}"


def unsigned(claims: Claims) -> str:
    """Return the claims under alg none."""
    return f"{_head({'alg': 'none', 'typ': 'JWT'}, claims)}."


def signed_by_public_key(claims: Claims, key: EllipticCurvePublicKey, kid: str) -> str:
    """Return the claims under HS256, keyed with what everybody knows."""
    head = _head({"alg": "HS256", "kid": kid, "typ": "JWT"}, claims)
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return f"{head}.{encoded(hmac.new(secret, head.encode(), hashlib.sha256).digest())}"


def read(token: str, key: EllipticCurvePublicKey) -> Claims:
    """Return the claims of a token that a key signed by ES256; ValueError for any other."""
    try:
        head, body, signature = token.split(".")
        header, raw = json.loads(decoded(head)), decoded(signature)
        if header.get("alg") != "ES256" or len(raw) != 2 * OCTETS:
            raise ValueError(f"expected ES256, actual {header.get('alg')}")
        r, s = (int.from_bytes(raw[at : at + OCTETS], "big") for at in (0, OCTETS))
        key.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ECDSA(SHA256()))
        claims: Claims = json.loads(decoded(body))
    except (InvalidSignature, UnicodeDecodeError, AttributeError) as fault:
        raise ValueError(f"expected a token that the key signed, actual {fault!r}") from fault
    return claims


def _head(header: Claims, claims: Claims) -> str:
    return f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
