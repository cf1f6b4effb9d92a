"""Signed messages between a platform and its clients: JWS in compact form (RFC 7515 §3.1) with Ed25519 (RFC 8037 §3.1).

One algorithm and one header, so that nothing is left to negotiate: `alg` EdDSA, `kid` the sender, `typ` the kind of
message, which keeps an answer from being taken for a question. Everything else is refused.
"""

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

MEDIA_TYPE: Final = "application/jose"
QUESTION: Final = "kazashi-question+jws"
ANSWER: Final = "kazashi-answer+jws"


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header; there is no other."""

    alg: Literal["EdDSA"]
    kid: str
    typ: str


class NotSealed(ValueError):
    """No message of this kind under a known key: what was expected, and what was found."""


class KeyUnusable(ValueError):
    """A file without the key it should hold. Its content is not repeated."""


def seal(key: Ed25519PrivateKey, sender: str, kind: str, payload: bytes) -> bytes:
    """The signed message."""
    header = msgspec.json.encode(Header("EdDSA", sender, kind))
    signed = _encode(header) + b"." + _encode(payload)
    return signed + b"." + _encode(key.sign(signed))


def unseal(message: bytes, kind: str, key_of: Callable[[str], Ed25519PublicKey | None]) -> tuple[str, bytes]:
    """Sender and payload; NotSealed unless it is of this kind and signed by that sender's key."""
    parts = message.split(b".")
    if len(parts) != 3:
        raise NotSealed(f"expected three parts (RFC 7515 §3.1), found {len(parts)}")
    octets = [_decode(part) for part in parts]
    try:
        header = msgspec.json.decode(octets[0], type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotSealed(f"expected a header of alg EdDSA, kid and typ, found: {error}") from error
    if header.typ != kind:
        raise NotSealed(f"expected typ {kind}, found another")
    key = key_of(header.kid)
    if key is None:
        raise NotSealed("expected a known sender, found another")
    try:
        key.verify(octets[2], parts[0] + b"." + parts[1])
    except InvalidSignature as error:
        raise NotSealed("expected the sender's signature, found another") from error
    return header.kid, octets[1]


def load_private(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key in a PEM file that its owner alone may read, as the audit's key and every token."""
    key = _load(path, lambda pem: load_pem_private_key(pem, None))
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path}: expected a private key of Ed25519, found another kind")
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyUnusable(f"{path}: expected mode 0600, found {mode:04o}; chmod 600 it")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The Ed25519 public key in a PEM file."""
    key = _load(path, load_pem_public_key)
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{path}: expected a public key of Ed25519, found another kind")
    return key


def _load(path: Path, read: Callable[[bytes], object]) -> object:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise KeyUnusable(f"{path}: expected a key in PEM, found: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path}: expected a key in PEM without password, found something else") from error


def _encode(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def _decode(part: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2), and no second spelling of the same octets."""
    try:
        octets = base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSealed("expected base64url, found something else") from error
    if _encode(octets) != part:
        raise NotSealed("expected base64url in its one form, found another")
    return octets
