"""A change to a program while it runs: in a function's source one text stands in the place of another.

What runs afterwards is the function's own object with other code, so that whoever imported it under any name meets
the change; when the block ends the code is what it was. Nothing is written to the disk.
"""

import ast
import functools
import importlib
import inspect
import sys
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import FunctionType
from typing import Any

from msgspec import Struct

OURS = ("cardsim", "harness", "reference_impl", "scenarios")
_REMEMBER_NAMES = {"harness.jlis.crl_points", "harness.jlis.names"}
"""Whose results follow from the names of municipalities alone: to make the thousands anew would take seconds."""


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """In `function` (module:name or module:Class.name) the text `old`, which stands there once, gives way to `new`."""

    function: str
    old: str
    new: str


class Moved(Exception):
    """The source is not what the edit was written for; `str()` says where, and what stands there."""


@contextmanager
def in_force(edits: Sequence[Edit]) -> Iterator[None]:
    """Let the edits hold within the block; Moved when one fits no longer."""
    by_function: dict[str, list[Edit]] = {}
    for edit in edits:
        by_function.setdefault(edit.function, []).append(edit)
    with ExitStack() as held:
        for name, those in by_function.items():
            held.enter_context(_edited(find_function(name), those))
        changed = {name.partition(":")[0] for name in by_function}
        _forget_results(changed)
        held.callback(_forget_results, changed)
        yield


@contextmanager
def _edited(function: FunctionType, edits: Sequence[Edit]) -> Iterator[None]:
    made = _compiled(function, edited_source(function, edits))
    names = ("__code__", "__defaults__", "__kwdefaults__")
    before = {name: getattr(function, name) for name in names}
    for name in names:
        setattr(function, name, getattr(made, name))
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(function, name, value)


def edited_source(function: FunctionType, edits: Sequence[Edit]) -> str:
    """Return the source after the edits, dedented; Moved where a text does not stand in the file exactly once."""
    source = inspect.getsource(function)
    for edit in edits:
        if source.count(edit.old) != 1:
            raise Moved(
                f"{edit.function}: expected {edit.old!r} exactly once, actual {source.count(edit.old)} times; look at "
                f"what the function does now and mend the change in tests/scenarios/spoiled/changes:\n{source}"
            )
        source = source.replace(edit.old, edit.new)
    return textwrap.dedent(source)


def find_function(name: str) -> FunctionType:
    """Return the function that `module:Class.name` means, without what decorates it; Moved where there is none."""
    module, _, path = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = inspect.getattr_static(found, part)
    except (ImportError, AttributeError) as fault:
        raise Moved(f"{name}: expected a function of that name, actual none ({fault}); mend the change") from fault
    found = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    found = inspect.unwrap(found)
    if not isinstance(found, FunctionType):
        raise Moved(f"{name}: expected a function, actual {type(found).__name__}; mend the change")
    return found


def _compiled(function: FunctionType, source: str) -> FunctionType:
    """Return another function of that source, with the globals' names of the original."""
    tree = ast.parse(source)
    (made,) = tree.body
    if not isinstance(made, ast.FunctionDef):
        raise Moved(f"{function.__qualname__}: expected a function, actual {type(made).__name__}")
    made.decorator_list = []
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    space: dict[str, Any] = dict(function.__globals__)
    exec(compile(tree, function.__code__.co_filename, "exec"), space)  # noqa: S102  (our own source, bent)
    found = space[made.name]
    if not isinstance(found, FunctionType) or found.__code__.co_freevars != function.__code__.co_freevars:
        raise Moved(f"{function.__qualname__}: a function that closes over names cannot be changed; take another")
    return found


def _forget_results(changed: Collection[str]) -> None:
    """Let nobody remember what a function of these modules said, or what followed from it."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS and (name in changed or name not in _REMEMBER_NAMES):
            _forget_of(vars(module))


def _forget_of(names: Mapping[str, object]) -> None:
    for value in list(names.values()):
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()
