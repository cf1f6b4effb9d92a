"""The heat map: cases counted by two things they are about, verdict by verdict."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from conformance.judge import Verdict
from conformance.report.view import Both, Cell, HeatMap

T = TypeVar("T")
FAILED = frozenset({Verdict.FAIL})
PASSED = frozenset({Verdict.PASS, Verdict.WARN})


def heat_map(
    title: Both,
    judged: Iterable[T],
    *,
    row: Callable[[T], Both],
    column: Callable[[T], Both],
    verdict: Callable[[T], Verdict],
) -> HeatMap:
    """Return the cases counted by row and column, both in the order in which they first come."""
    counted: dict[tuple[Both, Both], Cell] = {}
    rows: dict[Both, None] = {}
    columns: dict[Both, None] = {}
    for each in judged:
        place = row(each), column(each)
        rows.setdefault(place[0])
        columns.setdefault(place[1])
        counted[place] = _one_more(counted.get(place, Cell()), verdict(each))
    return HeatMap(
        title, tuple(columns), tuple((name, tuple(counted.get((name, each)) for each in columns)) for name in rows)
    )


def _one_more(cell: Cell, verdict: Verdict) -> Cell:
    if verdict in PASSED:
        return Cell(cell.passed + 1, cell.failed, cell.other)
    if verdict in FAILED:
        return Cell(cell.passed, cell.failed + 1, cell.other)
    return Cell(cell.passed, cell.failed, cell.other + 1)
