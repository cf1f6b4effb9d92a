"""The card of a resident, and the reader it is put into: in this process, or behind pcscd.

A card is a folder either way (`harness.kept_cards`). It is taken out after everything a person does, and loses its
power; what it kept is read from the disk when it is put in again, and so is what a counter wrote on it meanwhile.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import InProcessReader as InProcess
from cardsim.readers.latency import FAST, PROFILES
from cardsim.slot import InsertedCard, Tear
from cardsim.trace import TraceLine
from cardsim.trace_file import TraceFile, read_trace
from harness.card_life import CardLife
from harness.kept_cards import CardsInFolder
from harness.pcsc_lane.many_cards import HostedCard, ManyCards
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import Connection
from scenarios.field import Lying, in_one_field
from scenarios.pulling import PulledConnection, TimedConnection


class Untellable(Exception):
    """This reader cannot do what the story tells; `str()` says what."""


Connect = Callable[[], Connection]
AT_ONCE = 4
"""Cards that lie in readers of the lane at one time; the other places are for those that come next."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """A card that is put in: where it is kept, what befell it, where its trace goes, and what its commands took."""

    cards: CardsInFolder
    profile: Profile
    life: CardLife
    trace: Path
    conditions: Conditions
    took: list[float] = field(default_factory=list)

    @property
    def lying(self) -> Lying:
        """The card, for a reader with a field."""
        return Lying(self.cards, self.profile, self.life, self.trace)


class Reader(Protocol):
    """Where a card can be put in."""

    kinds: tuple[str, ...]
    """Of which kinds it can be while taps are timed (`cardsim.readers.latency`)."""

    def holding(self, put_in: Insertion) -> AbstractContextManager[Connect]:
        """Offer connections to a card, which is powered within the block and taken out at its end.

        Those of one block share the card. Untellable where the conditions cannot be made.
        """

    def holding_both(self, first: Insertion, second: Insertion) -> AbstractContextManager[Connect]:
        """Offer connections to a field in which two cards lie; the conditions of the first say who answers."""


class InProcessReader:
    """A reader of this process: no daemon."""

    kinds: tuple[str, ...] = tuple(name for name, profile in PROFILES.items() if profile.exchange.seconds)
    """All in which things take time: nobody waits for it here."""

    @contextmanager
    def holding(self, put_in: Insertion) -> Iterator[Connect]:
        """Offer connections in pyscard's shape."""
        profile, store = put_in.profile, put_in.cards.open(put_in.profile, put_in.life)
        with closing(TraceFile(put_in.trace)) as sink, closing(InsertedCard(profile, store, sink)) as card:
            inside = CardInReader(card, put_in.conditions)
            reader = InProcess(inside)

            def connect() -> Connection:
                connection = reader.connection()
                connection.connect()
                return TimedConnection(connection, lambda: inside.spent, put_in.took)

            yield connect

    @contextmanager
    def holding_both(self, first: Insertion, second: Insertion) -> Iterator[Connect]:
        """Offer connections to a contactless slot of the harness."""
        with in_one_field(first.lying, second.lying, first.conditions) as connection:
            yield lambda: connection


@dataclass(frozen=True, slots=True)
class _Lying:
    """A card that lies in a reader of the lane, as it was when it was put in."""

    card: HostedCard
    profile: Profile
    writes: int
    """How often somebody else had written to its tries."""
    meeting: str

    def is_still(self, put_in: Insertion, meeting: str) -> bool:
        """Whether it can stay where it is: nobody pulled it out, and no counter wrote on it."""
        now = put_in.profile, len(put_in.life.tries_written()), meeting
        return self.card.is_in and (self.profile, self.writes, self.meeting) == now


class PcscReader:
    """The readers of a PC/SC lane; the cards are served by a process of their own.

    A card stays in its reader, without power, until something is written on it or another one needs the place: pcscd
    takes half a second to see a card, and a story puts one in a dozen times.
    """

    kinds: tuple[str, ...] = (FAST.name,)
    """What pcscd itself takes is measured; the others would be waited for, five seconds a tap."""

    def __init__(self, cards: ManyCards) -> None:
        self._cards = cards
        self._lying: dict[Path, _Lying] = {}

    @contextmanager
    def holding(self, put_in: Insertion) -> Iterator[Connect]:
        """Offer pyscard connections through pcscd."""
        conditions = put_in.conditions
        out = conditions.taken_out
        if out is not None and out.when is Tear.DURING:
            raise Untellable("through pcscd nobody can take a card out between two writes of its chip")
        if conditions.weak is not None:
            raise Untellable("through pcscd no frame is lost: vpcd has a line, not a field")
        lying = self._there(put_in, f"{conditions.interface.value}:{conditions.latency}")
        with ExitStack() as ended:

            def connect() -> Connection:
                connection: Connection = ended.enter_context(lying.connected())
                connection = TimedConnection(connection, time.perf_counter, put_in.took)
                return connection if out is None else PulledConnection(connection, out, lying.remove)

            yield connect

    def holding_both(self, first: Insertion, second: Insertion) -> AbstractContextManager[Connect]:
        """Raise Untellable."""
        del first, second
        raise Untellable("through pcscd there is one card at a time: vpcd has a line, not a field")

    def close(self) -> None:
        """Take every card out."""
        for lying in self._lying.values():
            lying.card.remove()
        self._lying.clear()

    def _there(self, put_in: Insertion, meeting: str) -> HostedCard:
        """Return the card in a reader: where it is, or where it is put now."""
        folder = put_in.cards.folder_of(put_in.profile)
        before = self._lying.pop(folder, None)
        if before is not None and before.is_still(put_in, meeting):
            self._lying[folder] = before
            return before.card
        if before is not None:
            before.card.remove()
        if len(self._lying) >= AT_ONCE:
            self._lying.pop(next(iter(self._lying))).card.remove()
        store = put_in.cards.open(put_in.profile, put_in.life)
        store.load()  # what a counter wrote is taken in by whoever knows the world; the card's process does not
        store.close()
        card = self._cards.insert(folder, trace=put_in.trace, conditions=meeting)
        self._lying[folder] = _Lying(card, put_in.profile, len(put_in.life.tries_written()), meeting)
        return card


class Card:
    """One card, its reader, and all that it was ever asked."""

    def __init__(
        self, issued: Callable[[], IssuedCard], life: Callable[[str], CardLife], folder: Path, reader: Reader
    ) -> None:
        self._issued, self._life, self._reader = issued, life, reader
        folder.mkdir(parents=True, exist_ok=True)
        self._cards, self._trace = CardsInFolder(folder / "cards"), folder / "trace.jsonl"
        self.took: list[float] = []
        """Seconds of each command that it was ever asked."""

    @property
    def issued(self) -> IssuedCard:
        """The card as it was last written."""
        return self._issued()

    def shared(self, conditions: Conditions = ORDINARY) -> AbstractContextManager[Connect]:
        """Put the card in for the length of a block, for as many programs as connect to it."""
        return self._reader.holding(self._insertion(conditions))

    @contextmanager
    def in_reader(self, conditions: Conditions = ORDINARY) -> Iterator[Connection]:
        """Put the card in for the length of a block, for one terminal."""
        with self.shared(conditions) as connect:
            yield connect()

    @contextmanager
    def in_field_before(self, other: "Card", conditions: Conditions) -> Iterator[Connection]:
        """Lay the card into the field for the length of a block, and another one beside it."""
        with self._reader.holding_both(self._insertion(conditions), other._insertion(conditions)) as connect:
            yield connect()

    def trace(self) -> list[TraceLine]:
        """Return what the card was asked, in every reader it was in."""
        return read_trace(self._trace) if self._trace.exists() else []

    def _insertion(self, conditions: Conditions) -> Insertion:
        profile = self.issued.profile
        return Insertion(self._cards, profile, self._life(profile.serial), self._trace, conditions, self.took)
