"""The OpenSSL command line, an opinion that shares nothing with the harness."""

import re
import subprocess
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.personalisation import IssuedCard
from harness.world import World


def openssl(*arguments: str | Path) -> tuple[int, str]:
    """Return the exit code and everything that was said."""
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def status_of(said: str) -> str:
    """Return what `openssl ocsp` says of the certificate; its exit code is 0 for each of the three.

    The word stands alone on its line when a warning about the host's clock came between it and the certificate's name.
    """
    (found,) = re.findall(r"^(?:\S+: )?(good|revoked|unknown)$", said, re.MULTILINE)
    assert "Response verify OK" in said
    return str(found)


def at(instant: datetime) -> tuple[str, str]:
    """Return the option that makes OpenSSL judge times at `instant` where it can."""
    return "-attime", str(int(instant.timestamp()))


def write_pem(folder: Path, name: str, der: bytes) -> Path:
    """Return a certificate as a PEM file."""
    path = folder / f"{name}.pem"
    path.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return path


def write_card(folder: Path, card: IssuedCard) -> dict[str, Path]:
    """Return both certificates of a card as PEM files, by kind."""
    return {
        "auth": write_pem(folder, f"auth-{card.auth_serial:x}", card.auth_certificate),
        "sign": write_pem(folder, f"sign-{card.sign_serial:x}", card.sign_certificate),
    }


def write_authorities(folder: Path, world: World) -> dict[str, Path]:
    """Return the authorities as PEM files, by kind."""
    return {kind: write_pem(folder, f"{kind}-ca", der) for kind, der in world.trust().authorities.items()}
