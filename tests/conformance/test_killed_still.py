"""Each mutant once more, against the case that kills it and the fewest others: the kill matrix is true still.

A product process for each of them: about two seconds of a processor. `test_matrix.py` looks at the rows alone.
"""

from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.mutants import matrix
from conformance.mutants.mutant import Mutant, load_mutants
from harness.keys import KeyPool

ROWS = [row for row in matrix.read_rows() if row[1] == matrix.ROLE]


@pytest.mark.parametrize("mutant", load_mutants(), ids=lambda mutant: mutant.id)
def test_mutant_is_killed_still(mutant: Mutant, catalogue: Catalogue, key_folder: Path) -> None:
    """The case that tells most about it fails while its twin passes; --full runs all of the catalogue at night."""
    case = matrix.rarest(mutant, ROWS)
    run = matrix.run_mutant(mutant, catalogue.with_twins([case]), KeyPool(key_folder))
    judged = run.judgements[case]
    assert matrix.is_killed(judged, run), [check for check in judged.checks if not check.held]
    assert judged.verdict in matrix.KILLED
