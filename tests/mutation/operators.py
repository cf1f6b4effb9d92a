"""What is changed in a function, one thing at a time: comparisons, conditions, numbers, sums, answers, raises.

The words of messages are left alone: they are for people, and whoever tests them letter by letter tests nothing.
Decorators, annotations and defaults of parameters are left alone too: they are worked out when the function is made,
not when it runs.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
Make = Callable[[ast.AST], ast.AST]
"""The node that stands in place of another one."""


@dataclass(frozen=True)
class Mutant:
    """A function with one thing changed: where and what; its tree is made when it is asked for."""

    line: int
    lines: range
    """From the first line of the statement to the last line of what is changed: who runs none of them sees nothing."""
    change: str
    _function: Function
    _place: int
    _make: Make

    @property
    def tree(self) -> Function:
        """The changed function."""
        tree = _Replace(self._place, self._make).visit(copy.deepcopy(self._function))
        assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
        return ast.fix_missing_locations(tree)


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


def mutants(function: Function) -> Iterator[Mutant]:
    """Yield each mutant of the function's body; the function itself stays as it is."""
    begins = _begins(function)
    for place, node in enumerate(_nodes(function)):
        if id(node) not in begins:
            continue
        for change, make in _changes(node):
            line: int = getattr(node, "lineno")  # noqa: B009 - whatever is changed stands somewhere
            header = node.test if isinstance(node, ast.If) else node
            lines = range(begins[id(node)], (getattr(header, "end_lineno", None) or line) + 1)
            yield Mutant(line, lines, change, function, place, make)


def _begins(function: Function) -> dict[int, int]:
    """Where the statement of each node of the body begins, by the node's identity."""
    found: dict[int, int] = {}

    def below(node: ast.AST, begin: int) -> None:
        begin = node.lineno if isinstance(node, ast.stmt) else begin
        found[id(node)] = begin
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.AnnAssign) and child is node.annotation):  # of a local name: never evaluated
                below(child, begin)

    for statement in function.body:
        below(statement, statement.lineno)
    return found


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, in the order in which `_Replace` comes by them."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _nodes(child)


class _Replace(ast.NodeTransformer):
    """Puts another node in the place of the one with this number."""

    def __init__(self, place: int, make: Make) -> None:
        self._left, self._make = place, make

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or what stands for it."""
        self._left -= 1
        return self._make(node) if self._left == -1 else self.generic_visit(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, Make]]:
    """Yield what may be done to this node: its name, and what makes the other node of a copy."""
    match node:
        case ast.Compare():
            for number, operator in enumerate(node.ops):
                other = _COMPARISONS[type(operator)]
                yield f"{type(operator).__name__} becomes {other.__name__}", _compared(number, other)
        case ast.BoolOp():
            for number in range(len(node.values)):
                yield f"operand {number + 1} of {type(node.op).__name__.lower()} is left out", _without(number)
        case ast.If() | ast.IfExp():
            yield "the condition always holds", _decided(value=True)
            yield "the condition never holds", _decided(value=False)
        case ast.BinOp() if type(node.op) in _SUMS and not _is_text(node):
            yield f"{type(node.op).__name__} becomes {_SUMS[type(node.op)].__name__}", _summed
        case ast.Constant(value=int() as value):
            other_value = not value if isinstance(value, bool) else value + 1
            yield f"{value} becomes {other_value}", lambda _: ast.Constant(other_value)
        case _:
            yield from _changes_of_statements(node)


def _changes_of_statements(node: ast.AST) -> Iterator[tuple[str, Make]]:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not is left out", lambda _: operand
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield "None is returned", lambda _: ast.Return(ast.Constant(None))
        case ast.Raise():
            yield "nothing is raised", lambda _: ast.Pass()


def _is_text(node: ast.BinOp) -> bool:
    """Whether a string is on one side: a message that is put together."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _compared(number: int, other: type[ast.cmpop]) -> Make:
    def make(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.Compare)
        node.ops[number] = other()
        return node

    return make


def _without(number: int) -> Make:
    def make(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        del node.values[number]
        return node.values[0] if len(node.values) == 1 else node

    return make


def _decided(*, value: bool) -> Make:
    def make(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.If | ast.IfExp)
        node.test = ast.Constant(value)
        return node

    return make


def _summed(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.BinOp)
    node.op = _SUMS[type(node.op)]()
    return node
