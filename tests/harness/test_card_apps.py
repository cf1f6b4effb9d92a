"""Rides and points without Python: the free area through the command line and the control API; the card decides."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cardsim.folder import load_card
from cardsim.readers.vpcd import Address
from cardsim.slot import InsertedCard
from harness.jlis.practice import Practice
from harness.slots import Slots
from harness.world import World
from tests.harness.command_line import Run, home, one_line, run, told
from tests.harness.conftest import MakeWorld
from tests.harness.test_control_slots import FIRST, SECOND, FakeVpcd, clients, done, transmit

__all__ = ["home", "run"]
RIDES = "F04B415A4153484912"
LIBRARY = "F04B415A4153484911"
SELECT_RIDES, READ_COUNTER = "00A4040C09" + RIDES, "00B0830000"
INCREASE, DECREASE = "803400830400000001", "803000830400000001"
RIDE = {"kind": "card-app-count", "user_id": "mytaku-000042", "until": "2036-11-20", "count": 70}


def counter(value: int, changes: int, limit: int, mark: str = "") -> str:
    """A counter record as the terminal of a bus reads it, with its status word."""
    return f"{value:08X}{changes:08X}{limit:08X}{mark.ljust(32, '0')}9000"


@pytest.fixture
def card(run: Run, tmp_path: Path) -> Path:
    """A card with a free area in a folder."""
    made = run("card", "new", tmp_path / "card", "--throw-away", "--free-area")
    assert made.returncode == 0, made.stderr
    return tmp_path / "card"


def asked(folder: Path, *commands: str) -> list[str]:
    """What the card of a folder answers."""
    profile, store = load_card(folder)
    try:
        card = InsertedCard(profile, store)
        card.power_on()
        return [card.transmit(bytes.fromhex(command)).hex().upper() for command in commands]
    finally:
        store.close()


def test_rides_on_a_card_in_a_folder(run: Run, card: Path) -> None:
    """Seventy are loaded, one is ridden and marked, two are added in vain; the record is read as a bus reads it."""
    empty = told(run("card", "app", "list", card, "--json"))
    loaded = run("card", "app", "load", card, "card-app-count", "--user-id", "mytaku-000042", "--count", "70")
    assert "70/70" in loaded.stdout
    assert asked(card, SELECT_RIDES, READ_COUNTER) == ["9000", counter(70, 1, 70)]
    after = told(run("card", "app", "change", card, RIDES, "--by", "-1", "--mark", "0A0B", "--json"))
    assert after["apps"][0]["counter"] == {"value": 69, "changes": 2, "limit": 70, "mark": "0A0B" + 28 * "0"}
    assert asked(card, SELECT_RIDES, READ_COUNTER)[1] == counter(69, 2, 70, "0A0B")
    refused = one_line(run("card", "app", "change", card, RIDES, "--by", "2"))
    assert "6985: below zero or above the limit" in refused
    assert asked(card, SELECT_RIDES, READ_COUNTER)[1] == counter(69, 2, 70, "0A0B")
    assert told(run("card", "app", "change", card, RIDES, "--by", "1", "--json"))["apps"][0]["counter"]["value"] == 70
    assert "マイタク" not in run("card", "show", card).stdout
    assert "INVENTED" in run("card", "show", card).stdout
    gone = told(run("card", "app", "delete", card, RIDES, "--json"))
    assert (gone["apps"], gone["room_left"], gone["loads"]) == ([], empty["room_left"], 2)
    assert asked(card, SELECT_RIDES) == ["6A82"]


def test_a_user_card_and_points_behind_a_pin(run: Run, card: Path) -> None:
    """Two applications beside each other; points are spent with the PIN, a wrong one costs a try."""
    run(
        "card", "app", "load", card, "card-app", "--user-id", "0001234567", "--label", "図書館", "--until", "2030-03-31"
    )
    points = ("--aid", "F0506F696E7473", "--label", "ポイント", "--pin", "4321", "--count", "5", "--limit", "1000")
    both = told(run("card", "app", "load", card, "card-app-count", "--user-id", "p1", *points, "--json"))
    assert [(each["label"], each.get("pin")) for each in both["apps"]] == [("図書館", False), ("ポイント", True)]
    assert asked(card, "00A4040C09" + LIBRARY, "00B0810000", "00B0820000")[1:] == [
        b"0001234567".hex().upper() + "9000",
        b"20300331".hex().upper() + "9000",
    ]
    spend = ("card", "app", "change", card, "F0506F696E7473", "--by", "-3")
    assert "6982: the card wants the application's PIN" in one_line(run(*spend))
    assert "63C2: wrong PIN, tries left 2" in one_line(run(*spend, "--pin", "0000"))
    assert told(run(*spend, "--pin", "4321", "--json"))["apps"][1]["counter"]["value"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("load", "{}", "card-app", "--user-id", "1", "--count", "3"), "expected card-app-count"),
        (("load", "{}", "card-app-count", "--user-id", "1"), "expected --count or --limit"),
        (("load", "{}", "card-app-count", "--user-id", "1", "--count", "3", "--limit", "2"), "up to the limit 2"),
        (("load", "{}", "card-app", "--user-id", "1", "--notes", "60000"), "6A84: no room left"),
        (("load", "{}", "card-app", "--user-id", "1", "--until", "soon"), "YYYY-MM-DD"),
        (("load", "{}", "card-app", "--user-id", "1", "--aid", "XY"), "hexadecimal"),
        (("delete", "{}", LIBRARY), "no such application"),
        (("change", "{}", RIDES, "--by", "-1"), "no such application"),
        (("change", "{}", RIDES, "--by", "0"), "expected a change"),
    ],
)
def test_what_a_card_does_not_take(run: Run, card: Path, arguments: tuple[str, ...], said: str) -> None:
    """One line says what was expected."""
    refused = one_line(run("card", "app", *(str(card) if each == "{}" else each for each in arguments)))
    assert said in refused
    assert told(run("card", "app", "list", card, "--json"))["apps"] == []  # none is there by halves


def test_a_card_without_a_free_area(run: Run, tmp_path: Path) -> None:
    """The ordinary card has none, and the line says how one gets one."""
    run("card", "new", tmp_path / "card", "--throw-away")
    assert "--free-area" in one_line(run("card", "app", "list", tmp_path / "card"))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A world whose cards have a free area."""
    return make_world(practice=Practice(free_area=True))


@pytest.fixture
def holder(world: World) -> str:
    """Somebody with a card."""
    return world.new_resident(with_card=True).id


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of a world with two slots, in memory."""
    with Slots(2) as slots:
        yield from clients(world, slots)


def test_loaded_at_the_counter_and_ridden_in_a_slot(client: httpx.Client, holder: str) -> None:
    """In no slot, in one, in another: one count; and nobody finds the application's key verified afterwards."""
    apps = f"/v1/residents/{holder}/card/apps"
    assert done(client.post(apps, json=RIDE))["apps"][0]["counter"]["value"] == 70
    done(client.post(f"{FIRST}/insert", json={"resident": holder}))
    assert done(client.post(f"{FIRST}/power-on"))["atr"]
    assert [transmit(client, each) for each in (SELECT_RIDES, DECREASE, READ_COUNTER)] == [
        "9000", "9000", counter(69, 2, 70),
    ]  # fmt: skip
    assert done(client.post(f"{apps}/change", json={"aid": RIDES, "amount": 1}))["apps"][0]["counter"]["value"] == 70
    assert done(client.get(FIRST))["powered"]
    assert [transmit(client, each) for each in (SELECT_RIDES, INCREASE, READ_COUNTER)] == [
        "9000", "6982", counter(70, 3, 70),
    ]  # fmt: skip
    done(client.post(f"{FIRST}/remove"))
    done(client.post(f"{SECOND}/insert", json={"resident": holder}))
    assert done(client.get(apps))["apps"][0]["counter"]["changes"] == 3
    assert not done(client.get(SECOND))["powered"]
    assert done(client.delete(apps, params={"aid": RIDES}))["apps"] == []


def test_refusals_of_the_door(client: httpx.Client, holder: str) -> None:
    """409 in the card's words; what is no application is 400."""
    apps = f"/v1/residents/{holder}/card/apps"
    refused = client.delete(apps, params={"aid": RIDES})
    assert (refused.status_code, "no such application" in refused.json()["error"]["actual"]) == (409, True)
    for wrong in ({**RIDE, "aid": "F0"}, {**RIDE, "pin": "12345"}, {**RIDE, "kind": "bus"}, {**RIDE, "count": -1}):
        assert client.post(apps, json=wrong).status_code == 400
    done(client.post(apps, json={**RIDE, "limit": 70.0}))  # an integer, as JSON Schema has it
    again = client.post(apps, json=RIDE)
    assert (again.status_code, "6A8A" in again.json()["error"]["actual"]) == (409, True)


def test_a_card_in_a_pcsc_reader_is_left_alone(world: World, holder: str) -> None:
    """Its commands would come in between: the refusal says what to do."""
    with FakeVpcd() as vpcd, Slots(readers=[vpcd.address]) as slots:
        assert isinstance(vpcd.address, Address)
        for client in clients(world, slots):
            done(client.post(f"{FIRST}/insert", json={"resident": holder}))
            refused = client.post(f"/v1/residents/{holder}/card/apps", json=RIDE)
            assert (refused.status_code, "remove it first" in refused.json()["error"]["actual"]) == (409, True)
