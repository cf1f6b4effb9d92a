"""Files of another version, of another kind, or with damage: refused with the reason, and left as they were."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cardsim.faults import CardUnreadable
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard

Bend = Callable[[bytes], bytes]


def version_one(raw: bytes) -> bytes:
    """The bare content, as Kazashi wrote it before the free area."""
    return json.dumps(json.loads(raw)["content"]).encode()


def another_version(raw: bytes) -> bytes:
    """A file of a version to come, whose other fields nobody knows yet."""
    return json.dumps({"version": 3, "digest": json.loads(raw)["sha256"]}).encode()


def another_kind(raw: bytes) -> bytes:
    """A file of the same version that is something else."""
    for kind in (b'"kept"', b'"profile"'):
        if kind in raw:
            return raw.replace(kind, b'"trace"', 1)
    raise AssertionError(raw)


def one_digit(raw: bytes) -> bytes:
    """One digit of the content is another: still JSON, still a card, with another count or another name."""
    place = next(place for place in range(len(raw) - 1, 0, -1) if raw[place : place + 1].isdigit())
    return raw[:place] + (b"1" if raw[place : place + 1] != b"1" else b"2") + raw[place + 1 :]


def cut(raw: bytes) -> bytes:
    """The file ends in the middle."""
    return raw[: len(raw) // 2]


@pytest.mark.parametrize("name", ["kept.json", "profile.json"])
@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (version_one, "expected version 2 .*actual 1"),
        (another_version, "expected version 2 .*actual 3"),
        (another_kind, "actual 'trace'"),
        (one_digit, "damaged: expected checksum"),
        (cut, "is not"),
        (lambda _: b"", "is not"),
        (lambda raw: raw + b"x", "is not"),
    ],
    ids=["version 1", "version 3", "kind", "digit", "cut", "empty", "tail"],
)
def test_refused_and_left_as_it_was(profile: Profile, tmp_path: Path, name: str, bend: Bend, says: str) -> None:
    """One line with path and reason; the bytes on the disk stay what they were, and the lock is free again."""
    folder = tmp_path / "card"
    save_card(profile, folder)
    bent = bend((folder / name).read_bytes())
    (folder / name).write_bytes(bent)
    for _ in range(2):
        with pytest.raises(CardUnreadable, match=says) as told:
            insert(folder)
        assert name in str(told.value)
        assert "\n" not in str(told.value)
        assert (folder / name).read_bytes() == bent


def test_whole_file_is_read(profile: Profile, tmp_path: Path) -> None:
    """The twin: nothing bent, the card is read."""
    save_card(profile, tmp_path / "card")
    insert(tmp_path / "card")


def insert(folder: Path) -> None:
    """Puts the card of a folder into a slot and takes it out again."""
    profile, store = load_card(folder)
    try:
        InsertedCard(profile, store)
    finally:
        store.close()
