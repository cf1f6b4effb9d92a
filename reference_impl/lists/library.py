"""The lists of a folder, and the shelf that is used now: swapped by one assignment, shared by processes through files.

    library.json   which volumes there are, oldest first: a list in a later one stands for that in an earlier
    *.lists        the volumes
    lock           held by whoever changes the folder

A reader takes `library.shelf` and works with that value; nothing that happens later touches it. Another process sees
that library.json is another file, and maps the volumes that it does not have yet.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from reference_impl.lists.volume_file import Fetched, VolumeUnusable, flush_folder, open_volume, write_volume
from reference_impl.verification.lists.acceptance import require_progress
from reference_impl.verification.lists.shelf import Shelf, Volume
from reference_impl.verification.verdict import Refusal

MOST_VOLUMES: Final = 8
"""When there are more, the lists that are used are put together in one."""
_FORMAT: Final = "kazashi-lists/1"
_TRIES: Final = 5


class _Contents(msgspec.Struct, frozen=True):
    """What library.json says."""

    volumes: tuple[str, ...] = ()
    format: str = _FORMAT


class Published(msgspec.Struct, frozen=True):
    """What became of lists that were offered: how many are used now, and why the others are not, by their numbers."""

    taken: int
    refused: dict[int, Refusal]


class ArchiveTaken(msgspec.Struct, frozen=True):
    """An archive that was read: how its carrier called it, and the paths of the lists in it that are used."""

    tag: str = ""
    paths: frozenset[str] = frozenset()


class Library:
    """The lists of one folder. `shelf` is what to use now; `refresh` looks whether another process changed it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._volumes: dict[str, Volume] = {}
        self._seen: tuple[int, int, int] | None = None
        self.unusable: list[str] = []
        """Volumes that were passed over because their files are not whole."""
        self.shelf = Shelf()
        self.archives: dict[str, ArchiveTaken] = {}
        """Archives that were read to their ends, by their addresses; for as long as this object lives."""
        self.refresh()

    def refresh(self) -> bool:
        """Takes up what another process changed; whether there was anything. It costs one stat(2) if there was not."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        for _ in range(_TRIES):
            stamp = self._stamp()
            try:
                self._take(self._read())
            except FileNotFoundError:  # a volume went while the contents were read: there are newer contents
                continue
            self._seen = stamp
            return True
        raise VolumeUnusable(f"{self._folder}: expected volumes that stay for a moment, found them changing")

    def publish(self, fetched: Sequence[Fetched], refused: Mapping[bytes, Refusal] | None = None) -> Published:
        """Puts lists in their places, all at once: those that do not go back and whose every entry can be read.

        `refused` is why others were not taken, by the SHA-256 of their points: what is said where there is no list.
        """
        with self._locked():
            self.refresh()
            out: dict[int, Refusal] = {}
            good = [number for number, each in enumerate(fetched) if self._is_progress(number, each, out)]
            if good:
                path = self._new_name()
                volume, wrong = write_volume(path, [fetched[number] for number in good])
                out |= {good[number]: refusal for number, refusal in wrong.items()}
                self._add(path.name, volume)
            wrong_points = {hashlib.sha256(fetched[number].listed.point).digest(): out[number] for number in out}
            self.shelf = self.shelf.with_refused({**(refused or {}), **wrong_points})
        return Published(len(fetched) - len(out), out)

    def _is_progress(self, number: int, each: Fetched, out: dict[int, Refusal]) -> bool:
        held = self.shelf.get((each.listed.issuer_key, each.listed.point))
        try:
            require_progress(each.listed, held.listed if held else None)
        except Refusal as refusal:
            out[number] = Refusal(refusal.reason, refusal.finding)  # without what it was raised from
            return False
        return True

    def _new_name(self) -> Path:
        return self._folder / f"{uuid4().hex}.lists"

    def _add(self, name: str, volume: Volume) -> None:
        """Writes new contents and swaps the shelf; volumes of which nothing is used any more go."""
        self._volumes = {**self._volumes, name: volume}
        shelf = self._assembled(self._volumes)
        used = {id(index) for index in shelf.volumes()}
        names = [each for each, held in self._volumes.items() if id(held.index) in used]
        if len(names) > MOST_VOLUMES:
            names = [self._merge(shelf)]
        self._write(_Contents(tuple(names)))
        self._take(_Contents(tuple(names)))
        self._seen = self._stamp()
        for stale in self._folder.glob("*.lists"):
            if stale.name not in names:
                stale.unlink()  # who has it mapped keeps it until they let go

    def _merge(self, shelf: Shelf) -> str:
        """The name of one volume with all lists that are used."""
        together = []
        for held in shelf.lists():
            begin, end = held.listed.whole
            entries = held.listed.entries[0] - begin, held.listed.entries[1] - begin
            listed = msgspec.structs.replace(held.listed, whole=(0, end - begin), entries=entries)
            together.append(Fetched(listed, held.index.data[begin:end]))
        path = self._new_name()
        self._volumes[path.name] = write_volume(path, together)[0]
        return path.name

    def _take(self, contents: _Contents) -> None:
        """Maps what is not mapped yet, and swaps the shelf."""
        volumes, self.unusable = {}, []
        for name in contents.volumes:
            try:
                volumes[name] = self._volumes.get(name) or open_volume(self._folder / name)
            except VolumeUnusable as error:
                self.unusable.append(str(error))
        shelf = self._assembled(volumes)
        self._volumes, self.shelf = volumes, shelf

    @staticmethod
    def _assembled(volumes: Mapping[str, Volume]) -> Shelf:
        shelf = Shelf()
        for volume in volumes.values():
            shelf = shelf.with_volume(volume)
        return shelf

    def _read(self) -> _Contents:
        path = self._folder / "library.json"
        if not path.exists():
            return _Contents()
        try:
            contents = msgspec.json.decode(path.read_bytes(), type=_Contents)
        except msgspec.DecodeError as error:
            raise VolumeUnusable(f"{path}: expected the contents of a library, found {error}") from error
        if contents.format != _FORMAT or any("/" in name for name in contents.volumes):
            raise VolumeUnusable(f"{path}: expected {_FORMAT} with plain file names, found {contents.format}")
        return contents

    def _write(self, contents: _Contents) -> None:
        part = self._folder / "library.part"
        with part.open("wb") as file:
            file.write(msgspec.json.encode(contents))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._folder / "library.json")
        flush_folder(self._folder)

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = (self._folder / "library.json").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone with the folder, as far as other processes and threads keep to it (flock(2))."""
        with (self._folder / "lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
