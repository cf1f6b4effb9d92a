"""The store: transactions that are kept whole, readers that wait for nobody, faults told as the store's."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, Column, Connection, MetaData, String, Table, text
from sqlalchemy.exc import IntegrityError, OperationalError

from reference_impl.store.database import Database, StoreUnusable
from reference_impl.store.engine import UnusablePlace, read_place
from reference_impl.store.sessions import Session, Sessions
from reference_impl.store.transactions import run, take_turn
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose

Store = URL | Path | None
TABLES = MetaData()
MEMBERS = Table("members", TABLES, Column("service", String, primary_key=True))


@contextmanager
def made(store: Store) -> Iterator[Database]:
    """A store, with a table of these tests."""
    with closing(Database(store)) as database:
        database.make(TABLES)
        yield database


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A place for a store."""
    return tmp_path / "store.sqlite" if request.param == "file" else None


@pytest.fixture
def shared_store(tmp_path: Path) -> Store:
    """A place that several can open."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    """A store at that place."""
    with made(store) as opened:
        yield opened


def member(connection: Connection, service: str) -> None:
    """One row."""
    connection.execute(MEMBERS.insert().values(service=service))


def members(database: Database) -> int:
    """How many rows there are."""
    with database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM members")).scalar_one())


def test_failed_transaction_leaves_nothing(database: Database) -> None:
    """What fails in the middle has not happened, and the next one works."""

    def fail(connection: Connection) -> None:
        member(connection, "library")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(database, fail)
    assert members(database) == 0
    with database.transaction() as connection:
        member(connection, "library")
    assert members(database) == 1


def test_fault_of_a_statement_stays_what_it_is(database: Database) -> None:
    """A second row of one key is our mistake and no fault of the store."""

    def repeat(connection: Connection) -> None:
        member(connection, "library")
        member(connection, "library")

    with pytest.raises(IntegrityError):
        run(database, repeat)


def test_work_that_reads_before_it_writes_takes_turns_by_name(database: Database) -> None:
    """Eight threads each read a count, wait for the others to have begun, and write it back one higher: eight."""
    begun = threading.Barrier(8)

    def add(connection: Connection) -> None:
        take_turn(connection, "b", "a")
        found = connection.execute(text("SELECT count(*) FROM members")).scalar_one()
        member(connection, str(found))

    def work() -> None:
        begun.wait(30)
        run(database, add)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with database.reading() as connection:
        kept = connection.execute(text("SELECT service FROM members ORDER BY service")).scalars().all()
    assert kept == [str(number) for number in range(8)]


def test_reader_waits_for_no_writer(shared_store: Store) -> None:
    """While a transaction is open a reader sees the store as it was before; in memory there is one connection."""
    with made(shared_store) as one, made(shared_store) as other:
        with one.transaction() as connection:
            member(connection, "library")
            assert members(one) == members(other) == 0
        assert members(one) == members(other) == 1


def test_forgetting_empties_every_table(database: Database) -> None:
    """Nothing of what was learnt is left."""
    sessions = Sessions(database)
    began = datetime(2026, 11, 21, tzinfo=UTC)
    sessions.open(Session("x", Purpose.LOGIN, "library", Environment.ONLINE, b"challenge", began))
    assert sessions.find("x") is not None
    database.forget()
    assert sessions.find("x") is None


@pytest.mark.parametrize("name", ["", "\0", "か", "' OR 1=1 --", "x" * 100_000])
def test_session_of_any_name_is_looked_for(database: Database, name: str) -> None:
    """What PostgreSQL would not take as text (NUL) is a name that nobody has, as on SQLite."""
    assert Sessions(database).find(name) is None


def test_processes_that_begin_at_once_make_the_tables_once(shared_store: Store) -> None:
    """Four open one new store at the same time, and all four work."""
    faults: list[Exception] = []
    begun = threading.Barrier(4)

    def work() -> None:
        begun.wait(30)
        try:
            with made(shared_store) as opened:
                members(opened)
        except (OSError, OperationalError) as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []


def test_who_opens_a_file_that_somebody_begins_to_write_waits_for_them(tmp_path: Path) -> None:
    """SQLite itself would not wait: it says SQLITE_BUSY at once where the log of a file is made a write-ahead log."""
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other, ThreadPoolExecutor() as opener:
        other.execute("BEGIN IMMEDIATE")
        opening = opener.submit(Database, path)
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.5)
        other.execute("COMMIT")
        with closing(opening.result(timeout=30)) as opened:
            opened.make(TABLES)
            assert members(opened) == 0


def test_store_that_cannot_be_written_is_a_fault_with_its_name(tmp_path: Path) -> None:
    """A folder that is not there and a file that is no database: which, and what the engine says."""
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"something else entirely, and long enough to be looked at\n" * 40)
    for path in (tmp_path / "absent" / "store.sqlite", other):
        with pytest.raises(StoreUnusable) as refused:
            Database(path)
        assert f"store {path}: expected a store that can be written, found: " in str(refused.value)


PLACES: dict[str, Callable[[], object]] = {
    "store.sqlite": lambda: Path("store.sqlite"),
    "postgresql://h/d": lambda: read_place("postgresql+psycopg://h/d"),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_by_name(name: str) -> None:
    """A path is a file, an address a server; SQLAlchemy's own name of the driver means the same."""
    assert read_place(name) == PLACES[name]()


@pytest.mark.parametrize("name", ["mysql://u:secret@h/d", "postgresql://u:secret@h:port/d", "sqlite:///x"])
def test_other_places_are_refused_without_their_password(name: str) -> None:
    """Another make, or an address that is none."""
    with pytest.raises(UnusablePlace, match="expected a file or postgresql") as refused:
        read_place(name)
    assert "secret" not in str(refused.value)
