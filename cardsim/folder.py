"""A card as a folder that a process of its own can serve: `profile.json`, `kept.json` and its lock.

The profile holds private keys and PINs: folder 0700, files 0600.
"""

from pathlib import Path

import msgspec

from cardsim.faults import CardUnreadable
from cardsim.profile import Profile, encode_profile
from cardsim.sealed import decode_sealed, seal
from cardsim.state import Kept, fresh_kept
from cardsim.store import FileStore, read_kept, write_durably

_DECODER = msgspec.json.Decoder(Profile)
_KIND = "profile"
_PROFILE = "profile.json"
_KEPT = "kept.json"


def holds_card(folder: Path) -> bool:
    """Whether there is a card in a folder, readable or not."""
    return (folder / _PROFILE).exists()


def save_card(profile: Profile, folder: Path) -> None:
    """A new card in a new folder, unused. Refuses a folder that already holds one: that would give tries back."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CardUnreadable(f"cannot make {folder}: {fault.strerror}") from fault
    if holds_card(folder):
        raise CardUnreadable(f"{folder} already holds a card: choose another folder")
    FileStore.create(folder / _KEPT, fresh_kept(profile)).close()
    write_profile(profile, folder)


def write_profile(profile: Profile, folder: Path) -> None:
    """The card of a folder is this one from now on; what it keeps stays."""
    write_durably(folder / _PROFILE, seal(_KIND, encode_profile(profile)))


def load_card(folder: Path) -> tuple[Profile, FileStore]:
    """The card in a folder, and its store, owned from now on."""
    return _read_profile(folder), FileStore(folder / _KEPT)


def look_at_card(folder: Path) -> tuple[Profile, Kept]:
    """The card in a folder and what it keeps now, whoever owns it."""
    return _read_profile(folder), read_kept(folder / _KEPT)


def _read_profile(folder: Path) -> Profile:
    path = folder / _PROFILE
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise CardUnreadable(f"no card in {folder}: cannot read {path.name}: {fault.strerror}") from fault
    return decode_sealed(_KIND, raw, path, _DECODER)
