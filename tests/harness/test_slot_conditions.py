"""A slot's physics through the control door: contactless, swapped, two cards in the field, torn out, weak field."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from cardsim.faults import CardInUse, CardLost, ReaderUnreachable
from cardsim.readers.conditions import Conditions, TakenOut, TwoCards
from cardsim.readers.interface import Interface
from cardsim.readers.latency import PROFILES
from cardsim.slot import Tear
from harness.kept_cards import CardsInFolder
from harness.personalisation import IssuedCard
from harness.slot import Happening, SlotRefused
from harness.slots import Slots
from harness.world import World
from tests.harness.instants import jst
from tests.harness.test_control_slots import (
    ATR,
    FIRST,
    RIGHT_PIN,
    SECOND,
    SELECT_JPKI,
    SELECT_PIN,
    TRIES,
    WRONG_PIN,
    FakeVpcd,
    ask,
    clients,
    done,
    insert,
    transmit,
    tries_left,
)

SIGN = "802A009701AA00"
CONTACTLESS_ATR = "3B888001000005E0B381A1007F"


@pytest.fixture
def cards(world: World) -> list[IssuedCard]:
    """Two cards of yesterday."""
    made = [world.issue_card(world.new_resident().id) for _ in range(2)]
    world.clock.set(jst("2026-12-02T09:07:00"))
    return made


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of a world with a contact slot and a contactless one."""
    with Slots(conditions=[Conditions(), Conditions(Interface.CONTACTLESS)]) as slots:
        yield from clients(world, slots)


def test_slots_come_from_the_configuration(client: httpx.Client, cards: list[IssuedCard]) -> None:
    """The first has contacts, the second has none: other ATR, another answer to FFCA000000."""
    assert len(done(client.get("/v1/slots"))["slots"]) == 2
    for slot, card, atr, length in ((FIRST, cards[0], ATR, 4), (SECOND, cards[1], CONTACTLESS_ATR, 12)):
        insert(client, card, slot)
        assert done(client.post(f"{slot}/power-on")) == {"atr": atr}
        assert len(transmit(client, "FFCA000000", slot)) == length
    first = transmit(client, "FFCA000000", SECOND)
    done(client.post(f"{SECOND}/remove"))
    insert(client, cards[1], SECOND)
    done(client.post(f"{SECOND}/power-on"))
    assert transmit(client, "FFCA000000", SECOND) != first


def test_swapped(client: httpx.Client, cards: list[IssuedCard]) -> None:
    """One call takes a card out and puts another in; a card that is in another slot is refused, and nothing moved."""
    insert(client, cards[0])
    assert (
        done(client.post(f"{FIRST}/swap", json={"resident": cards[1].resident.id}))["card"] == cards[1].profile.serial
    )
    insert(client, cards[0], SECOND)
    refused = client.post(f"{FIRST}/swap", json={"resident": cards[0].resident.id})
    assert refused.status_code == 409
    assert done(client.get(FIRST))["card"] == cards[1].profile.serial
    assert [row["event"] for row in done(client.get(f"{FIRST}/trace"))["entries"]] == [
        "inserted",
        "removed",
        "inserted",
    ]


def test_a_swap_that_fails_leaves_what_was_there(cards: list[IssuedCard], tmp_path: Path) -> None:
    """A card that somebody else has is refused; the old one keeps its power, and the PIN that was verified."""
    kept = CardsInFolder(tmp_path)
    owner = kept.open(cards[1].profile)
    with Slots(cards=kept) as slots:
        slot = slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)
        slot.power_on()
        for command in (SELECT_JPKI, SELECT_PIN, RIGHT_PIN):
            assert slot.transmit(bytes.fromhex(command)) == b"\x90\x00"
        with pytest.raises(CardInUse):
            slots.swap("Kazashi-1", cards[1].profile, cards[1].resident.id)
        assert (slot.state().card, slot.state().powered) == (cards[0].profile.serial, True)
        assert slot.transmit(bytes.fromhex(SIGN))[-2:] == b"\x90\x00"
        owner.close()
        slots.swap("Kazashi-1", cards[1].profile, cards[1].resident.id)
        assert slot.state().card == cards[1].profile.serial
        kept.open(cards[0].profile).close()  # the old one was given up


def test_a_swap_for_a_reader_that_is_gone(
    cards: list[IssuedCard], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The old card lies there still, the new one is free for another try; when the reader is back it takes either."""
    monkeypatch.setattr("harness.vpcd_line.APPEARS_SECONDS", 0.0)
    kept = CardsInFolder(tmp_path)
    with FakeVpcd() as vpcd, Slots(2, readers=[vpcd.address], cards=kept) as slots:
        slot = slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)
        with vpcd.card():
            vpcd.listener.close()
        with pytest.raises(ReaderUnreachable):
            slots.swap("Kazashi-1", cards[1].profile, cards[1].resident.id)
        assert slot.state().card == cards[0].profile.serial
        kept.open(cards[1].profile).close()
        slots.remove("Kazashi-1")
        slots.insert("Kazashi-2", cards[0].profile, cards[0].resident.id)


def test_a_card_that_cannot_take_its_own_place(cards: list[IssuedCard], tmp_path: Path) -> None:
    """It has to leave to be written on: where it cannot come back the slot is empty, and the fault says so."""
    with Slots(cards=CardsInFolder(tmp_path)) as slots:
        slot = slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)
        other_world = msgspec.structs.replace(cards[1].profile, serial=cards[0].profile.serial)
        with pytest.raises(CardLost, match=r"was taken out and could not be put in again: .*another world's"):
            slots.swap("Kazashi-1", other_world, cards[0].resident.id)
        assert slot.state().card is None
        slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)


def test_a_swapped_reader_sees_the_new_card(cards: list[IssuedCard]) -> None:
    """Through vpcd: the old line ends, a new one begins, and two lines of the trace say so in that order."""
    with FakeVpcd() as vpcd, Slots(readers=[vpcd.address]) as slots:
        slot = slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)
        with vpcd.card() as line:
            slots.swap("Kazashi-1", cards[1].profile, cards[1].resident.id)
            assert line.recv(1) == b""
        with vpcd.card() as line:
            assert ask(line, "04") == ATR
        told = [(each.what, each.card) for each in slot.trace_since(0)[1]]
        first, second = (card.profile.serial for card in cards)
        assert told == [(Happening.INSERTED, first), (Happening.REMOVED, first), (Happening.INSERTED, second)]


@pytest.mark.parametrize("option", TwoCards)
def test_two_cards_in_the_field(client: httpx.Client, cards: list[IssuedCard], option: TwoCards) -> None:
    """Neither answers, or the first goes on; when the first is taken away the second answers."""
    told = done(client.post(f"{SECOND}/conditions", json={"interface": "contactless", "two_cards": option.value}))
    assert told["conditions"].get("two_cards", "neither") == option.value
    insert(client, cards[0], SECOND)
    assert tries_left(client, SECOND) == "63C3"
    assert transmit(client, WRONG_PIN, SECOND) == "63C2"
    both = done(client.post(f"{SECOND}/insert", json={"resident": cards[1].resident.id, "beside": True}))
    assert (both["resident"], both["beside"]) == (cards[0].resident.id, cards[1].resident.id)
    asked = client.post(f"{SECOND}/transmit", json={"command": TRIES})
    if option is TwoCards.FIRST:
        assert done(asked)["answer"] == "63C2"
    else:
        assert asked.status_code == 503
        assert "two cards in the field" in asked.json()["error"]["actual"]
    done(client.post(f"{SECOND}/remove", json={"resident": cards[0].resident.id}))
    assert tries_left(client, SECOND) == "63C3"
    assert done(client.get(SECOND))["resident"] == cards[1].resident.id


def test_there_is_room_for_two_in_a_field_only(client: httpx.Client, cards: list[IssuedCard], world: World) -> None:
    """A contact slot takes one card, a field two, and no card is in it twice."""
    third = world.issue_card(world.new_resident().id)
    for slot, card in ((FIRST, cards[0]), (SECOND, cards[1])):
        insert(client, card, slot)
    beside = [(FIRST, third), (SECOND, cards[1])]
    for slot, card in beside:
        refused = client.post(f"{slot}/insert", json={"resident": card.resident.id, "beside": True})
        assert refused.status_code == 409, slot
    done(client.post(f"{FIRST}/remove"))
    done(client.post(f"{SECOND}/insert", json={"resident": cards[0].resident.id, "beside": True}))
    refused = client.post(f"{SECOND}/insert", json={"resident": third.resident.id, "beside": True})
    assert refused.status_code == 409
    assert "with 2" in refused.json()["error"]["actual"]


@pytest.mark.parametrize(
    ("when", "pin", "left"),
    [("before", WRONG_PIN, "63C3"), ("during", RIGHT_PIN, "63C2"), ("after", WRONG_PIN, "63C2")],
)
def test_torn_out(client: httpx.Client, cards: list[IssuedCard], when: str, pin: str, left: str) -> None:
    """At the fourth command: no answer, the slot empty, the trace tells it; the next insertion shows the tries."""
    done(client.post(f"{FIRST}/conditions", json={"taken_out": {"at": 4, "when": when}}))
    insert(client, cards[0])
    assert tries_left(client) == "63C3"
    torn = client.post(f"{FIRST}/transmit", json={"command": pin})
    assert torn.status_code == 503
    assert done(client.get(FIRST))["card"] is None
    entries = done(client.get(f"{FIRST}/trace"))["entries"]
    assert [row["event"] for row in entries[-3:]] == ["torn", "power_off", "removed"]
    assert entries[-3]["command"] == "0020008004********"
    assert when in entries[-3]["text"]
    insert(client, cards[0])
    assert tries_left(client) == left


def test_a_weak_field_and_a_slow_one(client: httpx.Client, cards: list[IssuedCard]) -> None:
    """A card that no frame reaches is not gone: in a better field it has power again. A slow one is only slow."""
    insert(client, cards[0], SECOND)
    weak = {"interface": "contactless", "weak": {"loss": 1, "retries": 0}}
    done(client.post(f"{SECOND}/conditions", json=weak))
    done(client.post(f"{SECOND}/power-on"))
    lost = client.post(f"{SECOND}/transmit", json={"command": SELECT_JPKI})
    assert lost.status_code == 503
    assert "hold it closer" in lost.json()["error"]["actual"]
    told = done(client.post(f"{SECOND}/conditions", json={"interface": "contactless", "latency": "transit-gate"}))
    assert told["card"] == cards[0].profile.serial
    assert told["conditions"]["latency"] == "transit-gate"
    assert tries_left(client, SECOND) == "63C3"


@pytest.mark.parametrize(
    "wrong",
    [
        {"weak": {"loss": 0.5}},
        {"latency": "slow"},
        {"interface": "contactless", "weak": {"loss": 2}},
        {"taken_out": {"at": 0, "when": "before"}},
        {"interface": "nfc"},
    ],
)
def test_conditions_that_cannot_be(client: httpx.Client, wrong: dict[str, object]) -> None:
    """Refused with the reason, and the slot is as it was."""
    refused = client.post(f"{FIRST}/conditions", json=wrong)
    assert refused.status_code in {400, 409, 422}
    assert done(client.get(FIRST))["conditions"] == {}


def test_another_interface_needs_an_empty_slot(client: httpx.Client, cards: list[IssuedCard]) -> None:
    """The contacts of a slot do not vanish under a card."""
    insert(client, cards[0])
    assert client.post(f"{FIRST}/conditions", json={"interface": "contactless"}).status_code == 409


def test_vpcd_sees_a_collision_and_a_torn_card(cards: list[IssuedCard]) -> None:
    """Two cards: the line ends; one again: it comes back. Torn out: the line ends and the slot is empty."""
    field = Conditions(Interface.CONTACTLESS)
    with FakeVpcd() as vpcd, Slots(readers=[vpcd.address], conditions=[field]) as slots:
        slots.insert("Kazashi-1", cards[0].profile, cards[0].resident.id)
        with vpcd.card() as line:
            assert ask(line, "04") == CONTACTLESS_ATR
            slots.insert("Kazashi-1", cards[1].profile, cards[1].resident.id, beside=True)
            assert line.recv(1) == b""
        assert not slots["Kazashi-1"].state().connected
        slots.remove("Kazashi-1", cards[0].resident.id)
        with vpcd.card() as line:
            slots["Kazashi-1"].set_conditions(Conditions(Interface.CONTACTLESS, taken_out=TakenOut(3, Tear.AFTER)))
            line.sendall(bytes.fromhex("000101"))
            assert [ask(line, command) for command in (SELECT_JPKI, SELECT_PIN)] == ["9000", "9000"]
            content = bytes.fromhex(WRONG_PIN)
            line.sendall(len(content).to_bytes(2, "big") + content)
            assert line.recv(1) == b""
        assert slots["Kazashi-1"].state().card is None
        with pytest.raises(SlotRefused, match="insert one first"):
            slots.remove("Kazashi-1")
        slots.insert("Kazashi-1", cards[1].profile, cards[1].resident.id)
        with vpcd.card() as line:
            line.sendall(bytes.fromhex("000101"))
            assert [ask(line, command) for command in (SELECT_JPKI, SELECT_PIN, TRIES)][2] == "63C2"


def test_every_latency_has_a_word_in_the_api(client: httpx.Client) -> None:
    """What the profiles are called is what the API takes."""
    for name in PROFILES:
        assert (
            done(client.post(f"{FIRST}/conditions", json={"latency": name}))["conditions"].get("latency", "fast")
            == name
        )
