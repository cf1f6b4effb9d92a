"""Two load runs side by side: what differs, and whether it is more than noise."""

from enum import StrEnum
from math import hypot
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from harness.errors import ConfigurationError
from loadtests.noise import SIGMAS, Figure
from loadtests.report.history import NAME, kind_of, read_history, spread_between, up_to
from loadtests.result import Result


class Finding(StrEnum):
    """How a figure went."""

    SAME = "inside the noise"
    BETTER = "better"
    WORSE = "worse"
    UNKNOWN = "noise unknown: longer runs, or three of each"


JAPANESE = {
    Finding.SAME: "ばらつきの範囲内",
    Finding.BETTER: "改善",
    Finding.WORSE: "悪化",
    Finding.UNKNOWN: "ばらつき不明",
}


class Difference(Struct, frozen=True):
    """One figure of both runs; shares of the first."""

    name: str
    before: float
    after: float
    change: float
    noise: float | None
    """What a change must exceed; None: not known."""
    finding: Finding


def differences(before: Result, after: Result, between: dict[str, float]) -> list[Difference]:
    """Return how every figure that both have went.

    A change is one if it is more than three times its own standard deviation, which has a part of either run: the noise
    within it, or the spread `between` such runs where that is larger.
    """
    theirs = after.course.figures
    return [
        _difference(name, figure, theirs[name], between.get(name))
        for name, figure in before.course.figures.items()
        if name in theirs
    ]


def _difference(name: str, before: Figure, after: Figure, between: float | None) -> Difference:
    change = (after.value - before.value) / before.value if before.value else 0.0
    parts = [_larger(each.noise, between) for each in (before, after)]
    noise = None if None in parts else SIGMAS * hypot(*(part for part in parts if part is not None))
    if noise is None:
        finding = Finding.UNKNOWN
    elif abs(change) <= noise:
        finding = Finding.SAME
    else:
        finding = Finding.BETTER if (change > 0) == before.more_is_better else Finding.WORSE
    return Difference(
        name, before.value, after.value, round(change, 5), None if noise is None else round(noise, 5), finding
    )


def _larger(within: float | None, between: float | None) -> float | None:
    known = [each for each in (within, between) if each is not None]
    return max(known) if known else None


class LoadReports:
    """What `kazashi report` knows of load.json."""

    file = "load.json"

    def recognises(self, document: object) -> bool:
        """Return whether a decoded file is of a load run."""
        return isinstance(document, dict) and "asked" in document and "course" in document

    def diff(self, before: Path, after: Path, console: Console) -> int:
        """Show both side by side; 1 when the later run is worse, or did not pass where the earlier did."""
        first, second = _read(before), _read(after)
        _require_comparable(first, second)
        history = up_to(first, read_history(before.parent / NAME))
        found = differences(first, second, spread_between(history, kind_of(first.asked)))
        _tell(first, second, found, console)
        fell = second.verdict == "fail" and first.verdict == "pass"
        return 1 if fell or any(each.finding is Finding.WORSE for each in found) else 0


REPORTS = LoadReports()


def _read(path: Path) -> Result:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(f"{path}: expected the load.json of this version, actual {fault}") from fault


def _require_comparable(before: Result, after: Result) -> None:
    first, second = kind_of(before.asked), kind_of(after.asked)
    unlike = [
        f"{name} {getattr(first, name)!r} and {getattr(second, name)!r}"
        for name in first.__struct_fields__
        if getattr(first, name) != getattr(second, name)
    ]
    if unlike:
        raise ConfigurationError(f"report diff: expected runs of one kind, actual {', '.join(unlike)}; run both alike")


def _tell(before: Result, after: Result, found: list[Difference], console: Console) -> None:
    table = Table(title=f"{before.product} → {after.product}", title_justify="left")
    for heading in ("figure / 指標", "A", "B", "change / 変化", "noise / ばらつき", ""):
        table.add_column(heading, justify="left" if heading in ("figure / 指標", "") else "right")
    styles = {Finding.WORSE: "red", Finding.BETTER: "green", Finding.UNKNOWN: "yellow"}
    for each in found:
        noise = "?" if each.noise is None else f"± {each.noise:.1%}"
        told = f"{each.finding.value} / {JAPANESE[each.finding]}"
        table.add_row(
            each.name, f"{each.before:,.2f}", f"{each.after:,.2f}", f"{each.change:+.1%}", noise, told,
            style=styles.get(each.finding, ""),
        )  # fmt: skip
    console.print(table)
    counts = ("wrong_verdicts", "undecided", "errors")
    for name in counts:
        console.print(f"{name}: {getattr(before, name)} → {getattr(after, name)}", highlight=False)
    knees = [each.course.knee for each in (before, after)]
    if any(knees) and not all(knees):
        both = " → ".join("none / なし" if each is None else f"{each.level:g}" for each in knees)
        console.print(f"knee / 飽和点: {both}", highlight=False)
    console.print(f"verdict: {before.verdict} → {after.verdict}", highlight=False)
