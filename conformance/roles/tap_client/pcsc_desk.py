"""Where cards are laid for a program behind PC/SC: readers of a pcscd of our own, or of its substitute.

Programs are products as they are: they find the daemon by their environment, and the card by the reader's name. Each
run has a card of its own, in a process of its own; what the product did is read from its trace before it is taken out.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from cardsim.folder import load_card, save_card
from cardsim.trace import TraceLine
from cardsim.trace_file import read_trace
from conformance.roles.tap_client.case import Do, Where
from conformance.roles.tap_client.desk import Lying
from conformance.roles.tap_client.door import Happening
from conformance.roles.tap_client.laid import Cards, OnReader
from conformance.roles.tap_client.seen import is_over
from harness.errors import ConfigurationError
from harness.pcsc_lane import OUR_READER, LaneUnavailable, running_lane
from harness.pcsc_lane.readers import slot_of
from harness.pcsc_substitute import running_substitute_lane
from harness.pcsc_substitute.words import slot_name

PCSC, SUBSTITUTE = "pcsc", "substitute"
BESIDE, FOREIGN = "Kazashi Reader Beside", "Acme CardStation"
READERS = (BESIDE, OUR_READER, FOREIGN)
MISSING = "Kazashi Reader that is not there 00 00"
PLACES = {Where.OURS: OUR_READER, Where.FOREIGN: FOREIGN}
NAMED_PROGRAMS = {
    "opensc": (sys.executable, "-m", "conformance.targets.opensc_adapter"),
    "pyscard": (sys.executable, "-m", "conformance.targets.tap_client"),
}
"""What can be put under test by a word: OpenSC's programs, and the example as a pyscard program."""
DOOR = "conformance.roles.tap_client.door"
SETTLING = 2.0
"""Seconds; pcscd itself takes the power of a card that everybody left only after five."""


class Taken(Protocol):
    """A card in a reader."""

    def remove(self) -> None:
        """Take it out."""


class Lane(Protocol):
    """What both lanes offer."""

    @property
    def kind(self) -> str:
        """What runs: pcscd, or substitute."""

    def insert(self, folder: Path, reader: str = ..., *, trace: Path | None = None, door: Sequence[str] = ...) -> Taken:
        """Put a card in, by a door."""


class PcscDesk:
    """Readers of PC/SC."""

    capabilities = frozenset(("disturbed", "beside", "emulated"))
    """A card that takes a swapped one's place within a command would need pcscd to look twice meanwhile."""

    def __init__(self, lane: Lane, cards: Cards, folder: Path) -> None:
        self._lane, self._cards, self._folder, self._number = lane, cards, folder, 0
        self.setting = "behind pcscd" if lane.kind == "pcscd" else "behind the SUBSTITUTE of PC/SC, not pcscd"

    @contextmanager
    def lay(self, do: Do) -> Iterator[Lying]:
        """Yield the reader's name, with the card in it."""
        on_reader = self._cards.laid(do.card)
        if do.reader is Where.MISSING:
            yield Lying(MISSING, on_reader)
            return
        place = PLACES[do.reader]
        other = None if do.beside is None else self._cards.laid(do.beside)
        with ExitStack() as stack:
            if other is not None:
                stack.enter_context(self._in(other, BESIDE, Happening()))
            stack.enter_context(self._in(on_reader, place, Happening(do.trouble, do.weak)))
            yield Lying(slot_of(place) if self._lane.kind == "pcscd" else slot_name(place, 0), on_reader, other)

    @contextmanager
    def _in(self, on_reader: OnReader, reader: str, happening: Happening) -> Iterator[None]:
        """Let a card lie in a reader for the block, and read its trace before it leaves."""
        if on_reader.card is None:
            yield
            return
        self._number += 1
        place, trace = self._folder / f"card{self._number}", self._folder / f"trace{self._number}.jsonl"
        save_card(on_reader.card.profile, place)
        _, store = load_card(place)
        store.save(on_reader.card.kept)
        store.close()
        door = (DOOR, f"--happening={msgspec.json.encode(happening).decode()}")
        taken = self._lane.insert(place, reader, trace=trace, door=door)
        mark = len(read_trace(trace))
        try:
            yield
            on_reader.trace.lines.extend(settled(trace, mark))
        finally:
            taken.remove()


def settled(trace: Path, mark: int) -> list[TraceLine]:
    """Return the lines behind a mark, when the session is over or `SETTLING` seconds have passed.

    Power off (a disconnection with SCARD_UNPOWER_CARD) is a frame that the card does not answer: a program may have
    said its last word before the card knows.
    """
    end, pause = time.monotonic() + SETTLING, threading.Event()
    while not is_over(lines := read_trace(trace)[mark:]) and time.monotonic() < end:
        pause.wait(0.02)
    return lines


@contextmanager
def pcsc_desk(which: str, cards: Cards) -> Iterator[PcscDesk]:
    """Yield a desk behind a pcscd of its own; ConfigurationError tells what is missing, and how to go on without."""
    with tempfile.TemporaryDirectory(prefix="kazashi-desk-") as folder, ExitStack() as stack:
        begin: Any = running_lane if which == PCSC else running_substitute_lane
        try:
            lane: Lane = stack.enter_context(begin(READERS))
        except LaneUnavailable as fault:
            raise ConfigurationError(missing(which, fault)) from fault
        yield PcscDesk(lane, cards, Path(folder))


def missing(which: str, fault: LaneUnavailable) -> str:
    """Return what to do where PC/SC cannot be had, in both languages."""
    ways = "install pcscd and vsmartcard-vpcd (Debian) and the extra kazashi[pcsc]"
    if which == PCSC:
        ways += (
            ", or use --reader substitute (no pcscd; the report says so), or a python: target with --reader inprocess"
        )
    return (
        f"--reader {which}: expected a PC/SC reader of our own for the program, actual {fault}; {ways} / "
        "プログラムを試験するPC/SCリーダーを用意できません。"
        "pcscd と vsmartcard-vpcd を導入するか、--reader substitute を指定してください"
    )
