"""A mutant's rules taken off in this process: functions that are loaded get the code of their edited source.

The same edits, held by the same hashes, as `mutant.apply` makes in a copied tree; there is no way back, so this is
for a process that ends with its mutant (`workshop`).
"""

import importlib
import sys
import textwrap
from collections.abc import Callable
from functools import reduce
from inspect import unwrap
from pathlib import PurePosixPath
from types import CodeType, FunctionType
from typing import Any

from conformance.mutants.mutant import ROOT, Mutant, by_function, edited_source
from harness.errors import ConfigurationError


def take_off(mutant: Mutant) -> None:
    """Replace the code of each edited function; ConfigurationError names a mutant that does not apply."""
    edited = [(place, edited_source(mutant, ROOT, edits)) for place, edits in by_function(mutant)]
    for (file, name), source in edited:
        whole = compile(textwrap.dedent(source), file, "exec")
        _function(mutant, file, name).__code__ = next(each for each in whole.co_consts if isinstance(each, CodeType))


def _function(mutant: Mutant, file: str, name: str) -> FunctionType:
    """Return the function itself, beneath its decorators."""
    module = importlib.import_module(".".join(PurePosixPath(file).with_suffix("").parts))
    *classes, last = name.split(".")
    scope: Any = reduce(getattr, classes, module)
    found = vars(scope)[last]
    found = unwrap(getattr(found, "fget", None) or getattr(found, "__func__", found))
    if not isinstance(found, FunctionType):
        raise ConfigurationError(
            f"mutant {mutant.id}: {file}:{name}: expected a function, actual {type(found).__name__}"
        )
    return found


def forgetting(package: str) -> Callable[[], None]:
    """Return what empties every `functools.lru_cache` of a package's loaded modules: each case begins with none.

    What one case leaves there would let a rule that is off in a second case go unseen, or be seen in a third.
    """
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == package]
    found = {id(each): each for module in modules for each in vars(module).values() if hasattr(each, "cache_clear")}

    def forget() -> None:
        for cache in found.values():
            cache.cache_clear()

    return forget
