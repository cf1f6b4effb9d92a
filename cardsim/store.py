"""Where the kept state of a card lives between two runs.

A try is spent when it is on the disk, not before: `save` returns after file and folder are synchronised, and the
answer leaves after `save`. So a process killed at any moment gives no try back (`cardsim.slot` says in which order, and
what a kill may cost). One owner at a time: the lock is the kernel's, it goes with the process that holds it.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

import msgspec

from cardsim.faults import CardInUse, CardUnreadable
from cardsim.sealed import decode_sealed, seal
from cardsim.state import Kept

_DECODER = msgspec.json.Decoder(Kept)
_ENCODER = msgspec.json.Encoder(enc_hook=dict)
"""What it is not told of are mappings that are no dicts (`pins.FreshRecords`)."""
_KIND = "kept"
_PRIVATE = 0o600


class KeptStore(Protocol):
    """Loads and saves what a card keeps."""

    def load(self) -> Kept:
        """What the card kept last."""

    def save(self, kept: Kept) -> None:
        """Returns when `kept` survives whatever the store promises to survive."""

    def close(self) -> None:
        """Gives the card up: another may own it."""


class MemoryStore:
    """A store that survives nothing: for load generators and cases whose card lives as long as they do."""

    __slots__ = ("_kept",)

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def load(self) -> Kept:
        """What was saved last."""
        return self._kept

    def save(self, kept: Kept) -> None:
        """Returns at once."""
        self._kept = kept

    def close(self) -> None:
        """Nothing is held."""


class FileStore:
    """A file, replaced atomically and synchronised with its folder at each save; owned exclusively while open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = _locked(path.with_suffix(".lock"))

    @classmethod
    def create(cls, path: Path, kept: Kept) -> "FileStore":
        """A store whose file is made now."""
        store = cls(path)
        store.save(kept)
        return store

    def load(self) -> Kept:
        """What the file holds; a card never begins afresh because its file is gone."""
        return read_kept(self._path)

    def save(self, kept: Kept) -> None:
        """Returns when the new state is on the disk; CardInUse once the card was given up: another may own it."""
        if self._lock < 0:
            raise CardInUse(f"{self._path.parent} was given up by this process: load the card again")
        write_durably(self._path, seal(_KIND, _ENCODER.encode(kept)))

    def close(self) -> None:
        """Gives the lock back."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def read_kept(path: Path) -> Kept:
    """What a card keeps, whoever owns it."""
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise CardUnreadable(f"cannot read {path}: {fault.strerror}") from fault
    return decode_sealed(_KIND, raw, path, _DECODER)


def write_durably(path: Path, content: bytes) -> None:
    """Replaces a file so that after a crash it has either the old content or the new, and after return the new."""
    beside = path.with_suffix(".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as fault:
        advice = "the folder must be writable, with room"
        raise CardUnreadable(f"cannot write {path}: {fault.strerror}; {advice}") from fault


def _sync_folder(folder: Path) -> None:
    """A rename survives a crash once its folder is synchronised: rename(2), fsync(2)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: Path) -> int:
    """A descriptor that holds the exclusive lock of `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE)
    except OSError as fault:
        advice = "the card's folder must exist and be writable"
        raise CardUnreadable(f"cannot open {path}: {fault.strerror}; {advice}") from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        os.close(descriptor)
        raise CardInUse(f"{path.parent} is in use by another process: end that one first") from fault
    return descriptor
