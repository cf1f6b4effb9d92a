"""docs/kill_matrix.csv: which case kills which mutant; docs/kill-matrix.md is drawn from it.

    python -m conformance.mutants.matrix               every mutant against the cases aimed at it, and their twins
    python -m conformance.mutants.matrix --full        every mutant against the whole catalogue (tox: conformance-full)
    python -m conformance.mutants.matrix --mutant ID   that one anew; the other rows stay
    python -m conformance.mutants.matrix --page        nothing is run: the page is drawn from the rows that are there

A case kills a mutant when it fails with an outcome of the product while its twin passes in the same run: a crash, a
time-out or a product that is broken beyond its rule is no kill. Each row was seen; what was not run has no row.
"""

import argparse
import csv
import hashlib
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from conformance.case import Case
from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import Certification, certify
from conformance.judge import Judgement, Verdict
from conformance.mutants.matrix_page import page
from conformance.mutants.mutant import Mutant, load_mutants, running_mutant
from conformance.setting import setting
from harness.contract.client import RelyingPartyClient
from harness.home import key_pool
from harness.keys import KeyPool

ROLE = "relying-party"
DOCS = Path(__file__).resolve().parents[2] / "docs"
CSV, PAGE = DOCS / "kill_matrix.csv", DOCS / "kill-matrix.md"
HEADINGS = ["mutant", "role", "case", "killed"]
SEED = 7
Row = tuple[str, str, str, bool]


def run_mutant(mutant: Mutant, cases: Catalogue, keys: KeyPool, *, seed: int = SEED) -> Certification:
    """Return the run of some cases against a mutant, in a world of its own."""
    with (
        running_mutant(mutant) as address,
        RelyingPartyClient.at(address) as client,
        setting(keys, seed=seed, cases=len(cases.cases)) as world,
    ):
        return certify(
            cases,
            client,
            world,
            target=mutant.id,
            seed=seed,
            progress=lambda judgement, number, total: None,  # noqa: ARG005
        )


def is_killed(judgement: Judgement, run: Certification) -> bool:
    """Return whether this case tells the mutant from the reference, for the reason it is about."""
    seen = judgement.observation
    if judgement.verdict is not Verdict.FAIL or seen is None or judgement.twin_failed:
        return False
    answered = [*seen.steps, *seen.afterwards][-1:]
    twin = judgement.case.twin
    return bool(answered) and (twin is None or run.judgements[twin].verdict is Verdict.PASS)


def rows_of(mutant: Mutant, run: Certification) -> list[Row]:
    """Return what was seen of a mutant."""
    return [(mutant.id, ROLE, case, is_killed(judgement, run)) for case, judgement in run.judgements.items()]


def read_rows(path: Path = CSV) -> list[Row]:
    """Return the rows that are written down; none where there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as text:
        return [(row["mutant"], row["role"], row["case"], row["killed"] == "yes") for row in csv.DictReader(text)]


def write_rows(rows: Sequence[Row], path: Path = CSV) -> None:
    """Write the rows in the order of mutant and case."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADINGS)
        writer.writerows((mutant, role, case, "yes" if killed else "no") for mutant, role, case, killed in sorted(rows))


def fingerprint(cases: Mapping[str, Case], mutants: Collection[Mutant]) -> str:
    """Return the SHA-256 (hex) of everything that decides a row: what is played and expected, and what is off."""
    played = [
        [case.id, case.steps, case.afterwards, case.expect, case.holder, case.twin, case.capabilities]
        for case in sorted(cases.values(), key=lambda case: case.id)
    ]
    off = [[mutant.id, mutant.edits] for mutant in sorted(mutants, key=lambda mutant: mutant.id)]
    return hashlib.sha256(msgspec.json.encode([played, off])).hexdigest()


def written_page(cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Sequence[Row]) -> str:
    """Return docs/kill-matrix.md as cases, mutants and rows are now."""
    return page(cases, mutants, [row for row in rows if row[1] == ROLE], fingerprint(cases, mutants))


def _chosen(mutants: list[Mutant], catalogue: Catalogue, *, full: bool) -> Iterator[tuple[Mutant, Catalogue]]:
    for mutant in mutants:
        yield mutant, catalogue if full else catalogue.with_twins(mutant.killed_by)


def main() -> int:
    """Run, write both files, and return how many mutants nothing kills."""
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.matrix")
    parser.add_argument("--full", action="store_true", help="the whole catalogue against each mutant")
    parser.add_argument("--mutant", action="append", help="only this one (repeatable)")
    parser.add_argument("--page", action="store_true", help="draw the page from the rows that are there")
    given = parser.parse_args()
    catalogue, mutants = load_catalogue(ROLE), load_mutants()
    chosen = [each for each in mutants if given.mutant is None or each.id in given.mutant]
    if given.mutant is not None and len(chosen) != len(set(given.mutant)):
        parser.error(f"--mutant: expected ids of conformance/mutants, actual {', '.join(given.mutant)}")
    rows, ran = read_rows(), set[str]()
    for mutant, cases in [] if given.page else _chosen(chosen, catalogue, full=given.full):
        begun = time.monotonic()
        seen = rows_of(mutant, run_mutant(mutant, cases, key_pool()))
        rows = [row for row in rows if row[0] != mutant.id] + seen
        ran.add(mutant.id)
        killed = sum(row[3] for row in seen)
        took = time.monotonic() - begun
        print(f"{mutant.id}: killed by {killed} of {len(seen)} ({took:.1f} s)", file=sys.stderr, flush=True)
    known = {mutant.id for mutant in mutants}
    rows = [row for row in rows if row[1] != ROLE or (row[0] in known and row[2] in catalogue.cases)]
    write_rows(rows)
    PAGE.write_text(written_page(catalogue.cases, mutants, rows), encoding="utf-8")
    return len(known - {row[0] for row in rows if row[3]})


if __name__ == "__main__":
    sys.exit(main())
