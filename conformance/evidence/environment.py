"""In what a run took place: versions, and no name of a host, a user or a folder."""

import platform
import subprocess
from pathlib import Path

import cryptography
from cryptography.hazmat.backends.openssl import backend
from msgspec import Struct

ROOT = Path(__file__).parents[2]
SECONDS = 10


class Environment(Struct, frozen=True, forbid_unknown_fields=True):
    """What computed the verdicts."""

    python: str
    cryptography: str
    openssl: str
    system: str
    machine: str


class Revision(Struct, frozen=True, forbid_unknown_fields=True):
    """Which source the suite is; null where it is no checkout of git."""

    revision: str | None
    modified: bool | None
    """Whether files differ from that revision."""


def environment() -> Environment:
    """Return the environment of this process."""
    return Environment(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        cryptography=cryptography.__version__,
        openssl=backend.openssl_version_text(),
        system=platform.system(),
        machine=platform.machine(),
    )


def revision(root: Path = ROOT) -> Revision:
    """Return the revision of the source tree at `root`."""
    if not (root / ".git").exists():
        return Revision(None, None)
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return Revision(None, None)
    return Revision(head, bool(changed))


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=SECONDS)
    return done.stdout.strip()
