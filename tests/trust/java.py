"""Java as a vendor has it: `java File.java` and `keytool`, an opinion that shares nothing with the harness."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE_SECONDS = 120


def need(program: str) -> str:
    """Return the program's path, or leave the test out."""
    found = shutil.which(program)
    if found is None:
        leave_out(f"{program} is not on PATH: install a JDK (openjdk-17-jdk-headless), curl and util-linux")
    return found


def leave_out(reason: str) -> NoReturn:
    """Skip the test; under CI it fails, for a skip must not look green."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def java(source: Path, *arguments: str | Path, options: tuple[str, ...] = ()) -> tuple[int, str]:
    """Return the exit code of a one-file Java program and everything that it said."""
    return _run(need("java"), *options, str(source), *map(str, arguments))


def keytool(*arguments: str | Path) -> tuple[int, str]:
    """Return the exit code of keytool and everything that it said, in English."""
    return _run(need("keytool"), "-J-Duser.language=en", *map(str, arguments))


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    return done.returncode, done.stdout + done.stderr
