"""A card as its reader has it: the ATR of this interface, the time things take, frames lost, cards taken out.

It stands between a card (`cardsim.slot`) and a door, with the same methods, and changes no byte of an answer.
"""

from collections.abc import Callable

import msgspec

from cardsim.faults import CardLost, CardTorn
from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions, TakenOut
from cardsim.readers.interface import (
    CONTACTLESS_ATRS,
    READ_UID,
    Interface,
    UidAnswer,
    frame_waiting_time,
    pupi_of,
    with_pupi,
)
from cardsim.readers.latency import seconds_of
from cardsim.readers.weak_field import attempts_of
from cardsim.slot import InsertedCard, Tear

_DONE = b"\x90\x00"


def _no_time(_: float) -> bool:
    """Nobody waits."""
    return False


class CardInReader:
    """One card in one reader, from insertion to removal.

    `wait` is the door's: it is told how many seconds, and says whether it was told to end meanwhile.
    """

    def __init__(
        self,
        card: InsertedCard,
        conditions: Conditions = ORDINARY,
        *,
        insertion: int = 0,
        wait: Callable[[float], bool] = _no_time,
    ) -> None:
        self.card = card
        self.conditions = conditions
        self.present = True
        """Whether it lies there; not once it was torn out."""
        self.pupi = pupi_of(conditions.seed, insertion)
        self.spent = 0.0
        """Seconds that its answers took so far."""
        self._wait = wait
        self._commands = 0

    @property
    def profile(self) -> Profile:
        """The card's profile."""
        return self.card.profile

    @property
    def atr(self) -> bytes:
        """The ATR that this reader shows."""
        if self.conditions.interface is Interface.CONTACT:
            return self.conditions.atr or self.card.atr
        atr = self.conditions.atr or CONTACTLESS_ATRS[0]
        return with_pupi(atr, self.pupi) if self.conditions.pupi_in_atr else atr

    @property
    def powered(self) -> bool:
        """Whether the card has power."""
        return self.card.powered

    def wait_with(self, wait: Callable[[float], bool]) -> None:
        """From now on a door waits in its own way: one that can be ended."""
        self._wait = wait

    def power_on(self) -> bytes:
        """The ATR; a new session."""
        self._require_presence()
        self.card.power_on()
        return self.atr

    def reset(self) -> bytes:
        """The ATR after a warm reset."""
        self._require_presence()
        self.card.reset()
        return self.atr

    def power_off(self) -> None:
        """The session is gone."""
        self.card.power_off()

    def close(self) -> None:
        """The card is given up."""
        self.card.close()

    def transmit(self, raw: bytes) -> bytes:
        """The answer to one command, after the time it takes; CardTorn or CardLost where nobody gets it."""
        self._require_presence()
        self._commands += 1
        if raw == READ_UID and self._answers_itself():
            answer = self.pupi + _DONE
            self.card.note_readers_answer(raw, answer)
            return answer
        self._count_down(raw)
        self._through_the_field(raw)
        answer = self.card.transmit(raw)
        self._take(seconds_of(self.conditions.times, raw, answer))
        return answer

    def _answers_itself(self) -> bool:
        return self.conditions.interface is Interface.CONTACTLESS and self.conditions.uid is UidAnswer.NUMBER

    def _count_down(self, raw: bytes) -> None:
        """Tears the card out when its command has come."""
        out = self.conditions.taken_out
        if out is None:
            return
        if out.at > 1:
            self.conditions = msgspec.structs.replace(self.conditions, taken_out=TakenOut(out.at - 1, out.when))
            return
        self.conditions = msgspec.structs.replace(self.conditions, taken_out=None)
        self.present = False
        self.card.transmit(raw, out.when)

    def _through_the_field(self, raw: bytes) -> None:
        """Waits for what is repeated; a card that is lost has done what the command says, or has not seen it."""
        if self.conditions.weak is None:
            return
        attempts = attempts_of(self.conditions.weak, self._commands)
        self._take(attempts.failed * frame_waiting_time(self.atr))
        if not attempts.lost:
            return
        try:
            self.card.transmit(raw, Tear.AFTER if attempts.computed else Tear.BEFORE)
        except CardTorn as fault:
            raise CardLost(
                f"card {self.profile.serial}: no answer in a weak field after {attempts.failed} attempts; "
                "hold it closer and activate it again"
            ) from fault

    def _take(self, seconds: float) -> None:
        self.spent += seconds
        if seconds > 0 and self._wait(seconds):
            self.present = False
            self.card.power_off()
            raise CardTorn(f"card {self.profile.serial} was taken out before its answer had left: put it in again")

    def _require_presence(self) -> None:
        if not self.present:
            raise CardTorn(f"card {self.profile.serial} was taken out: put it in again")


AnyCard = InsertedCard | CardInReader
"""What a door can answer for."""
