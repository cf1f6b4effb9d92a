"""The audit over PostgreSQL: one chain of several processes, killed or not, removed from and looked into by SQL."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from reference_impl.audit import TaskWriter, Writer, open_writer
from reference_impl.audit.command import main
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.findings import Kind
from reference_impl.audit.retention import retain
from reference_impl.audit.storage import Storage, read_head
from reference_impl.audit.verify import verify
from reference_impl.audit.walk import stored_rows
from tests.postgresql.server import Server
from tests.reference_impl.audit import stories, test_killed
from tests.reference_impl.audit.test_killed import Place, check, killed

PROCESS = """
import sys
from reference_impl.audit import open_writer
from tests.reference_impl.audit import stories
writer = open_writer(sys.argv[1])
for number in range(100):
    print(writer.record(stories.entry(number, who=f"{sys.argv[2]}-{number}")), f"{sys.argv[2]}-{number}")
"""


@pytest.fixture
def address(store: URL) -> str:
    """The store as it stands on a command line."""
    return store.render_as_string(hide_password=False)


@pytest.fixture
def writer(address: str) -> Iterator[Writer]:
    """A writer."""
    with closing(open_writer(address)) as made:
        yield made


@pytest.fixture
def place(store: URL) -> Place:
    """Where killed writers write."""
    return store


def names(writer: Writer) -> dict[int, str]:
    """Who stands in which row of a sound store."""
    found: dict[int, str] = {}
    report = verify(writer.storage, seen=lambda row, _: found.update({row.sequence: row.who}))
    assert report.findings == []
    return found


def test_four_processes_are_one_chain(address: str, writer: Writer) -> None:
    """A hundred rows each, at the same time: numbers without gaps, each row where its process was told."""
    root = Path(__file__).parents[2]
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PROCESS, address, f"p{index}"], stdout=subprocess.PIPE, text=True, cwd=root
                )
            )
            for index in range(4)
        ]
        said = [line.split() for process in running for line in process.communicate(timeout=60)[0].splitlines()]
    told = {int(sequence): who for sequence, who in said}
    assert sorted(told) == list(range(1, 401))
    assert told == names(writer)


def test_stores_that_are_opened_at_once_begin_one_chain(address: str) -> None:
    """Tables and name are made once, whoever comes first."""
    ready = threading.Barrier(6)

    def begin() -> str:
        ready.wait(10)
        with closing(open_writer(address)) as writer:
            return writer.head().chain

    with ThreadPoolExecutor(6) as pool:
        assert len({each.result() for each in [pool.submit(begin) for _ in range(6)]}) == 1


def test_a_look_sees_one_instant(writer: Writer) -> None:
    """Whoever verifies sees the end on record and the rows as they were together, whatever is recorded meanwhile."""
    writer.record(stories.entry(1))
    with writer.storage.reading() as connection:
        assert read_head(connection).sequence == 1
        assert writer.record(stories.entry(2)) == 2
        assert sum(len(rows) for rows in stored_rows(connection)) == 1
    assert len(names(writer)) == 2


def test_threads_and_tasks_of_several_writers(address: str, writer: Writer) -> None:
    """Whoever waits, in whatever way, is written once."""
    with ThreadPoolExecutor(8) as pool:
        others = [open_writer(address) for _ in range(4)]
        done = [pool.submit(others[index % 4].record, stories.entry(index, who=f"t{index}")) for index in range(40)]
        told = {each.result(): f"t{index}" for index, each in enumerate(done)}

    async def tell() -> list[int]:
        tasks = TaskWriter(writer)
        return await asyncio.gather(*(tasks.record(stories.entry(each, who=f"a{each}")) for each in range(100)))

    told |= {sequence: f"a{index}" for index, sequence in enumerate(asyncio.run(tell()))}
    assert told == names(writer)
    assert len(told) == 140
    for other in others:
        other.close()


def test_what_is_acknowledged_is_on_the_disk(address: str, writer: Writer, store: URL, server: Server) -> None:
    """Whatever the server's default is."""
    server.set_default(store, "synchronous_commit", "off")
    with closing(open_writer(address)) as late, late.storage.appending() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    assert writer.head().sequence == 0


def test_tampering_is_found(writer: Writer, store: URL, capsys: pytest.CaptureFixture[str], address: str) -> None:
    """Changed, removed and moved rows, at their places; by the command line too."""
    for number in range(1, 21):
        writer.record(stories.entry(number))
    engine = create_engine(store)
    with engine.begin() as behind:
        behind.execute(text("UPDATE audit_groups SET rows = replace(rows, 'accept', 'reject') WHERE first = 4"))
        behind.execute(text("DELETE FROM audit_groups WHERE first IN (9, 20)"))
        behind.execute(text("UPDATE audit_groups SET first = 100 WHERE first = 15"))
    engine.dispose()
    found = [(each.kind, each.first, each.last) for each in verify(writer.storage).findings]
    assert found == [(Kind.CHANGED, 4, 4), (Kind.REMOVED, 9, 9), (Kind.REORDERED, 15, 15), (Kind.TRUNCATED, 20, 20)]
    assert main(["--lang", "ja", "verify", "--store", address]) == 1
    assert "行が削除されています" in capsys.readouterr().err


def test_retention_and_the_documented_query(writer: Writer, store: URL) -> None:
    """Old rows leave a seal while others record; what is left can be asked for by SQL."""
    for number in range(1, 11):
        writer.record(stories.entry(number, who='a "b" \\, c'))
    now = stories.entry(6).at + timedelta(days=30)
    (seal,) = retain(writer.storage, stories.entry(6).at, now=now, by="operator-1")
    assert (seal.first, seal.last, seal.announced) == (1, 5, 11)
    assert sorted(names(writer)) == list(range(6, 12))
    engine = create_engine(store)
    with engine.connect() as behind:
        found = behind.execute(text(stories.documented("query: postgresql").replace("::", "\\:\\:"))).fetchall()
    engine.dispose()
    assert [tuple(row[:3]) for row in found[:-1]] == [
        (number, stories.written(stories.entry(number).at), 'a "b" \\, c') for number in range(6, 11)
    ]


def test_a_server_that_ends_connections_is_one_refusal(writer: Writer, store: URL, server: Server) -> None:
    """What is under way is refused or written, never acknowledged and lost; the next is written without a restart."""
    assert writer.record(stories.entry(1)) == 1
    server.end_connections(store)
    assert writer.record(stories.entry(2)) == 2
    assert len(names(writer)) == 2


def test_a_server_that_is_away_is_one_line() -> None:
    """Without the password of the address."""
    with pytest.raises(AuditUnusable, match="expected a usable audit store") as refused:
        Storage(URL.create("postgresql+psycopg", "me", "secret", "127.0.0.1", 9, "audit"))
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_nothing_acknowledged_is_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers of every kind, each killed in the middle of its work; its server is not."""
    monkeypatch.setattr(test_killed, "ROUNDS", 3)
    test_killed.test_nothing_acknowledged_is_lost(place)


def test_two_writers_one_killed(place: Place) -> None:
    """One goes on while another is killed holding whatever it held: its turn ends with its connection."""
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(killed, place, "threads", seconds) for seconds in (0.2, 0.6)]
        one, other = (each.result() for each in both)
    assert not one.keys() & other.keys()
    check(place, one | other)


def test_killed_while_rows_are_removed(place: Place) -> None:
    """A whole segment, or a seal in its place."""
    test_killed.test_killed_while_rows_are_removed(place)
