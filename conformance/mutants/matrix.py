"""docs/kill_matrix.csv: which case kills which mutant; docs/kill-matrix.md is drawn from it.

    python -m conformance.mutants.matrix               every mutant against the cases aimed at it, and their twins
    python -m conformance.mutants.matrix --full        every mutant against the whole catalogue (tox: conformance-full)
    python -m conformance.mutants.matrix --chapters    every mutant against the chapters of the cases aimed at it
    python -m conformance.mutants.matrix --mutant ID   that one anew; the other rows stay
    python -m conformance.mutants.matrix --page        nothing is run: the page is drawn anew

A case kills a mutant when it fails with an outcome of the product while its twin passes in the same run: a crash, a
time-out or a product that is broken beyond its rule is no kill. Each row was seen; what was not run has no row.
"""

import argparse
import csv
import hashlib
import sys
import time
from collections import Counter
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
CSV, PAGE, SEEN = DOCS / "kill_matrix.csv", DOCS / "kill-matrix.md", DOCS / "kill_matrix.sha256"
"""The rows; the page; and for each mutant the hash of what its rows were seen with."""
HEADINGS = ["mutant", "role", "case", "killed"]
SEED = 7
KILLED = (Verdict.FAIL, Verdict.WARN)
"""A missed recommendation is told, and no failure: that it is told is what the case is for."""
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
    if judgement.verdict not in KILLED or seen is None or judgement.twin_failed:
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


def fingerprint(mutant: Mutant, cases: Mapping[str, Case], rows: Sequence[Row]) -> str:
    """Return the SHA-256 (hex) of all that decided the rows of a mutant: what is off, what was played and expected."""
    played = [cases[case] for who, _, case, _ in sorted(rows) if who == mutant.id and case in cases]
    deciding = [
        [
            *(case.id, case.steps, case.afterwards, case.expect, case.holder, case.twin, case.capabilities),
            *(said for said in (case.nonce, case.without) if said),
        ]
        for case in played
    ]
    return hashlib.sha256(msgspec.json.encode([mutant.edits, deciding, *mutant.options])).hexdigest()


def read_fingerprints(path: Path = SEEN) -> dict[str, str]:
    """Return what each mutant's rows were seen with."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {mutant: digest for digest, mutant in lines}


def stale(mutants: Collection[Mutant], cases: Mapping[str, Case], rows: Sequence[Row]) -> list[str]:
    """Return the mutants whose rows are of another mutant or of other cases than there are now."""
    seen = read_fingerprints()
    return [mutant.id for mutant in mutants if seen.get(mutant.id) != fingerprint(mutant, cases, rows)]


def written_page(cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Sequence[Row]) -> str:
    """Return docs/kill-matrix.md as cases, mutants and rows are now."""
    return page(cases, mutants, [row for row in rows if row[1] == ROLE])


def rarest(mutant: Mutant, rows: Sequence[Row]) -> str:
    """Return the case that kills this mutant and the fewest others: the one to run where time is short."""
    kills = Counter(case for _, _, case, killed in rows if killed)
    return min(
        (case for who, _, case, killed in rows if killed and who == mutant.id), key=lambda case: (kills[case], case)
    )


def _chosen(
    mutants: list[Mutant], catalogue: Catalogue, given: argparse.Namespace
) -> Iterator[tuple[Mutant, Catalogue]]:
    for mutant in mutants:
        chapters = {chapter_of(case) for case in mutant.killed_by}
        near = [case for case in catalogue.cases if chapter_of(case) in chapters]
        aimed = near if given.chapters else mutant.killed_by
        yield mutant, catalogue if given.full else catalogue.with_twins(aimed)


def chapter_of(case: str) -> str:
    """Return the chapter of a case: the folder it stands in."""
    return case.partition("/")[0]


def main() -> int:
    """Run, write both files, and return how many mutants nothing kills."""
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.matrix")
    parser.add_argument("--full", action="store_true", help="the whole catalogue against each mutant")
    parser.add_argument("--chapters", action="store_true", help="the chapters of the cases aimed at it")
    parser.add_argument("--mutant", action="append", help="only this one (repeatable)")
    parser.add_argument("--page", action="store_true", help="draw the page from the rows that are there")
    given = parser.parse_args()
    catalogue, mutants = load_catalogue(ROLE), load_mutants()
    chosen = [each for each in mutants if given.mutant is None or each.id in given.mutant]
    if given.mutant is not None and len(chosen) != len(set(given.mutant)):
        parser.error(f"--mutant: expected ids of conformance/mutants, actual {', '.join(given.mutant)}")
    rows, seen_with = read_rows(), read_fingerprints()
    for mutant, cases in [] if given.page else _chosen(chosen, catalogue, given):
        begun = time.monotonic()
        seen = rows_of(mutant, run_mutant(mutant, cases, key_pool()))
        rows = [row for row in rows if row[0] != mutant.id] + seen
        seen_with[mutant.id] = fingerprint(mutant, catalogue.cases, seen)
        killed = sum(row[3] for row in seen)
        took = time.monotonic() - begun
        print(f"{mutant.id}: killed by {killed} of {len(seen)} ({took:.1f} s)", file=sys.stderr, flush=True)
        _write(catalogue, mutants, rows, seen_with)
    killed_ones = {row[0] for row in _write(catalogue, mutants, rows, seen_with) if row[3]}
    return len({mutant.id for mutant in mutants} - killed_ones)


def _write(catalogue: Catalogue, mutants: list[Mutant], rows: list[Row], seen_with: Mapping[str, str]) -> list[Row]:
    """Write all three files and return the rows: those of mutants and cases that there are no more are left out."""
    known = {mutant.id for mutant in mutants}
    rows = [row for row in rows if row[1] != ROLE or (row[0] in known and row[2] in catalogue.cases)]
    write_rows(rows)
    lines = (f"{digest} {mutant}\n" for mutant, digest in sorted(seen_with.items()) if mutant in known)
    SEEN.write_text("".join(lines), encoding="utf-8")
    PAGE.write_text(written_page(catalogue.cases, mutants, rows), encoding="utf-8")
    return rows


if __name__ == "__main__":
    sys.exit(main())
