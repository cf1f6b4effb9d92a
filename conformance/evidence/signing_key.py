"""The certifier's own key: Ed25519 (RFC 8032), as PKCS#8 PEM in a file that its owner alone can read.

A key is named by its id: the SHA-256 of its SubjectPublicKeyInfo (DER), in hexadecimal.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from harness.errors import ConfigurationError

PASSPHRASE = "KAZASHI_KEY_PASSPHRASE"  # noqa: S105  (the name of a variable)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
MADE_BY = "make one with `./kazashi report key --out FILE`"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that signs evidence."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        """The key that checks what it signed."""
        return self.private.public_key()

    def sign(self, octets: bytes) -> bytes:
        """Return the signature, 64 octets."""
        return self.private.sign(octets)


class PassphraseMissing(ConfigurationError):
    """The key is encrypted, and nobody said the passphrase."""


def key_id(public: Ed25519PublicKey) -> str:
    """Return the id of a key."""
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def public_pem(public: Ed25519PublicKey) -> str:
    """Return a public key as PEM."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def make_key(path: Path, passphrase: bytes | None) -> tuple[SigningKey, Path]:
    """Return a fresh key, written to `path`, and the file of its public key; ConfigurationError where one lies."""
    key = SigningKey(Ed25519PrivateKey.generate())
    protection: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    public = path.with_name(path.name + ".pub")
    _write_new(path, pem, 0o600)
    _write_new(public, public_pem(key.public).encode(), 0o644)
    return key, public


def load_key(path: Path, passphrase: bytes | None) -> SigningKey:
    """Return the key in a file; ConfigurationError names what is wrong with it, PassphraseMissing what it lacks."""
    try:
        mode, pem = path.stat().st_mode, path.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"--sign {path}: {fault.strerror}; {MADE_BY}") from fault
    if mode & OTHERS:
        raise ConfigurationError(
            f"--sign {path}: expected a file that its owner alone can read (0600), actual {stat.S_IMODE(mode):04o}; "
            f"chmod 600 {path}"
        )
    try:
        key = load_pem_private_key(pem, passphrase)
    except TypeError as fault:
        if passphrase is None:
            raise PassphraseMissing(
                f"--sign {path}: the key is encrypted; say its passphrase in {PASSPHRASE}, or run on a terminal"
            ) from fault
        raise ConfigurationError(f"--sign {path}: the key is not encrypted; unset {PASSPHRASE}") from fault
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise ConfigurationError(
            f"--sign {path}: expected an Ed25519 key as PKCS#8 PEM and its passphrase, actual {fault}; {MADE_BY}"
        ) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(f"--sign {path}: expected an Ed25519 key, actual {type(key).__name__}; {MADE_BY}")
    return SigningKey(key)


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file; ConfigurationError when it holds none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as fault:
        raise ConfigurationError(f"--signer {path}: {fault.strerror}; name the signer's public key") from fault
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise ConfigurationError(f"--signer {path}: expected a public key as PEM, actual {fault}") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError(f"--signer {path}: expected an Ed25519 key, actual {type(key).__name__}")
    return key


def _write_new(path: Path, octets: bytes, mode: int) -> None:
    """Write a file that was not there; a key is never replaced: what it signed could not be checked any more."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as fault:
        raise ConfigurationError(f"--out {path}: expected no file there, actual one; name another") from fault
    except OSError as fault:
        raise ConfigurationError(f"--out {path}: {fault.strerror}; name a place that can be written") from fault
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
