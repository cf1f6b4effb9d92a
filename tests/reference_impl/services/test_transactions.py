"""Work is done again where the engine undid it for somebody else's sake, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from reference_impl.store.database import Database, StoreUnusable
from reference_impl.store.transactions import ATTEMPTS, run


class Undone(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str | None = None, sqlite_errorname: str | None = None) -> None:
        super().__init__("undone")
        self.sqlstate = sqlstate
        self.sqlite_errorname = sqlite_errorname


class Failing:
    """A store whose first transactions end with an error of the engine."""

    def __init__(self, cause: Undone, times: int) -> None:
        self.database = Database()
        self.begun = 0
        self._cause, self._times = cause, times

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One that works, or not yet."""
        self.begun += 1
        with self.database.transaction() as connection:
            yield connection
            if self.begun <= self._times:
                raise OperationalError("COMMIT", None, self._cause)


CURABLE = [Undone("40P01"), Undone("40001"), Undone(None, "SQLITE_BUSY")]


def run_on(cause: Undone, times: int) -> int:
    """How often the work was begun."""
    store = Failing(cause, times)
    try:
        run(store, lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one())
    finally:
        store.database.close()
    return store.begun


@pytest.mark.parametrize("cause", CURABLE, ids=["deadlock", "serialization", "busy"])
def test_undone_work_is_done_again(cause: Undone) -> None:
    """Two that wait for each other: one is told to begin anew, and does."""
    assert run_on(cause, 3) == 4


def test_it_is_not_tried_for_ever() -> None:
    """After so many attempts the engine's own error is handed on."""
    with pytest.raises(OperationalError):
        run_on(CURABLE[0], ATTEMPTS)


@pytest.mark.parametrize("cause", [Undone("23505"), Undone(), Undone(None, "SQLITE_FULL")])
def test_other_errors_are_told_at_once(cause: Undone) -> None:
    """A full disk is not cured by trying: it is the store that cannot be used."""
    with pytest.raises(StoreUnusable):
        run_on(cause, 1)
