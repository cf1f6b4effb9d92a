"""The PostgreSQL of a load run: killed, and back with what was committed, whichever thread did that."""

import threading

import psycopg
import pytest

from loadtests.database import DATABASES, own_database
from tests.postgresql.server import programs


@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")
def test_database_is_gone_for_a_while_and_back_for_good() -> None:
    """Killed by a thread that then ends, as faults during load are: what was committed is there, and stays there."""
    with own_database() as database:
        store, _ = map(database.address, DATABASES)
        with psycopg.connect(store, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        refused = []

        def fail_over() -> None:
            with database.killed():
                try:
                    psycopg.connect(store).close()
                except psycopg.OperationalError as gone:
                    refused.append(gone)

        thread = threading.Thread(target=fail_over)
        thread.start()
        thread.join()
        assert len(refused) == 1
        for _ in range(20):
            with psycopg.connect(store) as connection:
                assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
