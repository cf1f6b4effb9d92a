"""Who writes at the same time writes together: one transaction of SQLite, one fsync, each work whole or not at all.

SQLite has one writer at a time, and a commit waits for the disk (a tenth to three milliseconds) while everybody else
waits for the commit. So works that wait are done in one transaction, one after the other, each behind a savepoint:
what one fails at is undone and told to its caller alone, and every caller hears of theirs when all of it is on the
disk. A work sees what those before it left, as if they had been committed; if the commit fails, none of them has
happened. What was acknowledged is never lost: the rule is that of `audit.writer`, and so is the way.

Who finds nobody waiting leads: it waits for the transaction before its own to end, and takes everybody with it who has
come by then. Nobody waits for a clock, and there is no thread to start and to end.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from reference_impl.store.kept import KeptTransactions

T = TypeVar("T")
MOST: Final = 256
"""Works of a transaction: others, and other processes, wait for its end."""


class _Job:
    """One work, and what came of it."""

    __slots__ = ("ended", "fault", "result", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.fault: BaseException | None = None
        self.ended = threading.Lock()
        self.ended.acquire()


class Together:
    """The one writer of a process, over a connection that is kept."""

    def __init__(self, engine: Engine, turn: threading.Lock) -> None:
        self._turn = turn
        """Whose turn it is to write."""
        self._joining = threading.Lock()
        self._waiting: list[_Job] = []
        self._kept = KeptTransactions(engine)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction with nobody else in it."""
        with self._turn, self._kept.transaction() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once it is durable; what it raises, and then nothing of it has happened."""
        job = _Job(work)
        with self._joining:
            self._waiting.append(job)
            leads = len(self._waiting) == 1
        if leads:
            self._lead()
        else:
            job.ended.acquire()
        if job.fault is not None:
            raise job.fault
        result: T = job.result
        return result

    def close(self) -> None:
        """Gives the connection back; nobody may be writing."""
        self._kept.close()

    def _lead(self) -> None:
        """Does what waits; whatever happens, nobody waits for ever."""
        jobs: list[_Job] = []
        try:
            with self._turn:
                with self._joining:
                    jobs, self._waiting = self._waiting, []
                for start in range(0, len(jobs), MOST):
                    self._do(jobs[start : start + MOST])
        finally:
            for job in jobs:
                job.ended.release()

    def _do(self, jobs: list[_Job]) -> None:
        try:
            with self._kept.transaction() as connection:
                if len(jobs) == 1:
                    jobs[0].result = jobs[0].work(connection)
                else:
                    _do_each(connection, jobs)
        except BaseException as fault:
            for job in jobs:
                job.fault = job.fault or fault
            if not isinstance(fault, Exception):
                raise


def _do_each(connection: Connection, jobs: list[_Job]) -> None:
    """Each work behind a savepoint. Where the engine gave the whole transaction up, so does this."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    for job in jobs:
        cursor.execute("SAVEPOINT work")
        try:
            job.result = job.work(connection)
        except Exception as fault:
            if not driver.in_transaction:  # a full disk may end all of it
                raise
            cursor.execute("ROLLBACK TO work")
            job.fault = fault
        cursor.execute("RELEASE work")
    cursor.close()
