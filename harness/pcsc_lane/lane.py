"""The lane: a pcscd of our own, and cards in its readers, each served by a process."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from harness.pcsc_lane.daemon import Daemon, end_process, running_daemon
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.readers import (
    PATIENCE,
    Connection,
    await_card,
    await_empty,
    connection_to,
    listed_readers,
    require_real_library,
    sees_card,
    slot_of,
)
from harness.pcsc_lane.restart import daemon_down

STANDARD_DOOR = "cardsim.readers.vpcd"
OUR_READER = "Kazashi Virtual Reader"
"""Begins with "Kazashi", as every reader must to which a client of ours gives a PIN (DESIGN.md §4, Readers)."""
_A_FEW_POLLS = 3.0
_ONE_POLL = 1.0
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


@dataclass(frozen=True, slots=True)
class CardProcess:
    """A card in a reader of the lane, served by a process of its own."""

    slot: str
    _process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process id of the card's door."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the card's door still runs."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> int:
        """Return the exit code of the card's door once it ended by itself."""
        return self._process.wait(seconds)

    def remove(self) -> None:
        """Take the card out; returns when PC/SC sees the reader empty."""
        end_process(self._process)
        await_empty(self.slot)

    def kill(self) -> None:
        """End the card's process by SIGKILL, as a crash would; returns when PC/SC sees the reader empty."""
        self._process.kill()
        self._process.wait()
        await_empty(self.slot)


@dataclass(frozen=True, slots=True)
class PcscLane:
    """A running pcscd and its readers."""

    kind: ClassVar[str] = "pcscd"
    """What reports say ran: pcscd here, never to be mixed up with `harness.pcsc_substitute`."""
    daemon: Daemon
    _cards: ExitStack

    @property
    def environment(self) -> Mapping[str, str]:
        """What a PC/SC program needs in its environment to find this daemon; this process has it already."""
        return {SOCKET_VARIABLE: str(self.daemon.socket)}

    def insert(  # noqa: PLR0913  (what a card and its reader are)
        self,
        folder: Path,
        reader: str = OUR_READER,
        *,
        slot: int = 0,
        trace: Path | None = None,
        reconnect: float = 0,
        conditions: str = "contact",
        door: Sequence[str] = (STANDARD_DOOR,),
    ) -> CardProcess:
        """Put the card of a folder (`cardsim.folder`) into a reader; returns when PC/SC sees it there.

        A reader of vpcd has two slots; `conditions` are written as for `kazashi up --slot`. With `reconnect` the card's
        door outlives a restart of pcscd by so many seconds. `door` is the module that serves the card, and its words.
        """
        words = [sys.executable, "-m", *door, f"--card={folder}", f"--reconnect={reconnect}"]
        words += [f"--conditions={conditions}"]
        words += [f"--port={self.daemon.ports[reader] + slot}", *([] if trace is None else [f"--trace={trace}"])]
        name = slot_of(reader, slot)
        process = self._put_in(words, name)
        if not sees_card(name, _A_FEW_POLLS):
            # pcscd 1.9.9 looks every 0.4 s, and misses a card that takes a killed one's place between two looks when
            # a client's error told it of the empty slot meanwhile. It sees the card that comes after an empty look.
            end_process(process)
            sees_card(name, _ONE_POLL)
            process = self._put_in(words, name)
            try:
                await_card(name)
            except LaneUnavailable:
                end_process(process)
                raise
        return CardProcess(name, process)

    def _put_in(self, door: Sequence[str], slot: str) -> subprocess.Popen[bytes]:
        """Return the card's process once it has its line to the reader; a process that failed is ended here."""
        process = subprocess.Popen(
            [*self.daemon.door_prefix(), *door],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._cards.callback(end_process, process)
        try:
            await_door(process)
        except LaneUnavailable as fault:
            end_process(process)  # its line would keep the next card out
            raise LaneUnavailable(f"{slot}: {fault}") from fault
        return process

    def connected(self, reader: str = OUR_READER, *, slot: int = 0) -> AbstractContextManager[Connection]:
        """Offer a pyscard connection to the card in a reader; released at the end."""
        return connection_to(slot_of(reader, slot))

    def driver_down(self, how: signal.Signals = signal.SIGKILL) -> AbstractContextManager[None]:
        """Offer a block without pcscd; at its end another one is ready, in the same place."""
        return daemon_down(self.daemon, how)


@contextmanager
def running_lane(readers: Sequence[str] = (OUR_READER,)) -> Iterator[PcscLane]:
    """Start a lane with these readers; at the end, or after any failure, no process and no file of it is left."""
    require_real_library()
    with ExitStack() as stack:
        daemon = stack.enter_context(running_daemon(readers))
        lane = PcscLane(daemon, stack)
        stack.enter_context(set_in_process(lane.environment))
        missing = {slot_of(reader) for reader in readers} - set(listed_readers())
        if missing:  # pcscd goes on without a reader whose port it could not have
            raise LaneUnavailable(f"pcscd runs without {', '.join(sorted(missing))}: {daemon.said()}")
        yield lane


@contextmanager
def set_in_process(variables: Mapping[str, str]) -> Iterator[None]:
    """libpcsclite in this process, and every program it starts, finds the lane."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def await_door(process: subprocess.Popen[bytes]) -> None:
    """Return once the card's door says that it has its reader."""
    if process.stdout is None:
        raise ValueError("the card's door needs a pipe for what it says")
    speaks = select.select([process.stdout], [], [], PATIENCE)[0]
    said = process.stdout.readline().decode(errors="replace").strip() if speaks else ""
    if said != "ready":
        raise LaneUnavailable(f"the card's door: expected the line `ready` within {PATIENCE:g} s, actual {said!r}")
