"""`kazashi load population` and `kazashi load mixes`."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from harness.home import key_pool
from loadtests.crowd import HOLDERS, folder_of
from loadtests.holder_making import find_or_make, made_of
from loadtests.holders import RECORDS
from loadtests.mixes import Mix, load_mixes

QUIET = 5.0
"""Seconds: what is over sooner needs no progress."""
Word = TypeVar("Word", bound=StrEnum)


def population_command(
    *,
    holders: Annotated[int, typer.Option(help="how many / 人数 (50-1000000)")] = HOLDERS,
    seed: Annotated[int, typer.Option(help="who they are follows from it / 住民を決める種", min=0)] = 1,
    precomputed: Annotated[
        bool, typer.Option(help="with signatures over our own challenges / 署名を事前計算する")
    ] = False,
    check: Annotated[bool, typer.Option(help="read every holder / 全員分を検査する")] = False,
    out: Annotated[
        Path | None, typer.Option(help="folder; by default in this installation / 出力先。既定はこの環境の中")
    ] = None,
) -> None:
    """Make the holders of load runs once, on all cores, or find them made; print where they are.

    負荷試験の利用者(証明書・鍵・署名)を一度だけ作成し、以後はディスクから使う。
    """
    keys, stderr = key_pool(), Console(stderr=True)
    wanted = made_of(seed, holders, keys, precomputed=precomputed)
    folder = out or folder_of(keys) / wanted.name
    begun, was_there = monotonic(), folder.exists()
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
        task, lines = bars.add_task("holders / 利用者", total=None), Lines(begun)

        def tell(done: float, of: float) -> None:
            bars.update(task, completed=done, total=of)
            if not stderr.is_terminal:
                lines.tell(done, of)

        found = find_or_make(wanted, folder, keys, tell)
    with found:
        if check:
            found.check_all()
        seconds = monotonic() - begun
        size = (folder / RECORDS).stat().st_size
        what = "found" if was_there else "made"
        console = Console()
        console.print(f"{holders:,} holders {what} in {seconds:.1f} s; {size / 1e6:,.0f} MB; {found.made_of.sharing}")
        console.print(folder, highlight=False, soft_wrap=True)


class Lines:
    """Progress for who sees no bar, a line at each tenth: a million holders take minutes, and silence says nothing."""

    def __init__(self, begun: float) -> None:
        self._begun, self._tenths = begun, 0

    def tell(self, done: float, of: float) -> None:
        """Write a line where another tenth is done of what takes longer than a few seconds."""
        tenths = int(10 * done / of)
        seconds = monotonic() - self._begun
        if tenths > self._tenths and (seconds > QUIET or self._tenths):
            typer.echo(f"holders / 利用者: {done:,.0f} of {of:,.0f} in {seconds:.0f} s", err=True)
        self._tenths = tenths


def mixes_command() -> None:
    """List the mixes: who comes, for what, how much of it is bad.

    利用者の構成の一覧。
    """
    table = Table(show_lines=True)
    for heading in ("mix", "who / 誰が", "purposes / 目的", "bad / 拒否すべき", "places / 場所", "pace"):
        table.add_column(heading)
    for mix in load_mixes().values():
        table.add_row(*_row(mix))
    Console().print(table)


def _row(mix: Mix) -> tuple[str, ...]:
    least, most = mix.think
    return (
        mix.name,
        f"{mix.ja}\n{mix.en}",
        _shares(mix.purposes),
        _shares(mix.bad),
        _shares(mix.environments),
        f"{mix.pace:g}/s\n{least:g}–{most:g} s between",
    )


def _shares(shares: Mapping[Word, float]) -> str:
    return "\n".join(f"{name} {share:.0%}" for name, share in shares.items())
