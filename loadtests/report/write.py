"""Writes everything that a run leaves behind into one folder."""

from pathlib import Path

from harness.errors import ConfigurationError
from loadtests.report import history
from loadtests.report.page import NAME, page
from loadtests.result import Result, write_result


def write_report(result: Result, folder: Path, *, language: str = "ja") -> list[Path]:
    """Write load.json and load.html, add a line to history.jsonl, and return their paths."""
    written = [write_result(result, folder)]
    path = folder / NAME
    try:
        path.write_text(page(result, language=language), encoding="utf-8")
        return [*written, path, history.remember(result, folder)]
    except OSError as fault:
        raise ConfigurationError(
            f"{folder}: expected to write the report, actual {fault.strerror}; name another --out"
        ) from fault
