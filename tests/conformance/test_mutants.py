"""A mutant is what its file says, and says so when its source has moved; what kills it: test_matrix.py."""

import shutil
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.mutants.mutant import ROOT, apply, load_mutants
from harness.errors import ConfigurationError

MUTANTS = load_mutants()


def test_cases_and_mutants_name_each_other(catalogue: Catalogue) -> None:
    """`kills` of the cases and `killed_by` of the mutants say the same."""
    by_cases = {(mutant, case.id) for case in catalogue.cases.values() for mutant in case.kills}
    by_mutants = {(mutant.id, case) for mutant in MUTANTS for case in mutant.killed_by}
    assert by_cases == by_mutants


def test_moved_source_names_the_mutant(tmp_path: Path) -> None:
    """A mutant whose function has changed does not apply, and the fault says which and where."""
    shutil.copytree(ROOT / "reference_impl", tmp_path / "reference_impl")
    mutant = next(mutant for mutant in MUTANTS if mutant.id == "replay-challenge")
    edit = mutant.edits[0]
    path = tmp_path / edit.file
    path.write_text(path.read_text(encoding="utf-8").replace(edit.old, f"{edit.old}  # moved"), "utf-8")
    with pytest.raises(ConfigurationError, match=r"replay-challenge.*sessions\.py:spend has moved"):
        apply(mutant, tmp_path)
