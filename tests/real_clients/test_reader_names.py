"""How PC/SC names readers, and what a client may hold on to: names, never indices; and not every name is one reader."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import OUR_READER, Connection, LaneUnavailable, PcscLane, running_lane, slots_with_card
from harness.pcsc_lane.daemon import running_daemon
from harness.pcsc_lane.readers import await_card, connection_to, listed_readers
from tests.real_clients.doors import await_that, open_door, powered
from tests.real_clients.programs import FOREIGN_READER, Bench

SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
OUR_SLOTS = [f"{OUR_READER} 00 00", f"{OUR_READER} 00 01"]
FOREIGN_SLOTS = [f"{FOREIGN_READER} 00 00", f"{FOREIGN_READER} 00 01"]


@pytest.fixture
def two_cards(lane: PcscLane, profile: Profile, tmp_path: Path) -> list[Bench]:
    """Two cards that are in no reader yet."""
    benches = [Bench(lane, tmp_path / name, tmp_path / f"{name}.jsonl") for name in ("first", "second")]
    for bench in benches:
        save_card(profile, bench.folder)
    return benches


@pytest.fixture
def configuration(lane: PcscLane) -> Iterator[Path]:
    """pcscd's reader.conf, which a restart reads anew; as it was, and read again, at the end."""
    file = lane.daemon.folder / "config" / "reader.conf"
    before = file.read_text(encoding="ascii")
    yield file
    with lane.driver_down():
        file.write_text(before, encoding="ascii")


@pytest.mark.usefixtures("lane")
def test_a_reader_of_vpcd_is_two_slots_of_almost_one_name() -> None:
    """What PC/SC really lists: each reader twice, with 00 00 and 00 01 after its name."""
    assert listed_readers() == [*OUR_SLOTS, *FOREIGN_SLOTS]


@pytest.mark.parametrize("slot", [0, 1])
def test_a_prefix_and_a_card_find_the_right_slot(lane: PcscLane, two_cards: list[Bench], slot: int) -> None:
    """Cards in one of our slots and in a foreign reader: "Kazashi" finds ours, and only our card is asked."""
    ours, foreign = two_cards
    with ExitStack() as stack:
        stack.callback(lane.insert(foreign.folder, FOREIGN_READER, trace=foreign.trace).remove)
        stack.callback(lane.insert(ours.folder, slot=slot, trace=ours.trace).remove)
        assert slots_with_card("Kazashi") == [OUR_SLOTS[slot]]
        assert slots_with_card("") == [OUR_SLOTS[slot], FOREIGN_SLOTS[0]]
        assert slots_with_card("Kazashy") == []
        with lane.connected(slot=slot) as connection:
            assert select(connection) == "9000"
    assert len(ours.commands()) == 1
    assert foreign.commands() == []


def test_indices_of_cards_shift_and_names_do_not(lane: PcscLane, two_cards: list[Bench]) -> None:
    """The first card out and in again: the list of readers stays, "the first card" is another one meanwhile.

    OpenSC without `--reader` takes the first reader that holds a card, so it asks the second card then.
    """
    first, second = two_cards
    with ExitStack() as stack:
        first.insert(OUR_READER)
        stack.callback(lane.insert(second.folder, FOREIGN_READER, trace=second.trace).remove)
        before = listed_readers()
        assert slots_with_card("") == [OUR_SLOTS[0], FOREIGN_SLOTS[0]]
        first.run("pkcs15-tool", "-D")
        assert first.commands()
        assert second.commands() == []

        first.remove()
        assert listed_readers() == before
        assert slots_with_card("") == [FOREIGN_SLOTS[0]]
        asked = len(first.commands())
        first.run("pkcs15-tool", "-D")
        assert second.commands()
        assert len(first.commands()) == asked
        with pytest.raises(LaneUnavailable, match=f"{OUR_READER} 00 00: no card is in it"), lane.connected():
            pass

        first.insert(OUR_READER)
        stack.callback(first.remove)
        asked = len(second.commands())
        with lane.connected() as connection:
            assert select(connection) == "9000"
        assert len(second.commands()) == asked


def test_indices_of_readers_shift_when_one_is_added(lane: PcscLane, bench: Bench, configuration: Path) -> None:
    """A reader put before ours in reader.conf: ours is third now, and is still found by its name."""
    assert listed_readers().index(OUR_SLOTS[0]) == 0
    bench.remove()
    with lane.driver_down():
        ours, foreign = configuration.read_text(encoding="ascii").split("\n\n")
        configuration.write_text(f"{foreign}\n{ours}\n", encoding="ascii")
    assert listed_readers().index(OUR_SLOTS[0]) == 2
    bench.insert(OUR_READER)
    with lane.connected() as connection:
        assert connection.getReader() == OUR_SLOTS[0]
        assert select(connection) == "9000"


def test_two_readers_of_one_name_are_one_reader_to_a_client(
    lane: PcscLane, two_cards: list[Bench], configuration: Path
) -> None:
    """What PC/SC really does: it lists the same name twice, and whoever asks by name reaches the first device only."""
    first, second = two_cards
    with lane.driver_down():
        text = configuration.read_text(encoding="ascii")
        configuration.write_text(text.replace(FOREIGN_READER, OUR_READER), encoding="ascii")
    assert listed_readers() == OUR_SLOTS * 2
    there = f"127.0.0.1:{lane.daemon.ports[FOREIGN_READER]}"
    with open_door(second.folder, there, f"--trace={second.trace}", before=lane.daemon.door_prefix()):
        await_that(lambda: powered(second.trace), "power for the second device's card")
        with pytest.raises(LaneUnavailable, match="no card is in it"), connection_to(OUR_SLOTS[0]):
            pass
        first.insert(OUR_READER)
        await_card(OUR_SLOTS[0])
        with connection_to(OUR_SLOTS[0]) as connection:
            assert select(connection) == "9000"
        assert second.commands() == []
        assert len(first.commands()) == 1
        first.remove()


def test_a_lane_with_one_name_twice_is_refused() -> None:
    """Before anything is started, with the reason and the way out."""
    with pytest.raises(LaneUnavailable, match=r"expected different names.*slot=1"), running_daemon(("A", "B", "A")):
        pass
    with pytest.raises(LaneUnavailable, match="expected different names"), running_lane((OUR_READER, OUR_READER)):
        pass


def test_a_name_that_is_not_there_is_one_line(lane: PcscLane) -> None:
    """The name, and how to find the right one."""
    with (
        pytest.raises(LaneUnavailable, match=r"^Nobody's Reader 00 00: no reader has this name.*0x80100009\)$"),
        lane.connected("Nobody's Reader"),
    ):
        pass


def select(connection: Connection) -> str:
    """The status word of SELECT of the JPKI application."""
    _, sw1, sw2 = connection.transmit(SELECT)
    return f"{sw1:02X}{sw2:02X}"
