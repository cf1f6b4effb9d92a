"""`kazashi load run`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from harness.contract.faults import AdapterFault
from harness.errors import ConfigurationError, HarnessFault
from harness.home import key_pool
from loadtests.crowd_commands import mixes_command, population_command
from loadtests.generator import require_locust
from loadtests.mixes import DEFAULT
from loadtests.options import Options
from loadtests.report.write import write_report
from loadtests.result import tell
from loadtests.run import run
from loadtests.shapes import Shape
from loadtests.stage import EnrolmentRefused
from loadtests.vocabulary import Signatures

FAILED, HARNESS_ERROR = 1, 3
SIGTERM_EXIT = 128 + signal.SIGTERM

app = typer.Typer(no_args_is_help=True)
app.command("population")(population_command)
app.command("mixes")(mixes_command)


@app.callback()
def load() -> None:
    """Load that also judges: every verdict given under load is compared with the truth.

    判定の正しさも検査する負荷試験。
    """


@app.command("run")
def run_command(  # noqa: PLR0913  (each is an option of the command line)
    *,
    users: Annotated[int, typer.Option(help="visitors at a time / 同時利用者数", min=1, max=1000)] = 20,
    seconds: Annotated[int, typer.Option(help="length of the load / 負荷をかける秒数", min=1, max=3600)] = 10,
    target: Annotated[
        str, typer.Option(help="reference, http://127.0.0.1:PORT, or command:PROGRAM / 試験対象")
    ] = "reference",
    mix: Annotated[str, typer.Option(help="who comes (kazashi load mixes) / 利用者の構成")] = DEFAULT,
    bad: Annotated[
        str, typer.Option(help="share to be refused: 0.2, or revoked=1%,forged=1%; else the mix's / 拒否すべき割合")
    ] = "",
    population: Annotated[
        str, typer.Option(help="folder, or number of holders (kazashi load population) / 利用者の集団")
    ] = "",
    signatures: Annotated[
        Signatures, typer.Option(help="who signs: the holder's key, or the virtual card / 署名の方法")
    ] = Signatures.KEY,
    enrolled: Annotated[int, typer.Option(help="good holders enrolled before the load / 事前登録数", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="residents and mix follow from it / 住民と配分を決める種", min=0)] = 1,
    timeout: Annotated[
        float, typer.Option(help="seconds the product may take for one answer / 応答の制限時間", min=0.1)
    ] = 5.0,
    shape: Annotated[Shape, typer.Option(help="course of the load / 負荷の形")] = Shape.CONSTANT,
    rate: Annotated[
        float,
        typer.Option(help="visits a second, whatever becomes of those before (open loop); 0: users / 到着率", min=0),
    ] = 0.0,
    fault: Annotated[
        list[str] | None, typer.Option(help="KIND@START+LENGTH (docs/load.md) / 負荷中の障害（繰り返し可）")
    ] = None,
    counter: Annotated[str, typer.Option(help="the target's own /metrics / 試験対象の計測値の URL")] = "",
    metrics_port: Annotated[
        int, typer.Option(help="the generator's own /metrics, on loopback / 負荷発生器の計測値", min=0, max=65535)
    ] = 0,
    out: Annotated[Path, typer.Option(help="folder of load.json, load.html and history.jsonl / 結果の出力先")] = Path(
        "out"
    ),
) -> None:
    """Send logins to a product, a stated share of them bad, judge every verdict, and write load.json.

    終了コード: 0 誤判定なし / 1 誤判定・エラー・判定なし / 2 設定誤り / 3 試験環境の誤り
    """
    require_locust()
    console, stderr = Console(), Console(stderr=True)
    options = Options(
        target=target,
        users=users,
        seconds=seconds,
        bad=bad,
        seed=seed,
        timeout=timeout,
        mix=mix,
        population=population,
        signatures=signatures,
        enrolled=enrolled,
        shape=shape,
        rate=rate,
        faults=tuple(fault or ()),
        counter=counter,
        metrics_port=metrics_port,
    )
    try:
        with _sigterm_unwinds(), Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
            result = run(options, key_pool(), bars)
    except EnrolmentRefused as refusal:
        message = f"wrong verdict before the load: {refusal}"
        console.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from refusal
    except AdapterFault as refused:
        raise ConfigurationError(f"before any load was sent: {refused}") from refused
    except HarnessFault as broken:
        typer.echo(f"kazashi: {broken}", err=True)
        raise typer.Exit(HARNESS_ERROR) from broken
    written = write_report(result, out)
    tell(result, console)
    for path in written:
        console.print(path, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if result.passed else FAILED)


@contextmanager
def _sigterm_unwinds() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that the product and Locust are ended like after any other failure."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(SIGTERM_EXIT)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
