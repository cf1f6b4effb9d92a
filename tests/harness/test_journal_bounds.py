"""The journal is bounded, and says so: what was forgotten is never passed off as never asked."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.fees import count_fees, summary_of
from harness.jlis.journal import AT_ONCE, MOST_ENTRIES, Entry, Forgotten, Journal, Summary
from harness.world import World
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")
MOST = 1000


def line(number: int = 1, answer: str = "good", *, door: str = "ocsp", http: int = 200) -> Entry:
    """Return an entry about a serial number."""
    return Entry(NOW, door, "auth", number, None, answer, http)


def full(most: int = MOST, more: int = 0) -> Journal:
    """Return a journal that was written in so often, numbered from 0."""
    journal = Journal(summary_of, most=most)
    for number in range(most + more):
        journal.write(line(number))
    return journal


def test_a_load_run_is_kept_whole() -> None:
    """A million entries and more: what PERFORMANCE's load runs ask in minutes is evidence from first to last."""
    assert MOST_ENTRIES >= 1_000_000
    assert Journal()._most == MOST_ENTRIES


def test_a_full_journal_has_forgotten_nothing() -> None:
    """Exactly as many as it keeps."""
    journal = full()
    assert journal.mark() == MOST
    assert [entry.serial for entry in journal.since(0)] == list(range(MOST))


def test_one_more_and_the_oldest_are_forgotten_and_said_to_be() -> None:
    """`since` refuses with both numbers, `look_back` tells what is left and how many are gone; marks go on."""
    journal = full(more=1)
    assert journal.mark() == MOST + 1
    found = journal.look_back(0)
    assert found.forgotten == MOST + 1 - len(found.entries) > 0
    assert found.mark == MOST + 1
    assert [entry.serial for entry in found.entries] == list(range(found.forgotten, MOST + 1))
    with pytest.raises(Forgotten, match=f"since mark 0, actual the first {found.forgotten} are forgotten"):
        journal.since(0)
    with pytest.raises(Forgotten):
        journal.since(found.forgotten - 1)
    assert journal.since(found.forgotten) == found.entries
    assert [entry.serial for entry in journal.since(MOST)] == [MOST]
    assert journal.since(MOST + 1) == []
    assert journal.since(MOST + 50) == []


def test_marks_stay_true_however_much_is_forgotten() -> None:
    """Ten times what it keeps: a mark and what was written after it agree, as long as it is kept."""
    journal = Journal(most=MOST)
    for number in range(10 * MOST):
        mark = journal.mark()
        journal.write(line(number))
        assert mark == number
        assert [entry.serial for entry in journal.since(mark)] == [number]
        assert len(journal.look_back(0).entries) <= MOST


def test_sums_count_what_is_forgotten_too() -> None:
    """Summed up now and then, never, or each time: the same, and the bill with it."""
    eager, lazy, now_and_then = (Journal(summary_of, most=MOST) for _ in range(3))
    expected: Counter[Summary] = Counter()
    for number in range(5 * MOST):
        entry = (
            line(number),
            line(number, "revoked affiliationChanged"),
            line(number, "malformed"),
            line(number, "liveness good", door="record-check"),
            line(number, "GET /nothing", door="unknown", http=404),
        )[number % 5]
        expected[summary_of(entry)] += 1
        for journal in (eager, lazy, now_and_then):
            journal.write(entry)
        assert sum(eager.sums().values()) == number + 1
        if number % 777 == 0:
            now_and_then.sums()
    assert eager.sums() == lazy.sums() == now_and_then.sums() == expected
    bill = [(each.service, each.purpose, each.count) for each in count_fees(lazy.sums())]
    assert bill == [("ocsp", "status", 2 * MOST), ("record-check", "liveness", MOST)]


def test_more_than_is_summed_up_at_once() -> None:
    """Two blocks and a half of entries that nobody had summed up."""
    journal = Journal()
    for number in range(2 * AT_ONCE + AT_ONCE // 2):
        journal.write(line(number))
    assert sum(journal.sums().values()) == journal.mark()


@pytest.fixture
def traced() -> Iterator[None]:
    """What Python allocates is counted."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("sign", [1, -1])
def test_long_numbers_do_not_fill_the_memory(sign: int) -> None:
    """Serial numbers of 60 kB, 6 MB of them, in a journal that takes 1 MB: bounded, and the latest is there."""
    journal = Journal(most_long_octets=2**20)
    number = (1 << 480_000) * sign
    before, _ = tracemalloc.get_traced_memory()
    for nth in range(100):
        journal.write(line(number + nth))
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 2 * 2**20
    found = journal.look_back(0)
    assert (found.mark, found.entries[-1].serial) == (100, number + 99)
    assert found.forgotten == 100 - len(found.entries) > 0


@pytest.mark.usefixtures("traced")
def test_long_answers_do_not_fill_the_memory() -> None:
    """The words of a batch of 256, as often as it takes to be many times the bound."""
    journal = Journal(most_long_octets=2**20)
    before, _ = tracemalloc.get_traced_memory()
    for nth in range(5000):
        journal.write(line(nth, "; ".join(["unknown"] * 256) + str(nth)))
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < 3 * 2**20
    assert journal.mark() == 5000


def test_ordinary_entries_do_not_count_as_long() -> None:
    """Numbers of 20 octets and short answers: only the count of entries bounds them."""
    journal = Journal(most_long_octets=1)
    for _ in range(1000):
        journal.write(line(2**160 - 1, "g" * 256))
    assert len(journal.since(0)) == 1000


@pytest.mark.usefixtures("traced")
def test_a_full_journal_is_about_as_large_as_it_is_said_to_be() -> None:
    """A quarter of a kilobyte an entry, whose instant, number and words are its own; a list of 2^20 is 8 MB of it."""
    journal = Journal(most=20_000)
    before, _ = tracemalloc.get_traced_memory()
    for nth in range(30_000):
        at = datetime(2026, 12, 2, tzinfo=UTC) + timedelta(seconds=nth)
        journal.write(Entry(at, "ocsp", "auth", 2**100 + nth, None, "good", 200))
    after, _ = tracemalloc.get_traced_memory()
    assert (after - before) / 20_000 < 250


@pytest.fixture
def small(world: World) -> Journal:
    """The journal of a world that keeps a thousand entries."""
    world.journal = Journal(summary_of, most=MOST)
    return world.journal


@pytest.fixture
def client(world: World, small: Journal) -> Iterator[httpx.Client]:
    """A client of the control door of that world."""
    del small
    proof = {"authorization": "Bearer t"}
    with (
        Served(ControlDoor(world, "t").app) as served,
        httpx.Client(base_url=served.url, headers=proof, trust_env=False) as client,
    ):
        yield client


def test_the_control_door_says_what_is_forgotten(client: httpx.Client, small: Journal) -> None:
    """Nothing of it on a page that is whole; how many on one that is not, with filters and with `wait` too."""
    for number in range(MOST):
        small.write(line(number))
    assert "forgotten" not in client.get("/v1/journal").json()
    for number in range(MOST, 2 * MOST):
        small.write(line(number))
    first = small.look_back(0).forgotten
    page = client.get("/v1/journal").json()
    assert (page["forgotten"], page["mark"], len(page["entries"])) == (first, 2 * MOST, 2 * MOST - first)
    page = client.get("/v1/journal", params={"serial": "1", "wait": 0.1}).json()
    assert page == {"mark": 2 * MOST, "entries": [], "forgotten": first}
    page = client.get("/v1/journal", params={"since": first - 3, "serial": f"{first:x}"}).json()
    assert (page["forgotten"], [entry["serial"] for entry in page["entries"]]) == (3, [f"{first:x}"])
    assert "forgotten" not in client.get("/v1/journal", params={"since": first}).json()


def test_refused_control_requests_do_not_fill_it(world: World, client: httpx.Client, small: Journal) -> None:
    """Two thousand without the token: each was a line, a thousand are kept at most, and the door goes on."""
    mark = small.mark()
    for _ in range(2 * MOST):
        assert client.get("/v1/clock", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert small.mark() - mark == 2 * MOST
    assert len(small.look_back(0).entries) <= MOST
    assert small.sums()[Summary("control", None, None)] == 2 * MOST
    assert client.get("/v1/clock").json()["instant"] == world.clock.now().isoformat().replace("+00:00", "Z")


def test_the_bill_counts_what_is_forgotten(world: World, small: Journal) -> None:
    """Three thousand questions, a thousand kept: three thousand on the bill."""
    for number in range(3 * MOST):
        small.write(line(number))
    with Served(JlisDoor(world).app) as served:
        bill = httpx.get(f"{served.url}/services/fees", trust_env=False).json()
    assert [(each["service"], each["count"]) for each in bill["lines"]] == [("ocsp", 3 * MOST)]
