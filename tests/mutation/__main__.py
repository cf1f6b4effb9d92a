"""Tries every mutant of a package: `python -m tests.mutation reference_impl/verification [--only der.py] [TESTS…]`.

Says what survived as it goes, and at the end how many were noticed. It takes hours for a whole package, so a run may
try a part (`--part 0/4`). Exit codes: 0 all were noticed, 1 some survived, 2 the tests fail without any change.
"""

import argparse
import sys
from pathlib import Path

import msgspec
import pytest

from tests.mutation.trial import Trial

ROOT = Path(__file__).resolve().parents[2]
QUIETLY = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:timeout", "-p", "no:schemathesis")


def main() -> int:
    """Collects the tests, and lets the trial run them."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="mutation testing")
    parser.add_argument("package", type=Path, help="a folder of modules")
    parser.add_argument("tests", nargs="*", default=["tests/reference_impl"], help="what pytest is given")
    parser.add_argument("--only", action="append", default=[], help="names of modules; all without it")
    parser.add_argument("--part", default="0/1", help="which of how many parts of the mutants")
    parser.add_argument("--json", type=Path, help="where the outcomes are written")
    asked = parser.parse_args()
    package = (ROOT / asked.package).resolve()
    paths = [path for path in sorted(package.rglob("*.py")) if not asked.only or path.name in asked.only]
    part, parts = (int(each) for each in asked.part.split("/"))
    trial = Trial(paths, package, (part, parts))
    code = pytest.main([*QUIETLY, *asked.tests], plugins=[trial])
    survived = [each for each in trial.outcomes if not each.noticed]
    sys.stdout.write(f"{len(trial.outcomes)} mutants, {len(survived)} survived\n")
    if asked.json is not None:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(trial.outcomes)))
    return 2 if code else int(bool(survived))


if __name__ == "__main__":
    sys.exit(main())
