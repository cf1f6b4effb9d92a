"""Stories told once more with the card behind pcscd: the terminal is a pyscard client, the card a process of its own.

Those that say so of themselves (`through_pcscd`, marker pcsc) are told here; `pytest scenarios -m pcsc
--card-backend pcsc` tells them in a lane of its own.
"""

import pytest

from harness.pcsc_lane import PcscLane
from scenarios.cards import PcscReader, Reader
from scenarios.fixtures import clock, resident, stage, tale, telling, theatre, town
from scenarios.pin_lockout.test_authentication_pin import test_three_wrong_pins_lock_it
from scenarios.story import load_stories, story_of
from scenarios.tap.test_enrolment import test_enrolled_resident_taps

__all__ = [
    "clock",
    "resident",
    "stage",
    "tale",
    "telling",
    "test_enrolled_resident_taps",
    "test_three_wrong_pins_lock_it",
    "theatre",
    "town",
]


@pytest.fixture
def reader(lane: PcscLane) -> Reader:
    """The reader of the lane, in place of the one in process."""
    return PcscReader(lane)


def test_every_marked_story_is_told_here() -> None:
    """A story that is marked for pcscd is run by this module."""
    told = {found for value in globals().values() if (found := story_of(value)) is not None}
    assert told == {story for story in load_stories().values() if story.through_pcscd}
