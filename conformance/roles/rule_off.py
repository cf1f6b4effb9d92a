"""A rule off in a process of its own: the edits of a mutant are applied to functions that are already loaded.

The same edits, checked by the same hashes, as `conformance.mutants.mutant` applies to a copied tree. A process forked
from one that has everything loaded and has done nothing yet takes a fraction of the time of a fresh one.
"""

import importlib
import multiprocessing
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from multiprocessing.connection import Connection
from pathlib import PurePosixPath
from types import CodeType
from typing import Any

from conformance.mutants.mutant import ROOT, Edit, digest, function_source
from conformance.roles.role_mutants import RoleMutant
from harness.errors import ConfigurationError, HarnessFault

ENDING_SECONDS = 10
STARTING_SECONDS = 60
Serve = Callable[[RoleMutant, Connection, tuple[str, ...]], None]
"""Runs in the process of the mutant: serves what is under test until the line is closed."""


@contextmanager
def off_for_a_while(mutant: RoleMutant) -> Iterator[None]:
    """Take the rules of a mutant off in this process, and put them back at the end: for code that keeps no state."""
    before = [(function, function.__code__) for function in map(_function, mutant.edits)]
    take_off(mutant)
    try:
        yield
    finally:
        for function, code in reversed(before):
            function.__code__ = code


def _function(edit: Edit) -> Any:
    module = importlib.import_module(".".join(PurePosixPath(edit.file).with_suffix("").parts))
    return reduce(getattr, edit.function.split("."), module)


def take_off(mutant: RoleMutant) -> None:
    """Replace the code of each edited function, for good; ConfigurationError names a mutant whose source has moved."""
    for edit in mutant.edits:
        source = function_source(ROOT / edit.file, edit.function)
        if digest(source) != edit.sha256 or source.count(edit.old) != 1:
            raise ConfigurationError(
                f"mutant {mutant.id}: {edit.file}:{edit.function} has moved: expected sha256 {edit.sha256} and "
                f"{edit.old!r} once, actual {digest(source)}, {source.count(edit.old)} times; "
                "look at the edit again, then run python -m conformance.roles.role_mutants"
            )
        function = _function(edit)
        whole = compile(textwrap.dedent(source.replace(edit.old, edit.new)), edit.file, "exec")
        function.__code__ = next(each for each in whole.co_consts if isinstance(each, CodeType))


@contextmanager
def process_of(mutant: RoleMutant, serve: Serve, *words: str, loads: str) -> Iterator[Connection]:
    """Yield the line to a process that serves the mutant; `loads` is the module that the process is forked with."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([loads])
    ours, its = context.Pipe()
    process = context.Process(target=_run, args=(mutant, serve, its, words), daemon=True)
    process.start()
    its.close()
    try:
        if not ours.poll(STARTING_SECONDS):
            raise HarnessFault(f"mutant {mutant.id}: expected a word within {STARTING_SECONDS} s, actual none")
        yield ours
    finally:
        ours.close()
        process.join(ENDING_SECONDS)
        if process.is_alive():
            process.kill()


def _run(mutant: RoleMutant, serve: Serve, line: Connection, words: tuple[str, ...]) -> None:
    take_off(mutant)
    serve(mutant, line, words)
