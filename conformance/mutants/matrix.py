"""docs/kill_matrix.csv: which case kills which mutant; docs/kill-matrix.md is drawn from it.

    python -m conformance.mutants.matrix               each pair of a mutant and a case that is new or has changed
    python -m conformance.mutants.matrix --aimed       of those the ones that were aimed (`killed_by`), and their twins
    python -m conformance.mutants.matrix --mutant ID   that one anew, against the whole catalogue
    python -m conformance.mutants.matrix --full        every mutant anew against the whole catalogue (nightly)
    python -m conformance.mutants.matrix --page        nothing is run: the page is drawn anew
    python -m conformance.mutants.matrix --page --take FOLDER    with the rows of another docs/ that hold here

Each mutant's rows are written when they were seen: a run that is cut short goes on where it was when it is started
again without `--full`. `--workers` is how many mutants are run at a time.

A case kills a mutant when it fails with an outcome of the product while its twin passes in the same run: a crash, a
time-out or a product that is broken beyond its rule is no kill. Each row was seen; what was not run has no row.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from conformance.case import Case
from conformance.catalogue_loader import Catalogue, beside_twins, load_catalogue
from conformance.mutants.matrix_page import page
from conformance.mutants.mutant import Mutant, load_mutants
from conformance.mutants.played import Seen
from conformance.mutants.rows import CSV, DOCS, ROLE, SEEN, Hashes, Pair, read_rows, write_rows
from conformance.mutants.workshop import Workshop
from harness.errors import HarnessFault
from harness.home import key_pool

PAGE = DOCS / "kill-matrix.md"
WORKERS = 2


def missing(mutant: Mutant, wanted: Iterable[str], rows: Mapping[Pair, bool]) -> list[str]:
    """Return the cases of these that the mutant has not been run against."""
    return [case for case in wanted if (mutant.id, case) not in rows]


def aimed_at(mutant: Mutant, catalogue: Catalogue) -> list[str]:
    """Return the cases that are to kill a mutant, and their twins."""
    return list(beside_twins(catalogue.cases, mutant.killed_by))


def rarest(mutant: Mutant, rows: Mapping[Pair, bool]) -> str:
    """Return the case that kills this mutant and the fewest others: the one to run where time is short."""
    kills = Counter(case for (_, case), killed in rows.items() if killed)
    return min(
        (case for (who, case), killed in rows.items() if killed and who == mutant.id),
        key=lambda case: (kills[case], case),
    )


def written_page(cases: Mapping[str, Case], mutants: Collection[Mutant], rows: Mapping[Pair, bool]) -> str:
    """Return docs/kill-matrix.md as cases, mutants and rows are now."""
    return page(cases, mutants, rows)


class Matrix:
    """The rows while they are added to."""

    def __init__(self, catalogue: Catalogue, mutants: list[Mutant]) -> None:
        self.catalogue, self.mutants = catalogue, mutants
        self.hashes = Hashes.of(mutants, catalogue.cases)
        self.rows = read_rows(self.hashes)

    def add(self, mutant: Mutant, seen: Mapping[str, Seen]) -> None:
        """Take up what was seen of a mutant, and write it down."""
        self.rows |= {(mutant.id, case): each.killed for case, each in seen.items()}
        write_rows(self.rows)
        self.hashes.write()

    def take(self, folder: Path) -> None:
        """Take the rows that somebody else saw of the same mutants and cases."""
        self.rows = read_rows(self.hashes, folder / CSV.name, folder / SEEN.name) | self.rows

    def draw(self) -> None:
        """Write rows and page."""
        write_rows(self.rows)
        self.hashes.write()
        PAGE.write_text(written_page(self.catalogue.cases, self.mutants, self.rows), encoding="utf-8")


def run(matrix: Matrix, jobs: Collection[tuple[Mutant, list[str]]], *, keys: Path, workers: int) -> None:
    """Run each mutant against its cases, some at a time, and add what is seen as it comes."""
    free: SimpleQueue[Workshop] = SimpleQueue()
    with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
        for _ in range(min(workers, len(jobs))):
            free.put(stack.enter_context(Workshop(keys)))

        def play(job: tuple[Mutant, list[str]]) -> tuple[Mutant, dict[str, Seen], str]:
            begun, workshop = time.monotonic(), free.get()
            try:
                seen = workshop.play(job[0].id, job[1])
                killed = sum(each.killed for each in seen.values())
                return job[0], seen, f"killed by {killed} of {len(seen)} ({time.monotonic() - begun:.1f} s)"
            except HarnessFault as fault:
                return job[0], {}, f"not run: {str(fault).strip().splitlines()[-1]}"
            finally:
                free.put(workshop)

        for number, (mutant, seen, said) in enumerate(pool.map(play, jobs), start=1):
            matrix.add(mutant, seen)
            print(f"{number}/{len(jobs)} {mutant.id}: {said}", file=sys.stderr, flush=True)


def main() -> int:
    """Run, write rows and page, and return how many mutants nothing kills."""
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.matrix")
    parser.add_argument("--full", action="store_true", help="every mutant anew against the whole catalogue")
    parser.add_argument("--aimed", action="store_true", help="only against the cases that are aimed at it")
    parser.add_argument("--mutant", action="append", help="only this one, anew (repeatable)")
    parser.add_argument("--page", action="store_true", help="draw the page from the rows that are there")
    parser.add_argument("--take", type=Path, action="append", default=[], help="rows of this docs folder, too")
    parser.add_argument("--workers", type=int, default=WORKERS, help="how many at a time")
    given = parser.parse_args()
    matrix = Matrix(load_catalogue(ROLE), load_mutants())
    for folder in given.take:
        matrix.take(folder)
    chosen = [each for each in matrix.mutants if given.mutant is None or each.id in given.mutant]
    if given.mutant is not None and len(chosen) != len(set(given.mutant)):
        parser.error(f"--mutant: expected ids of conformance/mutants, actual {', '.join(given.mutant)}")
    if not given.page:
        there = {} if given.full or given.mutant else matrix.rows
        whole = list(matrix.catalogue.cases)
        wanted = [(each, aimed_at(each, matrix.catalogue) if given.aimed else whole) for each in chosen]
        jobs = [(mutant, cases) for mutant, each in wanted if (cases := missing(mutant, each, there))]
        run(matrix, jobs, keys=key_pool().folder, workers=given.workers)
    matrix.draw()
    killed = {who for (who, _), dead in matrix.rows.items() if dead}
    return len({mutant.id for mutant in matrix.mutants} - killed)


if __name__ == "__main__":
    sys.exit(main())
