"""Writes everything that a run leaves behind into one folder."""

import tempfile
from pathlib import Path

from harness.errors import ConfigurationError
from harness.whole_file import write_whole
from loadtests.report import history
from loadtests.report.page import NAME, page
from loadtests.result import Result, write_result
from loadtests.tally import Shortcoming


def require_writable(folder: Path) -> None:
    """Return where a report can be written; ConfigurationError before anything is started, and not after an hour."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"room for a report?")
    except OSError as fault:
        raise ConfigurationError(
            f"--out {folder}: expected a folder to write to, actual {fault.strerror}; name another --out"
        ) from fault


def write_report(result: Result, folder: Path, *, language: str = "ja") -> list[Path]:
    """Write load.json and load.html, add a line to history.jsonl, and return their paths.

    A run that was interrupted is no measure of others, and not remembered.
    """
    written = [write_result(result, folder)]
    try:
        path = write_whole(folder / NAME, page(result, language=language).encode())
        is_whole = Shortcoming.INTERRUPTED not in result.because
        return [*written, path, *([history.remember(result, folder)] if is_whole else [])]
    except OSError as fault:
        raise ConfigurationError(
            f"{folder}: expected to write the report, actual {fault.strerror}; name another --out"
        ) from fault
