"""What is waited for before a trace behind PC/SC is judged: the end of the session, which the card does not answer."""

import threading
import time
from pathlib import Path

import pytest

from cardsim.trace import Event, TraceLine
from cardsim.trace_file import TraceFile
from conformance.roles.tap_client import pcsc_desk
from conformance.roles.tap_client.pcsc_desk import settled
from conformance.roles.tap_client.seen import is_over

BEFORE = TraceLine(1, Event.POWER_ON)
READ = TraceLine(2, Event.COMMAND, bytes.fromhex("00B0000000"), sw=0x9000)


@pytest.mark.parametrize("ending", [Event.POWER_OFF, Event.RESET])
def test_end_that_comes_late_is_waited_for(ending: Event, tmp_path: Path) -> None:
    """A program may answer before the card knows that its power is gone."""
    trace = TraceFile(tmp_path / "trace")
    trace(BEFORE)
    trace(READ)
    last = threading.Timer(0.2, trace, [TraceLine(3, ending)])
    last.start()
    found = settled(tmp_path / "trace", 1)
    last.join()
    trace.close()
    assert [line.event for line in found] == [Event.COMMAND, ending]


def test_session_that_is_left_open_is_waited_for_so_long_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And judged as it was left; one that is over, or of a card that nothing was sent to, is not waited for."""
    monkeypatch.setattr(pcsc_desk, "SETTLING", 0.3)
    trace = TraceFile(tmp_path / "trace")
    trace(BEFORE)
    trace(READ)
    begun = time.monotonic()
    assert settled(tmp_path / "trace", 1) == [READ]
    assert time.monotonic() - begun >= 0.3
    monkeypatch.setattr(pcsc_desk, "SETTLING", 10**6)
    assert settled(tmp_path / "trace", 2) == []
    trace(TraceLine(3, Event.POWER_OFF))
    assert len(settled(tmp_path / "trace", 1)) == 2
    trace.close()


@pytest.mark.parametrize(
    ("last", "over"),
    [
        (TraceLine(1, Event.RESET), True),
        (TraceLine(1, Event.POWER_OFF), True),
        (TraceLine(1, Event.TORN, bytes.fromhex("00B0000000")), True),
        (TraceLine(1, Event.COMMAND, bytes.fromhex("00A4040C0AD392F000260100000001"), sw=0x9000), True),
        (READ, False),
        (BEFORE, False),
    ],
    ids=["reset", "power off", "torn", "another application", "read", "power only"],
)
def test_what_ends_a_session(last: TraceLine, *, over: bool) -> None:
    """Power alone, with nothing sent, is a session that was left open."""
    assert is_over([last]) is over
