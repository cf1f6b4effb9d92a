"""The functions of a package, the mutants of each, and by what name a mutant is known from run to run."""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TypeVar

import msgspec

from tests.mutation.operators import Function, Mutant, mutants


class Key(msgspec.Struct, frozen=True, order=True):
    """A mutant's name: it outlives lines that move, not a line that is written anew."""

    module: str
    function: str
    text: str
    """The line as it stands in the source, without its indentation."""
    change: str
    occurrence: int = 1
    """The same change of the same words in the same function, counted from one."""


@dataclass(frozen=True)
class Source:
    """A function that stands in a module or in a class of it; the functions inside it are part of it."""

    path: Path
    module: str
    name: str
    node: Function
    parents: tuple[ast.ClassDef, ...]
    future: tuple[ast.stmt, ...]
    """`from __future__` imports: they change what is compiled."""
    lines: tuple[str, ...]

    @property
    def first_line(self) -> int:
        """Where its code begins: at its first decorator."""
        return min([self.node.lineno, *(each.lineno for each in self.node.decorator_list)])

    @property
    def seal(self) -> str:
        """A hash of its source without its docstrings and comments."""
        return hashlib.sha256(ast.dump(_without_docstring(self.node)).encode()).hexdigest()[:16]

    def mutants(self) -> Iterator[tuple[Key, Mutant]]:
        """Yield each mutant under its key."""
        met: Counter[tuple[str, str]] = Counter()
        for mutant in mutants(self.node):
            text = self.lines[mutant.line - 1].strip()
            met[text, mutant.change] += 1
            yield Key(self.module, self.name, text, mutant.change, met[text, mutant.change]), mutant

    def compiled(self, body: list[ast.stmt]) -> CodeType:
        """The function's code with another body, in its place in its classes so that names and cells are as before."""
        node: ast.stmt = _copied(self.node, body)
        for parent in reversed(self.parents):
            outer = _copied(parent, [node])
            outer.bases, outer.keywords, outer.decorator_list = [], [], []
            node = outer
        tree = ast.Module([*self.future, node], [])
        (found,) = (
            each
            for each in _codes(compile(ast.fix_missing_locations(tree), str(self.path), "exec", dont_inherit=True))
            if (each.co_qualname, each.co_firstlineno) == (self.name, self.first_line)
        )
        return found


def functions(path: Path, root: Path) -> Iterator[Source]:
    """Yield each function of a module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    future = tuple(each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__")
    lines = tuple(text.splitlines())

    def below(node: ast.AST, parents: tuple[ast.ClassDef, ...]) -> Iterator[Source]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                name = ".".join([*(each.name for each in parents), child.name])
                yield Source(path, path.relative_to(root).as_posix(), name, child, parents, future, lines)
            else:
                yield from below(child, (*parents, child) if isinstance(child, ast.ClassDef) else parents)

    yield from below(tree, ())


_Block = TypeVar("_Block", bound=Function | ast.ClassDef)


def _copied(node: _Block, body: list[ast.stmt]) -> _Block:
    fields = {name: getattr(node, name) for name in (*node._fields, *node._attributes) if hasattr(node, name)}
    return type(node)(**{**fields, "body": body})


def _without_docstring(node: Function) -> Function:
    has_one = ast.get_docstring(node) is not None
    return _copied(node, node.body[1:] if has_one else node.body)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)
