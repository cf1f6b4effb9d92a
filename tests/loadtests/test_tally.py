"""Counting: verdicts, errors and latencies apart, and what keeps a run from passing."""

import msgspec
import pytest

from loadtests.histogram import ACCURACY
from loadtests.tally import LONGEST_LIST, MOST_ERRORS, OTHER_ERRORS, Shortcoming, Tally
from loadtests.truth import Ruled, Ruling

ACCEPTED = Ruled(Ruling.RIGHT, "accept OK", "accept OK", bad=False)
REFUSED = Ruled(Ruling.RIGHT, "reject REVOKED", "reject REVOKED", bad=True)
WRONG = Ruled(Ruling.WRONG, "reject REVOKED", "accept OK", bad=True)
UNDECIDED = Ruled(Ruling.UNDECIDED, "accept OK", "retry STATUS_UNAVAILABLE", bad=False)


def tally_of(*outcomes: Ruled) -> Tally:
    """A tally of these outcomes."""
    tally = Tally()
    for outcome in outcomes:
        tally.judged("some", "r000001", "session", outcome)
    return tally


def test_right_verdicts_of_both_sorts_pass() -> None:
    """One accepted, one refused, nothing wrong."""
    assert tally_of(ACCEPTED, REFUSED).shortcomings() == []


@pytest.mark.parametrize(
    ("outcomes", "shortcoming"),
    [
        ((ACCEPTED, REFUSED, WRONG), Shortcoming.WRONG),
        ((ACCEPTED, REFUSED, UNDECIDED), Shortcoming.UNDECIDED),
        ((ACCEPTED,), Shortcoming.NONE_REFUSED),
        ((REFUSED,), Shortcoming.NONE_ACCEPTED),
    ],
)
def test_one_shortcoming_is_named_alone(outcomes: tuple[Ruled, ...], shortcoming: Shortcoming) -> None:
    """Each is found by itself."""
    assert tally_of(*outcomes).shortcomings() == [shortcoming]


def test_error_fails_a_run_of_right_verdicts() -> None:
    """Errors are no wrong verdicts, and no pass."""
    tally = tally_of(ACCEPTED, REFUSED)
    tally.failed("begin: no answer")
    assert tally.shortcomings() == [Shortcoming.ERRORS]


@pytest.mark.parametrize("outcomes", [(), (UNDECIDED,)])
def test_run_without_verdicts_fails(outcomes: tuple[Ruled, ...]) -> None:
    """No answers is not "0 wrong"."""
    tally = tally_of(*outcomes)
    assert Shortcoming.NO_VERDICT in tally.shortcomings()
    assert (tally.verdicts, tally.bad_share) == (0, 0.0)


def test_bad_share_counts_verdicts_only() -> None:
    """Of four verdicts one was on a login to refuse; what was undecided is in neither number."""
    assert tally_of(ACCEPTED, ACCEPTED, ACCEPTED, WRONG, UNDECIDED).bad_share == 0.25


def test_all_wrong_verdicts_are_counted_and_some_told() -> None:
    """A product that is always wrong does not fill the memory."""
    tally = tally_of(*[WRONG] * (LONGEST_LIST + 5))
    assert (tally.count(Ruling.WRONG), len(tally.wrong)) == (LONGEST_LIST + 5, LONGEST_LIST)


@pytest.mark.parametrize(("share", "milliseconds"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)])
def test_percentiles_of_a_hundred_latencies(share: float, milliseconds: float) -> None:
    """1, 2, … 100 ms, by nearest rank."""
    tally = Tally()
    for number in range(100, 0, -1):
        tally.took("complete", number / 1000)
    assert tally.milliseconds("complete", share) == pytest.approx(milliseconds, rel=ACCURACY)


def test_percentile_of_nothing_is_zero() -> None:
    """A verb that nobody answered."""
    assert Tally().milliseconds("begin", 0.99) == 0.0


def test_tally_survives_its_file() -> None:
    """What Locust's process writes, the parent reads."""
    tally = tally_of(ACCEPTED, WRONG)
    tally.took("begin", 0.0123)
    tally.failed("begin: no answer")
    read = msgspec.json.decode(msgspec.json.encode(tally), type=Tally)
    assert read == tally
    read.judged("some", "r000001", "session", ACCEPTED)
    assert [line.count for line in read.lines] == [2, 1]


def test_tallies_of_two_processes_add_up() -> None:
    """Verdicts, errors, wrong ones, latencies, requests; second by second, and the longer of both lengths."""
    first, second = tally_of(ACCEPTED, WRONG), tally_of(ACCEPTED, REFUSED)
    for tally, seconds in ((first, 2.0), (second, 3.0)):
        tally.asked()
        tally.took("begin", seconds / 100)
        tally.failed("begin: no answer")
        tally.seconds = seconds
    first.add(second)
    assert (first.count(Ruling.RIGHT), first.count(Ruling.WRONG), len(first.wrong)) == (3, 1, 1)
    assert (first.requests, first.errors, first.seconds) == (2, {"begin: no answer": 2}, 3.0)
    assert first.milliseconds("begin", 1.0) == 30.0
    interval = first.series.intervals[0]
    assert (interval.requests, interval.errors, interval.verdicts, interval.answers) == (2, 2, 4, 2)
    first.judged("some", "r000001", "session", REFUSED)
    assert [line.count for line in first.lines] == [2, 1, 2]


def test_errors_of_endless_kinds_do_not_fill_the_memory() -> None:
    """A product that says something else each time is counted under one name from some kind on."""
    tally = Tally()
    for number in range(MOST_ERRORS + 7):
        tally.failed(f"begin: the answer breaks the schema at {number}")
    assert (len(tally.errors), tally.errors[OTHER_ERRORS]) == (MOST_ERRORS + 1, 7)
