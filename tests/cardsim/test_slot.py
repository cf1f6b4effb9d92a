"""A card in a slot: one command at a time, and no guess that is not stored."""

import threading
import time
from pathlib import Path

import pytest

from cardsim.card import kept_if_wrong, power_on, transmit
from cardsim.faults import CardUnreadable, CardWithdrawn
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.state import Kept, fresh_kept
from cardsim.store import MemoryStore

SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
VERIFY = "0020009804"
WRONG, RIGHT = bytes.fromhex(VERIFY + "39393939"), bytes.fromhex(VERIFY + "31323334")
QUERY = bytes.fromhex("00200098")
AUTH = "jpki.auth"


class SlowStore(MemoryStore):
    """A disk that takes its time."""

    def save(self, kept: Kept) -> None:
        """Save, after the others had time to overtake."""
        time.sleep(0.01)
        super().save(kept)


class FullDisk(MemoryStore):
    """A disk without room: for what is prepared, or only for what is saved."""

    def __init__(self, kept: Kept, *, at: str) -> None:
        super().__init__(kept)
        self._at = at

    def prepare(self, kept: Kept) -> None:
        """No room, if this is where it ends."""
        if self._at == "prepare":
            raise CardUnreadable("cannot write kept.json: No space left on device; the folder must be writable")
        super().prepare(kept)

    def save(self, kept: Kept) -> None:
        """No room, if this is where it ends."""
        if self._at == "save":
            raise CardUnreadable("cannot write kept.json: No space left on device; the folder must be writable")
        super().save(kept)


def test_guesses_from_many_threads_cost_a_try_each(profile: Profile) -> None:
    """Eight wrong PINs at once: three tries are counted down one by one, the other five find the PIN blocked."""
    card = InsertedCard(profile, SlowStore(fresh_kept(profile)))
    card.power_on()
    card.transmit(SELECT)
    answers: list[str] = []
    together = threading.Barrier(8)

    def guess() -> None:
        together.wait()
        answers.append(card.transmit(WRONG).hex())

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["63c0", "63c1", "63c2", *["6984"] * 5]
    assert card.kept.pins[AUTH].left == 0


@pytest.mark.parametrize("guess", [WRONG, RIGHT], ids=["wrong", "right"])
def test_full_disk_tells_nothing_about_the_pin(profile: Profile, guess: bytes) -> None:
    """Right or wrong, the fault comes before the comparison, and the card answers nothing more in this slot."""
    card = InsertedCard(profile, FullDisk(fresh_kept(profile), at="prepare"))
    card.power_on()
    card.transmit(SELECT)
    assert card.transmit(QUERY).hex() == "63c3"
    with pytest.raises(CardUnreadable, match="No space left"):
        card.transmit(guess)
    assert not card.powered
    for again in (card.power_on, card.reset, lambda: card.transmit(SELECT)):
        with pytest.raises(CardWithdrawn, match=r"No space left on device.*insert the card again"):
            again()


def test_fault_while_a_try_is_saved_withdraws_the_card(profile: Profile) -> None:
    """A try that could not be stored was not given an answer, and there is no second one."""
    card = InsertedCard(profile, FullDisk(fresh_kept(profile), at="save"))
    card.power_on()
    card.transmit(SELECT)
    with pytest.raises(CardUnreadable):
        card.transmit(WRONG)
    with pytest.raises(CardWithdrawn):
        card.power_on()


def test_folder_without_room_for_a_try_refuses_every_guess(profile: Profile, tmp_path: Path) -> None:
    """A real folder that cannot be written: each insertion ends at its first guess, without a word on it."""
    save_card(profile, tmp_path / "card")
    (tmp_path / "card" / "kept.new").mkdir()  # also root cannot write a file where a folder stands
    for guess in (WRONG, RIGHT, RIGHT):
        owned, store = load_card(tmp_path / "card")
        card = InsertedCard(owned, store)
        card.power_on()
        card.transmit(SELECT)
        with pytest.raises(CardUnreadable, match=r"cannot write .*kept\.json"):
            card.transmit(guess)
        card.close()
    (tmp_path / "card" / "kept.new").rmdir()
    owned, store = load_card(tmp_path / "card")
    assert store.load().pins[AUTH].left == 3
    store.close()


def test_prepared_state_counts_for_nothing_until_it_is_saved(profile: Profile, tmp_path: Path) -> None:
    """A right PIN leaves no trace of what a wrong one would have cost."""
    save_card(profile, tmp_path / "card")
    card = InsertedCard(*load_card(tmp_path / "card"))
    card.power_on()
    card.transmit(SELECT)
    assert card.transmit(RIGHT).hex() == "9000"
    card.close()
    _, store = load_card(tmp_path / "card")
    assert store.load().pins[AUTH].left == 3
    store.close()


@pytest.mark.parametrize(
    ("command", "left"), [(WRONG, 2), (RIGHT, 2), (QUERY, None), (SELECT, None), (b"\x00\x20", None)]
)
def test_what_a_wrong_pin_would_cost_is_the_same_for_a_right_one(
    profile: Profile, command: bytes, left: int | None
) -> None:
    """The forecast depends on the command's shape alone; asking for the tries costs nothing."""
    kept = fresh_kept(profile)
    selected, _ = transmit(profile, power_on(profile, kept), SELECT)
    forecast = kept_if_wrong(profile, selected, command)
    assert (None if forecast is None else forecast.pins[AUTH].left) == left
    if forecast is not None:
        values = {name: record.value for name, record in forecast.pins.items()}
        assert values == {name: record.value for name, record in kept.pins.items()}
