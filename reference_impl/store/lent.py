"""A connection of the driver for statements that are transactions by themselves, and where it waits to be used again.

SQLite      as many are kept as were used at a time, outside of the pool: a file is open, and nothing waits for it. To
            borrow one and give it back takes twice as long as a statement. Memory is the pool's one connection.
PostgreSQL  a server has few, so they go back to their pool, whose connections are in autocommit mode.
"""

from collections import deque
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import StaticPool

from reference_impl.store.statements import Said


class Lent:
    """One connection of an engine."""

    __slots__ = ("_borrowed", "_driver", "_is_kept", "said")

    def __init__(self, engine: Engine) -> None:
        self._borrowed = engine.raw_connection()
        driver: Any = self._borrowed.driver_connection
        self._driver = driver
        self._is_kept = engine.dialect.name == "sqlite"
        if self._is_kept and not isinstance(engine.pool, StaticPool):
            self._borrowed.detach()
        self.said = Said(driver, engine.dialect)

    def give_back(self, waiting: "deque[Lent]") -> None:
        """Puts it where the next finds it."""
        if self._is_kept:
            waiting.append(self)
        elif self._driver.closed:
            self._borrowed.invalidate()
        else:
            self._borrowed.close()

    def close(self) -> None:
        """Gives it up."""
        self._borrowed.close()
