"""Writes `docs/mutants-survived.md`: `python -m tests.mutation.page [--outcomes FILE]`.

The page is made of `tried.json`, the counts of the last run through every module, and of `survivors.yaml`. With the
outcomes of a run the counts are taken from there first. Exit codes: 0 every survivor is explained and every
explanation is needed, 1 not so; what is missing is printed as entries for a person to complete.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from tests.mutation.explanations import (
    Explanation,
    as_entries,
    pruned,
    read_explanations,
    stale,
    unexplained,
    write_explanations,
)
from tests.mutation.ledger import Ledger, Outcome
from tests.mutation.source import Key, functions

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "reference_impl" / "verification"
TRIED = Path(__file__).with_name("tried.json")
PAGE = ROOT / "docs" / "mutants-survived.md"

_HEAD = """\
# Mutants that survived / 生き残ったミュータント

検証コア `reference_impl/verification` の関数を一か所ずつ変え、どれかのテストが気付くかを確かめた記録です。
気付かれなかった変更をすべて、気付かれない理由とともに下に挙げます。

One thing in one function of `reference_impl/verification` was changed at a time, and some test had to notice: a
comparison, a condition, an operand, a number, a sum, an answer, a raise. Left alone are the words of messages,
constants of modules and classes, defaults of parameters, annotations and decorators: they are worked out when a
module is loaded, before a function can be exchanged in it.

`python -m tests.mutation reference_impl/verification --outcomes FILE [--only MODULE] [TESTS]` runs the tests once,
notes the lines that each goes over, and forks a process for each mutant, in which the tests that go over its line run
until one fails, or takes ten times the work it should (counted here under *endless*). The counts are of 21 November
2026: each module was tried with the tests that concern it (those of its own rules, of the verifier, of OCSP or of
lists), without those that judge by the clock, run in another process, go over HTTP, or compare with OpenSSL. More
tests can only notice more.

This page is written by `python -m tests.mutation.page`; the reasons stand in `tests/mutation/survivors.yaml`, and a
test holds each of them against the source.
"""


class Count(msgspec.Struct, frozen=True):
    """What became of the mutants of one module."""

    mutants: int
    noticed: int
    endless: int
    """Of the noticed, those whose process had to be ended."""


def count(outcomes: Iterable[Outcome]) -> dict[str, Count]:
    """The counts by module."""
    mutants: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    endless: Counter[str] = Counter()
    for each in outcomes:
        mutants[each.key.module] += 1
        noticed[each.key.module] += each.noticed
        endless[each.key.module] += each.how not in {"", "failed"}
    return {module: Count(mutants[module], noticed[module], endless[module]) for module in sorted(mutants)}


def current(outcomes: dict[Key, Outcome]) -> list[Outcome]:
    """The outcomes of mutants that the source has today, as it is today."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for source in functions(path, PACKAGE):
            seal = source.seal
            found += [outcomes[key] for key, _ in source.mutants() if key in outcomes and outcomes[key].seal == seal]
    return found


def page(counts: dict[str, Count], explanations: Iterable[Explanation]) -> str:
    """The page."""
    entries = sorted(explanations, key=lambda each: each.module)
    lines = [_HEAD, *_table(counts)]
    module = ""
    for each in entries:
        if each.module != module:
            module = each.module
            lines += [f"## {module}", ""]
        lines += [f"**`{each.function}`** – {' '.join(each.reason.split())}", ""]
        for mutant in each.mutants:
            which = f" (occurrence {mutant.occurrence})" if mutant.occurrence > 1 else ""
            lines.append(f"- {mutant.change}{which}: `` {mutant.text} ``")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _table(counts: dict[str, Count]) -> Iterator[str]:
    yield "| module | mutants | noticed | of these endless | survived |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for module, each in counts.items():
        yield f"| {module} | {each.mutants} | {each.noticed} | {each.endless} | {each.mutants - each.noticed} |"
    mutants, noticed = (sum(getattr(each, name) for each in counts.values()) for name in ("mutants", "noticed"))
    endless = sum(each.endless for each in counts.values())
    yield f"| **all** | **{mutants}** | **{noticed}** | **{endless}** | **{mutants - noticed}** |"
    yield ""


def main() -> int:
    """Compares, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.page", description="the page of survivors")
    parser.add_argument("--outcomes", type=Path, help="what a run wrote")
    parser.add_argument("--prune", action="store_true", help="drop reasons of what is noticed by now or gone")
    asked = parser.parse_args()
    explanations = read_explanations()
    missing: list[Outcome] = []
    useless: list[Key] = []
    if asked.outcomes is not None:
        outcomes = current(Ledger(asked.outcomes).outcomes)
        if asked.prune:
            explanations = pruned(explanations, {each.key for each in outcomes if not each.noticed})
            write_explanations(explanations)
        TRIED.write_bytes(msgspec.json.format(msgspec.json.encode(count(outcomes))) + b"\n")
        missing, useless = unexplained(outcomes, explanations), stale(outcomes, explanations)
    counts = msgspec.json.decode(TRIED.read_bytes(), type=dict[str, Count])
    PAGE.write_text(page(counts, explanations), encoding="utf-8")
    if missing:
        sys.stdout.write(f"# {len(missing)} survived without a reason\n{as_entries(missing)}")
    for key in useless:
        sys.stdout.write(f"# noticed by now: {key.module} {key.function}: {key.change}: {key.text}\n")
    return int(bool(missing or useless))


if __name__ == "__main__":
    sys.exit(main())
