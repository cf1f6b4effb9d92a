"""The options of a card as words: NAME=VALUE for each unknown of its specification (`cardsim.options`)."""

import ast
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

import msgspec

from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.status import StatusWord
from harness.errors import ConfigurationError

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class OptionRefused(ConfigurationError):
    """An option that there is none of, or a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option: its name, how its value is written, its default, and what it says of itself."""

    name: str
    form: str
    default: str
    english: str


def option_rows() -> list[OptionRow]:
    """Return every option that can be said in one word."""
    kinds, said = typing.get_type_hints(Options), _docstrings()
    rows = []
    for name in Options.__struct_fields__:
        form = _form(kinds[name])
        if form is not None:
            rows.append(OptionRow(name, form, _written(getattr(STANDARD_OPTIONS, name)), said.get(name, "")))
    return rows


def read_options(text: str) -> Options:
    """Return the options written as `name=value,name=value`; OptionRefused names what is wrong with one."""
    kinds = typing.get_type_hints(Options)
    known = {row.name: row for row in option_rows()}
    given: dict[str, Any] = {}
    for each in filter(None, text.split(",")):
        name, equals, value = (part.strip() for part in each.partition("="))
        if name not in known or not equals:
            raise OptionRefused(f"option {each!r}: expected NAME=VALUE, `kazashi card options` lists the names")
        try:
            given[name] = _reader(kinds[name])(value)
        except (KeyError, ValueError) as fault:
            raise OptionRefused(
                f"option {name}: expected {known[name].form}, actual {value!r}; the default is {known[name].default}"
            ) from fault
    try:
        return msgspec.structs.replace(STANDARD_OPTIONS, **given)
    except ValueError as fault:
        raise OptionRefused(str(fault)) from fault


def _form(kind: Any) -> str | None:
    """Return how a value of a kind is written; None for one that takes more than a word."""
    if kind is bool:
        return "true or false"
    if kind is int:
        return "a number, such as 3 or 0xFF"
    if kind is StatusWord:
        return "a status word, such as 6984"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(str(each.value) for each in kind)
    return None


def _reader(kind: Any) -> Callable[[str], Any]:
    if kind is bool:
        return lambda text: _TRUTH[text.lower()]
    if kind is int:
        return lambda text: int(text, 0)
    if kind is StatusWord:
        return lambda text: StatusWord(int(text, 16))
    enumeration: type[Enum] = kind
    return enumeration


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case StatusWord():
            return f"{value:04X}"
        case Enum():
            return str(value.value)
    return str(value)


def _docstrings() -> dict[str, str]:
    """Return what stands under each field in the source, which Python does not keep."""
    (body,) = [node.body for node in ast.parse(inspect.getsource(Options)).body if isinstance(node, ast.ClassDef)]
    found = {}
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                found[name] = " ".join(said.split())
    return found
