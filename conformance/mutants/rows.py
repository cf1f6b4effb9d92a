"""The rows of docs/kill_matrix.csv, and the hashes of what each was seen with: a row whose hashes have moved is none.

A row is of a mutant and a case. Beside the rows the hash of each mutant and of each case stands once; so rows of
several runs stand together, and what is new or has changed is run by itself.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from conformance.case import Case
from conformance.mutants.mutant import Mutant
from harness.whole_file import write_whole

ROLE = "relying-party"
DOCS = Path(__file__).resolve().parents[2] / "docs"
CSV, SEEN = DOCS / "kill_matrix.csv", DOCS / "kill_matrix.sha256"
HEADINGS = ["mutant", "role", "case", "killed"]
UNJUDGED = {"id", "version", "title", "importance", "requirement", "clause", "confidence", "kills"}
"""What of a case plays no part in its verdict."""
Pair = tuple[str, str]
"""Mutant and case."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """SHA-256 (hex) of all that decides what is seen: of each mutant, and of each case together with its twin."""

    mutants: Mapping[str, str]
    cases: Mapping[str, str]

    @classmethod
    def of(cls, mutants: Iterable[Mutant], cases: Mapping[str, Case]) -> "Hashes":
        """Return those of mutants and cases as they are now."""
        deciding = {case.id: [decides(case), decides(cases.get(case.twin or ""))] for case in cases.values()}
        return cls(
            {mutant.id: _digest([*mutant.edits, *mutant.options]) for mutant in mutants},
            {case: _digest(what) for case, what in deciding.items()},
        )

    @classmethod
    def read(cls, path: Path = SEEN) -> "Hashes":
        """Return those that the rows were seen with."""
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
        kinds = {
            kind: {line[2]: line[0] for line in lines if len(line) == len(HEADINGS) - 1 and line[1] == kind}
            for kind in ("mutant", "case")
        }
        return cls(kinds["mutant"], kinds["case"])

    def write(self, path: Path = SEEN) -> None:
        """Write them, a line each."""
        lines = [
            f"{digest} {kind} {name}\n"
            for kind, hashes in (("case", self.cases), ("mutant", self.mutants))
            for name, digest in sorted(hashes.items())
        ]
        path.write_text("".join(lines), encoding="utf-8")


def read_rows(now: Hashes, path: Path = CSV, seen: Path = SEEN) -> dict[Pair, bool]:
    """Return the rows that hold for mutants and cases as they are now: whether the case kills the mutant."""
    return {pair: killed for pair, killed in written_rows(path).items() if is_true_still(pair, now, Hashes.read(seen))}


def is_true_still(pair: Pair, now: Hashes, then: Hashes) -> bool:
    """Return whether mutant and case are those that the row was seen with."""
    mutant, case = pair
    here, there = (now.mutants.get(mutant), now.cases.get(case)), (then.mutants.get(mutant), then.cases.get(case))
    return None not in here and here == there


def written_rows(path: Path = CSV) -> dict[Pair, bool]:
    """Return the rows that are written down; none where there is no file."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["role"] == ROLE]
    return {(row["mutant"], row["case"]): row["killed"] == "yes" for row in rows}


def write_rows(rows: Mapping[Pair, bool], path: Path = CSV) -> None:
    """Write the rows in the order of mutant and case; the file is there whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows((who, ROLE, case, "yes" if killed else "no") for (who, case), killed in sorted(rows.items()))
    write_whole(path, text.getvalue().encode())


def decides(said: Any) -> Any:
    """Return what a struct says beyond its defaults: a new word in the schema leaves alone whoever does not use it."""
    if isinstance(said, msgspec.Struct):
        fields = msgspec.structs.fields(said)
        values = {each.name: (getattr(said, each.name), each.default) for each in fields}
        kept = {name: decides(value) for name, (value, default) in values.items() if value != default}
        kept = {name: value for name, value in kept.items() if value not in ({}, [])}
        return kept if not isinstance(said, Case) else {k: v for k, v in kept.items() if k not in UNJUDGED}
    if isinstance(said, Sequence) and not isinstance(said, str):
        return [[type(each).__name__, decides(each)] for each in said]
    return said


def _digest(said: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
