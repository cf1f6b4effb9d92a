"""What the tests of the roles without an adapter share: a run, and what it says of a mutant."""

from typing import Any

from conformance.judge import Verdict
from conformance.roles.role_catalogue import RoleCatalogue
from conformance.roles.role_mutants import RoleMutant
from conformance.roles.role_run import Bench, RoleRun, examine

REFUSED = (Verdict.FAIL, Verdict.WARN)
"""WARN where what is required is a SHOULD."""


def not_passed(run: RoleRun[Any]) -> dict[str, list[str]]:
    """Return the cases that neither passed nor were not applicable, with the checks that did not hold."""
    return {
        case_id: [check.name for check in judged.checks if not check.held] or [judged.transcript]
        for case_id, judged in run.judgements.items()
        if judged.verdict not in (Verdict.PASS, Verdict.NA)
    }


def assert_killed(mutant: RoleMutant, catalogue: RoleCatalogue[Any], bench: Bench[Any]) -> None:
    """Each case that names the mutant refuses it, and for what it looks at: not because nothing came."""
    run = examine(catalogue.with_twins(mutant.killed_by), bench, target=mutant.id, seed=7)
    for case_id in mutant.killed_by:
        judged = run.judgements[case_id]
        assert judged.verdict in REFUSED, f"{mutant.id} survives {case_id}"
        broken = [check.name for check in judged.checks if not check.held]
        assert broken[0] not in ("twin", "recovery"), f"{mutant.id}: {case_id} fails by its twin alone"
        if judged.case.twin is not None:
            assert run.judgements[judged.case.twin].verdict is Verdict.PASS, f"{mutant.id} is broken beyond its rule"


def assert_names_agree(catalogue: RoleCatalogue[Any], mutants: list[Any]) -> None:
    """`kills` of the cases and `killed_by` of the mutants say the same, and every case kills one."""
    by_cases = {(mutant, case.id) for case in catalogue.cases.values() for mutant in case.kills}
    assert by_cases == {(mutant.id, case) for mutant in mutants for case in mutant.killed_by}
    assert [case.id for case in catalogue.cases.values() if not case.kills] == []
