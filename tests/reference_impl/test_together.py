"""Works that are written together: one commit for many, each whole or not at all, nothing told before it is kept."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, LargeBinary, MetaData, Select, String, Table, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert

from reference_impl.store.database import Database, StoreUnusable
from reference_impl.store.kept import Kept
from reference_impl.store.statements import Within

TABLES = MetaData()
KEPT = Table("kept", TABLES, Column("name", String, primary_key=True), Column("weight", LargeBinary))
MANY = 12


def _add() -> Insert:
    return insert(KEPT)


def _all() -> Select[tuple[str]]:
    return select(KEPT.c.name).order_by(KEPT.c.name)


def adding(name: str, weight: bytes = b"") -> Callable[[Connection], str]:
    """A work that adds a row, and says which."""

    def work(connection: Connection) -> str:
        assert Within(connection).change(_add, name=name, weight=weight) == 1
        return name

    return work


@pytest.fixture(params=["file", "memory"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store with a table of these tests."""
    with closing(Database(tmp_path / "store.sqlite" if request.param == "file" else None)) as opened:
        opened.make(TABLES)
        yield opened


def names(database: Database) -> list[str]:
    """What is kept."""
    return [name for (name,) in database.rows(_all)]


@contextmanager
def gathered(database: Database, works: list[Callable[[Connection], str]]) -> Iterator[list[object]]:
    """What became of works that all came while another transaction was under way; filled when the block has ended."""
    became: list[object] = [None] * len(works)

    def act(place: int) -> None:
        try:
            became[place] = database.write(works[place])
        except Exception as fault:  # noqa: BLE001  (looked at by the test)
            became[place] = fault

    with ThreadPoolExecutor(len(works)) as pool:
        with database.transaction():
            under_way = [pool.submit(act, place) for place in range(len(works))]
            assert database._together is not None
            wait_until(lambda: len(database._together._waiting) == len(works))  # type: ignore[union-attr]
            yield became
        for each in under_way:
            each.result(30)


def wait_until(holds: Callable[[], bool]) -> None:
    """Returns when it holds."""
    pause = threading.Event()
    for _ in range(3000):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("expected it to hold within 30 s")


def test_works_that_wait_share_a_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve works, one transaction, and each hears of its own."""
    begun: list[Kept] = []
    whole = Kept.transaction

    def counted(kept: Kept) -> AbstractContextManager[Connection]:
        begun.append(kept)
        return whole(kept)

    with gathered(database, [adding(f"{each:02}") for each in range(MANY)]) as became:
        monkeypatch.setattr(Kept, "transaction", counted)
    assert became == names(database) == [f"{each:02}" for each in range(MANY)]
    assert len(begun) == 1


def test_work_that_fails_takes_nobody_with_it(database: Database) -> None:
    """What it had written is gone, its caller hears why, and the others are kept."""

    def fail(connection: Connection) -> str:
        adding("half")(connection)
        raise RuntimeError("no")

    works = [adding("a"), fail, adding("b"), adding("a"), adding("c")]
    with gathered(database, works) as became:
        pass
    assert names(database) == ["a", "b", "c"]
    assert isinstance(became[1], RuntimeError)
    assert sum(isinstance(each, IntegrityError) for each in became) == 1  # whichever "a" came second
    assert [each for each in became if isinstance(each, str)].count("a") == 1


def test_work_may_use_sqlalchemy_as_ever(database: Database) -> None:
    """Among works that do not, and alone."""

    def insert_one(connection: Connection) -> str:
        connection.execute(insert(KEPT).values(name="core", weight=b""))
        return str(connection.execute(text("SELECT max(name) FROM kept")).scalar_one())

    with gathered(database, [adding("a"), insert_one, adding("b")]) as became:
        pass
    assert became == ["a", "core", "b"]
    assert database.write(adding("alone")) == "alone"
    with pytest.raises(IntegrityError):
        database.write(insert_one)
    assert names(database) == ["a", "alone", "b", "core"]


def test_what_is_told_is_kept_when_the_store_is_full(tmp_path: Path) -> None:
    """Whoever heard of a fault finds nothing, whoever heard of none finds the row; afterwards it goes on."""
    with closing(Database(tmp_path / "store.sqlite")) as database:
        database.make(TABLES)
        with database.transaction() as connection:
            connection.execute(text("PRAGMA max_page_count = 60"))
        works = [adding(f"{each:02}", bytes(300_000 if each == 5 else 10)) for each in range(MANY)]
        with gathered(database, works) as became:
            pass
        told = [each for each in became if isinstance(each, str)]
        assert isinstance(became[5], StoreUnusable)
        assert names(database) == told
        assert database.write(adding("later")) == "later"


def test_fault_of_a_statement_tells_no_values(database: Database) -> None:
    """As SQLAlchemy's own exception, without what was to be written."""
    database.change(_add, name="secret-name", weight=b"")
    with pytest.raises(IntegrityError) as raised:
        database.change(_add, name="secret-name", weight=b"")
    assert "secret-name" not in str(raised.value)


def test_other_process_meets_each_work_once_it_was_told(tmp_path: Path) -> None:
    """Two that have the file open: what one was told of, the other sees."""
    with closing(Database(tmp_path / "s.sqlite")) as one, closing(Database(tmp_path / "s.sqlite")) as other:
        one.make(TABLES)
        for each in range(20):
            (one if each % 2 else other).write(adding(f"{each:02}"))
            assert len(names(other if each % 2 else one)) == each + 1
