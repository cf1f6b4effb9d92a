"""The linter of the catalogue: every broken rule of every file at once, each with file, field and rule.

    python -m conformance.lint              the shipped catalogue, all roles
    python -m conformance.lint FOLDER       another one, laid out like it
    python -m conformance.lint --schema     the JSON Schema of a case file of the role relying-party

`load_catalogue` refuses what breaks a rule and stops there: whoever writes cases wants to see all of it. Beside the
rules of loading there are two of the whole: an id is never another's file, and a refusal comes back to its twin
(`afterwards`) unless what happened to the resident cannot be undone.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from conformance.case import Case
from conformance.catalogue_loader import FOLDER, check_twin, load_case
from conformance.register import load_register
from conformance.steps import Befall, Lose, Move, Presented, Reconcile, Replay, Revoke, Unlink
from harness.contract.vocabulary import Reason
from harness.errors import ConfigurationError

ROLE = "relying-party"
FOR_GOOD = (Befall, Lose, Move, Revoke, Replay, Reconcile, Unlink)
"""After these the accepted story cannot be told again: the certificate is over, or the record is taken."""
ENDED = frozenset({Reason.REVOKED, Reason.ON_HOLD, Reason.EXPIRED, Reason.NOT_ENROLLED, Reason.ALREADY_ENROLLED})


def findings(folder: Path = FOLDER) -> Iterator[str]:
    """Yield what is wrong with the catalogue of the role relying-party in `folder`, a line each."""
    register, cases = load_register(), dict[str, Case]()
    for path in sorted((folder / ROLE).glob("**/*.yaml")):
        try:
            case = load_case(path, folder / ROLE, register)
        except ConfigurationError as fault:
            yield str(fault)
        else:
            cases[case.id] = case
    if not cases:
        yield f"{folder / ROLE}: expected case files, actual none that could be read"
    for case in cases.values():
        where = f"{folder / ROLE / case.id}.yaml"
        try:
            check_twin(case, cases)
        except ConfigurationError as fault:
            yield f"{where}: {str(fault).removeprefix(f'{case.id}: ')}"
        yield from (f"{where}: {fault}" for fault in _whole(case))


def _whole(case: Case) -> Iterator[str]:
    if case.is_refusal and not case.afterwards and not _is_for_good(case):
        yield "field afterwards: expected the twin's last step again after a refusal, actual nothing"
    if case.afterwards and not isinstance(case.afterwards[-1], Presented):
        yield "field afterwards: expected a presentation at the end, actual a thing of the world"


def _is_for_good(case: Case) -> bool:
    return case.expect.reason in ENDED or any(isinstance(step, FOR_GOOD) for step in case.steps)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a case file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Case)}


def main() -> int:
    """Print every finding; 2 when there is one, as for any fault of configuration."""
    parser = argparse.ArgumentParser(prog="python -m conformance.lint")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--schema", action="store_true")
    given = parser.parse_args()
    if given.schema:
        print(json.dumps(schema(), ensure_ascii=False, indent=2))
        return 0
    found = list(findings(given.folder))
    for line in found:
        print(line, file=sys.stderr)
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
