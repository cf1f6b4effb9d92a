"""Group commit: everybody who waits is written, each exactly once, and told a number only when the row is there."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from reference_impl.audit import TaskWriter, Writer, open_writer
from reference_impl.audit import writer as writing
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.storage import Storage, read_head, read_place
from reference_impl.audit.verify import verify
from reference_impl.audit.walk import stored_rows
from reference_impl.audit.writer import MOST
from tests.reference_impl.audit import stories

MakeWriter = Callable[[], Writer]


@pytest.fixture
def make_writer(tmp_path: Path) -> Iterator[MakeWriter]:
    """Makes writers on one store; they are closed with the test."""
    made: list[Writer] = []

    def make() -> Writer:
        made.append(open_writer(tmp_path / "audit.db"))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


def names(writer: Writer) -> dict[int, str]:
    """Who stands in which row of a sound store."""
    found: dict[int, str] = {}
    report = verify(writer.storage, seen=lambda row, _: found.update({row.sequence: row.who}))
    assert report.findings == []
    return found


def work(writer: Writer, name: str, count: int) -> dict[int, str]:
    """Records some rows one after the other; what was acknowledged."""
    told = {writer.record(stories.entry(each, who=f"{name}-{each}")): f"{name}-{each}" for each in range(count)}
    assert list(told) == sorted(told), "a later row of one caller stands later"
    return told


@pytest.mark.parametrize("writers", [1, 3])
def test_many_threads(make_writer: MakeWriter, writers: int) -> None:
    """Twenty-four threads over one writer, and over three that share the file as processes do."""
    several = [make_writer() for _ in range(writers)]
    with ThreadPoolExecutor(24) as pool:
        done = [pool.submit(work, several[index % writers], f"t{index}", 10) for index in range(24)]
        told = {sequence: who for each in done for sequence, who in each.result().items()}
    assert told == names(several[0])
    assert sorted(told) == list(range(1, 241))


def test_no_group_is_larger_than_it_may_be(
    make_writer: MakeWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes to a full group begins the next; all are led, and nobody is left behind."""
    monkeypatch.setattr(writing, "MOST", 3)
    writer = make_writer()
    with writer._writing, ThreadPoolExecutor(24) as pool:
        done = [pool.submit(writer.record, stories.entry(each)) for each in range(24)]
        while not all(each.running() for each in done):  # each of them waits, or is about to
            threading.Event().wait(0.001)
        writer._writing.release()
        numbers = sorted(each.result(10) for each in done)
        writer._writing.acquire()
    assert numbers == list(range(1, 25))
    assert max(len(rows) for _, rows in stories.groups(tmp_path / "audit.db")) <= 3
    assert len(names(writer)) == 24


def test_tasks_that_come_together_are_one_group(make_writer: MakeWriter, tmp_path: Path) -> None:
    """Two hundred and fifty tasks: their rows are committed together, and again when they come again together."""
    writer = make_writer()

    async def tell() -> list[int]:
        tasks = TaskWriter(writer)
        first = await asyncio.gather(*(tasks.record(stories.entry(each)) for each in range(250)))
        return first + await asyncio.gather(*(tasks.record(stories.entry(each)) for each in range(250)))

    assert asyncio.run(tell()) == list(range(1, 501))
    assert [len(rows) for _, rows in stories.groups(tmp_path / "audit.db")] == [250, 250]
    assert len(names(writer)) == 500


def test_tasks_that_come_meanwhile_are_the_next_group(make_writer: MakeWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a group is written others come; they need no second call, and a cancelled task does not disturb them."""
    writer, begun, go = make_writer(), threading.Event(), threading.Event()
    write = writer.write

    def slow(bodies: list[bytes]) -> range:
        begun.set()
        assert go.wait(10)
        return write(bodies)

    async def tell() -> list[int]:
        tasks = TaskWriter(writer)
        first = asyncio.ensure_future(tasks.record(stories.entry(1)))
        assert await asyncio.to_thread(begun.wait, 10)
        others = [asyncio.ensure_future(tasks.record(stories.entry(each))) for each in (2, 3, 4)]
        await asyncio.sleep(0)
        others[1].cancel()
        go.set()
        return [await first, await others[0], await others[2]]

    monkeypatch.setattr(writer, "write", slow)
    assert asyncio.run(tell()) == [1, 2, 4]
    assert len(names(writer)) == 4


def test_many_at_once_are_several_groups(make_writer: MakeWriter, tmp_path: Path) -> None:
    """A batch larger than a group; an empty one is nothing."""
    writer = make_writer()
    assert writer.record_all([]) == 0
    assert writer.record_all([stories.entry(each) for each in range(MOST + 10)]) == MOST + 10
    assert [len(rows) for _, rows in stories.groups(tmp_path / "audit.db")] == [MOST, 10]
    assert writer.head().sequence == len(names(writer))


def test_a_store_that_fails_acknowledges_nothing_and_recovers(make_writer: MakeWriter, tmp_path: Path) -> None:
    """Threads and tasks are told that their row was not written; when the store is back, so is the audit."""
    writer = make_writer()
    assert writer.record(stories.entry(1)) == 1
    with stories.opened(tmp_path / "audit.db") as behind:
        behind.execute("ALTER TABLE audit_groups RENAME TO away")

    async def ask() -> int:
        return await TaskWriter(writer).record(stories.entry(2))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(writer.record, stories.entry(2)) for _ in range(8)]:
            with pytest.raises(AuditUnusable, match="no such table: audit_groups"):
                done.result()
    with pytest.raises(AuditUnusable, match="no such table"):
        asyncio.run(ask())
    with stories.opened(tmp_path / "audit.db") as behind:
        behind.execute("ALTER TABLE away RENAME TO audit_groups")
    assert writer.record(stories.entry(2)) == 2
    assert len(names(writer)) == 2


def test_each_commit_reaches_the_disk(make_writer: MakeWriter) -> None:
    """What kill -9 cannot show is asked of the database: WAL, and its log fsync'd at every commit."""
    with make_writer().storage.reading() as connection:
        modes = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")]
        assert modes == ["wal", 2]
        assert connection.execute(text("PRAGMA secure_delete")).scalar_one() == 1


def test_memory_is_a_store_too() -> None:
    """Without a place the rows live as long as the process, for threads as for one, and are verified meanwhile."""
    with closing(open_writer(None)) as writer, ThreadPoolExecutor(12) as pool:
        done = [pool.submit(work, writer, f"t{index}", 20) for index in range(8)]
        looks = [pool.submit(names, writer) for _ in range(20)]
        assert sum(len(each.result()) for each in done) == 160
        assert all(list(each.result()) == list(range(1, len(each.result()) + 1)) for each in looks)
        assert len(names(writer)) == 160


def test_a_look_sees_one_instant(make_writer: MakeWriter) -> None:
    """Whoever verifies sees the end on record and the rows as they were together, whatever is recorded meanwhile."""
    writer = make_writer()
    writer.record(stories.entry(1))
    with writer.storage.reading() as connection:
        assert read_head(connection).sequence == 1
        assert writer.record(stories.entry(2)) == 2
        assert sum(len(rows) for rows in stored_rows(connection)) == 1
    assert len(names(writer)) == 2


def test_what_is_no_store_is_said_without_the_password() -> None:
    """Another make of database, an address nobody can read, a folder that is not there."""
    for name, says in (
        ("mysql://me:secret@host/d", "actual mysql://"),
        ("postgresql://me:secret@host:port/d", "unreadable address"),
        ("/absent/folder/audit.db", "unable to open"),
    ):
        with pytest.raises(AuditUnusable, match=says) as refused:
            Storage(read_place(name))
        assert "secret" not in str(refused.value)
