"""A card in a slot: power, reset and commands, one at a time, with the kept state stored before an answer leaves.

A card whose tries cannot be stored is withdrawn: it would be one that can be guessed at without end. Where a wrong PIN
would cost a try, room for that is made before the comparison, so that a full disk tells nothing about the PIN.
"""

import threading
from collections.abc import Callable

from cardsim.card import Profile, State, fresh_kept, kept_if_wrong, power_on, transmit, warm_reset
from cardsim.faults import CardFault, CardNotPowered, CardWithdrawn
from cardsim.state import Kept
from cardsim.store import KeptStore, MemoryStore
from cardsim.trace import Event, Sink, TraceLine, command_line


class InsertedCard:
    """One card and its owner. The doors of `cardsim.readers` carry bytes to it and decide nothing."""

    def __init__(self, profile: Profile, store: KeptStore, sink: Sink | None = None) -> None:
        self.profile = profile
        self._store = store
        self._sink = sink
        self._kept = store.load()
        self._state: State | None = None
        self._lines = 0
        self._turn = threading.RLock()
        self._withdrawn: CardFault | None = None
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
        """The ATR; a new session. A card that had power already goes through a cold reset."""
        with self._turn:
            self._require_in_use()
            self._state = power_on(self.profile, self._kept)
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

    def transmit(self, raw: bytes) -> bytes:
        """The answer to one command. Where the kept state changed it is stored first: a fault then is no answer."""
        with self._turn:
            state = self._powered_state()
            worst = kept_if_wrong(self.profile, state, raw)
            if worst is not None:
                self._store_or_withdraw(self._store.prepare, worst)
            after, answer = transmit(self.profile, state, raw)
            if after.kept is not state.kept:
                self._store_or_withdraw(self._store.save, after.kept)
                self._kept = after.kept
            self._state = after
            if self._sink is not None:
                self._lines += 1
                self._sink(command_line(self._lines, self.profile, state.session, raw, answer))
            return answer

    def close(self) -> None:
        """The card leaves the slot: power off, store given up."""
        with self._turn:
            self.power_off()
            self._store.close()

    def _store_or_withdraw(self, store: Callable[[Kept], None], kept: Kept) -> None:
        try:
            store(kept)
        except CardFault as fault:
            self._withdrawn = fault
            self.power_off()
            raise

    def _require_in_use(self) -> None:
        if self._withdrawn is not None:
            raise CardWithdrawn(
                f"card {self.profile.serial} was withdrawn, its tries could not be stored: {self._withdrawn}; "
                "mend that, then insert the card again"
            )

    def _powered_state(self) -> State:
        self._require_in_use()
        if self._state is None:
            raise CardNotPowered(f"card {self.profile.serial} has no power: connect or power on first")
        return self._state

    def _note(self, event: Event) -> None:
        if self._sink is not None:
            self._lines += 1
            self._sink(TraceLine(self._lines, event))
