"""What a run found, for a person (a table) and for a program (load.json)."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError
from harness.whole_file import write_whole
from loadtests.ceiling.found import Ceilings, lines_of
from loadtests.course import Course, course_of
from loadtests.observation import Seen
from loadtests.options import Options
from loadtests.people import People
from loadtests.series import VISIT
from loadtests.tally import Shortcoming, Tally, WrongVerdict
from loadtests.truth import Ruling
from loadtests.workers import Share

VERBS = (Verb.BEGIN, Verb.COMPLETE)


class Latency(Struct, frozen=True):
    """Percentiles in milliseconds: of one verb of the contract, or of what else is asked of the target."""

    p50: float
    p99: float


class Verdicts(Struct, frozen=True):
    """One row: a kind of visit, what was right, what came, how often."""

    kind: str
    expected: str
    actual: str
    ruling: Ruling
    count: int
    purpose: str = "login"


class Result(Struct, frozen=True):
    """The content of load.json."""

    asked: Options
    product: str
    clock: str
    instant: datetime
    coarse_reasons: bool
    verdict: str
    because: list[Shortcoming]
    seconds: float
    requests: int
    requests_per_second: float
    verdicts_per_second: float
    latency_ms: dict[str, Latency]
    verdicts: list[Verdicts]
    wrong_verdicts: int
    undecided: int
    errors: int
    error_kinds: dict[str, int]
    bad_share: float
    """Of the verdicts."""
    asked_bad_share: float
    holders: str
    """How many there are, what their keys share, and who signed."""
    status_questions: int
    """OCSP questions that the fake J-LIS was asked during the load."""
    wrong: list[WrongVerdict]
    excused: int
    """Answers that failed to come, or decided nothing, while a fault was announced that permits it."""
    course: Course
    """Everything over time."""
    ceilings: Ceilings | None = None
    """What the generator and the target could have done."""
    shares: list[Share] = []
    """What each worker did, where there were several."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong, nothing failed, and both accepting and refusing were seen."""
        return not self.because


def result_of(  # noqa: PLR0913, PLR0917  (everything that was found)
    asked: Options, product: str, population: People, tally: Tally, status_questions: int, seen: Seen
) -> Result:
    """Return the result of one run."""
    course = course_of(asked, tally, seen)
    because = tally.shortcomings() + course.shortcomings()
    seconds = tally.seconds or float(asked.seconds)
    rows = [
        Verdicts(line.kind, line.ruled.expected, line.ruled.actual, line.ruled.ruling, line.count, line.purpose)
        for line in tally.lines
    ]
    return Result(
        asked=asked,
        product=product,
        clock=population.clock.value,
        instant=population.moment.instant,
        coarse_reasons=population.declared.coarse_reasons,
        verdict="fail" if because else "pass",
        because=because,
        seconds=round(seconds, 2),
        requests=tally.requests,
        requests_per_second=round(tally.requests / seconds, 1),
        verdicts_per_second=round(tally.verdicts / seconds, 1),
        latency_ms={
            name: Latency(tally.milliseconds(name, 0.5), tally.milliseconds(name, 0.99)) for name in _asked_of(tally)
        },
        verdicts=sorted(rows, key=lambda row: (row.purpose, row.expected, row.kind, row.actual)),
        wrong_verdicts=tally.count(Ruling.WRONG),
        undecided=tally.count(Ruling.UNDECIDED),
        errors=sum(tally.errors.values()),
        error_kinds=dict(sorted(tally.errors.items())),
        bad_share=round(tally.bad_share, 4),
        asked_bad_share=round(population.bad, 4),
        holders=population.told,
        status_questions=status_questions,
        wrong=tally.wrong,
        excused=sum(tally.excused.values()) + tally.count(Ruling.EXCUSED),
        course=course,
    )


def _asked_of(tally: Tally) -> list[str]:
    """Return what was asked of the target: the verbs of the contract, or what its kind does; whole visits are apart."""
    names = [name for name in tally.series.names() if name != VISIT]
    return names or [verb.value for verb in VERBS]


def with_ceilings(result: Result, found: Ceilings) -> Result:
    """Return the result with its ceilings: what was wrong, or no answer, while they were measured counts like any."""
    also = {Shortcoming.WRONG: found.wrong > 0, Shortcoming.ERRORS: found.strange > 0}
    new = [shortcoming for shortcoming, holds in also.items() if holds and shortcoming not in result.because]
    because = result.because + new
    verdict = "fail" if because else "pass"
    return msgspec.structs.replace(result, ceilings=found, because=because, verdict=verdict)


def write_result(result: Result, folder: Path) -> Path:
    """Write load.json and return its path."""
    path = folder / "load.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return write_whole(path, msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    except OSError as fault:
        raise ConfigurationError(
            f"{path}: expected to write the result, actual {fault.strerror}; name another --out"
        ) from fault


def tell(result: Result, console: Console) -> None:
    """Show the result."""
    table = Table(title=f"{result.product}: {result.verdict.upper()}", title_justify="left")
    table.add_column("count", justify="right", no_wrap=True)
    for heading in ("purpose", "visit", "ruling"):
        table.add_column(heading, no_wrap=True)
    for heading in ("right would be", "actual"):
        table.add_column(heading)
    for row in result.verdicts:
        style = {Ruling.RIGHT: "", Ruling.WRONG: "red", Ruling.UNDECIDED: "yellow", Ruling.EXCUSED: "dim"}[row.ruling]
        table.add_row(str(row.count), row.purpose, row.kind, row.ruling.value, row.expected, row.actual, style=style)
    console.print(table)
    for line in _figures(result):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for fault, count in result.error_kinds.items():
        console.print(f"error  {fault}: {count}", style="red", highlight=False, markup=False, soft_wrap=True)
    for shortcoming in result.because:
        console.print(f"not passed: {shortcoming.value}", style="red", highlight=False, markup=False, soft_wrap=True)


def spelt(milliseconds: float) -> str:
    """Return a latency in the unit that shows it: a core answers in microseconds, a product in milliseconds."""
    if milliseconds < 1:
        return f"{milliseconds * 1000:.3g} µs" if milliseconds else "–"
    return f"{milliseconds:,.1f} ms"


def _figures(result: Result) -> list[str]:
    latencies = ", ".join(
        f"{name} p50 {spelt(latency.p50)} p99 {spelt(latency.p99)}" for name, latency in result.latency_ms.items()
    )
    is_product = Verb.BEGIN.value in result.latency_ms
    lines = [
        f"clock {result.clock} at {result.instant.isoformat()}",
        f"{result.requests} requests in {result.seconds:.1f} s by {result.asked.users} users"
        + (f", of {result.asked.seconds} s asked" if Shortcoming.INTERRUPTED in result.because else ""),
        f"{result.requests_per_second:.0f} requests/s, {result.verdicts_per_second:.0f} verdicts/s; {latencies}",
        f"mix {result.asked.mix}; {result.holders}" if is_product else result.holders,
        f"bad share {result.bad_share:.1%} (asked {result.asked_bad_share:.1%})",
        *([f"status questions at the fake J-LIS {result.status_questions}"] if is_product else []),
        f"wrong verdicts {result.wrong_verdicts}, undecided {result.undecided}, errors {result.errors}",
    ]
    if result.ceilings is not None:
        lines += lines_of(result.ceilings)
    lines += [
        f"worker {share.index} on {share.machine}: {share.requests} requests by {share.holders} holders of its own"
        for share in result.shares
    ]
    if result.coarse_reasons:
        lines.append("the product declares coarse reasons: only its decisions were judged")
    return lines
