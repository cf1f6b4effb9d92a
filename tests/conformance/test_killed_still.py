"""Each mutant once more, against the case that kills it and the fewest others: the kill matrix is true still.

Played in processes forked from one that has everything loaded. `test_matrix.py` looks at the rows alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.judge import Verdict
from conformance.mutants import matrix
from conformance.mutants.mutant import Mutant, load_mutants
from conformance.mutants.played import KILLED
from conformance.mutants.rows import written_rows
from conformance.mutants.workshop import Workshop

ROWS = written_rows()


@pytest.fixture(scope="module")
def workshop(key_folder: Path) -> Iterator[Workshop]:
    """Where mutants are made."""
    with Workshop(key_folder) as made:
        yield made


@pytest.mark.parametrize("mutant", load_mutants(), ids=lambda mutant: mutant.id)
def test_mutant_is_killed_still(mutant: Mutant, workshop: Workshop) -> None:
    """The case that tells most about it fails while its twin passes; --full runs all of the catalogue at night."""
    case = matrix.rarest(mutant, ROWS)
    seen = workshop.play(mutant.id, [case])
    assert seen[case].killed, seen[case].why
    assert seen[case].verdict in KILLED
    assert {each.verdict for name, each in seen.items() if name != case} <= {Verdict.PASS}


def test_without_a_mutant_the_cases_pass_there_too(workshop: Workshop) -> None:
    """What is killed above is killed by the rule that is off, not by the workshop."""
    seen = workshop.play(None, ["ocsp/next-update-a-second-ago", "challenge/too-late", "certificate/ca-true"])
    assert len(seen) == 6
    assert {each.verdict for each in seen.values()} == {Verdict.PASS}
