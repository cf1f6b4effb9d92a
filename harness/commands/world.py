"""`kazashi world`: a world without its doors: made in a store, written to a file, read from one."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from harness import replay
from harness.commands import options
from harness.commands import practice as practised
from harness.commands.up import PLAIN, opened, set_going
from harness.commands.words import read_instant, show_instant
from harness.history import History
from harness.home import key_pool
from harness.store.address import read_place, show_place
from harness.store.owner import require_store

app = typer.Typer(help="Worlds as data / 世界の作成・保存・復元", no_args_is_help=True)
Store = Annotated[str, typer.Option(metavar="FILE|URL", help="the world's store / 世界の保存先")]


@app.command()
def new(  # noqa: PLR0913  (each is an option of the command line)
    *,
    store: Store,
    seed: options.Seed = None,
    residents: options.Residents = options.RESIDENTS,
    running: options.Running = None,
    at: options.At = None,
    population: options.Population = PLAIN,
    leap_birthday: practised.Leap = None,
    kana: practised.Kana = None,
    production_policies: practised.Production = None,
    free_area: practised.FreeArea = None,
    crl_mode: practised.Mode = None,
    crl_publication: practised.Publication = None,
    crl_valid: practised.Valid = None,
    crl_swap: practised.SwapWindow = None,
) -> None:
    """Make a world in a store, for `kazashi serve` / 世界を保存先に作る"""
    instant = None if at is None else read_instant(at)
    wanted = practised.Wanted(
        leap_birthday=leap_birthday,
        kana=kana,
        production_policies=production_policies,
        free_area=free_area,
        crl_mode=crl_mode,
        crl_publication=crl_publication,
        crl_valid=crl_valid,
        crl_swap=crl_swap,
    )
    with opened(read_place(store), seed, instant, residents, population, wanted) as world:
        what = "made / 作成" if world.clock.epoch == 0 else "was there already / 既にあり"
        set_going(world, instant, running)
        typer.echo(f"{show_instant(world.clock.now())}  residents {world.size()}  {what}")


@app.command()
def save(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the world as data / 保存先のファイル")],
    *,
    store: Store,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="private keys too: the same octets elsewhere / 秘密鍵も保存")
    ] = False,
) -> None:
    """Write a world to a file: events, seed, clock; private keys only on request / 世界をファイルに保存する"""
    place = read_place(store)
    require_store(place)
    with closing(History(place)) as history:
        saved = replay.save(history, file, key_pool() if with_keys else None)
    typer.echo(f"{file}: {saved.head.events} events, {saved.head.private_keys} keys")
    if with_keys:
        typer.echo(
            f"{file} holds PRIVATE KEYS: whoever has it can issue certificates that your test systems trust; "
            "keep it as you keep them / 秘密鍵を含むため、取り扱いに注意",
            err=True,
        )


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a saved world / 保存された世界")],
    *,
    store: Store,
) -> None:
    """Make the world of a file in an empty store / 保存された世界を復元する"""
    with closing(History(read_place(store))) as history:
        same_keys = replay.load(file, history, key_pool())
    typer.echo(f"{show_place(read_place(store))}: the world of {file}")
    if not same_keys:
        typer.echo(
            "the same history under other keys: certificates, lists and answers are signed by this installation's; "
            "for the same octets save it --with-keys / 署名鍵が異なるため、署名の値は保存元と一致しません",
            err=True,
        )
