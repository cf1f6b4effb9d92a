"""The walls of the house hold: each import contract is seen to break when it is violated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cardsim", "harness", "reference_impl", "scenarios", "conformance", "loadtests")


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    """The packages and their contracts, to be damaged."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter there."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=house, capture_output=True, text=True, check=False
    )


def test_contracts_are_kept(copy_of_the_house: Path) -> None:
    """The repository itself breaks none of them."""
    done = lint(copy_of_the_house)
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("cardsim/tlv.py", "import harness.errors", "Nothing imports upward"),
        ("harness/clock.py", "import conformance.case", "Nothing imports upward"),
        ("scenarios/__init__.py", "import conformance.case", "Nothing imports upward"),
        ("reference_impl/clock.py", "import cardsim.tlv", "shares no code with those who judge it"),
        ("harness/clock.py", "import reference_impl.clock", "never imported"),
        ("conformance/checker/status.py", "import harness.errors", "The checker stands alone"),
        ("conformance/checker/status.py", "import conformance.case", "The checker stands alone"),
        ("cardsim/card.py", "import socket", "The cores are functions of values"),
        ("cardsim/commands/reading.py", "import time", "The cores are functions of values"),
        ("harness/jlis/ocsp.py", "import random", "The cores are functions of values"),
        ("harness/jlis/crl.py", "import harness.population", "The cores are functions of values"),
        ("reference_impl/verification/core.py", "import secrets", "The cores are functions of values"),
    ],
)
def test_violation_breaks_its_contract(copy_of_the_house: Path, module: str, line: str, contract: str) -> None:
    """One forbidden import, and the contract that forbids it is reported as broken."""
    path = copy_of_the_house / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(copy_of_the_house)
    assert done.returncode != 0
    broken = [row for row in done.stdout.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(contract in row for row in broken), done.stdout
