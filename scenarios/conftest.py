"""Options of a run of stories, and the marker of those that also go through pcscd."""

import pytest

from harness.contract.targets import REFERENCE
from scenarios.fixtures import (
    BACKENDS,
    clock,
    jlis,
    pcsc_lane,
    reader,
    resident,
    stage,
    telling,
    theatre,
    town,
    verifier,
)
from scenarios.story import story_of

__all__ = ["clock", "jlis", "pcsc_lane", "reader", "resident", "stage", "telling", "theatre", "town", "verifier"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what `kazashi scenario run` offers."""
    group = parser.getgroup("kazashi", "stories of the My Number card")
    group.addoption("--target", default=REFERENCE, help="reference, http://host:port or command:PROGRAM")
    group.addoption("--card-backend", choices=BACKENDS, default="inprocess", help="in process, or through pcscd")
    group.addoption("--lang", choices=("ja", "en"), default="en", help="language of a story that did not come out")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "pcsc: a story that the lane of real PC/SC clients tells through pcscd")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the stories that say so of themselves."""
    story = story_of(getattr(item, "function", None))
    if story is not None and story.through_pcscd:
        item.add_marker("pcsc")
