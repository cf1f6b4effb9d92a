"""Java and Maven as a vendor has them: found on PATH, with the user's own local repository."""

import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.toolchains import succeed

JAR = Path("target/kazashi-adapter.jar")
PROGRAMS = ("java", "javac", "mvn")


def need() -> None:
    """Leave the test out where a program is missing, with the reason; in CI it fails instead."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        reason = f"the Java starter needs {', '.join(missing)} on PATH (openjdk-17-jdk-headless, maven)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI it must be there")
        pytest.skip(reason)


def java(program: str) -> str:
    """Return the path of a program of the JDK."""
    need()
    found = shutil.which(program)
    assert found is not None
    return found


def run_jar(jar: Path) -> list[str]:
    """Return the command that runs a jar."""
    return [java("java"), "-jar", str(jar)]


def mvn(folder: Path, *goals: str) -> str:
    """Return what Maven said; warnings of the compiler are errors."""
    command = [java("mvn"), "-B", "-ntp", "-q", "-Dmaven.compiler.failOnWarning=true", *goals]
    return succeed(command, folder)
