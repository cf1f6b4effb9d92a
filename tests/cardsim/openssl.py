"""OpenSSL as a judge of signatures that none of our code made or checks."""

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha256")
"""Options of `openssl dgst` for RSASSA-PSS with SHA-256 and a salt of 32 bytes."""


def run(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """What `openssl` says, in a folder."""
    return subprocess.run(["openssl", *arguments], cwd=folder, input=given, capture_output=True, check=False)


def accepts(folder: Path, key: RSAPublicKey, message: bytes, signature: bytes, options: tuple[str, ...] = ()) -> bool:
    """Whether `openssl dgst -sha256 -verify` accepts."""
    write_key(folder, key)
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    done = run(
        folder, "dgst", "-sha256", *options, "-verify", "key.pem", "-signature", "signature", "message"
    )  # fmt: skip
    return done.returncode == 0 and done.stdout == b"Verified OK\n"


def recovered(folder: Path, key: RSAPublicKey, signature: bytes) -> bytes:
    """What is in a PKCS#1 v1.5 signature, says `openssl pkeyutl -verifyrecover`."""
    write_key(folder, key)
    (folder / "signature").write_bytes(signature)
    done = run(folder, "pkeyutl", "-verifyrecover", "-pubin", "-inkey", "key.pem", "-in", "signature")
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_key(folder: Path, key: RSAPublicKey) -> None:
    """The key as `key.pem`."""
    (folder / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
