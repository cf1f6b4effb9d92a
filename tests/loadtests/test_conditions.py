"""Faults that were announced: written before they begin, read for answers that came while they stood."""

from pathlib import Path

import pytest

from harness.errors import HarnessFault
from loadtests.conditions import NORMAL, Announced, Announcements, Condition, Window, excuses, read_announced

GONE, SLOW = Condition.STATUS_GONE, Condition.STATUS_SLOW


@pytest.mark.parametrize(
    ("begun", "ended", "touches"),
    [(8, 9, False), (8, 10, True), (12, 13, True), (8, 30, True), (20, 21, True), (20.1, 21, False)],
)
def test_fault_counts_for_whatever_met_it(begun: float, ended: float, touches: bool) -> None:  # noqa: FBT001
    """From 10 to 20: a question before it whose answer came in it, and one in it whose answer came after."""
    assert Window(GONE, 10, 20).touches(begun, ended) is touches
    assert Announced([Window(GONE, 10, 20)]).between(begun, ended) == (frozenset({GONE}) if touches else NORMAL)


def test_fault_without_an_end_goes_on() -> None:
    """Until it is said to be over."""
    assert Window(GONE, 10).touches(1000, 1001)
    assert not Window(GONE, 10).touches(8, 9)


def test_two_faults_at_once(tmp_path: Path) -> None:
    """Both are told; the end of one is not that of the other."""
    path = tmp_path / "announced.json"
    announcements = Announcements(path)
    announcements.begin(SLOW, 5)
    announcements.begin(GONE, 10)
    assert read_announced(path).between(11, 12) == {SLOW, GONE}
    announcements.end(SLOW, 20)
    announcements.begin(SLOW, 30)
    said = read_announced(path)
    assert said.between(21, 22) == {GONE}
    assert said.between(31, 32) == {SLOW, GONE}
    assert said.between(15, 15) == {SLOW, GONE}


def test_nothing_announced_is_nothing(tmp_path: Path) -> None:
    """A run without faults has no file."""
    assert read_announced(None) == read_announced(tmp_path / "none.json") == Announced()


def test_file_of_something_else_is_our_own_fault(tmp_path: Path) -> None:
    """Nothing is excused, and nothing judged, by what cannot be read."""
    (tmp_path / "announced.json").write_text("{")
    with pytest.raises(HarnessFault, match="expected the faults that were announced"):
        read_announced(tmp_path / "announced.json")


@pytest.mark.parametrize(
    ("condition", "is_silent", "excused"),
    [
        (Condition.PRODUCT_HURT, False, True),
        (Condition.PRODUCT_HURT, True, True),
        (Condition.STATUS_SLOW, True, True),
        (Condition.STATUS_GONE, True, True),
        (Condition.STATUS_LYING, True, False),
        (Condition.STATUS_SLOW, False, False),
        (Condition.STATUS_GONE, False, False),
        (Condition.STATUS_LYING, False, False),
    ],
)
def test_missing_answer_is_excused_only_by_what_makes_it_so(
    condition: Condition,
    is_silent: bool,  # noqa: FBT001  (a column of the table)
    excused: object,
) -> None:
    """Where J-LIS is away an answer may be late; an HTTP 500 and a broken schema are the product's own."""
    assert excuses(frozenset({condition}), is_silent=is_silent) is excused
    assert not excuses(NORMAL, is_silent=is_silent)
