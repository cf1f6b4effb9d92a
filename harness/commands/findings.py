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
    console = Console()
    for finding in findings:
        console.print(Text.assemble(("ok  ", "green") if finding.held else ("NG  ", "bold red"), finding.name))
        if not finding.held:
            advice = finding.advice.ja if language == "ja" else finding.advice.en
            console.print(Text(f"    expected / 期待: {finding.expected}\n    actual / 実際:   {finding.actual}"))
            console.print(Text.assemble("    → ", (advice, "bold")))
    broken = sum(not finding.held for finding in findings)
    typer.echo(f"{len(findings) - broken} ok, {broken} to change / 要修正 {broken}")
    return broken == 0
