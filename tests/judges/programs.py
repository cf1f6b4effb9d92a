"""The judges' programs, each run as a process: OpenSSL, GnuTLS (certtool, ocsptool), pkilint's commands."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE_SECONDS = 60
PACKAGES = {"openssl": "Debian package openssl", "certtool": "Debian package gnutls-bin", "ocsptool": "gnutls-bin"}


def run(program: str, *arguments: str | Path) -> tuple[int, str]:
    """Return the exit code and everything that was said; the test is left out when the program is not there."""
    done = subprocess.run(
        [_found(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return done.returncode, done.stdout + done.stderr


def leave_out(reason: str) -> NoReturn:
    """Skip the test; under CI it fails, for a skip must not look green."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _found(program: str) -> str:
    """Return the program's path: beside this Python, where pip puts commands, or on PATH."""
    beside = shutil.which(program, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(program)
    if found is None:
        leave_out(f"{program}: expected on PATH, actual none; install {PACKAGES.get(program, 'pkilint (pip)')}")
    return found
