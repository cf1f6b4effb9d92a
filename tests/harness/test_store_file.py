"""A store that is a file: one owner, and one line for what is no store."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from harness.commands.world import save
from harness.errors import ConfigurationError
from harness.history import History, StoreUnusable
from harness.keys import KeyPool
from harness.world import World
from tests.harness.conftest import MakeWorld

OPENS = """
import sys
from contextlib import closing
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


def test_only_the_owner_can_read_it(make_world: MakeWorld, store: Path) -> None:
    """Mode 0600: names, addresses and numbers of residents, synthetic though they are."""
    make_world(store=store)
    assert store.stat().st_mode & 0o777 == 0o600


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


def test_a_name_where_no_store_is_makes_none(tmp_path: Path, keys: KeyPool) -> None:
    """A mistyped --store is told as such; the next look into the folder finds nothing that was not there."""
    with pytest.raises(StoreUnusable, match="no such file; correct --store, or make a world with `kazashi world new`"):
        World.open(keys, tmp_path / "wrold.db")
    with pytest.raises(StoreUnusable, match="no such file"):
        save(tmp_path / "world.jsonl", store=str(tmp_path / "wrold.db"))
    assert list(tmp_path.iterdir()) == []


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


def test_nothing_is_acknowledged_before_it_is_on_the_disk(store: Path) -> None:
    """A write-ahead log, synchronised at each commit (2 is FULL): no `kill -9` could show the want of it."""
    with closing(History(store)) as history, history._engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        ]
    assert settings == ["wal", 2]


def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    """Where nothing can be written, the store says so (root may write anywhere, so /proc stands in for it)."""
    place = Path("/proc/kazashi/world.db") if os.geteuid() == 0 else tmp_path / "closed" / "world.db"
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ConfigurationError, match="name another file"):
        History(place)
