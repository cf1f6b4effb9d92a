"""Entitlements of services on PostgreSQL: four processes at once, and every sum exact."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection

from reference_impl.services.offline.standing import Standing
from reference_impl.services.store.reconciliation import Reconciliation, Taken
from reference_impl.store.database import Database
from tests.postgresql.server import Server
from tests.reference_impl.services import crowd, party_crowd, uploads
from tests.reference_impl.services.offline import POLICIES, chain, judge, rewritten, upload

TAPS = int(os.environ.get("KAZASHI_CROWD", "10000"))
PARTY_TAPS = int(os.environ.get("KAZASHI_PARTY_CROWD", "240"))


def test_crowd_of_processes_is_exact_on_postgresql(store: URL) -> None:
    """Every sum is what arithmetic says, and so is every answer, whichever row waited for which."""
    crowd.compare(store, TAPS, crowd.run_crowd(store, TAPS, 4))


def test_crowd_at_the_partys_door_is_exact_on_postgresql(store: URL, tmp_path: Path) -> None:
    """Four processes with their sessions, ledger, accounts and audit on one server: all say what arithmetic says."""
    of = party_crowd.crowd(PARTY_TAPS, 6)
    told = party_crowd.run(store, tmp_path, of, 4)
    party_crowd.compare(store, tmp_path, of, told)


def test_uploads_in_parallel_end_where_one_after_the_other_does(store: URL, tmp_path: Path) -> None:
    """Four processes take in the same records in orders of their own: the same rows as on SQLite, in order."""
    uploads.run_all(store, 4)
    alone = tmp_path / "alone.db"
    uploads.work(alone, 99)
    assert uploads.state(store) == uploads.state(alone)


class Held:
    """A server's database whose transactions are kept open until they are let go."""

    def __init__(self, url: URL) -> None:
        self._database = Database(url)
        self.close = self._database.close
        self.hold: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that has done its work and not yet ended, for as long as `hold` wants."""
        with self._database.transaction() as connection:
            yield connection
            self.hold()


def test_second_record_of_a_number_waits_for_the_first(store: URL, server: Server) -> None:
    """While one upload is not yet committed another of the same terminal takes its turn: neither misses the other."""
    (ride,) = chain("cab-1", [(1, 0)])
    found: list[Taken] = []
    is_first_in, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        """Until the other upload has ended, or stands waiting for a lock of ours."""
        is_first_in.set()
        while not is_done.is_set() and not server.is_waiting(store):
            is_done.wait(0.01)

    def second(office: Reconciliation) -> None:
        is_first_in.wait(30)
        found.extend(office.take_in(POLICIES, upload([rewritten(ride, 4)]), judge))
        is_done.set()

    with closing(Database(store)) as plain, closing(Held(store)) as held:
        first = Reconciliation(held)
        held.hold = hold
        other = threading.Thread(target=second, args=(Reconciliation(plain),))
        other.start()
        first.take_in(POLICIES, upload([ride]), judge)
        other.join()
        assert [each.standing for each in found] == [Standing.EQUIVOCAL]
        assert first.report("taxi").counted == 0
