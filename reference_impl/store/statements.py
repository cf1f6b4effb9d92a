"""Statements said to the driver itself: written in SQLAlchemy's terms, compiled once, and sent without it.

What an attempt asks of the store is a dozen statements that never change. To build one of them, to find it in
SQLAlchemy's cache and to wrap its rows takes 120 µs of a core; SQLite answers it in four, PostgreSQL in thirty
(docs/relying-party.md). So a statement is a function without arguments that writes it, with `bindparam`s for what
changes; its text is kept for each engine by that function, and rows come as the tuples that the driver makes.

A fault of the driver leaves as the SQLAlchemy exception that everybody else's statements raise, without the values.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Write = Callable[[], Executable]
"""Writes a statement; a function of a module, for its text is kept by it."""
Row = tuple[Any, ...]


class Statements(Protocol):
    """Whoever takes statements: a transaction (`Within`), or a store that makes each a transaction of its own."""

    def rows(self, write: Write, /, **values: object) -> list[Row]:
        """The rows that a statement finds."""

    def change(self, write: Write, /, **values: object) -> int:
        """How many rows a statement changed."""


class Driver(Protocol):
    """A connection of the driver."""

    def cursor(self) -> Any:
        """A cursor of the driver."""


class _Text(msgspec.Struct, frozen=True):
    text: str
    names: tuple[str, ...] | None
    """In which order the values come, where the driver wants them so."""
    constants: Mapping[str, object]
    """Those that the statement brings along."""

    def order(self, values: Mapping[str, object]) -> object:
        whole = {**self.constants, **values} if self.constants else values
        return whole if self.names is None else [whole[name] for name in self.names]


_DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {"sqlite": sqlite.dialect, "postgresql": psycopg.dialect}


@lru_cache(maxsize=256)
def _text(write: Write, dialect: str) -> _Text:
    written = write()
    if not isinstance(written, ClauseElement):
        raise TypeError(f"expected a statement, found {type(written).__name__}")
    compiled = written.compile(dialect=_DIALECTS[dialect]())
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"expected a statement, found {type(compiled).__name__}")
    names = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup is not None else None
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return _Text(compiled.string, names, constants)


class Said:
    """Statements to one connection of the driver."""

    __slots__ = ("_dialect", "_driver")

    def __init__(self, driver: Driver, dialect: Dialect) -> None:
        self._driver, self._dialect = driver, dialect

    def rows(self, write: Write, /, **values: object) -> list[Row]:
        """The rows that a statement finds."""
        cursor = self._say(write, values)
        found: list[Row] = cursor.fetchall()
        cursor.close()
        return found

    def change(self, write: Write, /, **values: object) -> int:
        """How many rows a statement changed."""
        cursor = self._say(write, values)
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def _say(self, write: Write, values: Mapping[str, object]) -> Any:
        said = _text(write, self._dialect.name)
        try:
            cursor = self._driver.cursor()
            cursor.execute(said.text, said.order(values))
        except self._dialect.loaded_dbapi.Error as error:
            raise wrapped(error, self._dialect, said.text) from error
        return cursor


class Within(Said):
    """Statements within a transaction of SQLAlchemy's, among others or alone."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.connection, connection.dialect)


def wrapped(error: Exception, dialect: Dialect, text: str) -> BaseException:
    """The exception that SQLAlchemy would have raised for this one of the driver's."""
    return DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)
