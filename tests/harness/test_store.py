"""What every store promises: the same world after reopening, from whatever thread. (SQLite here; PostgreSQL there.)"""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from harness.chronicle import EventRefused
from harness.clock import ClockMode
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.store.address import Place
from harness.world import World
from tests.harness.asking import ask, request
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst


@pytest.fixture
def store(tmp_path: Path) -> Place:
    """A place for a store, with letters that a database address would trip over."""
    return tmp_path / "世界 #1?100%" / "world.db"


def test_reopening_gives_the_same_world(make_world: MakeWorld, store: Place) -> None:
    """Residents, cards, register, clock and views are what they were; seed and start are not asked again."""
    first = make_world(store=store)
    card = first.issue_card(first.new_resident(municipality=AOI.code).id)
    first.clock.set(jst("2026-12-02T09:07:00"))
    first.lose(card.resident.id)
    asked, instant = request(first, Kind.AUTH, card.auth_serial), jst("2026-12-02T09:20:00")
    views = [first.jlis.ocsp(Kind.AUTH, asked, instant).der, first.jlis.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00"))]
    before = [first.residents(), first.certificates(card.resident.id), first.clock.row, first.trust()]
    first.close()
    again = make_world("2030-01-01T00:00:00", seed=99, store=store)
    assert [again.residents(), again.certificates(card.resident.id), again.clock.row, again.trust()] == before
    assert again.seed == 7
    assert again.card_of(card.resident.id) == card
    assert [
        again.jlis.ocsp(Kind.AUTH, asked, instant).der,
        again.jlis.crl(Kind.AUTH, AOI, jst("2026-12-03T12:00:00")),
    ] == views


def test_what_was_published_still_binds_after_reopening(make_world: MakeWorld, store: Place) -> None:
    """An event at the mark of an answer that went out before the restart is refused."""
    first = make_world(store=store)
    card = first.issue_card(first.new_resident().id)
    ask(first, Kind.AUTH, card.auth_serial, jst("2026-12-02T09:20:00"))
    first.close()
    again = make_world(store=store)
    again.clock.set(jst("2026-12-02T09:15:00"))
    with pytest.raises(EventRefused, match="already published"):
        again.lose(card.resident.id)


def test_the_next_resident_after_reopening_is_the_next(make_world: MakeWorld, store: Place) -> None:
    """The population goes on where it was, as if the world had never been closed."""
    through = make_world(seed=11)
    people = [through.new_resident() for _ in range(3)]
    first = make_world(seed=11, store=store)
    assert [first.new_resident(), first.new_resident()] == people[:2]
    first.close()
    assert make_world(store=store).new_resident() == people[2]


def test_a_running_clock_runs_on_while_the_world_is_closed(make_world: MakeWorld, store: Place) -> None:
    """The row is kept, so that the instant follows from the host's time as before."""
    first = make_world(store=store)
    first.clock.run()
    row, then = first.clock.row, first.clock.now()
    first.close()
    again = make_world(store=store)
    assert again.clock.row == row
    assert again.clock.row.mode is ClockMode.RUNNING
    assert again.clock.now() >= then


def test_another_installation_cannot_open_it(make_world: MakeWorld, store: Place, tmp_path: Path) -> None:
    """Other authority keys would give other certificates under the same serial numbers."""
    make_world(store=store).close()
    with pytest.raises(ConfigurationError, match="expected the authority keys that it was made with"):
        World.create(KeyPool(tmp_path / "other keys"), seed=7, start=jst("2026-12-01T00:00:00"), store=store)
    assert make_world(store=store).seed == 7


def test_threads_share_a_store_without_half_read_rows(make_world: MakeWorld, store: Place) -> None:
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
