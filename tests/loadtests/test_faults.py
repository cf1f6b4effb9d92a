"""The words of `--fault`, what each does at the fake J-LIS, and that whoever judges is told in time."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from harness.errors import ConfigurationError, HarnessFault
from harness.jlis.faults import Faults
from loadtests.conditions import Announcements, Condition, Moved, read_announced
from loadtests.course import course_of
from loadtests.disturbance import Disturbance, DoneFault, Means, require_means
from loadtests.faults import ALLOWED, CONDITIONS, FaultKind, PlannedFault, parse_faults
from loadtests.observation import Seen
from loadtests.options import Options
from loadtests.shapes import Shape
from loadtests.tally import Shortcoming, Tally

NOON = datetime(2026, 12, 8, 3, 0, tzinfo=UTC)


def test_words_mean_what_they_say() -> None:
    """Every kind, in the order of their beginnings."""
    plan = parse_faults(
        ("worker@40", "jlis-slow@5+1", "jlis-slow:2@7+2", "jlis-gone@10+3.5", "jlis-lying@15+1",
         "jlis-lying:stale@17+1", "crl-swap@20+5", "database@30+3"), 60,
    )  # fmt: skip
    assert [(fault.kind.value, fault.detail, fault.start, fault.end) for fault in plan] == [
        ("jlis-slow", "0.2", 5.0, 6.0),
        ("jlis-slow", "2", 7.0, 9.0),
        ("jlis-gone", "", 10.0, 13.5),
        ("jlis-lying", "wrong_signer", 15.0, 16.0),
        ("jlis-lying", "stale", 17.0, 18.0),
        ("crl-swap", "", 20.0, 25.0),
        ("database", "", 30.0, 33.0),
        ("worker", "", 40.0, 40.0),
    ]
    assert set(CONDITIONS) == set(FaultKind)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "expected KIND@START"),
        ("jlis-gone", "expected KIND@START"),
        ("earthquake@5+1", "expected KIND@START"),
        ("jlis-gone@5", "expected a .LENGTH"),
        ("worker@5+1", "expected no .LENGTH"),
        ("jlis-gone@1+1", "expected it to begin"),
        ("jlis-gone@18+2", "to end before"),
        ("jlis-slow:fast@5+1", "expected seconds"),
        ("jlis-slow:0@5+1", "expected seconds"),
        ("jlis-lying:delay@5+1", "expected a content fault"),
        ("jlis-lying:list_empty@5+1", "expected a content fault"),
        ("jlis-lying:nonsense@5+1", "expected a content fault"),
        ("jlis-gone:much@5+1", "expected nothing after a colon"),
    ],
)
def test_word_that_cannot_be_is_refused(word: str, says: str) -> None:
    """One line, before anything is started."""
    with pytest.raises(ConfigurationError, match=says):
        parse_faults((word,), 20)


def test_two_faults_at_a_time_are_refused() -> None:
    """Nobody could say whose recovery it was."""
    with pytest.raises(ConfigurationError, match="whose recovery"):
        parse_faults(("jlis-gone@5+3", "worker@7"), 20)


def test_fault_without_means_is_refused_before_the_load() -> None:
    """A target that was there already has no database of ours, and no process that may be killed."""
    for kind in (FaultKind.DATABASE, FaultKind.WORKER, FaultKind.JLIS_GONE):
        with pytest.raises(ConfigurationError, match=f"--fault {kind.value}"):
            require_means([PlannedFault(kind, 5.0, 0.0)], Means())
    require_means([PlannedFault(FaultKind.JLIS_GONE, 5.0, 1.0)], Means(faults=Faults()))


class Watched(Faults):
    """Faults that tell when one was set."""

    def __init__(self) -> None:
        super().__init__()
        self.stood = threading.Event()

    def set(self, order: object) -> object:  # type: ignore[override]
        """Let it stand, and tell."""
        standing = super().set(order)  # type: ignore[arg-type]
        self.stood.set()
        return standing


@pytest.mark.parametrize(
    ("kind", "detail", "doors", "condition"),
    [
        (FaultKind.JLIS_SLOW, "0.2", 4, Condition.STATUS_SLOW),
        (FaultKind.JLIS_GONE, "", 5, Condition.STATUS_GONE),
        (FaultKind.JLIS_LYING, "wrong_signer", 4, Condition.STATUS_LYING),
        (FaultKind.CRL_SWAP, "", 1, None),
    ],
)
def test_fault_of_the_fake_jlis_stands_is_announced_and_goes(
    kind: FaultKind, detail: str, doors: int, condition: Condition | None, tmp_path: Path
) -> None:
    """It is announced before it stands; leaving the run ends it, and the announcement gets its end."""
    faults, path = Watched(), tmp_path / "announced.json"
    disturbance = Disturbance([PlannedFault(kind, 0.0, 1000.0, detail)], Means(faults=faults), Announcements(path))
    began = time.monotonic()
    disturbance.begun(began)
    assert faults.stood.wait(30)
    windows = read_announced(path).windows
    assert [(window.condition, window.until) for window in windows] == ([(condition, None)] if condition else [])
    disturbance.close()
    assert not faults
    (done,) = disturbance.done
    assert began <= done.start <= done.end
    if condition:
        (window,) = read_announced(path).windows
        assert window.since == done.start
        assert window.until == pytest.approx(done.end + ALLOWED)
    assert not done.whole, "the run left before it was over"
    assert len(disturbance.done) == 1
    assert doors == {FaultKind.JLIS_GONE: 5, FaultKind.CRL_SWAP: 1}.get(kind, 4)


def test_clock_that_moves_is_in_force_from_its_announcement_on(tmp_path: Path) -> None:
    """An answer before it is of the first setting, one over it of either, and so is one to who asked before the product
    had been told; one after that is of the new setting."""
    announcements = Announcements(tmp_path / "announced.json")
    moved = [Moved(10.0, NOON, 5, told=10.8), Moved(20.0, NOON, 6, told=20.8)]
    for each in moved:
        announcements.move(msgspec.structs.replace(each, told=None))
        assert read_announced(tmp_path / "announced.json").moved_between(each.since + 50, each.since + 51)[0][-1] == (
            msgspec.structs.replace(each, told=None)
        )
        assert each.told is not None
        announcements.told(each.told)
    announcements.begin(Condition.STATUS_GONE, 30.0)
    announced = read_announced(tmp_path / "announced.json")
    assert announced.moved_between(8.0, 9.0) == ([], True)
    assert announced.moved_between(9.0, 10.5) == (moved[:1], True)
    assert announced.moved_between(10.2, 10.5) == (moved[:1], True)
    assert announced.moved_between(11.0, 12.0) == (moved[:1], False)
    assert announced.moved_between(19.0, 21.0) == (moved, False)
    assert announced.moved_between(20.7, 26.0) == (moved, False)
    assert announced.moved_between(25.0, 26.0) == (moved[1:], False)


def test_fault_that_fails_is_a_fault_of_the_harness(tmp_path: Path) -> None:
    """A process without workers has none that could be killed, and the run says so instead of passing."""
    plan = [PlannedFault(FaultKind.WORKER, 0.0, 0.0)]
    alone = psutil.Popen(["sleep", "60"])
    try:
        disturbance = Disturbance(plan, Means(target_pid=alone.pid), Announcements(tmp_path / "announced.json"))
        disturbance.begun(time.monotonic())
        for _ in range(3000):
            if disturbance.done:
                break
            threading.Event().wait(0.01)
        with pytest.raises(HarnessFault, match="expected a supervisor with workers"):
            disturbance.close()
    finally:
        alone.kill()
        alone.wait()


def test_fault_that_had_to_wait_lasts_as_long_as_was_planned(tmp_path: Path) -> None:
    """The one before it took longer to go: the next begins late, and stands for its whole length."""

    class Slow(Watched):
        slow = 4

        def remove(self, *number: Any) -> Any:
            self.slow -= 1
            if self.slow >= 0:  # those of the first fault
                threading.Event().wait(0.1)
            return super().remove(*number)

    plan = [
        PlannedFault(FaultKind.JLIS_SLOW, 0.0, 0.1, "0.2"),
        PlannedFault(FaultKind.JLIS_LYING, 0.2, 0.2, "wrong_signer"),
    ]
    disturbance = Disturbance(plan, Means(faults=Slow()), Announcements(tmp_path / "announced.json"))
    disturbance.begun(time.monotonic())
    for _ in range(3000):
        if len(disturbance.done) == len(plan):
            break
        threading.Event().wait(0.01)
    disturbance.close()
    assert [each.whole for each in disturbance.done] == [True, True]
    assert disturbance.done[1].end - disturbance.done[1].start >= 0.2


@pytest.mark.parametrize(("done", "unmade"), [([], 1), ([DoneFault("jlis-gone", 1010.0, 1010.0, whole=False)], 1)])
def test_planned_fault_that_was_not_made_fails_the_run(done: list[DoneFault], unmade: int) -> None:
    """Nor one that lasted less: what was to be shown was not."""
    asked = Options(target="reference", users=1, seconds=20, seed=1, timeout=5.0, faults=("jlis-gone@10+2",))
    course = course_of(asked, Tally(began=1000.0), Seen(faults=done))
    assert course.unmade == unmade
    assert Shortcoming.NOT_MADE in course.shortcomings()


def test_soak_that_nobody_watched_fails() -> None:
    """Without samples of the target nothing can be said of its growth."""
    asked = Options(target="reference", users=1, seconds=20, seed=1, timeout=5.0, shape=Shape.SOAK)
    assert Shortcoming.UNWATCHED in course_of(asked, Tally(began=1000.0), Seen()).shortcomings()
