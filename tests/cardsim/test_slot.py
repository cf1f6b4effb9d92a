"""A card in a slot: one command at a time, and no guess that is not stored."""

import errno
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from cardsim import slot
from cardsim.card import State, kept_if_wrong, power_on, transmit
from cardsim.faults import CardUnreadable, CardWithdrawn
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.state import Kept, fresh_kept
from cardsim.store import MemoryStore
from cardsim.trace import Event, TraceLine

SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
VERIFY = "0020009804"
WRONG, RIGHT = bytes.fromhex(VERIFY + "39393939"), bytes.fromhex(VERIFY + "31323334")
QUERY = bytes.fromhex("00200098")
AUTH = "jpki.auth"
KILLED_AFTER_THE_COMPARISON = """
import os, signal, sys
from pathlib import Path
from cardsim import slot
from cardsim.folder import load_card
card = slot.InsertedCard(*load_card(Path(sys.argv[1])))
card.power_on()
card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
compare = slot.transmit
def compare_and_die(profile, state, raw):
    compare(profile, state, raw)
    os.kill(os.getpid(), signal.SIGKILL)
slot.transmit = compare_and_die
sys.stdout.write(card.transmit(bytes.fromhex(sys.argv[2])).hex())
"""


class SlowStore(MemoryStore):
    """A disk that takes its time."""

    def save(self, kept: Kept) -> None:
        """Save, after the others had time to overtake."""
        time.sleep(0.01)
        super().save(kept)


class FullDisk(MemoryStore):
    """A disk that takes so many states and no more."""

    def __init__(self, kept: Kept, *, takes: int = 0) -> None:
        super().__init__(kept)
        self._takes = takes

    def save(self, kept: Kept) -> None:
        """Save while there is room."""
        if self._takes == 0:
            raise CardUnreadable("cannot write kept.json: No space left on device; the folder must be writable")
        self._takes -= 1
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
    card = InsertedCard(profile, FullDisk(fresh_kept(profile)))
    card.power_on()
    card.transmit(SELECT)
    assert card.transmit(QUERY).hex() == "63c3"
    with pytest.raises(CardUnreadable, match="No space left"):
        card.transmit(guess)
    assert not card.powered
    for again in (card.power_on, card.reset, lambda: card.transmit(SELECT)):
        with pytest.raises(CardWithdrawn, match=r"No space left on device.*must be writable.*insert the card again"):
            again()
    card.close()


def test_the_try_is_on_the_disk_before_the_comparison(profile: Profile) -> None:
    """Decrement, compare, restore: a right PIN with all tries left is two states on the disk, a wrong one is one."""
    saved: list[int] = []

    class Noting(MemoryStore):
        def save(self, kept: Kept) -> None:
            saved.append(kept.pins[AUTH].left)

    card = InsertedCard(profile, Noting(fresh_kept(profile)))
    card.power_on()
    for command in (SELECT, RIGHT, WRONG, QUERY, RIGHT):
        card.transmit(command)
    assert saved == [2, 3, 2, 1, 3]


def test_fault_while_tries_are_restored_gives_none_back(profile: Profile) -> None:
    """Where the disk fills up between the two, the right PIN has no answer, and the try stays spent."""
    store = FullDisk(fresh_kept(profile), takes=1)
    card = InsertedCard(profile, store)
    card.power_on()
    card.transmit(SELECT)
    with pytest.raises(CardUnreadable):
        card.transmit(RIGHT)
    with pytest.raises(CardWithdrawn):
        card.power_on()
    assert store.load().pins[AUTH].left == card.kept.pins[AUTH].left == 2


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(28, "No space left on device")], ids=repr)
def test_whatever_interrupts_a_save_withdraws_the_card(profile: Profile, fault: BaseException) -> None:
    """Ctrl-C and a store that raises what it should not end as a full disk does: whether the try was kept is open."""

    class Interrupted(MemoryStore):
        def save(self, kept: Kept) -> None:
            del kept
            raise fault

    card = InsertedCard(profile, Interrupted(fresh_kept(profile)))
    card.power_on()
    card.transmit(SELECT)
    with pytest.raises(type(fault)):
        card.transmit(WRONG)
    with pytest.raises(CardWithdrawn, match=r"(KeyboardInterrupt|No space left).*insert the card again"):
        card.power_on()


def test_comparison_that_is_interrupted_gives_no_try_back(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the comparison, the card goes on from the state that was stored before it."""

    def compare_and_fail(profile: Profile, state: State, raw: bytes) -> tuple[State, bytes]:
        transmit(profile, state, raw)
        raise KeyboardInterrupt

    card = InsertedCard.unused(profile)
    card.power_on()
    card.transmit(SELECT)
    with monkeypatch.context() as changed:
        changed.setattr(slot, "transmit", compare_and_fail)
        with pytest.raises(KeyboardInterrupt):
            card.transmit(WRONG)
    assert card.transmit(QUERY).hex() == "63c2"
    assert card.kept.pins[AUTH].left == 2


def test_full_disk_that_holds_the_trace_too(profile: Profile) -> None:
    """A trace that cannot say "power off" does not keep the card in use."""

    def sink(line: TraceLine) -> None:
        if line.event is Event.POWER_OFF:
            raise CardUnreadable("cannot write the trace")

    card = InsertedCard(profile, FullDisk(fresh_kept(profile)), sink)
    card.power_on()
    card.transmit(SELECT)
    with pytest.raises(CardUnreadable):
        card.transmit(WRONG)
    with pytest.raises(CardWithdrawn, match="No space left"):
        card.power_on()


def block_writing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written beside the kept state: a folder stands there, which stops root as well."""
    del monkeypatch
    (folder / "kept.new").mkdir()


def block_replacing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be written and not be put in place: as with a kept.json that is a mount point, or immutable."""

    def refuse(beside: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(beside), None, str(target))

    del folder
    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("block", [block_writing, block_replacing])
def test_folder_that_cannot_hold_a_try_refuses_every_guess(
    profile: Profile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    block: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    """Each insertion ends at its first guess without a word on it, be it right or wrong; so there is no oracle."""
    folder = tmp_path / "card"
    save_card(profile, folder)
    block(folder, monkeypatch)
    for guess in (WRONG, RIGHT, RIGHT):
        owned, store = load_card(folder)
        card = InsertedCard(owned, store)
        card.power_on()
        card.transmit(SELECT)
        with pytest.raises(CardUnreadable, match=r"cannot write .*kept\.json.*must be writable"):
            card.transmit(guess)
        card.close()
        assert read_left(folder) == 3


def test_right_pin_leaves_all_tries_on_the_disk(profile: Profile, tmp_path: Path) -> None:
    """What was spent for the comparison is there again when the answer leaves."""
    save_card(profile, tmp_path / "card")
    card = InsertedCard(*load_card(tmp_path / "card"))
    card.power_on()
    card.transmit(SELECT)
    assert card.transmit(RIGHT).hex() == "9000"
    assert read_left(tmp_path / "card") == 3
    card.close()


@pytest.mark.parametrize(("guess", "left"), [("39393939", 2), ("31323334", 2)], ids=["wrong", "right"])
def test_card_killed_after_the_comparison_has_spent_the_try(
    profile: Profile, tmp_path: Path, guess: str, left: int
) -> None:
    """No try comes back by killing the process before its answer; a right PIN pays too, as on a card torn out."""
    save_card(profile, tmp_path / "card")
    command = [sys.executable, "-c", KILLED_AFTER_THE_COMPARISON, str(tmp_path / "card"), VERIFY + guess]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-9, b""), done.stderr
    assert read_left(tmp_path / "card") == left


def read_left(folder: Path) -> int:
    """The tries left in a card's folder, whoever owns it."""
    sealed = msgspec.json.decode((folder / "kept.json").read_bytes())
    left = sealed["content"]["pins"][AUTH]["left"]
    assert isinstance(left, int)
    return left


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
