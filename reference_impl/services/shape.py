"""A marked file's value as what it has to be; a fault says in which line it is something else."""

import re
from functools import reduce
from operator import getitem
from typing import Final, TypeVar

import msgspec

from reference_impl.services.faults import Fault
from reference_impl.services.marks import Marked, Path

_T = TypeVar("_T")
_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<where>[^`]*)`)?$", re.DOTALL)
_UNKNOWN_FIELD: Final = re.compile(r"unknown field `(?P<field>[^`]*)`")
_PART: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]")


def convert(kind: type[_T], path: Path, marked: Marked, file: str, name: str) -> _T | Fault:
    """The part of the file at `path`, or what is wrong with it and where; `name` is what a person calls it."""
    entry = reduce(getitem, path, marked.value)
    try:
        return msgspec.convert(entry, kind, strict=True)
    except msgspec.ValidationError as error:
        found = _AT.match(str(error))
        what, where = (str(error), "$") if found is None else (found["what"], found["where"] or "$")
        at = (*path, *read_path(where))
        unknown = _UNKNOWN_FIELD.search(what)
        if unknown is not None:
            at = (*at, unknown["field"])
        said = what.replace("`", "")
        ja, en = f"{name}: 形式が違います（{said}）", f"{name}: {said}"
        return Fault(file, marked.line_of(at), spell(at), "shape", ja, en)


def read_path(where: str) -> Path:
    """The path in msgspec's own spelling, `$.authorities[0].file`."""
    return tuple(name or int(index) for name, index in _PART.findall(where))


def spell(path: Path) -> str:
    """The same spelling."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
