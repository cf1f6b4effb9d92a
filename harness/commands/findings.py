"""How findings of the smoke test and the preflight are shown: a line each, and what to change where one is needed."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.text import Text

from harness.contract.check import Finding
from harness.errors import ConfigurationError

LANGUAGES = ("ja", "en")


def require_language(language: str) -> None:
    """Return when it is one of ours; ConfigurationError otherwise."""
    if language not in LANGUAGES:
        raise ConfigurationError(f"--lang {language!r}: expected {' or '.join(LANGUAGES)}")


def show_findings(findings: Sequence[Finding], language: str) -> bool:
    """Return whether nothing has to be changed, after each finding was printed."""
    console = Console()  # soft_wrap: a line stays one in a pipe, whatever width that is thought to have
    for finding in findings:
        mark = ("ok  ", "green") if finding.held else ("NG  ", "bold red")
        console.print(Text.assemble(mark, finding.name), soft_wrap=True)
        if not finding.held:
            advice = finding.advice.ja if language == "ja" else finding.advice.en
            both = f"    expected / 期待: {finding.expected}\n    actual / 実際:   {finding.actual}"
            console.print(Text(both), soft_wrap=True)
            console.print(Text.assemble("    → ", (advice, "bold")), soft_wrap=True)
    broken = sum(not finding.held for finding in findings)
    typer.echo(f"{len(findings) - broken} ok, {broken} to change / 要修正 {broken}")
    return broken == 0
