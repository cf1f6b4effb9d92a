"""What a report shows, the same for every role: values only, every text already in both languages or in none.

`party_view` makes it of a certification of a relying party, `role_view` of a run of the other roles; `page` (HTML) and
`markdown` write it down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct

from conformance.evidence.expected_failures import Expectation


class Both(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in English and in Japanese."""

    en: str
    ja: str

    def in_language(self, language: str) -> str:
        """Return it in `ja` or `en`."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Clause:
    """A place in a standard, and its address where it has one."""

    text: str
    address: str | None


@dataclass(frozen=True, slots=True)
class CheckShown:
    """One thing that was compared, numbered by its place in the case."""

    label: Both
    expected: str
    actual: str
    held: bool
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of what happened: when (the world's time, where it is known), what, and what was answered."""

    at: str
    told: str
    said: str


@dataclass(frozen=True, slots=True)
class Apdu:
    """One line of a card's trace; `command` and `answer` are pairs of hexadecimal digits, a secret as `**`."""

    number: str
    name: Both
    where: str
    command: str
    answer: str
    status: str
    meaning: Both


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case: what it asks, what came, and what to do about it."""

    number: int
    id: str
    verdict: str
    title: Both
    importance: Both
    requirement: str
    level: str
    text: Both
    """What the requirement says."""
    confidence: str
    clauses: tuple[Clause, ...]
    expectation: str
    twin: str | None
    again: str
    checks: tuple[CheckShown, ...]
    advice: tuple[Both, ...] = ()
    picture: str = ""
    """SVG of who said what to whom; of cases that did not pass."""
    steps: tuple[StepShown, ...] = ()
    journal: tuple[str, ...] = ()
    apdus: tuple[Apdu, ...] = ()
    messages: str = ""
    """What went over the line beside the card's commands; of cases that did not pass."""
    missing: tuple[str, ...] = ()
    interruption: str = ""
    unproved: bool = False
    excused: str = ""
    """Why a failure was expected, by whom, and until when."""

    @property
    def broken(self) -> tuple[tuple[int, CheckShown], ...]:
        """The checks that did not hold, with their numbers."""
        return tuple((number, check) for number, check in enumerate(self.checks, 1) if not check.held)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many cases of one place in the heat map passed, failed, or came to neither."""

    passed: int = 0
    failed: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.other


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Cases counted twice over: in rows and columns, each with its heading; None where there is no case."""

    title: Both
    columns: tuple[Both, ...]
    rows: tuple[tuple[Both, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A whole run."""

    role: str
    product: str
    version: str
    vendor: str
    verdict: str
    counts: dict[str, int]
    facts: tuple[tuple[str, str], ...]
    """Keys of the report's words, and what they say of this run."""
    cases: tuple[CaseShown, ...]
    heat: HeatMap
    expectations: tuple[Expectation, ...]
    """The failures that were expected, each with what the run says of it."""
    unstated: bool
    """Whether cases were not applicable and no conformance statement says why."""
    left_out: int
    made: datetime
    """When the report was written; nothing is judged by it."""
    searched: dict[str, Any] | None = None
    """What was searched for residents' data, as report.json has it; None where nothing was."""

    def of(self, *verdicts: str) -> tuple[CaseShown, ...]:
        """Return the cases that ended so."""
        return tuple(case for case in self.cases if case.verdict in verdicts)

    @property
    def not_applicable(self) -> dict[tuple[str, ...], tuple[CaseShown, ...]]:
        """The cases that were not applicable, by what the product does not declare."""
        found: dict[tuple[str, ...], list[CaseShown]] = {}
        for case in self.of("NA"):
            found.setdefault(case.missing, []).append(case)
        return {missing: tuple(cases) for missing, cases in found.items()}
