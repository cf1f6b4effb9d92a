"""One run of pytest that tries mutants instead of ending: see the package's docstring."""

import ast
import functools
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import pytest

from tests.mutation.operators import Function, Mutant, mutants

CPU_SECONDS = 60
WALL_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant, and how many tests were asked; none where no test goes through its function."""

    module: str
    function: str
    line: int
    text: str
    """The line as it stands in the source, without its indentation."""
    change: str
    noticed: bool
    tests: int


@dataclass
class Trial:
    """A pytest plugin: `paths` are the modules whose functions are mutated, `outcomes` what became of them."""

    paths: list[Path]
    root: Path
    part: tuple[int, int] = (0, 1)
    """Which of how many parts of the mutants this run tries."""
    outcomes: list[Outcome] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests once, then each mutant against those that go through its function."""
        by_code, seconds = self._run_once(session)
        if session.testsfailed:
            raise pytest.UsageError("expected tests that pass before anything is changed")
        numbers = count()
        for module, function, code in self._functions():
            items = sorted(by_code.get(code, ()), key=lambda item: seconds[item.nodeid])
            lines = module.read_text(encoding="utf-8").splitlines()
            for mutant in mutants(function):
                if next(numbers) % self.part[1] == self.part[0]:
                    noticed = bool(items) and self._is_noticed(session, items, module, mutant, code)
                    name, text = module.relative_to(self.root).as_posix(), lines[mutant.line - 1].strip()
                    self.outcomes.append(
                        Outcome(name, code.co_qualname, mutant.line, text, mutant.change, noticed, len(items))
                    )
                    self.tell(self.outcomes[-1])
        return True

    def tell(self, outcome: Outcome) -> None:
        """Says at once what survived, for a run takes long."""
        if not outcome.noticed:
            where = f"{outcome.module}:{outcome.line} {outcome.function}"
            sys.stderr.write(f"{where}: {outcome.change} ({outcome.tests} tests): {outcome.text}\n")

    def _run_once(self, session: pytest.Session) -> tuple[dict[CodeType, list[pytest.Item]], dict[str, float]]:
        """Which tests go through which code, and how long each takes."""
        wanted = {str(path) for path in self.paths}
        by_code: dict[CodeType, list[pytest.Item]] = {}
        seconds: dict[str, float] = {}
        for number, item in enumerate(session.items):
            seen: set[CodeType] = set()

            def look(frame: FrameType, event: str, _argument: object, seen: set[CodeType] = seen) -> None:
                if event == "call" and frame.f_code.co_filename in wanted:
                    seen.add(frame.f_code)

            following = session.items[number + 1] if number + 1 < len(session.items) else None
            began = time.perf_counter()
            sys.setprofile(look)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            finally:
                sys.setprofile(None)
            seconds[item.nodeid] = time.perf_counter() - began
            for code in seen:
                by_code.setdefault(code, []).append(item)
        return by_code, seconds

    def _functions(self) -> Iterator[tuple[Path, Function, CodeType]]:
        """Each function of the modules with its code as it is loaded."""
        loaded = {
            (each.__code__.co_filename, each.__code__.co_firstlineno): each.__code__
            for each in gc.get_objects()
            if isinstance(each, FunctionType)
        }
        for path in self.paths:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                code = loaded.get((str(path), first))
                if code is not None and code.co_name == node.name:
                    yield path, node, code

    def _is_noticed(
        self, session: pytest.Session, items: list[pytest.Item], module: Path, mutant: Mutant, code: CodeType
    ) -> bool:
        """Whether one of the tests fails, or takes too long, in a process in which the function is changed."""
        changed = _compile(module, mutant, code)
        child = os.fork()
        if child == 0:
            _end_silently_and_soon(session.config)
            for function in gc.get_referrers(code):
                if isinstance(function, FunctionType) and function.__code__ is code:
                    function.__code__ = changed
            _forget_what_was_worked_out(self.root)
            os._exit(1 if _fails(session, items) else 0)
        return os.waitpid(child, 0)[1] != 0


def _fails(session: pytest.Session, items: list[pytest.Item]) -> bool:
    """Whether one of them fails; fixtures are set up anew for each."""
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if session.testsfailed:
            return True
    return False


def _compile(module: Path, mutant: Mutant, code: CodeType) -> CodeType:
    """The changed function's code, compiled in its place in the module so that names and cells are as they were."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno == mutant.tree.lineno:
            node.body = mutant.tree.body
    (found,) = (
        each
        for each in _codes(compile(tree, str(module), "exec", dont_inherit=True))
        if (each.co_qualname, each.co_firstlineno) == (code.co_qualname, code.co_firstlineno)
    )
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _end_silently_and_soon(config: pytest.Config) -> None:
    config.pluginmanager.unregister(name="terminalreporter")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)


def _forget_what_was_worked_out(root: Path) -> None:
    """Caches of the functions under trial: what they hold was worked out by the unchanged code."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            function = each.__wrapped__
            if str(root) in getattr(getattr(function, "__code__", None), "co_filename", ""):
                each.cache_clear()
