"""A card in a slot: power, reset and commands, one at a time, with the kept state stored before an answer leaves.

A command that may cost a try goes through three steps, as it does in a chip:

(1) decrement   the state in which the PIN was wrong is stored, whether it is or not;
(2) compare     the core performs the command;
(3) restore     where that ended in another state (the PIN was right), this one is stored.

So a store that cannot be written is met in step 1 and tells nothing about the PIN; and whoever ends the process, or
cuts the power, between 2 and 3 gains no guess. It may cost a try: torn there, a card cannot know whether the PIN was
right, and it gives nothing back. The price is two saves for a right PIN; a wrong one costs one, as ever. To prove
before step 2 that the store *could* be written is cheaper and does not hold: it was tried, and where a file could be
written beside kept.json but not replace it (a mount point, an immutable file) a right PIN was answered 9000 and a wrong
one by a fault, again at each insertion.

A card can be torn out of its slot (`Tear`) before the first step, between the second and the third, or after the last:
what it has stored by then is stored, and no answer leaves.

A card whose state could not be stored is withdrawn: it loses its power and answers nothing until it is inserted again.
"""

import secrets
import threading
from collections.abc import Callable
from enum import Enum
from typing import NoReturn

from cardsim.card import Profile, State, as_it_stands, fresh_kept, kept_if_wrong, power_on, transmit, warm_reset
from cardsim.faults import CardNotPowered, CardTorn, CardWithdrawn
from cardsim.state import Kept
from cardsim.store import KeptStore, MemoryStore
from cardsim.trace import Event, Sink, TraceLine, command_line, torn_line


class Tear(Enum):
    """When a card is taken out in the middle of a command."""

    BEFORE = "before"
    """It has not begun: nothing is spent."""
    DURING = "during"
    """It has stored the try as spent, and not yet given it back: a right PIN costs one, too."""
    AFTER = "after"
    """It has done everything but answer."""


class InsertedCard:
    """One card and its owner. The doors of `cardsim.readers` carry bytes to it and decide nothing."""

    __slots__ = ("_entropy", "_kept", "_lines", "_sink", "_state", "_store", "_turn", "_withdrawn", "profile")

    def __init__(
        self, profile: Profile, store: KeptStore, sink: Sink | None = None, entropy: Callable[[], bytes] | None = None
    ) -> None:
        """`entropy` seeds the card's generator at each power-on: the system's own by default."""
        self.profile = profile
        self._store = store
        self._sink = sink
        self._entropy = entropy or _system_entropy
        self._kept = store.load()
        self._state: State | None = None
        self._lines = 0
        self._turn = threading.RLock()
        self._withdrawn: BaseException | None = None
        power_on(profile, self._kept)  # a kept state of another card is found now, not at the first tap

    @classmethod
    def unused(cls, profile: Profile, sink: Sink | None = None) -> "InsertedCard":
        """A card fresh from the counter whose tries live in memory only."""
        return cls(profile, MemoryStore(fresh_kept(profile)), sink)

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self.profile.atr

    @property
    def powered(self) -> bool:
        """Whether the card has power."""
        return self._state is not None

    @property
    def kept(self) -> Kept:
        """What the card keeps at this moment."""
        return self._kept

    def power_on(self) -> bytes:
        """The ATR; a new session. A card that had power already goes through a cold reset.

        What it keeps is read anew: a store may know of a PIN that was reset at a counter meanwhile.
        """
        with self._turn:
            self._require_in_use()
            self._kept = self._store.load()
            self._state = power_on(self.profile, self._kept, self._entropy())
            self._note(Event.POWER_ON)
        return self.atr

    def reset(self) -> bytes:
        """The ATR after a warm reset."""
        with self._turn:
            self._state = warm_reset(self.profile, self._powered_state())
            self._note(Event.RESET)
        return self.atr

    def power_off(self) -> None:
        """The session is gone."""
        with self._turn:
            if self._state is not None:
                self._state = None
                self._note(Event.POWER_OFF)

    def transmit(self, raw: bytes, tear: Tear | None = None) -> bytes:
        """The answer to one command. Where the kept state changed it is stored first: a fault then is no answer.

        With `tear` the card is taken out at that moment: CardTorn, and its power is gone.
        """
        with self._turn:
            state = self._powered_state()
            if tear is Tear.BEFORE:
                self._tear_out(state, raw, tear)
            wrong = kept_if_wrong(self.profile, state, raw)
            if wrong is not None:
                self._save(wrong)  # (1)
                self._state = State(wrong, state.session)  # whatever ends step 2, memory is not ahead of the store
            if tear is Tear.DURING:
                self._tear_out(state, raw, tear)
            after, answer = transmit(self.profile, state, raw)  # (2)
            if after.kept is not self._kept and after.kept != self._kept:
                self._save(after.kept)  # (3)
            self._state = after
            if tear is Tear.AFTER:
                self._tear_out(state, raw, tear)
            self._note_command(state, raw, answer)
            return answer

    def note_readers_answer(self, raw: bytes, answer: bytes) -> None:
        """Traces a command that the reader answered itself: the card has not seen it."""
        with self._turn:
            self._note_command(self._powered_state(), raw, answer)

    def close(self) -> None:
        """The card leaves the slot: power off, store given up."""
        with self._turn:
            self.power_off()
            self._store.close()

    def _tear_out(self, state: State, raw: bytes, tear: Tear) -> NoReturn:
        if self._sink is not None:
            self._lines += 1
            self._sink(torn_line(self._lines, as_it_stands(self.profile, state.kept), state.session, raw, tear.value))
        self.power_off()
        raise CardTorn(
            f"card {self.profile.serial} was taken out {tear.value} a command: nobody has its answer; put it in again"
        )

    def _note_command(self, state: State, raw: bytes, answer: bytes) -> None:
        if self._sink is not None:
            self._lines += 1
            profile = as_it_stands(self.profile, state.kept)
            self._sink(command_line(self._lines, profile, state.session, raw, answer))

    def _save(self, kept: Kept) -> None:
        """Stores the state, or withdraws the card whatever the reason: an interrupted save may have been one."""
        try:
            self._store.save(kept)
        except BaseException as fault:
            self._withdrawn = fault
            self.power_off()
            raise
        self._kept = kept

    def _require_in_use(self) -> None:
        if self._withdrawn is not None:
            raise CardWithdrawn(
                f"card {self.profile.serial} was withdrawn, its tries could not be stored: "
                f"{str(self._withdrawn) or type(self._withdrawn).__name__}; mend that, then insert the card again"
            )

    def _powered_state(self) -> State:
        if self._state is None:
            self._require_in_use()
            raise CardNotPowered(f"card {self.profile.serial} has no power: connect or power on first")
        return self._state

    def _note(self, event: Event) -> None:
        if self._sink is not None:
            self._lines += 1
            self._sink(TraceLine(self._lines, event))


def _system_entropy() -> bytes:
    return secrets.token_bytes(32)
