"""Options of a run of stories, and the marker of those that also go through pcscd."""

from collections.abc import Generator
from pathlib import Path

import pytest

from harness.contract.targets import REFERENCE
from scenarios.fixtures import (
    BACKENDS,
    TELLING,
    clock,
    jlis,
    pcsc_cards,
    reader,
    resident,
    stage,
    tale,
    telling,
    theatre,
    town,
    verifier,
)
from scenarios.page import Told, write_page
from scenarios.story import load_stories, story_of

__all__ = [
    "clock",
    "jlis",
    "pcsc_cards",
    "reader",
    "resident",
    "stage",
    "tale",
    "telling",
    "theatre",
    "town",
    "verifier",
]

TOLD = pytest.StashKey[dict[str, Told]]()
"""What was told in a run, by the names of the stories."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what `kazashi scenario run` offers."""
    group = parser.getgroup("kazashi", "stories of the My Number card")
    group.addoption("--target", default=REFERENCE, help="reference, http://host:port or command:PROGRAM")
    group.addoption("--card-backend", choices=BACKENDS, default="inprocess", help="in process, or through pcscd")
    group.addoption("--tell", action="store_true", help="tell each story as it goes")
    group.addoption("--page", type=Path, metavar="FILE", help="write all that was told as one page")
    group.addoption("--lang", choices=("ja", "en"), default="en", help="language of a story that did not come out")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "pcsc: a story that the lane of real PC/SC clients tells through pcscd")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what was told, with how it came out: a story may break off in its words or, at its end, in silence."""
    report = yield
    telling = item.stash.get(TELLING, None)
    told = item.config.stash.setdefault(TOLD, {})
    if telling is not None and (report.when == "call" or report.failed):
        record = telling.told(report.outcome, report.longreprtext if report.failed else "")
        if told.get(record.name) is None or report.failed:
            told[record.name] = record
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page."""
    page = session.config.getoption("--page", default=None)
    if page is not None:
        write_page(page, load_stories(), session.config.stash.get(TOLD, {}).values())


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the stories that say so of themselves."""
    story = story_of(getattr(item, "function", None))
    if story is not None and story.through_pcscd:
        item.add_marker("pcsc")
