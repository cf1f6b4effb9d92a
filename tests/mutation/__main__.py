"""Tries every mutant of a package: `python -m tests.mutation reference_impl/verification [--only der.py] [TESTS…]`.

Says what survived as it goes, and at the end how many were noticed. With `--outcomes FILE` a run goes on where another
one ended: a mutant is tried again if its function was changed since, and with `--survivors` if it survived. Tests that
fit the modules make a run short: every test that is given is run once before the first mutant.

Exit codes: 0 what survived is explained in `survivors.yaml`, and nothing is explained that was noticed; 1 not so, and
the missing entries are printed; 2 the tests fail without any change.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import pytest

from tests.mutation.explanations import as_entries, read_explanations, stale, unexplained
from tests.mutation.ledger import Ledger
from tests.mutation.page import PACKAGE
from tests.mutation.trial import Asking, Trial

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = ("cacheprovider", "xdist", "timeout", "schemathesis")
QUIETLY = ("-q", "--tb=native", "--assert=plain", *(part for name in _LEFT_OUT for part in ("-p", f"no:{name}")))
FOLDERS = (
    "tests/reference_impl",
    "tests/reference_impl/cross_check",
    "tests/reference_impl/vectors",
    "tests/revocation_lists",
)
WITHOUT = frozenset({"test_process.py", "test_accounts.py", "test_register.py", "test_shared.py", "test_store.py"})
"""They go through the package in another process, or hardly."""
BY_THE_CLOCK = frozenset({"test_bad_input.py", "test_status_client.py", "test_five_million.py"})
"""They fail on a busy machine too, which would be taken for having noticed."""


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
    explanations = read_explanations() if package == PACKAGE else ()
    missing, useless = unexplained(outcomes, explanations), stale(outcomes, explanations)
    sys.stdout.write(as_entries(missing) if missing else "")
    for key in useless:
        sys.stdout.write(f"explained, but noticed by now: {key.module} {key.function}: {key.change}: {key.text}\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{len(outcomes)} mutants, {survived} survived, {len(missing)} unexplained, {seconds:.0f} s\n")
    return 2 if code else int(bool(missing or useless))


def _concerning() -> list[str]:
    """The tests of the verification core, file by file: the folders have others below them."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("test_*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in files if path.name not in WITHOUT | BY_THE_CLOCK]


if __name__ == "__main__":
    sys.exit(main())
