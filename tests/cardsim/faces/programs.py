"""Independent readers of pictures: none of them is ours, and none is Pillow, which wrote what they read."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

PACKAGES = {
    "tesseract": "tesseract-ocr",
    "zbarimg": "zbar-tools",
    "xmllint": "libxml2-utils",
    "opj_decompress": "libopenjp2-tools",
    "opj_dump": "libopenjp2-tools",
    "pngtopnm": "netpbm",
    "rsvg-convert": "librsvg2-bin",
}
"""The Debian package of each."""


def run(program: str, *arguments: str, env: dict[str, str] | None = None) -> str:
    """What a program prints; it must succeed."""
    return run_binary(program, *arguments, env=env).decode()


def run_binary(program: str, *arguments: str, env: dict[str, str] | None = None) -> bytes:
    """The bytes that a program puts out; it must succeed."""
    path = shutil.which(program)
    if path is None:
        leave_out(f"{program}: expected on PATH, actual none; install Debian's {PACKAGES[program]}")
    done = subprocess.run(
        [path, *arguments], capture_output=True, check=False, env={**os.environ, **(env or {})}, timeout=250
    )
    assert done.returncode == 0, f"{program} {' '.join(arguments)}: {done.stderr.decode(errors='replace')}"
    return done.stdout


def saved(content: bytes, path: Path) -> str:
    """Write a picture for a program, and return its path."""
    path.write_bytes(content)
    return str(path)


def leave_out(reason: str) -> NoReturn:
    """Skip the test; under CI it fails, for a skip must not look green."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
