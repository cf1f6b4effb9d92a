"""The journal of a run that goes on: every finished case, on the disk before the next one begins.

A file of JSON lines in the folder of the reports: who is judged by what (`Identity`), then a line where a sitting
begins, and one for each case that ended. It is written through to the disk line by line, so that what ends the process
(Ctrl-C, `kill -9`, the machine) costs the case that was being played. A last line without its end was torn and is cut
off; any other broken line is refused. The file goes when the reports are written.
"""

import fcntl
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import msgspec
from msgspec import Struct

from conformance.evidence.circumstances import ClockMode, instant_text
from harness.errors import ConfigurationError

NAME = "journal.jsonl"
NEW_LINE = b"\n"


class Identity(Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="run"):
    """What must be the same when a run is taken up again."""

    format: Literal[1]
    suite: str
    role: str
    catalogue_hash: str
    cases: tuple[str, ...]
    """The choice of `--case`; empty for all."""
    target: str
    options: dict[str, str]
    """What else the command line says of the target; files by their SHA-256."""
    product: dict[str, Any]
    """What the target says of itself: its `hello`, or what the bench found."""
    statement_hash: str | None
    seed: int
    seed_drawn: bool


class SittingBegun(Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="sitting"):
    """From here on the cases are those of one process, with one world."""

    begun: str
    mode: ClockMode


class Finished(Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="case"):
    """A case that ended, its twin not yet considered, and the instants that the product was set to in it."""

    case: str
    instants: tuple[str, ...]
    judgement: dict[str, Any]


Line = Identity | SittingBegun | Finished


class SittingKept(Struct, frozen=True):
    """A sitting as the journal has it."""

    begun: SittingBegun
    finished: tuple[Finished, ...]


class RunJournal:
    """The journal of the present sitting, and what earlier sittings left in it."""

    def __init__(self, path: Path, descriptor: int, earlier: Sequence[SittingKept] = ()) -> None:
        self.path = path
        self.earlier = tuple(earlier)
        self._descriptor = descriptor

    @classmethod
    def begin(cls, out: Path, identity: Identity) -> Self:
        """Return the journal of a new run in the folder `out`; ConfigurationError when it cannot be kept there."""
        try:
            out.mkdir(parents=True, exist_ok=True)
            descriptor = _locked(out / NAME, os.O_RDWR | os.O_CREAT)
            os.ftruncate(descriptor, 0)
        except OSError as fault:
            raise ConfigurationError(
                f"{out}: expected a folder for the reports, actual {fault.strerror}; name another with --out"
            ) from fault
        journal = cls(out / NAME, descriptor)
        journal._write(identity)
        return journal

    @classmethod
    def take_up(cls, out: Path, identity: Identity) -> Self:
        """Return the journal of the interrupted run in `out`; ConfigurationError names all that is not the same."""
        path = out / NAME
        try:
            descriptor = _locked(path, os.O_RDWR)
        except OSError as fault:
            raise _nothing_there(path, fault) from fault
        try:
            kept, sittings, length = _read(path)
            _require_same(path, kept, identity)
            os.ftruncate(descriptor, length)
            os.lseek(descriptor, 0, os.SEEK_END)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, sittings)

    def sit_down(self, now: datetime, mode: ClockMode) -> SittingBegun:
        """Return the line that was written: a sitting begins."""
        line = SittingBegun(instant_text(now), mode)
        self._write(line)
        return line

    def keep(self, case: str, instants: Sequence[str], judgement: dict[str, Any]) -> Finished:
        """Return the line of a case that ended; on the disk when this returns."""
        line = Finished(case, tuple(instants), judgement)
        self._write(line)
        return line

    def forget(self) -> None:
        """The reports are written: the journal goes."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    def _write(self, line: Line) -> None:
        text = msgspec.json.encode(line) + NEW_LINE
        try:
            while text:
                text = text[os.write(self._descriptor, text) :]
            os.fsync(self._descriptor)
        except OSError as fault:
            raise ConfigurationError(
                f"{self.path}: expected room for the journal of the run, actual {fault.strerror}; make room, then "
                "go on with --resume"
            ) from fault


def interrupted(out: Path) -> tuple[Identity, int]:
    """Return who is judged by what in the interrupted run in `out`, and its sittings; ConfigurationError for none."""
    identity, sittings, _ = _read(out / NAME)
    return identity, len(sittings)


def _locked(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(descriptor)
        raise ConfigurationError(
            f"{path}: expected no other run there, actual one that goes on; wait for it, or name another --out"
        ) from fault
    return descriptor


def _read(path: Path) -> tuple[Identity, list[SittingKept], int]:
    """Return what the journal holds, and how many octets of it are whole lines."""
    try:
        text = path.read_bytes()
    except OSError as fault:
        raise _nothing_there(path, fault) from fault
    whole = text.rfind(NEW_LINE) + 1
    lines = [_line(path, number, line) for number, line in enumerate(text[:whole].splitlines(), 1)]
    if not lines or not isinstance(lines[0], Identity):
        raise ConfigurationError(f"{path}: expected the journal of a run, actual no beginning; start without --resume")
    sittings: list[tuple[SittingBegun, list[Finished]]] = []
    for number, line in enumerate(lines[1:], 2):
        if isinstance(line, SittingBegun):
            sittings.append((line, []))
        elif isinstance(line, Finished) and sittings:
            sittings[-1][1].append(line)
        else:
            raise ConfigurationError(f"{path}: line {number}: expected a sitting or a case; start without --resume")
    return lines[0], [SittingKept(begun, tuple(finished)) for begun, finished in sittings], whole


def _line(path: Path, number: int, line: bytes) -> Line:
    try:
        return msgspec.json.decode(line, type=Identity | SittingBegun | Finished)
    except msgspec.MsgspecError as fault:
        raise ConfigurationError(f"{path}: line {number}: {fault}; start anew without --resume") from fault


def _nothing_there(path: Path, fault: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"--resume: expected the journal of an interrupted run, {path}, actual {fault.strerror}; name its folder with "
        "--out, or start without --resume"
    )


def _require_same(path: Path, kept: Identity, now: Identity) -> None:
    unlike = [
        f"{name}: then {getattr(kept, name)!r}, now {getattr(now, name)!r}"
        for name in Identity.__struct_fields__
        if getattr(kept, name) != getattr(now, name)
    ]
    if unlike:
        raise ConfigurationError(
            f"--resume {path}: expected the same run, actual another ({'; '.join(unlike)}); "
            "give it what the interrupted one was given, or start without --resume"
        )
