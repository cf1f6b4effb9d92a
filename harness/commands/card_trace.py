"""`kazashi card trace`: what a card was asked and answered, for people or programs, beside a golden trace."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cardsim.trace import Event, TraceLine
from cardsim.trace_compare import differences
from cardsim.trace_export import ExportedTrace, as_json, as_text, exported, read_json
from cardsim.trace_file import read_trace
from harness.control_client import ControlClient
from harness.doors.control_slot_messages import TraceEntry, TraceEvent
from harness.errors import ConfigurationError
from harness.home import home

DIFFERENT = 1
_EVENTS = {
    TraceEvent.COMMAND: Event.COMMAND,
    TraceEvent.POWER_ON: Event.POWER_ON,
    TraceEvent.POWER_OFF: Event.POWER_OFF,
    TraceEvent.RESET: Event.RESET,
    TraceEvent.TORN: Event.TORN,
}
"""Insertion and removal are the slot's, not the card's: no trace of a card has them."""


class Language(StrEnum):
    """In which language it is read out."""

    JA = "ja"
    EN = "en"


def trace(  # noqa: PLR0913  (each is an option of the command line)
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="of `card serve --trace`, or exported / 記録のファイル")
    ] = None,
    *,
    slot: Annotated[
        str | None, typer.Option(help="of the world that is up; the first by default / スロット（既定は最初）")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="for a program, or as a golden trace / JSON で出力")] = False,
    lang: Annotated[Language, typer.Option(help="language of the text / 言語")] = Language.EN,
    golden: Annotated[
        Path | None, typer.Option(metavar="FILE", help="compare with this exported trace / 基準と比べる")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="write it there / 出力先")] = None,
) -> None:
    """Show or export a trace, secrets masked, or compare it with a golden one: exit code 1 where they differ.

    カードとのやり取りを表示・出力・比較する(暗証番号と個人番号は伏せる)。
    """
    found = _of_slot(slot) if file is None else _of_file(file)
    if golden is not None:
        told = differences(_of_file(golden), found)
        for line in told:
            typer.echo(line)
        raise typer.Exit(DIFFERENT if told else 0)
    said = as_json(found) if json else as_text(found, lang.value).encode()
    if out is None:
        typer.echo(said.decode(), nl=False)
    else:
        out.write_bytes(said)


def _of_file(path: Path) -> ExportedTrace:
    """Return an exported trace, or one that a door wrote line by line."""
    try:
        return read_json(path.read_bytes())
    except OSError as fault:
        raise ConfigurationError(f"{path}: expected a trace, actual {fault.strerror}") from fault
    except ValueError:
        return exported(read_trace(path))


def _of_slot(name: str | None) -> ExportedTrace:
    with ControlClient(home()) as control:
        page = control.trace(name or control.slots()[0].name)
    return exported(line_of(number, entry) for number, entry in enumerate(page.entries, 1) if entry.event in _EVENTS)


def line_of(number: int, entry: TraceEntry) -> TraceLine:
    """Return the line of a card that the control API tells of; what was masked stays so."""
    return TraceLine(
        number,
        _EVENTS[entry.event],
        bytes.fromhex(entry.command.replace("**", "2A")),
        bytes.fromhex(entry.data),
        int(entry.sw or "0", 16),
        bytes.fromhex(entry.aid),
        entry.fid,
        entry.where,
        entry.torn,
    )
