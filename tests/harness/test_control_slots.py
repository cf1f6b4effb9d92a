"""Slots through the control door: a card goes in and out, answers APDUs, keeps its spent tries, and is traced."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from cardsim.faults import CardInUse, CardUnreadable
from cardsim.folder import load_card
from cardsim.readers.vpcd import Address
from harness.doors.control import ControlDoor
from harness.doors.server import Served
from harness.kept_cards import CardsInFolder
from harness.personalisation import IssuedCard
from harness.slots import Slots
from harness.vpcd_line import AGAIN_SECONDS, APPEARS_SECONDS
from harness.world import World
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

SELECT_JPKI = "00A4040C0AD392F000260100000001"
SELECT_PIN = "00A4020C020018"
WRONG_PIN, RIGHT_PIN = "002000800439393939", "002000800431323334"
TRIES = "00200080"
FIRST, SECOND = "/v1/slots/Kazashi-1", "/v1/slots/Kazashi-2"
ATR = "3BE000FF8131FE4514"


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of a world with two slots, in memory."""
    with Slots(2) as slots:
        yield from clients(world, slots)


def clients(world: World, slots: Slots) -> Iterator[httpx.Client]:
    """Yield a client of the control door of these slots."""
    proof = {"authorization": "Bearer t"}
    with (
        Served(ControlDoor(world, "t", slots=slots).app) as served,
        httpx.Client(base_url=served.url, headers=proof, trust_env=False) as client,
    ):
        yield client


def done(response: httpx.Response) -> Any:
    """Return what an operation answers that was done."""
    assert response.status_code == 200, response.text
    return response.json()


def insert(client: httpx.Client, card: IssuedCard, slot: str = FIRST) -> Any:
    """Put a card in."""
    return done(client.post(f"{slot}/insert", json={"resident": card.resident.id}))


def transmit(client: httpx.Client, command: str, slot: str = FIRST) -> str:
    """Return the answer to a command."""
    return str(done(client.post(f"{slot}/transmit", json={"command": command}))["answer"])


def tries_left(client: httpx.Client, slot: str = FIRST) -> str:
    """Return what a card that was just put in says of its authentication PIN."""
    done(client.post(f"{slot}/power-on"))
    assert [transmit(client, command, slot) for command in (SELECT_JPKI, SELECT_PIN)] == ["9000", "9000"]
    return transmit(client, TRIES, slot)


def test_a_card_goes_in_and_out(client: httpx.Client, card: IssuedCard) -> None:
    """Two slots whose names begin with Kazashi; what is in them, whose it is and whether it has power is told."""
    empty: dict[str, object] = {
        "resident": None,
        "card": None,
        "powered": False,
        "reader": None,
        "connected": False,
        "conditions": {},
    }
    assert done(client.get("/v1/slots"))["slots"] == [{"name": f"Kazashi-{n}", **empty} for n in (1, 2)]
    inserted = insert(client, card, SECOND)
    assert inserted == {"name": "Kazashi-2", **empty, "resident": card.resident.id, "card": card.profile.serial}
    assert done(client.post(f"{SECOND}/power-on")) == {"atr": ATR}
    assert done(client.get(SECOND))["powered"]
    assert not done(client.post(f"{SECOND}/power-off"))["powered"]
    assert done(client.post(f"{SECOND}/remove")) == {"name": "Kazashi-2", **empty}
    assert insert(client, card)["card"] == card.profile.serial


def test_apdus_and_what_a_reset_forgets(client: httpx.Client, card: IssuedCard) -> None:
    """The right PIN opens the key until the reset; a malformed command is the card's to refuse."""
    insert(client, card)
    assert tries_left(client) == "63C3"
    assert transmit(client, RIGHT_PIN) == "9000"
    assert transmit(client, "00") == "6700"
    assert done(client.post(f"{FIRST}/reset")) == {"atr": ATR}
    transmit(client, SELECT_JPKI)
    transmit(client, "00A4020C020017")
    assert transmit(client, "802A008001AA00") == "6982"


def test_a_card_comes_back_with_its_spent_tries(client: httpx.Client, card: IssuedCard) -> None:
    """Two wrong PINs, out, and into the other slot: one try is left, and nothing gives it back but the right PIN."""
    insert(client, card)
    tries_left(client)
    assert [transmit(client, WRONG_PIN) for _ in range(2)] == ["63C2", "63C1"]
    done(client.post(f"{FIRST}/remove"))
    insert(client, card, SECOND)
    assert tries_left(client, SECOND) == "63C1"
    assert transmit(client, RIGHT_PIN, SECOND) == "9000"
    assert transmit(client, TRIES, SECOND) == "63C3"


def test_the_trace_masks_pins_and_outlives_the_card(client: httpx.Client, card: IssuedCard) -> None:
    """Inserted, powered, three commands, removed; no line holds the PIN; a mark leaves out what came before."""
    insert(client, card)
    tries_left(client)
    page = done(client.get(f"{FIRST}/trace"))
    transmit(client, RIGHT_PIN)
    done(client.post(f"{FIRST}/remove"))
    whole = client.get(f"{FIRST}/trace")
    assert [line["event"] for line in done(whole)["entries"]] == [
        "inserted",
        "power_on",
        *["command"] * 4,
        "power_off",
        "removed",
    ]
    assert "31323334" not in whole.text
    assert {line["card"] for line in done(whole)["entries"]} == {card.profile.serial}
    later = done(client.get(f"{FIRST}/trace", params={"since": page["mark"]}))
    assert later["mark"] == done(whole)["mark"] == 8
    verify = later["entries"][0]
    assert (verify["command"], verify["sw"]) == ("0020008004********", "9000")
    assert "VERIFY" in verify["text"]
    assert len(later["entries"]) == 3
    assert done(client.get(f"{FIRST}/trace", params={"since": 99})) == {"mark": 8, "entries": []}


def test_a_lost_card_is_the_same_piece_of_plastic(world: World, client: httpx.Client, card: IssuedCard) -> None:
    """Losing it is known to the register, not to the card: it stays where it is and answers."""
    insert(client, card)
    world.lose(card.resident.id)
    assert tries_left(client) == "63C3"


def test_cards_of_a_kept_world_survive_the_process(card: IssuedCard, tmp_path: Path) -> None:
    """Spent tries are in a folder beside the store, owned while the card is in a slot, found by the next process."""
    cards = CardsInFolder.beside(tmp_path / "world.db")
    folder = tmp_path / "world.db.cards" / card.profile.serial
    for left in ("63C2", "63C1"):
        with Slots(cards=cards) as slots:
            slot = slots.insert("Kazashi-1", card.profile, card.resident.id)
            slot.power_on()
            for command in (SELECT_JPKI, SELECT_PIN):
                slot.transmit(bytes.fromhex(command))
            assert slot.transmit(bytes.fromhex(WRONG_PIN)).hex().upper() == left
            with pytest.raises(CardInUse):
                load_card(folder)
            assert folder.stat().st_mode & 0o777 == 0o700
    load_card(folder)[1].close()
    (folder / "kept.json").unlink()
    with Slots(cards=cards) as slots:
        for _ in range(2):  # refused again, not "in use"
            with pytest.raises(CardUnreadable, match=r"cannot read .*kept\.json"):
                slots.insert("Kazashi-1", card.profile, card.resident.id)


def test_another_worlds_card_of_the_same_serial_is_not_taken_for_this(
    card: IssuedCard, make_world: MakeWorld, tmp_path: Path
) -> None:
    """A store that was made anew beside an old folder: refused, with what to remove, rather than given old tries."""
    cards = CardsInFolder(tmp_path / "cards")
    cards.open(card.profile).close()
    world = make_world(seed=8)
    other = world.issue_card(world.new_resident().id)
    assert other.profile.serial == card.profile.serial
    for _ in range(2):  # refused again, not "in use"
        with pytest.raises(CardUnreadable, match=r"another world's; remove .*cards to begin"):
            cards.open(other.profile)
    cards.open(card.profile).close()


def test_a_card_that_another_process_owns_is_not_inserted(world: World, card: IssuedCard, tmp_path: Path) -> None:
    """503 with the reason; the slot stays empty, and takes the card once it is free."""
    cards = CardsInFolder(tmp_path)
    owner = cards.open(card.profile)
    with Slots(cards=cards) as slots:
        for client in clients(world, slots):
            response = client.post(f"{FIRST}/insert", json={"resident": card.resident.id})
            assert response.status_code == 503
            assert "in use by another process" in response.json()["error"]["actual"]
            assert done(client.get(FIRST))["card"] is None
            owner.close()
            assert insert(client, card)["card"] == card.profile.serial


class FakeVpcd:
    """What vpcd does with its socket: a connection is a card."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.address = Address("127.0.0.1", self.listener.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def card(self) -> socket.socket:
        """Return the line of the card that came."""
        line, _ = self.listener.accept()
        line.settimeout(20)
        return line


def ask(line: socket.socket, frame: str) -> str:
    """Return what the card answers to one frame."""
    content = bytes.fromhex(frame)
    line.sendall(len(content).to_bytes(2, "big") + content)
    length = int.from_bytes(exactly(line, 2), "big")
    return exactly(line, length).hex().upper()


def exactly(line: socket.socket, length: int) -> bytes:
    """Return so many octets of a line that stays."""
    got = b""
    while len(got) < length:
        piece = line.recv(length - len(got))
        assert piece, "the card closed the line"
        got += piece
    return got


def test_vpcd_sees_the_card_come_and_go(world: World, card: IssuedCard) -> None:
    """Inserted is connected, removed is closed; tries and trace are the slot's; APDUs have one door at a time."""
    with FakeVpcd() as vpcd, Slots(2, readers=[vpcd.address]) as slots:
        for client in clients(world, slots):
            told = insert(client, card)
            assert (told["reader"], told["connected"]) == (str(vpcd.address), True)
            with vpcd.card() as line:
                assert ask(line, "04") == ATR
                line.sendall(bytes.fromhex("000101"))
                assert [ask(line, each) for each in (SELECT_JPKI, SELECT_PIN, WRONG_PIN)] == ["9000", "9000", "63C2"]
                refused = client.post(f"{FIRST}/transmit", json={"command": TRIES})
                assert refused.status_code == 409
                assert "PC/SC reader" in refused.json()["error"]["actual"]
                assert not done(client.post(f"{FIRST}/remove"))["connected"]
                assert line.recv(1) == b""
            insert(client, card, SECOND)
            assert tries_left(client, SECOND) == "63C2"
            events = [row["event"] for row in done(client.get(f"{FIRST}/trace"))["entries"]]
            assert events == ["inserted", "power_on", *["command"] * 3, "power_off", "removed"]


def test_a_reader_that_was_restarted_gets_its_card_back(card: IssuedCard) -> None:
    """The line breaks, the card stays inserted, and the next reader on that port has it with its spent tries."""
    with FakeVpcd() as vpcd, Slots(readers=[vpcd.address]) as slots:
        slots.insert("Kazashi-1", card.profile, card.resident.id)
        for expected in ("63C2", "63C1"):
            with vpcd.card() as line:
                line.sendall(bytes.fromhex("000101"))
                for command in (SELECT_JPKI, SELECT_PIN):
                    ask(line, command)
                assert ask(line, WRONG_PIN) == expected
        assert slots["Kazashi-1"].state().card == card.profile.serial


def test_a_card_whose_storage_fails_leaves_the_reader(card: IssuedCard, tmp_path: Path) -> None:
    """No answer to the try that could not be stored, the line ends and none follows; removal works as ever."""
    cards = CardsInFolder(tmp_path / "cards")
    with FakeVpcd() as vpcd, Slots(readers=[vpcd.address], cards=cards) as slots:
        slot = slots.insert("Kazashi-1", card.profile, card.resident.id)
        with vpcd.card() as line:
            line.sendall(bytes.fromhex("000101"))
            for command in (SELECT_JPKI, SELECT_PIN):
                ask(line, command)
            shutil.rmtree(tmp_path / "cards")
            content = bytes.fromhex(WRONG_PIN)
            line.sendall(len(content).to_bytes(2, "big") + content)
            assert line.recv(1) == b""
        vpcd.listener.settimeout(3 * AGAIN_SECONDS)
        with pytest.raises(TimeoutError):
            vpcd.card()
        assert not slot.state().connected
        slots.remove("Kazashi-1")


def test_a_reader_that_is_not_there_gets_no_card(
    world: World, card: IssuedCard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """503 that says where a reader was looked for; the slot stays empty, and the card is free."""
    assert APPEARS_SECONDS < 30
    monkeypatch.setattr("harness.vpcd_line.APPEARS_SECONDS", 0.0)
    with FakeVpcd() as vpcd:
        gone = vpcd.address
    with Slots(2, readers=[gone], cards=CardsInFolder(tmp_path)) as slots:
        for client in clients(world, slots):
            response = client.post(f"{FIRST}/insert", json={"resident": card.resident.id})
            assert response.status_code == 503
            assert str(gone) in response.json()["error"]["actual"]
            assert done(client.get(FIRST))["card"] is None
            insert(client, card, SECOND)
