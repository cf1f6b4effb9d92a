"""How each starter is built and run: the programs that it needs, and the commands in its folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE = 240.0
"""Seconds for one command; a first build fills the caches of its tools."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """One language: `needs` are looked up on PATH; `build`, `test` and `run` are run in the starter's folder."""

    needs: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    test: tuple[tuple[str, ...], ...]
    run: tuple[str, ...]


TOOLCHAINS = {
    "python": Toolchain(
        needs=(),
        build=(),
        test=((sys.executable, "-m", "unittest"),),
        run=(sys.executable, "adapter.py"),
    ),
    "go": Toolchain(
        needs=("go",),
        build=(("go", "build", "-o", "kazashi-adapter", "."),),
        test=(("go", "vet", "./..."), ("go", "test", "./...")),
        run=("./kazashi-adapter",),
    ),
    "typescript": Toolchain(
        needs=("node", "npm"),
        build=(("npm", "ci", "--no-audit", "--no-fund"), ("npm", "run", "build")),
        test=(("npm", "test"),),
        run=("node", "dist/main.js"),
    ),
}
"""TypeScript's `npm ci` needs the registry; versions and hashes are those of its lock file."""


def need(language: str) -> Toolchain:
    """Return the toolchain; where it is missing the test is skipped with the reason, but in CI it fails."""
    toolchain = TOOLCHAINS[language]
    if missing := [program for program in toolchain.needs if shutil.which(program) is None]:
        reason = f"the {language} starter needs {', '.join(missing)} on PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI it must be there")
        pytest.skip(reason)
    return toolchain


def succeed(command: Sequence[str], folder: Path) -> str:
    """Return what a command printed; the test fails with it when the command does."""
    done = subprocess.run(
        command,
        cwd=folder,
        # Go keeps its cache below HOME and Maven its repository, and tox does not hand it on.
        env={"HOME": str(Path.home()), **os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)} in {folder}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
