"""Power cut between any two writes: what was acknowledged happened once, what was not happened once or not at all.

The account beside the card is a few lines of arithmetic and knows nothing of how the card stores: a set of counts and
tries that may be true now. An answer narrows it to one; a torn command widens it by what the command would have done.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cardsim import store as store_module
from cardsim.applications.free_area import Counter
from cardsim.applications.generic import load_commands
from cardsim.faults import CardUnreadable
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.state import Kept, fresh_kept
from cardsim.store import FileStore, KeptStore
from tests.cardsim.conftest import ask
from tests.cardsim.free_area_cards import LOAD_KEY, PIN_CARD, RIDE_CARD, load, loaded_card, with_free_area
from tests.cardsim.torn import Moment, PowerLost, TornFile, TornMemory

SELECT = bytes.fromhex("00A4040C09F04B415A4153484912")
RIGHT_PIN = bytes.fromhex("002000920434333231")
WRONG_PIN = bytes.fromhex("002000920439393939")
KEY = bytes.fromhex("0020009110101112131415161718191A1B1C1D1E1F")
PIN_NAME = "free.f04b415a4153484912.0012"
Torn = Callable[[Kept, int, Moment], KeptStore]
ACTIONS = ["ride", "raise", "right", "wrong"]


class Account:
    """What may be true of the card: pairs of (points, tries)."""

    def __init__(self, points: int) -> None:
        self.may_be = {(points, 3)}
        self.knows_pin = self.knows_key = False

    def restart(self) -> None:
        """Nobody is verified."""
        self.knows_pin = self.knows_key = False

    def command(self, action: str) -> bytes:
        """The command of an action."""
        return {
            "ride": bytes.fromhex("80300083040000000208"),
            "raise": bytes.fromhex("80340083040000000308"),
            "right": RIGHT_PIN,
            "wrong": WRONG_PIN,
        }[action]

    def outcome(self, action: str, points: int, tries: int) -> tuple[int, int, bytes]:
        """Points, tries and status word after an action, where it is carried out."""
        if action == "right":
            return (points, 3, b"\x90\x00") if tries else (points, 0, b"\x69\x84")
        if action == "wrong":
            return (points, tries - 1, bytes([0x63, 0xC0 + tries - 1])) if tries else (points, 0, b"\x69\x84")
        if not (self.knows_key or (action == "ride" and self.knows_pin)):
            return points, tries, b"\x69\x82"
        after = points - 2 if action == "ride" else points + 3
        return (after, tries, b"\x90\x00") if 0 <= after <= 1000 else (points, tries, b"\x69\x85")

    def answered(self, action: str, sw: bytes) -> None:
        """Only those stay possible that would have given this answer, and each has changed as it says."""
        ends = [self.outcome(action, *before) for before in self.may_be]
        self.may_be = {(points, tries) for points, tries, says in ends if says == sw}
        assert self.may_be, (action, sw.hex(), ends)
        if action in {"right", "wrong"}:
            self.knows_pin = sw == b"\x90\x00"

    def torn(self, action: str) -> None:
        """It happened or it did not; a comparison may cost the try that was spent for it (cardsim/slot.py)."""
        for before in list(self.may_be):
            points, tries, _ = self.outcome(action, *before)
            self.may_be.add((points, tries))
            if action == "right" and before[1]:
                self.may_be.add((before[0], before[1] - 1))

    def check(self, kept: Kept) -> None:
        """What is kept is one of what may be: and from now on that one."""
        loaded = kept.loaded[PIN_CARD.aid].files[2].content
        found = (int.from_bytes(loaded[:4], "big"), kept.pins[PIN_NAME].left)
        assert found in self.may_be, f"expected one of {sorted(self.may_be)}, actual {found}"
        self.may_be = {found}


def play(profile: Profile, actions: list[str], store: KeptStore, account: Account) -> bool:
    """Plays the actions; whether the card lived to the end of them."""
    card = InsertedCard(profile, store)
    card.power_on()
    account.restart()
    card.transmit(SELECT)
    try:
        card.transmit(KEY)
    except PowerLost:
        return False
    account.knows_key = True
    for action in actions:
        try:
            answer = card.transmit(account.command(action))
        except PowerLost:
            account.torn(action)
            return False
        account.answered(action, answer[-2:])
    return True


SESSIONS = st.lists(
    st.tuples(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=8), st.integers(1, 12), st.sampled_from(Moment)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(sessions=SESSIONS)
def test_no_count_and_no_try_is_given_back_or_lost_in_memory(
    profile: Profile, sessions: list[tuple[list[str], int, Moment]]
) -> None:
    """Session after session torn at some write: the next one finds what the account allows, and nothing else."""
    torn_in_memory(loaded_card(profile, PIN_CARD), sessions)


def torn_in_memory(card: InsertedCard, sessions: list[tuple[list[str], int, Moment]]) -> None:
    """Plays the sessions one after the other, each on what the one before left in memory."""
    kept, account = card.kept, Account(PIN_CARD.count)
    for actions, write, moment in sessions:
        torn = TornMemory(kept, write, moment)
        play(card.profile, actions, torn, account)
        kept = torn.load()
        account.check(kept)


@settings(max_examples=60, deadline=None)
@given(sessions=SESSIONS)
def test_no_count_and_no_try_is_given_back_or_lost_on_the_disk(
    profile: Profile, sessions: list[tuple[list[str], int, Moment]]
) -> None:
    """The same with a file, which the crash may leave half written beside the old one."""
    card = loaded_card(profile, PIN_CARD)
    account = Account(PIN_CARD.count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.json"
        FileStore.create(path, card.kept).close()
        for actions, write, moment in sessions:
            torn = TornFile(path, write, moment)
            play(card.profile, actions, torn, account)
            torn.close()  # the kernel gives the lock of a process back when it is gone
            again = FileStore(path)
            account.check(again.load())
            again.close()


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("write", [1, 2, 3, 4, 5])
def test_loading_happens_whole_or_not_at_all(profile: Profile, write: int, moment: Moment) -> None:
    """Torn while it is loaded, an application is there with everything its commands were answered for, or is absent."""
    area = with_free_area(profile)
    torn = TornMemory(fresh_kept(area), write, moment)
    card = InsertedCard(area, torn)
    card.power_on()
    answered = 0
    try:
        for command in load_commands(RIDE_CARD, load_key=LOAD_KEY, serial=area.serial, number=0):
            assert card.transmit(command) == b"\x90\x00"
            answered += command[1] in {0xE6, 0xE0, 0x34}
    except PowerLost:
        assert not card.powered
    else:
        pytest.fail("the power did not go")
    kept = torn.load()
    files = kept.loaded[RIDE_CARD.aid].files if kept.loaded else ()
    happened = bool(kept.loaded) + max(0, len(files) - 2) + (len(files) > 2 and files[2].content[:4] == b"\0\0\0F")
    assert happened in {answered, answered + 1}
    assert kept.loads == len(kept.loaded) <= len(kept.pins) - len(fresh_kept(area).pins)


def test_a_terminal_that_lost_the_answer_learns_from_the_mark(profile: Profile) -> None:
    """It reads the record before it tries again: its own mark there means the ride was paid."""
    card = loaded_card(profile, RIDE_CARD)
    marked = bytes.fromhex("803000830800000001A1B2C3D408")
    for moment, paid in ((Moment.BEFORE, False), (Moment.AFTER, True)):
        torn = TornMemory(card.kept, 1, moment)
        again = InsertedCard(card.profile, torn)
        again.power_on()
        again.transmit(SELECT)
        with pytest.raises(PowerLost):
            again.transmit(marked)
        later = InsertedCard(card.profile, torn.store)
        later.power_on()
        record = ask(later, SELECT.hex(), "00B083001C")[1]
        assert record.startswith("00000045" if paid else "00000046")
        assert ("A1B2C3D4" in record) == paid


RIDER = """
import sys
from pathlib import Path
from cardsim.faults import CardUnreadable
from cardsim.folder import load_card
from cardsim.slot import InsertedCard
card = InsertedCard(*load_card(Path(sys.argv[1])))
card.power_on()
card.transmit(bytes.fromhex("00A4040C09F04B415A4153484912"))
while True:
    print("asked", flush=True)
    answer = card.transmit(bytes.fromhex("80300083040000000108"))
    print(answer.hex(), flush=True)
"""
ROUNDS = 25


def test_kill_9_gives_no_ride_back_and_loses_none(profile: Profile, tmp_path: Path) -> None:
    """A real process, killed again and again at moments of its own: at each start what was answered is gone, no more
    than the one ride that was asked for and not answered besides.
    """
    folder = tmp_path / "card"
    save_card(with_free_area(profile), folder)
    card = InsertedCard(*load_card(folder))
    card.power_on()
    many = msgspec.structs.replace(RIDE_CARD, count=100_000, limit=100_000)
    load(card, many)
    card.close()
    left = many.count
    for round_number in range(ROUNDS):
        asked, answered = ride_until_killed(folder, after=round_number % 7 + 1)
        now = rides_on_the_disk(folder)
        spent = left - now
        assert answered <= spent <= asked, (round_number, left, now, asked, answered)
        left = now
    assert left <= many.count - ROUNDS


def ride_until_killed(folder: Path, after: int) -> tuple[int, int]:
    """How many rides a process asked for and how many were answered until it was killed: after so many answers, at
    whatever instruction it had come to by then.
    """
    with subprocess.Popen([sys.executable, "-c", RIDER, str(folder)], stdout=subprocess.PIPE, text=True) as rider:
        assert rider.stdout is not None
        lines: list[str] = []
        while sum(line != "asked\n" for line in lines) < after:
            lines.append(rider.stdout.readline())
            assert lines[-1], "the process ended by itself"
        os.kill(rider.pid, signal.SIGKILL)
        lines += rider.stdout.readlines()
        rider.wait()
    whole = [line for line in lines if line.endswith("\n")]
    answers = [line for line in whole if line != "asked\n"]
    assert all(answer.endswith("9000\n") for answer in answers)
    return len(whole) - len(answers), len(answers)


def rides_on_the_disk(folder: Path) -> int:
    """What the counter's record says to the next process."""
    card = InsertedCard(*load_card(folder))
    card.power_on()
    record = ask(card, SELECT.hex(), "00B0830004")[1]
    card.close()
    return int(record[:8], 16)


class LazySave(InsertedCard):
    """Answers a decrement from memory and stores it with the next PIN only."""

    def _save(self, kept: Kept) -> None:
        if kept.pins != self._kept.pins:
            super()._save(kept)
        self._kept = kept


class FreeTries(InsertedCard):
    """Stores no wrong PIN: whoever ends the power has the try back."""

    def _save(self, kept: Kept) -> None:
        if kept.loaded != self._kept.loaded or kept.pins[PIN_NAME].left == 3:
            super()._save(kept)
        self._kept = kept


class TwoWrites(InsertedCard):
    """Stores value and the rest of a record in two writes: between them a ride is gone twice."""

    def _save(self, kept: Kept) -> None:
        if kept.loaded != self._kept.loaded:
            loaded = kept.loaded[PIN_CARD.aid]
            counter = loaded.files[2]
            assert isinstance(counter, Counter)
            half = msgspec.structs.replace(counter, value=max(0, counter.value - 2))
            files = (*loaded.files[:2], half, *loaded.files[3:])
            application = msgspec.structs.replace(loaded, files=files)
            super()._save(msgspec.structs.replace(kept, loaded={PIN_CARD.aid: application}))
        super()._save(kept)


@pytest.mark.parametrize("broken", [LazySave, FreeTries, TwoWrites])
def test_slot_that_stores_badly_is_caught(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, broken: type[InsertedCard]
) -> None:
    """The account finds a slot that stores late, not at all, or in two pieces: so it can fail."""
    monkeypatch.setattr(f"{__name__}.InsertedCard", broken)
    search = settings(max_examples=300, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    card = loaded_card(profile, PIN_CARD)

    @search
    @given(sessions=SESSIONS)
    def sessions_in_memory(sessions: list[tuple[list[str], int, Moment]]) -> None:
        torn_in_memory(card, sessions)

    with pytest.raises(AssertionError, match="expected one of"):
        sessions_in_memory()


def write_in_place(path: Path, content: bytes) -> None:
    """A file that is written over itself, and half of it is what the crash leaves."""
    path.write_bytes(content[: len(content) // 2])
    raise PowerLost


def test_file_that_is_written_over_itself_is_caught(profile: Profile, tmp_path: Path) -> None:
    """A store without the replacement leaves a file that no card can be read from: the checksum says so."""
    path = tmp_path / "kept.json"
    FileStore.create(path, fresh_kept(profile)).close()
    store = FileStore(path)
    with patch.object(store_module, "write_durably", write_in_place), pytest.raises(PowerLost):
        store.save(fresh_kept(profile))
    with pytest.raises(CardUnreadable, match="is not the kept state"):
        store.load()
    store.close()
