"""The explanations of survivors hold on to the source, and the page to the explanations."""

from pathlib import Path

import msgspec
import pytest

from tests.mutation.explanations import Explanation, pruned, read_explanations, stale, unexplained
from tests.mutation.ledger import Ledger, Outcome
from tests.mutation.page import PACKAGE, PAGE, TRIED, Count, page
from tests.mutation.source import Key, functions

EXPLANATIONS = read_explanations()


@pytest.fixture(scope="module")
def mutants() -> frozenset[Key]:
    """Every mutant that the package has today."""
    return frozenset(
        key for path in PACKAGE.rglob("*.py") for source in functions(path, PACKAGE) for key, _ in source.mutants()
    )


@pytest.mark.parametrize("each", EXPLANATIONS, ids=lambda each: f"{each.module}:{each.function}")
def test_what_is_explained_exists(each: Explanation, mutants: frozenset[Key]) -> None:
    """Function, line and change are in the source; whoever writes the line anew explains it anew or tests it."""
    assert [key for key in each.keys if key not in mutants] == []
    assert len(each.reason.split()) > 3


def test_nothing_is_explained_twice() -> None:
    """One reason for one survivor."""
    keys = [key for each in EXPLANATIONS for key in each.keys]
    assert len(keys) == len(set(keys))


def test_page_is_what_is_written_down() -> None:
    """`python -m tests.mutation.page` would change nothing; the counts are those of the explanations."""
    counts = msgspec.json.decode(TRIED.read_bytes(), type=dict[str, Count])
    assert PAGE.read_text(encoding="utf-8") == page(counts, EXPLANATIONS)
    explained = dict.fromkeys(counts, 0)
    for each in EXPLANATIONS:
        explained[each.module] += len(each.mutants)
    assert explained == {module: each.mutants - each.noticed for module, each in counts.items()}


def outcome(key: Key, *, noticed: bool) -> Outcome:
    """What a run might have found."""
    return Outcome(key, 1, "seal", noticed=noticed, complete=True, tests=1)


def test_survivor_without_a_reason_and_reason_without_a_survivor() -> None:
    """Both are told."""
    one, other = Key("a.py", "f", "return a < 1", "None is returned"), Key("a.py", "f", "return a < 1", "1 becomes 2")
    known = msgspec.convert(
        [{"module": "a.py", "function": "f", "reason": "why", "mutants": [{"text": one.text, "change": one.change}]}],
        tuple[Explanation, ...],
    )
    found = [outcome(one, noticed=True), outcome(other, noticed=False)]
    assert unexplained(found, known) == [found[1]]
    assert stale(found, known) == [one]
    assert pruned(known, {one}) == known
    assert pruned(known, {other}) == ()


def test_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """Noticed once is noticed, for the same source only; a line that was cut off is left out."""
    path, key = tmp_path / "outcomes.jsonl", Key("a.py", "f", "return a < 1", "None is returned")
    for noticed in (False, True, False):
        Ledger(path).add(outcome(key, noticed=noticed))
    with path.open("ab") as file:
        file.write(b'{"key":{"module":"a.py"')
    known = Ledger(path)
    assert known.known(key, "seal") == outcome(key, noticed=True)
    assert known.known(key, "another") is None
