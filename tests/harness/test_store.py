"""The store: one owner, the same world after reopening, and one line for what is no store."""

import os
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from harness.clock import ClockMode
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.history import History, StoreUnusable
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import EventRefused, World
from tests.harness.asking import ask, request
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

OPENS = """
import sys
from pathlib import Path
from harness.errors import ConfigurationError
from harness.history import History
try:
    History(Path(sys.argv[1])).close()
except ConfigurationError as fault:
    sys.exit(f"{fault}")
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A place for a store, with letters that a database address would trip over."""
    return tmp_path / "世界 #1?100%" / "world.db"


def another_process(store: Path) -> subprocess.CompletedProcess[str]:
    """Open the store in a process of its own."""
    return subprocess.run([sys.executable, "-c", OPENS, store], capture_output=True, text=True, check=False)


def test_two_processes_cannot_both_own_it(make_world: MakeWorld, store: Path) -> None:
    """The second is told, in one line, and may have it when the first has gone."""
    world = make_world(store=store)
    refused = another_process(store)
    assert refused.returncode == 1
    assert refused.stderr == f"{store}: another process owns this world; end it, or name another store\n"
    with pytest.raises(ConfigurationError, match="owns this world"):
        History(store)
    world.close()
    assert another_process(store).returncode == 0


def test_reopening_gives_the_same_world(make_world: MakeWorld, store: Path) -> None:
    """Residents, cards, register, clock and views are what they were; seed and start are not asked again."""
    first = make_world(store=store)
    card = first.issue_card(first.new_resident(municipality=AOI.code).id)
    first.clock.set(jst("2026-12-02T09:07:00"))
    first.lose(card.resident.id)
    asked, instant = request(first, Kind.AUTH, card.auth_serial), jst("2026-12-02T09:20:00")
    views = [first.ocsp(Kind.AUTH, asked, instant).der, first.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00"))]
    before = [first.residents(), first.certificates(card.resident.id), first.clock.row, first.trust()]
    first.close()
    again = make_world("2030-01-01T00:00:00", seed=99, store=store)
    assert [again.residents(), again.certificates(card.resident.id), again.clock.row, again.trust()] == before
    assert again.seed == 7
    assert again.card_of(card.resident.id) == card
    assert [again.ocsp(Kind.AUTH, asked, instant).der, again.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00"))] == views


def test_what_was_published_still_binds_after_reopening(make_world: MakeWorld, store: Path) -> None:
    """An event at the mark of an answer that went out before the restart is refused."""
    first = make_world(store=store)
    card = first.issue_card(first.new_resident().id)
    ask(first, Kind.AUTH, card.auth_serial, jst("2026-12-02T09:20:00"))
    first.close()
    again = make_world(store=store)
    again.clock.set(jst("2026-12-02T09:15:00"))
    with pytest.raises(EventRefused, match="already published"):
        again.lose(card.resident.id)


def test_the_next_resident_after_reopening_is_the_next(make_world: MakeWorld, store: Path) -> None:
    """The population goes on where it was, as if the world had never been closed."""
    through = make_world(seed=11)
    people = [through.new_resident() for _ in range(3)]
    first = make_world(seed=11, store=store)
    assert [first.new_resident(), first.new_resident()] == people[:2]
    first.close()
    assert make_world(store=store).new_resident() == people[2]


def test_a_running_clock_runs_on_while_the_world_is_closed(make_world: MakeWorld, store: Path) -> None:
    """The row is kept, so that the instant follows from the host's time as before."""
    first = make_world(store=store)
    first.clock.run()
    row, then = first.clock.row, first.clock.now()
    first.close()
    again = make_world(store=store)
    assert again.clock.row == row
    assert again.clock.row.mode is ClockMode.RUNNING
    assert again.clock.now() >= then


def test_only_the_owner_can_read_it(make_world: MakeWorld, store: Path) -> None:
    """Mode 0600: names, addresses and numbers of residents, synthetic though they are."""
    make_world(store=store)
    assert store.stat().st_mode & 0o777 == 0o600


def test_another_installation_cannot_open_it(make_world: MakeWorld, store: Path, tmp_path: Path) -> None:
    """Other authority keys would give other certificates under the same serial numbers."""
    make_world(store=store).close()
    with pytest.raises(ConfigurationError, match="expected the authority keys that it was made with"):
        World.create(KeyPool(tmp_path / "other keys"), seed=7, start=jst("2026-12-01T00:00:00"), store=store)
    assert another_process(store).returncode == 0


def test_what_is_no_store_is_one_line(tmp_path: Path) -> None:
    """A text file, a folder, a place under a file: each says what, where and what to do."""
    text, folder = tmp_path / "text.db", tmp_path / "folder.db"
    text.write_text("これはデータベースではない。" * 100, encoding="utf-8")
    folder.mkdir()
    for path in (text, folder, text / "below.db"):
        with pytest.raises(ConfigurationError) as refused:
            History(path)
        assert str(refused.value).startswith(f"{path}: expected ")
        assert "\n" not in str(refused.value)


def test_an_event_that_cannot_be_read_is_one_line(make_world: MakeWorld, store: Path) -> None:
    """A store of another version is refused when it is opened, not in the middle of an answer."""
    make_world(store=store).close()
    with sqlite3.connect(store) as connection:
        connection.execute('insert into events (event) values (\'{"event": "born"}\')')
    connection.close()
    with pytest.raises(StoreUnusable, match="born"):
        make_world(store=store)


def test_a_store_that_is_locked_from_outside_leaves_nothing_half_done(make_world: MakeWorld, store: Path) -> None:
    """A program that looks into the file stops the event, not the world: the register is as before, then it goes on."""
    world = make_world(store=store)
    card = world.issue_card(world.new_resident().id)
    world.clock.advance(timedelta(hours=1))
    before = world.certificates(card.resident.id)
    outside = sqlite3.connect(store)
    outside.execute("begin exclusive")
    with pytest.raises(StoreUnusable, match="locked"):
        world.lose(card.resident.id)
    outside.rollback()
    outside.close()
    assert world.certificates(card.resident.id) == before
    world.lose(card.resident.id)


def test_a_process_killed_while_it_writes_leaves_whole_events(keys: KeyPool, store: Path, tmp_path: Path) -> None:
    """Whatever was acknowledged is there, and nothing is there half: every resident of the store has a card."""
    script = tmp_path / "writer.py"
    script.write_text(
        "import sys\n"
        "from datetime import datetime, UTC\n"
        "from pathlib import Path\n"
        "from harness.keys import KeyPool\n"
        "from harness.world import World\n"
        "keys, store, start = KeyPool(Path(sys.argv[1])), Path(sys.argv[2]), datetime(2026, 12, 1, tzinfo=UTC)\n"
        "world = World.create(keys, seed=1, start=start, store=store)\n"
        "for _ in range(1000):\n"
        "    print(world.new_resident(with_card=True).id, flush=True)\n",
        encoding="utf-8",
    )
    folder = keys._folder
    writer = subprocess.Popen([sys.executable, script, folder, store], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(4)]
    writer.kill()
    acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
    writer.stdout.close()
    writer.wait()
    world = World.create(keys, seed=1, start=jst("2026-12-01T00:00:00"), store=store)
    there = [resident.id for resident in world.residents()]
    assert there[: len(acknowledged)] == acknowledged
    assert all(len(world.certificates(resident)) == 2 for resident in there)
    world.close()


def test_threads_share_a_store_without_half_read_rows(make_world: MakeWorld, store: Path) -> None:
    """The clock is read by doors while it is set: every reading is one of the rows that were set, no epoch is lost."""
    world = make_world(store=store)
    faults: list[Exception] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                world.clock.now()
            except ConfigurationError as fault:  # what a half-made change looks like
                faults.append(fault)

    def write() -> None:
        for _ in range(50):
            world.clock.advance(timedelta(seconds=1))

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for thread in readers:
        thread.join()
    assert faults == []
    assert world.clock.epoch == 100
    assert world.clock.now() == jst("2026-12-01T00:01:40")


def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    """Where nothing can be written, the store says so (root may write anywhere, so /proc stands in for it)."""
    place = Path("/proc/kazashi/world.db") if os.geteuid() == 0 else tmp_path / "closed" / "world.db"
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ConfigurationError, match="name another file"):
        History(place)
