"""history.jsonl: one line for each run in a folder, so that the spread between runs of the same kind is known."""

from collections import defaultdict
from math import sqrt
from pathlib import Path
from statistics import fmean, variance

import msgspec
from msgspec import Struct

from harness.clock import host_now
from harness.errors import ConfigurationError
from loadtests.noise import Figure
from loadtests.options import Options
from loadtests.result import Result
from loadtests.vocabulary import Signatures

NAME = "history.jsonl"
FEWEST_RUNS = 3
"""Of one kind and one product: of two runs nobody knows how far the third would be."""


class Kind(Struct, frozen=True):
    """What makes two runs comparable: what was asked, and not where it was sent or with which seed."""

    users: int
    rate: float
    shape: str
    seconds: int
    bad: str
    faults: tuple[str, ...]
    mix: str = ""
    processes: int = 1
    workers: int = 0
    think: bool = True
    signatures: str = Signatures.KEY.value
    population: str = ""
    enrolled: int = 0
    timeout: float = 5.0


class Past(Struct, frozen=True):
    """One run that was."""

    when: str
    """By the host's clock."""
    product: str
    target: str
    kind: Kind
    verdict: str
    figures: dict[str, Figure]


def kind_of(asked: Options) -> Kind:
    """Return the kind of a run."""
    return Kind(
        users=asked.users,
        rate=asked.rate,
        shape=asked.shape.value,
        seconds=asked.seconds,
        bad=str(asked.bad),
        faults=asked.faults,
        mix=asked.mix,
        processes=asked.processes,
        workers=asked.workers,
        think=asked.think,
        signatures=asked.signatures.value,
        population=asked.population,
        enrolled=asked.enrolled,
        timeout=asked.timeout,
    )


def remember(result: Result, folder: Path) -> Path:
    """Add a run to the history of a folder and return its path; one line, written at once."""
    past = Past(
        when=host_now().isoformat(timespec="seconds"),
        product=result.product,
        target=result.asked.target,
        kind=kind_of(result.asked),
        verdict=result.verdict,
        figures=result.course.figures,
    )
    path = folder / NAME
    with path.open("ab") as file:
        file.write(msgspec.json.encode(past) + b"\n")
    return path


def read_history(path: Path) -> list[Past]:
    """Return the runs that a file tells of, none without a file; ConfigurationError names a line that is none."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(msgspec.json.decode(line, type=Past))
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise ConfigurationError(f"{path}:{number}: expected a run, actual {fault}; take the line out") from fault
    return found


def up_to(result: Result, history: list[Past]) -> list[Past]:
    """Return the runs that passed, up to a run's own line: what it is compared with has no part in what is noise."""
    own = [number for number, past in enumerate(history) if past.figures == result.course.figures]
    return [past for past in history[: own[-1] + 1 if own else None] if past.verdict == "pass"]


def spread_between(history: list[Past], kind: Kind) -> dict[str, float]:
    """Return by how much each figure varies between runs of this kind and one product, as a share of itself.

    Runs of several products are put together by their variances around the mean of each: what differs between products
    is no noise.
    """
    by_product: dict[str, list[Past]] = defaultdict(list)
    for past in history:
        if past.kind == kind:
            by_product[f"{past.product} {past.target}"].append(past)
    groups = [runs for runs in by_product.values() if len(runs) >= FEWEST_RUNS]
    names = {name for runs in groups for past in runs for name in past.figures}
    return {name: spread for name in sorted(names) if (spread := _pooled(groups, name)) is not None}


def _pooled(groups: list[list[Past]], name: str) -> float | None:
    total = freedom = 0.0
    for runs in groups:
        values = [past.figures[name].value for past in runs if name in past.figures]
        if len(values) >= FEWEST_RUNS and fmean(values):
            total += variance(values) / fmean(values) ** 2 * (len(values) - 1)
            freedom += len(values) - 1
    return round(sqrt(total / freedom), 5) if freedom else None
