"""One process that holds many cards: they go from slot to slot, and each is free again when it was taken out."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from harness.pcsc_lane import LaneUnavailable, PcscLane, slots_with_card
from harness.pcsc_lane.many_cards import ManyCards, many_cards

SELECT_JPKI = list(bytes.fromhex("00A4040C0AD392F000260100000001"))


@pytest.fixture
def cards(lane: PcscLane) -> Iterator[ManyCards]:
    """The process, for one test."""
    with many_cards(lane) as cards:
        yield cards


@pytest.fixture
def folder(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "card")
    return tmp_path / "card"


def test_a_card_goes_from_slot_to_slot(cards: ManyCards, folder: Path) -> None:
    """It answers in each, and is in none twice running."""
    slots = []
    for _ in range(3):
        card = cards.insert(folder)
        with card.connected() as connection:
            assert connection.transmit(SELECT_JPKI)[1:] == (0x90, 0x00)
        card.remove()
        card.remove()  # twice is once
        slots.append(card.slot)
    assert all(before != after for before, after in pairwise(slots))


def test_its_folder_is_free_once_it_is_out(cards: ManyCards, folder: Path) -> None:
    """Whoever writes on the card then is its only owner; while it is in, nobody else is."""
    card = cards.insert(folder)
    with pytest.raises(LaneUnavailable, match="another process"):
        cards.insert(folder)
    card.remove()
    load_card(folder)[1].close()


def test_more_cards_than_slots_are_refused(cards: ManyCards, profile: Profile, tmp_path: Path, lane: PcscLane) -> None:
    """By a line that says so; the others stay where they are."""
    held = []
    for number in range(2 * len(lane.daemon.ports)):
        save_card(profile, tmp_path / f"card-{number}")
        held.append(cards.insert(tmp_path / f"card-{number}"))
    save_card(profile, tmp_path / "one-more")
    with pytest.raises(LaneUnavailable, match="expected an empty slot"):
        cards.insert(tmp_path / "one-more")
    with held[0].connected() as connection:
        assert connection.transmit(SELECT_JPKI)[1:] == (0x90, 0x00)
    for card in held:
        card.remove()


def test_slots_are_empty_when_it_has_ended(lane: PcscLane, folder: Path) -> None:
    """To PC/SC, too, whether a card was taken out before or not: the next one is not taken for it."""
    with many_cards(lane) as cards:
        cards.insert(folder).remove()
        cards.insert(folder)
    assert slots_with_card("") == []
