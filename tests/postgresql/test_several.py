"""Several processes' worlds over one store: each sees what the others wrote, and no two decide the same thing."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, text

from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.history import History, Overtaken
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import World
from tests.harness.asking import ask, request
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst
from tests.postgresql.conftest import NewStore
from tests.postgresql.play import START, Play, minutes, whats
from tests.postgresql.server import Server

MARK = jst("2026-12-02T09:15:00")
Several = tuple[World, World]


@pytest.fixture
def both(make_world: MakeWorld, store: URL) -> Several:
    """Two worlds as two processes have them: nothing in common but keys and store."""
    return make_world(store=store), make_world(store=store)


def test_the_server_keeps_its_promises_about_the_disk(server: Server) -> None:
    """A lane with fsync off could not show that anything lasts."""
    assert (server.setting("fsync"), server.setting("full_page_writes")) == ("on", "on")


def test_nothing_is_acknowledged_before_it_is_on_the_disk(store: URL, server: Server) -> None:
    """Whatever the server's default is: here a database whose own is to answer first."""
    server.set_default(store, "synchronous_commit", "off")
    with closing(History(store)) as history, history._engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def test_each_sees_what_the_other_wrote(both: Several) -> None:
    """Residents, cards, clock and status; serial numbers and people go on where the other one stopped."""
    one, other = both
    card = one.issue_card(one.new_resident(municipality=AOI.code).id)
    assert other.card_of(card.resident.id) == card
    assert other.issue_card(other.new_resident().id).auth_serial == card.auth_serial + 1
    assert [resident.id for resident in one.residents()] == ["r000001", "r000002"]
    other.clock.set(MARK - timedelta(minutes=1))
    one.lose(card.resident.id)
    assert ask(other, Kind.AUTH, card.auth_serial, MARK).certificate_status.name == "REVOKED"


def test_what_one_published_binds_the_other(both: Several) -> None:
    """An answer left one process: the other refuses what would make it false, a microsecond later it does not."""
    one, other = both
    card = one.issue_card(one.new_resident().id)
    ask(one, Kind.AUTH, card.auth_serial, MARK)
    other.clock.set(MARK)
    with pytest.raises(EventRefused, match="already published"):
        other.lose(card.resident.id)
    other.clock.set(MARK + timedelta(microseconds=1))
    other.lose(card.resident.id)


class Between:
    """Does something in another process just before the store is written to, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, write: str, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act
        original = getattr(History, write)

        def written(history: History, *arguments: object) -> None:
            if self._act is not None:
                act, self._act = self._act, None
                act()
            original(history, *arguments)

        monkeypatch.setattr(History, write, written)


def test_an_event_that_was_overtaken_is_decided_anew(both: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between decision and writing another process gives the serial number away: nobody gets it twice."""
    one, other = both
    first, second = (one.new_resident().id for _ in range(2))
    Between(monkeypatch, "append", lambda: other.issue_card(first))
    card = one.issue_card(second)
    assert card.auth_serial == other.card_of(first).auth_serial + 1


def test_an_event_that_a_view_overtook_is_refused(both: Several, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between decision and writing another process publishes: the event comes too late."""
    one, other = both
    card = one.issue_card(one.new_resident().id)
    one.clock.set(MARK)
    Between(monkeypatch, "append", lambda: ask(other, Kind.AUTH, card.auth_serial, MARK))
    with pytest.raises(EventRefused, match="already published"):
        one.lose(card.resident.id)
    assert [entry.revoked for entry in other.certificates(card.resident.id)] == [None, None]


@pytest.mark.parametrize("view", ["ocsp", "crl"])
def test_a_view_that_an_event_overtook_is_made_anew(both: Several, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    """Between making a view and publishing it another process revokes: the view that leaves says so."""
    one, other = both
    card = one.issue_card(one.new_resident(municipality=AOI.code).id)
    one.clock.set(jst("2026-12-02T02:59:00"))
    Between(monkeypatch, "save_published", lambda: other.lose(card.resident.id))
    if view == "ocsp":
        assert ask(one, Kind.AUTH, card.auth_serial, MARK).certificate_status.name == "REVOKED"
    else:
        late = one.jlis.crl(Kind.AUTH, AOI, MARK)
        assert late == other.jlis.crl(Kind.AUTH, AOI, MARK)
        assert card.auth_serial.to_bytes(4, "big") in late


def test_nothing_goes_backwards(both: Several, store: URL) -> None:
    """What was published stays; an event at a place that is taken or too far on is refused, and a view of it too."""
    one, _ = both
    one.new_resident()
    history = History(store)
    history.save_published(MARK, 1)
    history.save_published(MARK - timedelta(days=1), 1)
    assert history.look() == (1, MARK)
    for after in (0, 2):
        with pytest.raises(Overtaken):
            history.append(after, history.events()[0])
        with pytest.raises(Overtaken):
            history.save_published(MARK + timedelta(days=1), after)
    assert history.look() == (1, MARK)
    history.close()


def test_many_writers_at_once(make_world: MakeWorld, store: URL) -> None:
    """Four worlds issue and move the clock at the same time: every event and epoch counts, nothing is given twice."""
    worlds = [make_world(store=store) for _ in range(4)]
    faults: list[Exception] = []

    def work(world: World) -> None:
        try:
            for _ in range(5):
                world.issue_card(world.new_resident().id)
                world.clock.advance(timedelta(seconds=0))
        except (ConfigurationError, EventRefused) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(world,)) for world in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    registers = [
        [(entry.serial, entry.key) for one in world.residents() for entry in world.certificates(one.id)]
        for world in worlds
    ]
    assert all(register == registers[0] for register in registers)
    assert len({serial for serial, _ in registers[0]}) == 20
    assert len({key for _, key in registers[0]}) == 40
    assert worlds[0].clock.epoch == 20


def test_two_who_begin_the_same_world_begin_one(keys: KeyPool, store: URL) -> None:
    """Tables and facts are made once, whoever comes first; the second one's seed plays no part."""
    made: list[World] = []
    ready = threading.Barrier(4)

    def begin(seed: int) -> None:
        ready.wait(10)
        made.append(World.create(keys, seed=seed, start=START, store=store))

    threads = [threading.Thread(target=begin, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len({world.seed for world in made}) == 1
    for world in made:
        world.close()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(st.tuples(minutes, whats), max_size=12),
    looks=st.lists(st.tuples(minutes, st.integers(0, 59)), min_size=1, max_size=2),
)
def test_every_view_of_each_process_equals_the_register_as_of_its_own_instant(
    keys: KeyPool, new_store: NewStore, story: list[tuple[int, tuple[object, ...]]], looks: list[tuple[int, int]]
) -> None:
    """Each view equals the register as of its thisUpdate, told and asked through two worlds that share a store."""
    store = new_store()
    with ExitStack() as opened:
        play = Play(
            *(opened.enter_context(closing(World.create(keys, seed=3, start=START, store=store))) for _ in range(2))
        )
        for minute, what in sorted(story, key=lambda told: told[0]):
            play.happen(what, START + timedelta(minutes=minute))
        for minute, second in looks:
            play.look(START + timedelta(minutes=minute, seconds=second))


def test_a_server_that_is_away_is_one_line_without_the_password() -> None:
    """It says what would do; the password in the address is nobody's to read."""
    with pytest.raises(ConfigurationError, match="start it, or name another address") as refused:
        History(URL.create("postgresql+psycopg", "me", "secret9", "127.0.0.1", 9, "world"))
    assert "secret9" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_database_that_went_away_comes_back(make_world: MakeWorld, store: URL, server: Server) -> None:
    """Connections that the server ended are one failed request, then the world goes on."""
    world = make_world(store=store)
    card = world.issue_card(world.new_resident().id)
    asked = request(world, Kind.AUTH, card.auth_serial)
    server.end_connections(store)
    with pytest.raises(ConfigurationError):
        world.jlis.ocsp(Kind.AUTH, asked, MARK)
    assert world.jlis.ocsp(Kind.AUTH, asked, MARK).tells
