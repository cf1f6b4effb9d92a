"""Which tests go over which lines of the package, how long each takes, and fixtures that stay set up.

Lines are seen by `sys.settrace`, the standard library's way (3.11 has no `sys.monitoring`). A function that a test
runs thousands of times is not watched to the end: the test then counts as going over all of its lines.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FrameType

import pytest

Line = tuple[str, int]
"""A file and a line's number in it."""
ENOUGH = 1000
"""So many lines of a function are watched for one test; whoever runs more of it goes over all."""
_Local = Callable[[FrameType, str, object], "_Local | None"]


@dataclass
class Footprint:
    """What one test, or the making of one fixture, went over."""

    lines: set[Line] = field(default_factory=set)
    seconds: float = 0.0
    """Of work: how busy the machine is with others' does not count."""


@dataclass(eq=False)
class Footprints:
    """A pytest plugin: what every test and every fixture of a module or a session went over."""

    paths: frozenset[str]
    by_item: dict[pytest.Item, Footprint] = field(default_factory=dict)
    by_fixture: dict[pytest.FixtureDef[object], Footprint] = field(default_factory=dict)
    _now: Footprint = field(default_factory=Footprint)
    _left: Counter[CodeType] = field(default_factory=Counter)

    def lasting(self, item: pytest.Item) -> list[pytest.FixtureDef[object]]:
        """The fixtures of a module or a session that a test uses."""
        return [each for each in fixtures(item) if each in self.by_fixture]

    def lines(self, item: pytest.Item) -> set[Line]:
        """What a test went over, and what its lasting fixtures did."""
        return self.by_item[item].lines.union(*(self.by_fixture[each].lines for each in self.lasting(item)))

    def run(self, session: pytest.Session, caches: "Sequence[_lru_cache_wrapper[object]]") -> None:
        """Runs every test once; one that fails while it is watched, for want of time, once more without.

        What the test before it had worked out is forgotten each time, or this one would not go over those lines.
        """
        for number, item in enumerate(session.items):
            for cache in caches:
                cache.cache_clear()
            self._now = self.by_item[item] = Footprint()
            self._left.clear()
            began = time.process_time()
            following = session.items[number + 1] if number + 1 < len(session.items) else None
            threading.settrace(self._call)
            sys.settrace(self._call)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            finally:
                sys.settrace(None)
                threading.settrace(None)
            if session.testsfailed:
                session.testsfailed = 0
                began = time.process_time()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.by_item[item].seconds += time.process_time() - began
            if session.testsfailed:
                return

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Notes what a lasting fixture goes over by itself, for many tests use it and only one sets it up."""
        if not _lasts(fixturedef):
            return (yield)
        outer, began = self._now, time.process_time()
        self._now = self.by_fixture[fixturedef] = Footprint()
        self._left.clear()
        try:
            return (yield)
        finally:
            self._now.seconds = time.process_time() - began
            outer.seconds -= self._now.seconds
            self._now = outer
            self._left.clear()

    def _call(self, frame: FrameType, event: str, argument: object) -> _Local | None:
        del event, argument
        code = frame.f_code
        if code.co_filename not in self.paths or self._left[code] >= ENOUGH:
            return None
        name, now, left = code.co_filename, self._now, self._left

        def line(inner: FrameType, what: str, _: object) -> _Local | None:
            if what == "line":
                now.lines.add((name, inner.f_lineno))
                left[code] += 1
                if left[code] >= ENOUGH:
                    now.lines.update((name, number) for _, _, number in code.co_lines() if number is not None)
                    return None
            return line

        return line


def fixtures(item: pytest.Item) -> Iterator[pytest.FixtureDef[object]]:
    """Yield the fixtures that a test uses."""
    assert isinstance(item, pytest.Function)
    known = item._fixtureinfo.name2fixturedefs
    yield from (known[name][-1] for name in item.fixturenames if name in known)


def spoilt(item: pytest.Item, lasting: list[pytest.FixtureDef[object]]) -> list[pytest.FixtureDef[object]]:
    """These lasting fixtures and the test's other ones that are made of them."""
    names = {each.argname for each in lasting}
    found = list(lasting)
    for each in fixtures(item):  # a fixture stands behind those that it is made of
        if each not in found and _lasts(each) and names & set(each.argnames):
            names.add(each.argname)
            found.append(each)
    return found


@contextmanager
def lasting_fixtures() -> Iterator[None]:
    """What a module or a session shares stays set up to the end of the block, wherever pytest would give it back."""
    original = pytest.FixtureDef.finish
    kept: dict[pytest.FixtureDef[object], pytest.FixtureRequest] = {}

    def finish(self: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> None:
        if _lasts(self):
            kept[self] = request
        else:
            original(self, request)  # type: ignore[arg-type]

    pytest.FixtureDef.finish = finish  # type: ignore[method-assign]
    try:
        yield
    finally:
        pytest.FixtureDef.finish = original  # type: ignore[method-assign]
        for each, request in reversed(kept.items()):
            each.finish(request)  # type: ignore[arg-type]


def _lasts(fixture: pytest.FixtureDef[object]) -> bool:
    return fixture.scope != "function" and fixture.params is None


def within(paths: list[Path]) -> Footprints:
    """Footprints on these modules."""
    return Footprints(frozenset(map(str, paths)))
