"""Tries every mutant of a package: `python -m tests.mutation reference_impl/verification [--only der.py] [TESTS…]`.

Says what survived as it goes, and at the end how many were noticed. With `--outcomes FILE` a run goes on where another
one ended: a mutant is tried again if its function was changed since, and with `--survivors` if it survived.

Exit codes: 0 all were noticed, 1 some survived, 2 the tests fail without any change.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import pytest

from tests.mutation.ledger import Ledger
from tests.mutation.trial import Asking, Trial

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = ("cacheprovider", "xdist", "timeout", "schemathesis")
QUIETLY = ("-q", "--tb=native", "--assert=plain", *(part for name in _LEFT_OUT for part in ("-p", f"no:{name}")))
CONCERNING = ("tests/reference_impl", "tests/revocation_lists")
NOT_CONCERNING = ("services", "audit", "test_process.py", "test_accounts.py", "test_register.py")
"""They go through the package by another process, or hardly."""


def main() -> int:
    """Collects the tests, and lets the trial run them."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="mutation testing")
    parser.add_argument("package", type=Path, help="a folder of modules")
    parser.add_argument("tests", nargs="*", help="what pytest is given; those that concern the verification core")
    parser.add_argument("--only", action="append", default=[], help="modules within the package; all without it")
    parser.add_argument("--without", action="append", default=[], help="modules to leave out")
    parser.add_argument("--part", default="0/1", help="which of how many parts of the mutants")
    parser.add_argument("--outcomes", type=Path, help="a file of JSON lines that is read and added to")
    parser.add_argument("--survivors", action="store_true", help="try again what survived before")
    parser.add_argument("--light", action="store_true", help="only the first seconds of tests of each")
    asked = parser.parse_intermixed_args()
    package = (ROOT / asked.package).resolve()
    paths = [
        path
        for path in sorted(package.rglob("*.py"))
        if (not asked.only or path.relative_to(package).as_posix() in asked.only)
        and path.relative_to(package).as_posix() not in asked.without
    ]
    part, parts = (int(each) for each in asked.part.split("/"))
    trial = Trial(
        paths,
        package,
        Ledger(asked.outcomes),
        Asking((part, parts), survivors=asked.survivors, all_tests=not asked.light),
    )
    os.environ.pop("PYTEST_ADDOPTS", None)  # what is meant for a lane of tests: its time-out, its processes
    began = time.monotonic()
    code = pytest.main([*QUIETLY, *(asked.tests or _concerning())], plugins=[trial])
    outcomes = [trial.ledger.outcomes[key] for key in trial.keys]
    survived = sum(not each.noticed for each in outcomes)
    sys.stdout.write(f"{len(outcomes)} mutants, {survived} survived, {time.monotonic() - began:.0f} s\n")
    return 2 if code else int(bool(survived))


def _concerning() -> list[str]:
    ignored = [f"--ignore={folder}/{name}" for folder in CONCERNING for name in NOT_CONCERNING]
    return [*CONCERNING, *ignored]


if __name__ == "__main__":
    sys.exit(main())
