"""`kazashi clock`: the clock of the world that is up."""

from typing import Annotated

import msgspec
import typer

from harness.commands.words import read_instant, read_span, show_clock
from harness.control_client import ControlClient
from harness.doors.control_messages import AdvanceClock, SetClock
from harness.errors import ConfigurationError
from harness.home import home

app = typer.Typer(help="The clock of the world that is up / 起動中の世界の時計", no_args_is_help=True)


@app.command()
def show(*, json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False) -> None:
    """Show the world's instant / 現在時刻を表示する"""
    with ControlClient(home()) as control:
        clock = control.clock()
        typer.echo(msgspec.json.encode(clock).decode() if json else show_clock(clock))


@app.command("set")
def set_clock(
    instant: Annotated[
        str, typer.Argument(help="ISO 8601; Japan's time when no zone is given / 日時（既定は日本時間）")
    ],
) -> None:
    """Set the clock; whether it runs stays as it is / 時刻を設定する"""
    _change(SetClock(instant=read_instant(instant)))


@app.command()
def advance(span: Annotated[str, typer.Argument(help="such as 15m, 36h, 1d12h, 90s / 進める時間")]) -> None:
    """Move the clock on / 時刻を進める"""
    seconds = int(read_span(span).total_seconds())
    if seconds < 1:
        raise ConfigurationError(f"span {span!r}: expected at least one second; to go back, use `kazashi clock set`")
    _change(AdvanceClock(seconds=seconds))


@app.command()
def freeze() -> None:
    """Stop the clock where it is / 時計を止める"""
    _change("freeze")


@app.command()
def run() -> None:
    """Let the clock run from where it is / 時計を動かす"""
    _change("run")


def _change(change: SetClock | AdvanceClock | str) -> None:
    with ControlClient(home()) as control:
        typer.echo(show_clock(control.change_clock(change)))
