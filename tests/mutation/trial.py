"""One run of pytest that tries mutants instead of ending: see the package's docstring."""

import gc
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from itertools import accumulate, count
from pathlib import Path
from types import FunctionType

import pytest

from tests.mutation.child import Asked, exchange, try_out
from tests.mutation.footprints import Footprints, Line, lasting_fixtures, spoilt, within
from tests.mutation.ledger import Ledger, Outcome
from tests.mutation.operators import Mutant
from tests.mutation.source import Key, Source, functions

BUDGET = 2.0
"""Seconds of tests that every mutant is shown to, those first that are the likeliest to notice; the tests behind them
are shown what survived these."""


@dataclass(frozen=True)
class Asking:
    """What a run asks for."""

    part: tuple[int, int] = (0, 1)
    """Which of how many parts of the mutants."""
    survivors: bool = False
    """Those that survived before once more, whatever the ledger says."""
    all_tests: bool = True
    """Whether what survived the first tests is shown to the others."""


@dataclass
class Trial:
    """A pytest plugin: `paths` are the modules whose functions are mutated, `ledger` what became of them."""

    paths: list[Path]
    root: Path
    ledger: Ledger
    asking: Asking = field(default_factory=Asking)
    keys: list[Key] = field(default_factory=list)
    """The mutants of this run's part, tried now or known before."""
    footprints: Footprints = field(init=False)
    _functions: dict[tuple[str, int], list[FunctionType]] = field(init=False, default_factory=lambda: defaultdict(list))
    _caches: list["_lru_cache_wrapper[object]"] = field(init=False, default_factory=list)
    _by_line: dict[Line, list[pytest.Item]] = field(init=False, default_factory=lambda: defaultdict(list))
    _size: dict[pytest.Item, int] = field(init=False, default_factory=dict)
    _lasting: dict[pytest.Item, list[pytest.FixtureDef[object]]] = field(init=False, default_factory=dict)
    _noticed_by: dict[tuple[str, str], list[str]] = field(init=False, default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(init=False, default_factory=count)

    def __post_init__(self) -> None:
        """Nothing was seen yet, but who noticed what in runs before."""
        self.footprints = within(self.paths)
        for each in self.ledger.outcomes.values():
            if each.noticed:
                self._note(each)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests once, then each mutant against those that go over its line."""
        session.config.pluginmanager.register(self.footprints)
        with lasting_fixtures():
            self._caches = [
                each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper) and self._is_ours(each)
            ]
            self.footprints.run(session, self._caches)
            if session.testsfailed:
                raise pytest.UsageError("expected tests that pass before anything is changed")
            session.config.pluginmanager.unregister(self.footprints)
            session.config.pluginmanager.unregister(name="terminalreporter")
            self._look_around(session)
            gc.collect()
            gc.freeze()
            for path in self.paths:
                self._try_module(path)
        return True

    def _look_around(self, session: pytest.Session) -> None:
        """Which functions there are, and which tests go over a line."""
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                self._functions[each.__code__.co_filename, each.__code__.co_firstlineno].append(each)
        for item in session.items:
            lines = self.footprints.lines(item)
            self._lasting[item] = self.footprints.lasting(item)
            self._size[item] = len(lines)
            for line in lines:
                self._by_line[line].append(item)

    def _is_ours(self, cache: "_lru_cache_wrapper[object]") -> bool:
        """Whether it remembers what a function under trial worked out."""
        return str(self.root) in getattr(getattr(cache.__wrapped__, "__code__", None), "co_filename", "")

    def _try_module(self, path: Path) -> None:
        """The first tests for each mutant, then all the others for those that are left."""
        left: list[tuple[Source, Key, Mutant, frozenset[pytest.Item]]] = []
        for source in functions(path, self.root):
            for key, mutant in source.mutants():
                if next(self._numbers) % self.asking.part[1] != self.asking.part[0]:
                    continue
                self.keys.append(key)
                known, shown = self.ledger.known(key, source.seal), frozenset[pytest.Item]()
                if known is None or (self.asking.survivors and not known.noticed):
                    asked = self._tests(source, mutant)
                    first = asked[: bisect_right(list(accumulate(each.seconds for each in asked)), BUDGET)]
                    shown = frozenset(each.item for each in first)
                    known = self._show(source, key, mutant, first, complete=len(first) == len(asked))
                if not known.complete:
                    left.append((source, key, mutant, shown))
        for source, key, mutant, shown in left if self.asking.all_tests else ():
            others = [each for each in self._tests(source, mutant) if each.item not in shown]
            self._show(source, key, mutant, others, complete=True)

    def _show(self, source: Source, key: Key, mutant: Mutant, tests: list[Asked], *, complete: bool) -> Outcome:
        """What became of a mutant by these tests."""
        loaded = [
            each
            for each in self._functions[str(source.path), source.first_line]
            if each.__code__.co_qualname == source.name
        ]
        answer = None
        if tests and loaded:
            change = exchange(loaded, source.compiled(mutant.tree.body), self._caches)
            answer = try_out(change, tests)
        by, how = answer or ("", "")
        concerned = len(self._items(source, mutant))
        noticed = answer is not None
        outcome = Outcome(key, mutant.line, source.seal, noticed, complete or noticed, concerned, by, how)
        self.ledger.add(outcome)
        if noticed:
            self._note(outcome)
        elif complete or not self.asking.all_tests:
            tell(outcome)
        return outcome

    def _note(self, outcome: Outcome) -> None:
        """Who noticed one mutant is asked first for others of the function, then for others of the module."""
        key, by = outcome.key, outcome.by
        for place, most in (((key.module, key.function), 8), ((key.module, ""), 60)):
            before = self._noticed_by[place]
            before[:] = [by, *(each for each in before if each != by)][:most]

    def _items(self, source: Source, mutant: Mutant) -> dict[pytest.Item, None]:
        """The tests that go over the mutant's lines."""
        name = str(source.path)
        return {item: None for number in mutant.lines for item in self._by_line.get((name, number), ())}

    def _tests(self, source: Source, mutant: Mutant) -> list[Asked]:
        """The same: those that noticed another one of the function or module first, then the specific and fast."""
        name = str(source.path)
        first = [*self._noticed_by[source.module, source.name], *self._noticed_by[source.module, ""]]
        lines = {(name, number) for number in range(source.node.lineno, (source.node.end_lineno or 0) + 1)}
        place = {nodeid: number for number, nodeid in reversed([*enumerate(first)])}
        return sorted(
            (self._asked(item, lines) for item in self._items(source, mutant)),
            key=lambda each: (place.get(each.item.nodeid, len(place)), each.seconds * self._size[each.item]),
        )

    def _asked(self, item: pytest.Item, lines: set[Line]) -> Asked:
        seconds, lasting = self.footprints.by_item[item].seconds, self._lasting[item]
        if not lasting:
            return Asked(item, (), seconds)
        known = self.footprints.by_fixture
        anew = tuple(spoilt(item, [each for each in lasting if known[each].lines & lines]))
        return Asked(item, anew, seconds + sum(known[each].seconds for each in anew if each in known))


def tell(outcome: Outcome) -> None:
    """Says at once what survived, for a run takes long."""
    if not outcome.noticed:
        key = outcome.key
        where = f"{key.module}:{outcome.line} {key.function}"
        sys.stderr.write(f"{where}: {key.change} ({outcome.tests} tests): {key.text}\n")
        sys.stderr.flush()
