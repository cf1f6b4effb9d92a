"""`kazashi world`: a world without its doors: made in a store, written to a file, read from one."""

from typing import Annotated

import typer

from harness.commands.up import opened, set_going
from harness.commands.words import read_instant, show_instant
from harness.store.address import read_place

app = typer.Typer(help="Worlds as data / 世界の作成・保存・復元", no_args_is_help=True)
Store = Annotated[str, typer.Option(metavar="FILE|URL", help="the world's store / 世界の保存先")]


@app.command()
def new(
    *,
    store: Store,
    seed: Annotated[int | None, typer.Option(help="who lives there follows from it; default 1", min=0)] = None,
    residents: Annotated[int, typer.Option(help="residents of a new world, with cards", min=0)] = 3,
    running: Annotated[bool | None, typer.Option("--running/--frozen", help="default: running")] = None,
    at: Annotated[str | None, typer.Option(help="where the clock is set; a new world's default is now")] = None,
) -> None:
    """Make a world in a store, for `kazashi serve` / 世界を保存先に作る"""
    instant = None if at is None else read_instant(at)
    with opened(read_place(store), seed, instant, residents) as world:
        set_going(world, instant, running)
        typer.echo(f"{show_instant(world.clock.now())}  residents {len(world.residents())}")
