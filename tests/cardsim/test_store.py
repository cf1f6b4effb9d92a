"""Tries on the disk: durable, owned by one, private (DESIGN.md §4, Card)."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cardsim.faults import CardInUse, CardUnreadable
from cardsim.folder import load_card, save_card
from cardsim.pins import PinRecord
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.state import Kept
from cardsim.store import FileStore, MemoryStore
from tests.cardsim.conftest import ask

JPKI = "00A4040C0AD392F000260100000001"
KEPT = Kept({"jpki.auth": PinRecord(b"1234", 3)})
ONE_TRY_THEN_KILLED = """
import os, signal, sys
from pathlib import Path
from cardsim.folder import load_card
from cardsim.slot import InsertedCard
card = InsertedCard(*load_card(Path(sys.argv[1])))
card.power_on()
card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
sys.stdout.write(card.transmit(bytes.fromhex("002000980439393939")).hex())
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
HOLD = """
import sys
from pathlib import Path
from cardsim.folder import load_card
owned = load_card(Path(sys.argv[1]))
print("owned", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "card")
    return tmp_path / "card"


def test_profile_survives_the_folder(profile: Profile, folder: Path) -> None:
    """What is read back is the profile that was written."""
    loaded, store = load_card(folder)
    store.close()
    assert loaded == profile


def test_folder_is_private(folder: Path) -> None:
    """Keys and PINs are for the owner's eyes: 0700 and 0600."""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"profile.json": 0o600, "kept.json": 0o600, "kept.lock": 0o600}


def test_tries_survive_kill_9(folder: Path) -> None:
    """Each answered try is spent, though the process is killed the moment its answer left; the fourth is blocked."""
    answers = []
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", ONE_TRY_THEN_KILLED, str(folder)], capture_output=True, check=False
        )
        assert done.returncode == -9, done.stderr
        answers.append(done.stdout)
    assert answers == [b"63c2", b"63c1", b"63c0", b"6984"]


def test_second_owner_is_refused(folder: Path) -> None:
    """While a process owns the card another is told so in one line, and may have it afterwards."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"owned\n"
        with pytest.raises(CardInUse, match="in use by another process"):
            load_card(folder)
        holder.kill()
    load_card(folder)[1].close()


def test_second_owner_in_the_same_process_is_refused(folder: Path) -> None:
    """The lock does not care in which process the first owner is."""
    _, store = load_card(folder)
    with pytest.raises(CardInUse):
        load_card(folder)
    store.close()
    store.close()
    load_card(folder)[1].close()


def test_only_changes_are_saved(profile: Profile) -> None:
    """Reading, selecting, asking and signing write nothing; a PIN does, for its try is spent before it is compared."""
    saved: list[Kept] = []

    class Counting(MemoryStore):
        def save(self, kept: Kept) -> None:
            saved.append(kept)

    card = InsertedCard(profile, Counting(InsertedCard.unused(profile).kept))
    card.power_on()
    ask(card, JPKI, "00B08A0000", "00200098", "0020009811" + "39" * 17)
    assert saved == []
    ask(card, "002000980431323334", "802A009701AA00")
    assert [kept.pins["jpki.auth"].left for kept in saved] == [2, 3]
    ask(card, "002000980439393939", "002000980431323334")
    assert [kept.pins["jpki.auth"].left for kept in saved] == [2, 3, 2, 1, 3]


def test_content_is_replaced_whole(tmp_path: Path) -> None:
    """After saves the file holds the last state, and nothing is left beside it."""
    store = FileStore.create(tmp_path / "kept.json", KEPT)
    store.save(Kept({"jpki.auth": PinRecord(b"1234", 1)}))
    assert store.load().pins["jpki.auth"] == PinRecord(b"1234", 1)
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.json", "kept.lock"]


def test_card_never_begins_afresh(folder: Path) -> None:
    """A card whose counters are gone or garbled is refused, not given new ones."""
    (folder / "kept.json").write_bytes(b'{"pins": {"jpki.auth": {"left"')
    profile, store = load_card(folder)
    with pytest.raises(CardUnreadable, match="not the kept state"):
        InsertedCard(profile, store)
    (folder / "kept.json").unlink()
    with pytest.raises(CardUnreadable, match="cannot read"):
        InsertedCard(profile, store)
    store.close()


def test_kept_state_of_another_card_is_refused(profile: Profile) -> None:
    """Counters that lack a PIN of the card belong to another."""
    with pytest.raises(ValueError, match=r"lacks jpki\.0010, jpki\.sign, text\.pin"):
        InsertedCard(profile, MemoryStore(KEPT))


def test_folder_that_holds_a_card_is_not_overwritten(profile: Profile, folder: Path) -> None:
    """Personalising over a card would give its tries back."""
    with pytest.raises(CardUnreadable, match="already holds a card"):
        save_card(profile, folder)


def test_missing_and_garbled_profile(tmp_path: Path) -> None:
    """A folder without a card, or with a broken one, is one line of error."""
    with pytest.raises(CardUnreadable, match="no card in"):
        load_card(tmp_path)
    (tmp_path / "profile.json").write_bytes(b"[]")
    with pytest.raises(CardUnreadable, match="not a card profile"):
        load_card(tmp_path)


def test_folder_that_cannot_be_made(profile: Profile, tmp_path: Path) -> None:
    """A file where the folder should be is one line of error."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CardUnreadable, match="cannot make"):
        save_card(profile, tmp_path / "file" / "card")
    with pytest.raises(CardUnreadable, match="cannot open"):
        FileStore(tmp_path / "missing" / "kept.json")


def test_card_that_was_given_up_writes_nothing_more(folder: Path) -> None:
    """Its lock is gone: what it wrote could give back a try that the next owner spent."""
    card = InsertedCard(*load_card(folder))
    card.close()
    card.power_on()
    ask(card, JPKI)
    with pytest.raises(CardInUse, match="was given up by this process"):
        card.transmit(bytes.fromhex("002000980439393939"))
