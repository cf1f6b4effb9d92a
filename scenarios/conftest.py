"""Options of a run of stories, and what is kept of what they told."""

from collections import Counter
from collections.abc import Generator
from pathlib import Path

import msgspec
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
from scenarios.story import Words, load_stories, story_of

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

_CARRIED = "kazashi_told"
"""The attribute of a report that carries what was told."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what `kazashi scenario run` offers."""
    group = parser.getgroup("kazashi", "stories of the My Number card")
    group.addoption("--target", default=REFERENCE, help="reference, http://host:port or command:PROGRAM")
    group.addoption("--card-backend", choices=BACKENDS, default="inprocess", help="in process, or through pcscd")
    group.addoption("--tell", action="store_true", help="tell each story as it goes")
    group.addoption("--page", type=Path, metavar="FILE", help="write all that was told as one page")
    group.addoption("--lang", choices=("ja", "en"), default="en", help="language of a story that did not come out")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is told, in the process that reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Kept(config.getoption("--page"), config.getoption("--lang")), "kazashi-told")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a report carry what was told: a story may break off in its words or, at its end, in silence.

    One that is not about this product breaks off before it begins.
    """
    report = yield
    telling = item.stash.get(TELLING, None)
    why = report.longreprtext if report.failed else _reason(report) if report.skipped else ""
    if telling is not None and (report.when == "call" or not report.passed):
        _carry(report, telling.told(report.outcome, why))
    elif report.skipped and (story := story_of(getattr(item, "function", None))) is not None:
        _carry(report, Told(story.name, report.outcome, (), (), why))
    return report


def _carry(report: pytest.TestReport, told: Told) -> None:
    """As text, in which it comes from another process too (pytest-xdist)."""
    setattr(report, _CARRIED, msgspec.json.encode(told).decode())


def _reason(report: pytest.TestReport) -> str:
    """Why a story is not applicable, as `pytest.skip` was told."""
    where = report.longrepr
    return where[2].removeprefix("Skipped: ") if isinstance(where, tuple) else ""


class Kept:
    """What was told in a run, by the names of the stories; and, of those that are not applicable, how many and why."""

    def __init__(self, page: Path | None, language: str) -> None:
        self._page, self._language = page, language
        self._told: dict[str, Told] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep it; what broke off at its end replaces what went well until then."""
        carried = getattr(report, _CARRIED, None)
        if carried is not None:
            told = msgspec.json.decode(carried, type=Told)
            if told.name not in self._told or told.outcome == "failed":
                self._told[told.name] = told

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        if self._page is not None:
            write_page(self._page, load_stories(), self._told.values())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was not applicable, a line for each reason."""
        reasons = Counter(each.why for each in self._told.values() if each.outcome == "skipped")
        for reason, count in sorted(reasons.items()):
            said = Words(f"not applicable: {count}: {reason}", f"対象外: {count}件: {reason}")
            terminalreporter.write_line(said.in_language(self._language))
