"""The card of a resident, and the reader it is put into: in this process, or behind pcscd.

A card is a folder either way (`cardsim.folder`). It is taken out after everything a person does, and loses its power;
what it kept is read from the disk when it is put in again.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import TraceLine
from cardsim.trace_file import TraceFile, read_trace
from harness.pcsc_lane import PcscLane
from harness.terminal.card_reader import Connection


class Reader(Protocol):
    """Where a card can be put in."""

    def holding(self, card: Path, trace: Path) -> AbstractContextManager[Connection]:
        """Offer a connection to the card of a folder: powered within the block, taken out at its end."""


class InProcessReader:
    """A reader of this process: no daemon."""

    @contextmanager
    def holding(self, card: Path, trace: Path) -> Iterator[Connection]:
        """Offer a connection in pyscard's shape."""
        sink = TraceFile(trace)
        try:
            profile, store = load_card(card)
            inserted = InsertedCard(profile, store, sink)
            try:
                connection = InProcessConnection(inserted)
                connection.connect()
                yield connection
            finally:
                inserted.close()
        finally:
            sink.close()


class PcscReader:
    """The reader of a PC/SC lane; the card is served by a process of its own."""

    def __init__(self, lane: PcscLane) -> None:
        self._lane = lane

    @contextmanager
    def holding(self, card: Path, trace: Path) -> Iterator[Connection]:
        """Offer a pyscard connection through pcscd."""
        served = self._lane.insert(card, trace=trace)
        try:
            with self._lane.connected() as connection:
                yield connection
        finally:
            served.remove()


class Card:
    """One card, its reader, and all that it was ever asked."""

    def __init__(self, profile: Profile, folder: Path, reader: Reader) -> None:
        self._reader = reader
        self._card, self._trace = folder / "card", folder / "trace.jsonl"
        save_card(profile, self._card)

    def in_reader(self) -> AbstractContextManager[Connection]:
        """Put the card in for the length of a block."""
        return self._reader.holding(self._card, self._trace)

    def trace(self) -> list[TraceLine]:
        """Return what the card was asked, in every reader it was in."""
        return read_trace(self._trace) if self._trace.exists() else []
