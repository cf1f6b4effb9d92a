"""`kazashi load`: run, worker, population, mixes."""

from pathlib import Path

import typer
from msgspec import structs
from rich.console import Console
from rich.progress import Progress

from harness.contract.faults import AdapterFault
from harness.errors import ConfigurationError, HarnessFault
from harness.home import key_pool
from loadtests import option_words as words
from loadtests.crowd_commands import mixes_command, population_command
from loadtests.fitting import require_fitting
from loadtests.generator import require_locust
from loadtests.mixes import DEFAULT
from loadtests.options import LONGEST_RUN, Options
from loadtests.report.write import require_writable, write_report
from loadtests.result import tell
from loadtests.run import run
from loadtests.shapes import Shape
from loadtests.stage import EnrolmentRefused
from loadtests.targets.grammar import Readers, parse_target
from loadtests.told_to_go import sigterm_unwinds
from loadtests.vocabulary import Signatures
from loadtests.worker import worker_command_line

FAILED, HARNESS_ERROR = 1, 3

app = typer.Typer(no_args_is_help=True)
app.command("population")(population_command)
app.command("mixes")(mixes_command)
app.command("worker")(worker_command_line)


@app.callback()
def load() -> None:
    """Load that also judges: every verdict given under load is compared with the truth.

    判定の正しさも検査する負荷試験。
    """


@app.command("run")
def run_command(  # noqa: PLR0913  (each is an option of the command line)
    *,
    target: words.Target = "reference",
    world: words.World = "",
    i_own_this_target: words.Own = False,
    pin: words.Pin = "1234",
    timeout: words.Timeout = 5.0,
    patience: words.Patience = 20.0,
    users: words.Users = 20,
    mix: words.MixName = DEFAULT,
    bad: words.Bad = "",
    population: words.PopulationName = "",
    signatures: words.SignedBy = Signatures.KEY,
    enrolled: words.Enrolled = 0,
    seed: words.Seed = 1,
    seconds: words.Seconds = 10,
    minutes: words.Minutes = 0.0,
    shape: words.ShapeOfLoad = Shape.CONSTANT,
    rate: words.Rate = 0.0,
    think: words.Think = True,
    fault: words.Fault = None,
    processes: words.Processes = 1,
    workers: words.Workers = 0,
    bind: words.Bind = "127.0.0.1:5557",
    share: words.Share = None,
    ceiling: words.Ceiling = 3,
    counter: words.Counter = "",
    metrics_port: words.MetricsPort = 0,
    out: words.Out = Path("out"),
) -> None:
    """Send load to a target, a stated share of it bad, judge every answer, and write what was found.

    対象に負荷をかけ、すべての応答の正しさを判定して結果を書き出す。

    終了コード: 0 誤判定なし / 1 誤判定・エラー・判定なし / 2 設定誤り / 3 試験環境の誤り
    """
    require_locust()
    console, stderr = Console(), Console(stderr=True)
    options = Options(
        target=target,
        world=world,
        own=i_own_this_target,
        pin=pin,
        timeout=timeout,
        patience=patience,
        users=users,
        mix=mix,
        bad=bad,
        population=population,
        signatures=signatures,
        enrolled=enrolled,
        seed=seed,
        seconds=min(max(1, round(60 * minutes)), LONGEST_RUN) if minutes else seconds,
        shape=shape,
        rate=rate,
        think=think,
        faults=tuple(fault or ()),
        processes=processes,
        workers=workers,
        bind=bind,
        share="" if share is None else str(share.absolute()),  # Locust runs in a folder of its own
        ceiling_seconds=ceiling,
        counter=counter,
        metrics_port=metrics_port,
    )
    options = _with_readers(options)
    require_fitting(options)
    require_writable(out)
    try:
        with sigterm_unwinds(), Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
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
    tell(result, console)  # first: a disk that is full now takes only the files
    written = write_report(result, out)
    for path in written:
        console.print(path, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if result.passed else FAILED)


def _with_readers(options: Options) -> Options:
    """Return the options with one user for each reader, where that is the target: a card does one thing at a time."""
    target = parse_target(options.target)
    if isinstance(target, Readers):
        return structs.replace(options, users=len(target.names), signatures=Signatures.CARD)
    return options
