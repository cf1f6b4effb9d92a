"""How a client is built: the programs that it needs, and one command with all that it printed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 280.0
"""Seconds for one command: a first build fills Maven's repository; the lane ends a test after 300."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    code: int
    printed: str


def need(*programs: str) -> None:
    """Skip the test, with the reason, where a program is missing; in CI it fails."""
    if missing := [program for program in programs if shutil.which(program) is None]:
        reason = f"the control client needs {', '.join(missing)} on PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI it must be there")
        pytest.skip(reason)


def run(command: Sequence[str | Path], folder: Path, home: Path, **more: str) -> Done:
    """Run a command in a folder; worlds that it starts live in `home` and are of this checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAZASHI")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={"HOME": str(Path.home()), **environment, "KAZASHI_HOME": str(home), "PYTHONPATH": str(ROOT), **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout)
