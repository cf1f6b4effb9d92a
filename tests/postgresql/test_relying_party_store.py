"""The tests of tests/reference_impl/test_store.py over PostgreSQL, and what only a server can do: go, and come back."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from secrets import token_bytes

import pytest
from sqlalchemy import URL, Connection

from reference_impl.backends.evidence import Evidence
from reference_impl.platform.names import Names
from reference_impl.store.database import Database, StoreUnusable
from reference_impl.store.transactions import run
from tests.postgresql.same import same_tests
from tests.postgresql.server import Server
from tests.reference_impl import test_store

vars().update(same_tests(test_store))


@pytest.fixture
def shared_store(store: URL) -> URL:
    """A place that several can open."""
    return store


@pytest.fixture
def database(store: URL) -> Iterator[Database]:
    """A store on the server."""
    with test_store.made(store) as opened:
        yield opened


@pytest.mark.parametrize(
    "user", [Evidence, lambda database: Names(database, "pf-1", token_bytes)], ids=["kept", "names"]
)
def test_processes_that_begin_at_once_make_the_tables_of_its_users_once(
    store: URL, user: Callable[[Database], object]
) -> None:
    """Six whose tables are not those of every store; each CREATE TABLE IF NOT EXISTS alone may refuse the second."""
    with ExitStack() as opened, ThreadPoolExecutor(6) as together:
        databases = [opened.enter_context(closing(Database(store))) for _ in range(6)]
        for made in [together.submit(user, each) for each in databases]:
            made.result(timeout=60)


def test_ended_connections_are_not_lent_again(database: Database, store: URL, server: Server) -> None:
    """An administrator ends every connection: who comes next has one that works, and does not notice."""
    assert test_store.members(database) == 0
    server.end_connections(store)
    assert test_store.members(database) == 0


def test_connection_that_breaks_in_the_middle_is_the_stores_fault(
    database: Database, store: URL, server: Server
) -> None:
    """Nothing of the transaction is kept; the next one works."""

    def work(connection: Connection) -> None:
        test_store.member(connection, "library")
        server.end_connections(store)
        test_store.member(connection, "archive")

    with pytest.raises(StoreUnusable, match="expected a store that can be written"):
        run(database, work)
    assert test_store.members(database) == 0


def test_database_that_is_not_there_is_a_fault_without_its_password(store: URL) -> None:
    """The address stands in the line, the password does not."""
    with pytest.raises(StoreUnusable, match="absent") as refused:
        Database(store.set(database="absent", password="secret"))
    assert "secret" not in str(refused.value)
