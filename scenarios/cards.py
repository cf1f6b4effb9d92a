"""The card of a resident, and the reader it is put into: in this process, or behind pcscd.

A card is a folder either way (`harness.kept_cards`). It is taken out after everything a person does, and loses its
power; what it kept is read from the disk when it is put in again, and so is what a counter wrote on it meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol

from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import InProcessReader as InProcess
from cardsim.slot import InsertedCard, Tear
from cardsim.trace import TraceLine
from cardsim.trace_file import TraceFile, read_trace
from harness.card_life import CardLife
from harness.kept_cards import CardsInFolder
from harness.pcsc_lane import PcscLane
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import Connection
from scenarios.pulling import PulledConnection


class Untellable(Exception):
    """This reader cannot do what the story tells; `str()` says what."""


Connect = Callable[[], Connection]


class Reader(Protocol):
    """Where a card can be put in."""

    def holding(
        self, cards: CardsInFolder, profile: Profile, life: CardLife, trace: Path, conditions: Conditions
    ) -> AbstractContextManager[Connect]:
        """Offer connections to a card, which is powered within the block and taken out at its end.

        Those of one block share the card. Untellable where the conditions cannot be made.
        """


class InProcessReader:
    """A reader of this process: no daemon."""

    @contextmanager
    def holding(
        self, cards: CardsInFolder, profile: Profile, life: CardLife, trace: Path, conditions: Conditions
    ) -> Iterator[Connect]:
        """Offer connections in pyscard's shape."""
        with closing(TraceFile(trace)) as sink, closing(InsertedCard(profile, cards.open(profile, life), sink)) as card:
            reader = InProcess(CardInReader(card, conditions))

            def connect() -> Connection:
                connection = reader.connection()
                connection.connect()
                return connection

            yield connect


class PcscReader:
    """The reader of a PC/SC lane; the card is served by a process of its own."""

    def __init__(self, lane: PcscLane) -> None:
        self._lane = lane

    @contextmanager
    def holding(
        self, cards: CardsInFolder, profile: Profile, life: CardLife, trace: Path, conditions: Conditions
    ) -> Iterator[Connect]:
        """Offer pyscard connections through pcscd."""
        out = conditions.taken_out
        if out is not None and out.when is Tear.DURING:
            raise Untellable("through pcscd nobody can take a card out between two writes of its chip")
        store = cards.open(profile, life)
        store.load()  # what a counter wrote is taken in by whoever knows the world; the card's process does not
        store.close()
        meeting = f"{conditions.interface.value}:{conditions.latency}"
        served = self._lane.insert(cards.folder_of(profile), trace=trace, conditions=meeting)
        with ExitStack() as ended:
            ended.callback(served.remove)

            def connect() -> Connection:
                connection = ended.enter_context(self._lane.connected())
                return connection if out is None else PulledConnection(connection, out, served.remove)

            yield connect


class Card:
    """One card, its reader, and all that it was ever asked."""

    def __init__(
        self, issued: Callable[[], IssuedCard], life: Callable[[str], CardLife], folder: Path, reader: Reader
    ) -> None:
        self._issued, self._life, self._reader = issued, life, reader
        folder.mkdir(parents=True, exist_ok=True)
        self._cards, self._trace = CardsInFolder(folder / "cards"), folder / "trace.jsonl"

    @property
    def issued(self) -> IssuedCard:
        """The card as it was last written."""
        return self._issued()

    def shared(self, conditions: Conditions = ORDINARY) -> AbstractContextManager[Connect]:
        """Put the card in for the length of a block, for as many programs as connect to it."""
        profile = self.issued.profile
        return self._reader.holding(self._cards, profile, self._life(profile.serial), self._trace, conditions)

    @contextmanager
    def in_reader(self, conditions: Conditions = ORDINARY) -> Iterator[Connection]:
        """Put the card in for the length of a block, for one terminal."""
        with self.shared(conditions) as connect:
            yield connect()

    def trace(self) -> list[TraceLine]:
        """Return what the card was asked, in every reader it was in."""
        return read_trace(self._trace) if self._trace.exists() else []
