"""docs/control.md is what the table of operations says, in both languages, and its commands are real ones."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from harness.commands.jlis import app
from harness.doors.control_operations import OPERATIONS
from harness.doors.control_page import FILE, JAPANESE, page


def test_the_page_is_what_the_table_says() -> None:
    """Whoever changes the table writes the page anew: python -m harness.doors.control_page."""
    assert FILE.read_text(encoding="utf-8") == page()


def test_every_operation_has_its_line() -> None:
    """In both languages, and no line is of an operation that is gone."""
    assert {row.act.__name__ for row in OPERATIONS} == JAPANESE.keys()
    assert len(re.findall(r"^\| `[A-Z]+ /v1/[^`]+` \| [^|]+\. \| [^|]+ \|$", page(), re.MULTILINE)) == len(OPERATIONS)


@pytest.mark.parametrize("line", re.findall(r"^    kazashi jlis (.+)$", page(), re.MULTILINE))
def test_options_on_the_page_are_real(line: str) -> None:
    """Each command is understood; with `--help` behind it, it does nothing."""
    result = CliRunner().invoke(app, [*shlex.split(line), "--help"])
    assert result.exit_code == 0, result.output
    unknown = CliRunner().invoke(app, [*shlex.split(line)[:2], "--no-such-option"])
    assert unknown.exit_code == 2
    said = re.sub(r"\s", "", result.output)
    assert all(word in said for word in shlex.split(line) if word.startswith("--"))
