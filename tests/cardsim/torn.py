"""Stores that lose their power: between any two writes, and in the middle of one, as a crash leaves a file.

A write of `FileStore` has five moments at which the power can go: before it, with half of the new file written, with
all of it written and not yet put in place, after it was put in place, and after the folder was synchronised. In the
first three the old state must be there afterwards, in the last two the new one.
"""

import os
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from unittest.mock import patch

from cardsim import store as store_module
from cardsim.state import Kept
from cardsim.store import FileStore, MemoryStore


class PowerLost(BaseException):
    """The machine is gone: nothing catches it, nothing is cleaned up."""


class Moment(Enum):
    """Where in one write the power goes."""

    BEFORE = "before"
    HALF_WRITTEN = "half written"
    WRITTEN = "written, not in place"
    IN_PLACE = "in place"
    AFTER = "after"


class TornMemory:
    """A memory that outlives the card, whose power goes at write number `write`: before it, or after it."""

    def __init__(self, kept: Kept, write: int, moment: Moment) -> None:
        self.store = MemoryStore(kept)
        self._left = write
        self._moment = moment

    def burn(self, write: int, moment: Moment) -> None:
        """From now on: the power goes at that write, counted from here."""
        self._left, self._moment = write, moment

    def load(self) -> Kept:
        """What was saved last."""
        return self.store.load()

    def save(self, kept: Kept) -> None:
        """Saves, until the power goes."""
        self._left -= 1
        if self._left != 0:
            self.store.save(kept)
            return
        if self._moment in {Moment.IN_PLACE, Moment.AFTER}:
            self.store.save(kept)
        raise PowerLost

    def close(self) -> None:
        """Nothing is held."""


class TornFile(FileStore):
    """A file whose power goes within write number `write`."""

    def __init__(self, path: Path, write: int, moment: Moment) -> None:
        super().__init__(path)
        self._left = write
        self._moment = moment

    def save(self, kept: Kept) -> None:
        """Saves, until the power goes at its moment."""
        self._left -= 1
        if self._left != 0:
            super().save(kept)
            return
        if self._moment is Moment.BEFORE:
            raise PowerLost
        if self._moment is Moment.AFTER:
            super().save(kept)
            raise PowerLost
        with patch.object(*_FAILING[self._moment]):
            super().save(kept)
        raise AssertionError("the write did not come to its moment")


def _lost_at_replace(beside: Path, target: Path) -> None:
    del beside, target
    raise PowerLost


def _lost_at_half(beside: Path, target: Path) -> None:
    """The crash took the second half of what was written: what a file system without a synchronised file may show."""
    del target
    os.truncate(beside, beside.stat().st_size // 2)
    raise PowerLost


def _lost_at_folder(folder: Path) -> None:
    del folder
    raise PowerLost


_FAILING: dict[Moment, tuple[object, str, Callable[..., None]]] = {
    Moment.HALF_WRITTEN: (Path, "replace", _lost_at_half),
    Moment.WRITTEN: (Path, "replace", _lost_at_replace),
    Moment.IN_PLACE: (store_module, "_sync_folder", _lost_at_folder),
}
