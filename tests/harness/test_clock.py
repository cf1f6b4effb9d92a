"""The world's clock: frozen or running, each change an epoch, never where no world can be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from harness.clock import EARLIEST, LATEST, ClockMode, ClockRefused, ClockRow, WorldClock
from harness.errors import ConfigurationError
from tests.harness.instants import jst

START = jst("2026-12-01T00:00:00")
HOST = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)


class Row:
    """A store that holds one row."""

    def __init__(self) -> None:
        self.row = ClockRow(ClockMode.FROZEN, START, HOST, 0)

    def load_clock(self) -> ClockRow:
        """Return it."""
        return self.row

    def save_clock(self, row: ClockRow) -> None:
        """Replace it."""
        self.row = row


class Host:
    """A host whose time the test tells."""

    def __init__(self) -> None:
        self.now = HOST

    def __call__(self) -> datetime:
        """Return it."""
        return self.now


@pytest.fixture
def host() -> Host:
    """The host."""
    return Host()


@pytest.fixture
def clock(host: Host) -> WorldClock:
    """A frozen clock."""
    return WorldClock(Row(), host)


def test_a_frozen_clock_stands(clock: WorldClock, host: Host) -> None:
    """The host's time plays no part, a leap or a step back of the host neither."""
    host.now += timedelta(days=400)
    assert clock.now() == START


def test_a_running_clock_keeps_the_hosts_pace(clock: WorldClock, host: Host) -> None:
    """From where it stood, not from the host's date."""
    clock.run()
    host.now += timedelta(minutes=7, seconds=1)
    assert clock.now() == jst("2026-12-01T00:07:01")
    clock.freeze()
    host.now += timedelta(hours=1)
    assert clock.now() == jst("2026-12-01T00:07:01")


def test_a_store_that_fails_leaves_the_last_reading(clock: WorldClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is journalled then needs an instant: the last one read, and the fault itself when none ever was."""

    def fail(_: Row) -> ClockRow:
        raise ConfigurationError("locked")

    unread = WorldClock(Row())
    assert clock.now_or_last() == START
    monkeypatch.setattr(Row, "load_clock", fail)
    assert clock.now_or_last() == START
    for reading in (clock.now, unread.now_or_last):
        with pytest.raises(ConfigurationError, match="locked"):
            reading()


def test_each_change_is_an_epoch(clock: WorldClock) -> None:
    """Set, advance, run, freeze: one each, the mode kept by set and advance."""
    clock.run()
    clock.set(jst("2026-12-05T09:00:00"))
    clock.advance(timedelta(minutes=15))
    assert clock.now() == jst("2026-12-05T09:15:00")
    assert clock.row.mode is ClockMode.RUNNING
    clock.freeze()
    assert clock.epoch == 4


def test_any_time_zone_is_the_same_instant(clock: WorldClock) -> None:
    """Instants are kept in UTC: 09:07 in Japan is 05:52 in Nepal and 00:07 UTC."""
    clock.set(datetime(2026, 12, 2, 5, 52, tzinfo=timezone(timedelta(hours=5, minutes=45))))
    assert clock.now().isoformat() == "2026-12-02T00:07:00+00:00"


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 12, 1),  # noqa: DTZ001  (that is the fault)
        EARLIEST - timedelta(microseconds=1),
        LATEST + timedelta(microseconds=1),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_instants_where_no_world_can_be(clock: WorldClock, instant: datetime) -> None:
    """Refused with both sides, and the clock is as it was."""
    before = clock.row
    with pytest.raises(ClockRefused, match="expected an instant"):
        clock.set(instant)
    assert clock.row == before


@pytest.mark.parametrize("span", [timedelta(days=80_000), timedelta.max, timedelta(days=-80_000), timedelta.min])
def test_spans_that_leave_the_calendar(clock: WorldClock, span: timedelta) -> None:
    """Refused, and the clock is as it was."""
    before = clock.row
    with pytest.raises(ClockRefused):
        clock.advance(span)
    assert clock.row == before
