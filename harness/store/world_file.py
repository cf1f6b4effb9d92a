"""A world as one file: JSON lines that anybody can read, of data alone: nothing in it is run, and no name in it a path.

    {"kazashi_world": 1, "seed": 7, "origin": …, "population": …, "practice": …, "clock": …, …, "events": 2, …}
    {"event": "registered", "at": …, …}        as many as the first line says, in their order
    {"key": "authority-auth-3", "pkcs8": …}    only of a world saved with its keys
    {"sha256": "…"}                            of all the lines above

A file that is not exactly this is refused with file and line: whatever a reader passed over would be another world.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from harness.clock import ClockRow
from harness.errors import ConfigurationError
from harness.events import Crowd, Event
from harness.jlis.practice import Practice
from harness.population import PopulationProfile

VERSION = 1
LONGEST_LINE = 65_536
MOST_LINES = 5_000_000
MOST_PEOPLE = 2_000_000
"""In one crowd: one line stands for them all."""
YEARS = range(2, 9999)
"""Of instants: in each of them every place of the earth has a calendar."""
KEY_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,7}", re.ASCII)


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: the facts of the world, and how many lines follow."""

    kazashi_world: int
    seed: int
    origin: datetime
    population: PopulationProfile
    practice: Practice
    clock: ClockRow
    published: datetime | None
    keys: str
    """Names the authority keys that the world was made with (SHA-256 of their public halves)."""
    events: int
    private_keys: int


class KeyLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One private key."""

    key: str
    pkcs8: bytes


class LastLine(Struct, frozen=True, forbid_unknown_fields=True):
    """The last line."""

    sha256: str


class SavedWorld(Struct, frozen=True):
    """Everything that a file says."""

    head: Head
    events: list[Event]
    keys: Mapping[str, bytes]
    """Private keys (PKCS#8, DER) by name; none unless it was saved with them."""


class WorldFileRefused(ConfigurationError):
    """A file that is not exactly a saved world; `str()` says where it stops being one."""


def write_world(path: Path, saved: SavedWorld) -> None:
    """Write the file at once, for its owner only; a reader never sees half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for line in _lines(saved):
                digest.update(line)
                file.write(line)
            file.write(msgspec.json.encode(LastLine(digest.hexdigest())) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as fault:
        with suppress(OSError):
            beside.unlink()
        raise ConfigurationError(
            f"{path}: expected a file to write, actual {fault.strerror}; name another place"
        ) from fault


def read_world(path: Path) -> SavedWorld:
    """Return what the file says; WorldFileRefused with the line where it is not as it should be."""
    try:
        with path.open("rb") as file:
            return _Reader(path, file).world()
    except OSError as fault:
        raise ConfigurationError(f"{path}: expected a saved world, actual {fault.strerror}") from fault


def _lines(saved: SavedWorld) -> Iterator[bytes]:
    yield msgspec.json.encode(saved.head) + b"\n"
    for event in saved.events:
        yield msgspec.json.encode(event) + b"\n"
    for name, pkcs8 in saved.keys.items():
        yield msgspec.json.encode(KeyLine(name, pkcs8)) + b"\n"


class _Reader:
    """Reads line by line and knows where it is."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file
        self._number = 0
        self._digest = hashlib.sha256()

    def world(self) -> SavedWorld:
        head: Head = self._struct(Head)
        if head.kazashi_world != VERSION:
            raise self._refused(f"version {VERSION}", f"version {head.kazashi_world}")
        if min(head.seed, head.events, head.private_keys) < 0 or head.events + head.private_keys > MOST_LINES:
            raise self._refused(f"numbers from 0, at most {MOST_LINES} lines", f"{head.events}, {head.private_keys}")
        if None in {
            at.tzinfo for at in (head.origin, head.clock.instant, head.clock.host, head.published or head.origin)
        }:
            raise self._refused("instants with a time zone", "one without")
        events = [self._event() for _ in range(head.events)]
        keys: dict[str, bytes] = {}
        for _ in range(head.private_keys):
            line: KeyLine = self._struct(KeyLine)
            if not KEY_NAME.fullmatch(line.key) or line.key in keys:
                raise self._refused("the name of another key", repr(line.key[:80]))
            keys[line.key] = line.pkcs8
        expected = self._digest.hexdigest()
        last: LastLine = self._struct(LastLine)
        if last.sha256 != expected:
            raise self._refused(f"SHA-256 {expected} of the lines above", "another: the file was changed or damaged")
        if self._file.read(1):
            self._number += 1
            raise self._refused("the end", "more")
        return SavedWorld(head, events, keys)

    def _event(self) -> Event:
        event: Event = self._struct(Event)
        for instant in _instants(event):
            if instant.tzinfo is None:
                raise self._refused("an instant with a time zone", instant.isoformat())
            if instant.year not in YEARS:
                raise self._refused(f"a year from {YEARS.start} to {YEARS.stop - 1}", instant.isoformat())
        if isinstance(event, Crowd) and not (1 <= event.count <= MOST_PEOPLE and 1 <= event.keys <= MOST_PEOPLE):
            raise self._refused(f"a crowd of at most {MOST_PEOPLE}", f"{event.count} with {event.keys} keys")
        return event

    def _struct(self, wanted: Any) -> Any:
        """Return the next line; every field in it must be one that is known: none is passed over in silence."""
        line = self._file.readline(LONGEST_LINE + 1)
        self._number += 1
        if len(line) > LONGEST_LINE or not line.endswith(b"\n"):
            raise self._refused(f"a line of at most {LONGEST_LINE} octets", f"{len(line)} octets without an end")
        self._digest.update(line)
        try:
            value = msgspec.json.decode(line, type=wanted)
            said = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            raise self._refused(_named(wanted), str(fault)) from fault
        if (strange := _unknown(said, msgspec.to_builtins(value))) is not None:
            raise self._refused(f"what {_named(wanted)} has", f"`{strange[:80]}`, which this version does not know")
        return value

    def _refused(self, expected: str, actual: str) -> WorldFileRefused:
        return WorldFileRefused(f"{self._path}:{self._number}: expected {expected}, actual {actual}")


def _instants(event: Event) -> Iterator[datetime]:
    """Yield every instant that an event names."""
    return (value for value in msgspec.structs.astuple(event) if isinstance(value, datetime))


def _named(wanted: Any) -> str:
    return {Head: "the first line of a saved world", KeyLine: "a key", LastLine: "the last line"}.get(
        wanted, "an event"
    )


def _unknown(said: Any, known: Any, place: str = "$") -> str | None:
    """Return where something was said that the value did not take in."""
    if isinstance(said, dict) and isinstance(known, dict):
        for name, value in said.items():
            if name not in known and value not in (None, [], {}):  # left out because it says what is so anyway
                return f"{place}.{name}"
            if name in known and (strange := _unknown(value, known[name], f"{place}.{name}")) is not None:
                return strange
    return None
