"""What a master makes of its workers' reports."""

import msgspec

from loadtests.tally import Tally
from loadtests.workers import Report, Reports


def reported(*reports: Report, wanted: int = 2) -> Reports:
    """A master that heard these, in this order."""
    found = Reports(wanted)
    for report in reports:
        found.take(msgspec.json.encode(report))
    return found


def report(index: int, *holders: str, requests: int = 1, last: bool = True) -> Report:
    """What a worker says."""
    return Report(index, f"machine-{index}", Tally(requests=requests), list(holders), last)


def test_counts_of_all_workers_add_up() -> None:
    """The last report of each counts, not those before it; one that comes late is older than it."""
    found = reported(
        report(0, requests=3, last=False),
        report(0, "r1", requests=5),
        report(1, "r2", requests=7),
        report(1, requests=4, last=False),
    )
    assert found.is_complete
    total = found.total()
    assert (total.requests, total.errors) == (12, {})
    assert [(each.index, each.requests, each.holders) for each in found.shares()] == [(0, 5, 1), (1, 7, 1)]


def test_holder_of_two_workers_is_an_error() -> None:
    """Whoever two workers drove is named, and the run does not pass."""
    found = reported(report(0, "r1", "r2"), report(1, "r3", "r2"))
    assert found.driven_twice() == ["r2"]
    assert found.total().errors == {"load generator: 1 holders were driven by two workers: r2": 1}


def test_worker_without_its_last_report_is_an_error() -> None:
    """What it counted is not known."""
    found = reported(report(0, "r1"), report(1, last=False))
    assert not found.is_complete
    assert list(found.total().errors) == ["load generator: worker 1: expected its last report, actual none"]


def test_worker_too_many_is_an_error() -> None:
    """One that came back under another number drove people who are another's."""
    found = reported(report(0, "r1"), report(1, "r2"), report(2, "r3"))
    assert list(found.total().errors) == ["load generator: worker 2: expected 2 workers, actual one more"]
