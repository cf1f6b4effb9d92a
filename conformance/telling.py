"""What the command line says of a run that ended, of any role: the verdict, and why a case did not pass.

A line for each thing, for whoever greps a log. What a product said is text, never markup.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from rich.console import Console
from rich.text import Text

from conformance.case import Text as Title
from conformance.certification import SuiteVerdict
from conformance.evidence.expected_failures import Expectation, told
from conformance.judge import Verdict
from conformance.report.words import WORDS
from harness.contract.statement import Statement

COLOURS = {Verdict.FAIL: "red", Verdict.PASS: "green"}


class _Case(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> Title: ...


class _Judgement(Protocol):
    @property
    def case(self) -> _Case: ...
    @property
    def verdict(self) -> Verdict: ...


J = TypeVar("J", bound=_Judgement)
J_co = TypeVar("J_co", bound=_Judgement, covariant=True)


class _Run(Protocol[J_co]):
    @property
    def judgements(self) -> Mapping[str, J_co]: ...
    @property
    def seed(self) -> int: ...
    @property
    def seed_drawn(self) -> bool: ...
    @property
    def verdict(self) -> SuiteVerdict: ...
    @property
    def statement(self) -> Statement | None: ...
    @property
    def expectations(self) -> Sequence[Expectation]: ...


def tell(run: _Run[J], product: str, why: Callable[[J], list[str]], console: Console, language: str) -> None:
    """Say the verdict, and for each case that did not pass why; what did not apply is counted by its reason."""
    counts = Counter(each.verdict for each in run.judgements.values())
    idle = Counter("; ".join(why(each)) for each in run.judgements.values() if each.verdict is Verdict.NA)
    for reason, count in idle.most_common():
        console.print(Text.assemble(("NA", "yellow"), f" {count}  {reason}"), soft_wrap=True)
    for judgement in run.judgements.values():
        if judgement.verdict in (Verdict.PASS, Verdict.NA):
            continue
        colour, title = COLOURS.get(judgement.verdict, "yellow"), judgement.case.title.in_language(language)
        head = Text.assemble((judgement.verdict.value, colour), f" {judgement.case.id}  {title}")
        console.print(head, soft_wrap=True)
        for line in why(judgement):
            console.print(Text(f"    {line}"), soft_wrap=True)
    for expectation in run.expectations:
        console.print(Text(f"{expectation.case}  {told(expectation)}"), soft_wrap=True)
    seed = f"seed {run.seed}" if run.seed_drawn else f"seed {run.seed} as given"
    said = f"{counts[Verdict.PASS]}/{len(run.judgements)} PASS, {counts[Verdict.NA]} NA, {seed}"
    console.print(Text(f"{product}: {WORDS[run.verdict.value][language]} ({said})"), soft_wrap=True)
    if counts[Verdict.NA] and run.verdict is SuiteVerdict.INCONCLUSIVE and run.statement is None:
        console.print(Text(WORDS["unstated"][language]), soft_wrap=True)


def tell_written(paths: Sequence[Path], console: Console) -> None:
    """Say where the reports are."""
    for path in paths:
        console.print(Text(f"  {path}"), soft_wrap=True)
