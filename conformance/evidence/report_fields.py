"""What reports of every role say of the run as a whole: the same fields in both writers of report.json."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from conformance.evidence.circumstances import Circumstances
from conformance.evidence.expected_failures import OUT_OF_DATE, Expectation, State, told


class Told(Protocol):
    """A finished run of any role, as far as these fields tell of it."""

    @property
    def circumstances(self) -> Circumstances:
        """When it was."""

    @property
    def expectations(self) -> Sequence[Expectation]:
        """The entries of `--expected`."""


def run_fields(run: Told) -> dict[str, Any]:
    """Return `run`, `clock` and `expected_failures` of report.json."""
    went = run.circumstances
    return {
        "run": {
            "begun": went.begun,
            "ended": went.ended,
            "sittings": msgspec.to_builtins(went.sittings),
            "resumed": list(went.resumed),
        },
        "clock": msgspec.to_builtins(went.clock),
        "expected_failures": msgspec.to_builtins(run.expectations),
    }


def expectation_of(run: Told, case: str) -> Expectation | None:
    """Return what was expected of a case; None where nothing was."""
    return next((each for each in run.expectations if each.case == case), None)


def case_fields(run: Told, case: str) -> dict[str, Any]:
    """Return `expected_failure` of a case in report.json: the state of its entry, or null."""
    expectation = expectation_of(run, case)
    return {"expected_failure": None if expectation is None else expectation.state.value}


def junit_result(run: Told, case: str) -> tuple[str, str] | None:
    """Return element and message that an entry puts in the place of the case's own; None where it changes nothing."""
    expectation = expectation_of(run, case)
    if expectation is None:
        return None
    if expectation.state is State.HOLDS:
        return "skipped", told(expectation)
    return ("failure", told(expectation)) if expectation.state in OUT_OF_DATE else None
