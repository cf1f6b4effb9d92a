"""The catalogue tells right from wrong: each product with one rule off is refused by the case that names the rule."""

import shutil
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.judge import Verdict
from conformance.mutants.mutant import ROOT, Mutant, apply, load_mutants, running_mutant
from harness.contract.vocabulary import Decision
from harness.errors import ConfigurationError
from tests.conformance.conftest import Certify

MUTANTS = load_mutants()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_mutant_is_killed_by_the_cases_that_name_it(mutant: Mutant, catalogue: Catalogue, certify_at: Certify) -> None:
    """The named cases fail because the mutant accepts what it must refuse; their twins pass in the same run."""
    with running_mutant(mutant) as address:
        run = certify_at(address, catalogue.with_twins(mutant.killed_by))
    decisions = []
    for case_id in mutant.killed_by:
        judgement = run.judgements[case_id]
        assert judgement.verdict is Verdict.FAIL, case_id
        assert judgement.observation is not None
        assert judgement.observation.judged is not None
        outcome = judgement.observation.judged.outcome
        assert outcome is not None, "a crash is no kill"
        decisions.append(outcome.decision)
        assert (outcome.decision, outcome.reason) != (Decision.REJECT, judgement.case.expect.reason)
        twin = judgement.case.twin
        assert twin is not None
        assert run.judgements[twin].verdict is Verdict.PASS, f"{twin}: the mutant is broken beyond its rule"
    # Behind one rule another may stand (a self-made chip is also not the enrolled one): then only the reason tells.
    assert Decision.ACCEPT in decisions


def test_cases_and_mutants_name_each_other(catalogue: Catalogue) -> None:
    """`kills` of the cases and `killed_by` of the mutants say the same."""
    by_cases = {(mutant, case.id) for case in catalogue.cases.values() for mutant in case.kills}
    by_mutants = {(mutant.id, case) for mutant in MUTANTS for case in mutant.killed_by}
    assert by_cases == by_mutants


def test_every_refusal_kills_a_mutant(catalogue: Catalogue) -> None:
    """A refusal that no mutant fails would be a test that cannot fail."""
    assert [case.id for case in catalogue.cases.values() if case.is_refusal and not case.kills] == []


def test_moved_source_names_the_mutant(tmp_path: Path) -> None:
    """A mutant whose function has changed does not apply, and the fault says which and where."""
    shutil.copytree(ROOT / "reference_impl", tmp_path / "reference_impl")
    mutant = next(mutant for mutant in MUTANTS if mutant.id == "replay-challenge")
    path = tmp_path / mutant.edits[0].file
    path.write_text(path.read_text(encoding="utf-8").replace("rowcount == 1", "rowcount == 1  # moved"), "utf-8")
    with pytest.raises(ConfigurationError, match=r"replay-challenge.*sessions\.py:spend has moved"):
        apply(mutant, tmp_path)
