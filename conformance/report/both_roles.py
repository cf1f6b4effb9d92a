"""What the views of all roles make in the same way: the head of a case, its checks and their clauses, provenance."""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol

from conformance.case import Text
from conformance.check import Check
from conformance.evidence.expected_failures import told
from conformance.evidence.report_fields import Told, expectation_of
from conformance.register import Requirement, load_register
from conformance.report.advice import label_of, words_of
from conformance.report.clause_links import clauses_of
from conformance.report.view import Both, CheckShown, Clause
from harness.confidence import Confidence


class Headed(Protocol):
    """A case of any role."""

    @property
    def title(self) -> Text:
        """What it claims."""

    @property
    def importance(self) -> Text:
        """What a failure lets happen."""

    @property
    def requirement(self) -> str:
        """Its requirement's id."""

    @property
    def confidence(self) -> Confidence:
        """How well it is founded."""


class Hashed(Protocol):
    """A catalogue of any role."""

    @property
    def hash(self) -> str:
        """SHA-256 of all its cases."""


class Finished(Told, Protocol):
    """A run of any role."""

    @property
    def target(self) -> str:
        """What was tested."""

    @property
    def seed(self) -> int:
        """What residents and order follow from."""

    @property
    def seed_drawn(self) -> bool:
        """Whether nobody could know it beforehand."""

    @property
    def catalogue(self) -> Hashed:
        """Its cases."""


@cache
def register() -> dict[str, Requirement]:
    """Return the requirement register."""
    return load_register()


def titles_of(case: Headed) -> dict[str, Any]:
    """Return title and importance in both languages."""
    return {
        "title": Both(case.title.en, case.title.ja),
        "importance": Both(case.importance.en, case.importance.ja),
    }


def grounds_of(case: Headed) -> dict[str, Any]:
    """Return what the case stands on."""
    requirement = register()[case.requirement]
    return {
        "requirement": requirement.id,
        "level": requirement.level.value,
        "text": Both(requirement.text.en, requirement.text.ja),
        "confidence": case.confidence.value,
        "clauses": clauses_of(requirement),
    }


def shown_checks(checks: Iterable[Check], requirement: str) -> tuple[CheckShown, ...]:
    """Return the checks with their names in words, each with the clause that it stands on."""
    return tuple(
        CheckShown(label_of(check.name), check.expected, check.actual, check.held, _ground(check.name, requirement))
        for check in checks
    )


def _ground(name: str, requirement: str) -> tuple[Clause, ...]:
    words = words_of(name)
    own = None if words is None else words.clause
    if own is None:
        return clauses_of(register()[requirement])
    return clauses_of(register()[own]) if own in register() else (Clause(own, None),)


def excuse_of(run: Told, case: str) -> str:
    """Return why a failure was expected; empty where it was not."""
    expectation = expectation_of(run, case)
    return "" if expectation is None else told(expectation)


def facts_of(run: Finished) -> tuple[tuple[str, str], ...]:
    """Return where the report comes from: target, suite, catalogue, seed, when, and by which clock."""
    went = run.circumstances
    played = [instant for each in went.clock.script for instant in each.instants]
    clock = went.clock.mode + (f" · {min(played)} – {max(played)}" if played else "")
    return (
        ("target", run.target),
        ("suite", f"Kazashi {version('kazashi')}"),
        ("catalogue", run.catalogue.hash),
        ("seed", f"{run.seed}{' (drawn)' if run.seed_drawn else ''}"),
        *((("period", f"{went.begun} – {went.ended}"),) if went.begun else ()),
        *((("resumed", ", ".join(went.resumed)),) if went.resumed else ()),
        ("clock", clock),
    )
