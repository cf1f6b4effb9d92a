"""`kazashi report`: what runs left behind, looked at again. Who writes reports says so by an entry point.

The group `kazashi.reports` names objects with `file` (what such a report is called in its folder), `recognises`
(whether a decoded file is one) and `diff` (shows two of them, and returns the exit code). The group
`kazashi.report_commands` names functions that are further commands: `key` and `verify` come from the conformance suite.
"""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
import typer
from rich.console import Console

from harness.errors import ConfigurationError

GROUP = "kazashi.reports"
COMMANDS = "kazashi.report_commands"

app = typer.Typer(no_args_is_help=True)


class Reports(Protocol):
    """One sort of report."""

    file: str

    def recognises(self, document: object) -> bool:
        """Return whether a decoded JSON file is one."""
        ...

    def diff(self, before: Path, after: Path, console: Console) -> int:
        """Show two of them side by side and return the exit code: 1 when the later one is worse."""
        ...


@app.callback()
def report() -> None:
    """Reports of earlier runs / 過去の試験結果"""


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="a report, or its folder / 比較元", metavar="A")],
    after: Annotated[Path, typer.Argument(help="another of the same sort / 比較先", metavar="B")],
) -> None:
    """Show what differs between two runs, and whether it is more than noise.

    2つの結果を比較する。終了コード: 0 悪化なし / 1 悪化 / 2 設定誤り
    """
    sorts: list[Reports] = [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    raise typer.Exit(compare(before, after, sorts, Console()))


for point in sorted(entry_points(group=COMMANDS), key=lambda point: point.name):
    app.command(point.name)(point.load())


def compare(before: Path, after: Path, sorts: list[Reports], console: Console) -> int:
    """Show two reports by the sort that knows both; ConfigurationError when none does."""
    for sort in sorts:
        found = [path / sort.file if path.is_dir() else path for path in (before, after)]
        if all(path.is_file() and sort.recognises(_decoded(path)) for path in found):
            return sort.diff(found[0], found[1], console)
    files = ", ".join(sort.file for sort in sorts) or "none is installed"
    raise ConfigurationError(f"report diff {before} {after}: expected two reports of one sort ({files}), actual not")


def _decoded(path: Path) -> object:
    try:
        return msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(f"{path}: expected JSON, actual {fault}") from fault
