"""A card in a reader to which something happens at a command: what a case calls its trouble, once.

The trace shows what reached the card from the product; what another program did meanwhile stands in none (`Gate`).
"""

from collections.abc import Callable

from cardsim.faults import CardTorn
from cardsim.readers.conditions import Conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.interface import Interface
from cardsim.readers.weak_field import WeakField
from cardsim.slot import InsertedCard, Tear
from cardsim.trace import Sink, TraceLine
from conformance.roles.tap_client.case import VALUE_AT, Happens, Trouble, Weak

NO_PIN = b"*"
MOST_TRIES = 15
TEARS = {
    Happens.REMOVED_BEFORE: Tear.BEFORE,
    Happens.REMOVED_DURING: Tear.DURING,
    Happens.REMOVED_AFTER: Tear.AFTER,
}


class Gate:
    """A sink that passes on what it is given while it is open."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self.open = sink, True

    def __call__(self, line: TraceLine) -> None:
        if self.open:
            self._sink(line)


class DisturbedCard(CardInReader):
    """The card, and its trouble; `gate` stands between it and its trace."""

    def __init__(
        self,
        card: InsertedCard,
        gate: Gate,
        *,
        wait: Callable[[float], bool],
        trouble: Trouble | None = None,
        weak: Weak | None = None,
    ) -> None:
        super().__init__(card, conditions_of(weak), wait=wait)
        self._gate, self._trouble = gate, trouble

    def transmit(self, raw: bytes) -> bytes:
        """Return the answer; CardTorn where the card is taken out."""
        trouble = self._trouble
        if trouble is None or not trouble.strikes(raw):
            return super().transmit(raw)
        if trouble.at != "any":
            self._trouble = None
        match trouble.what:
            case Happens.SLOW:
                answer = super().transmit(raw)
                self._take(trouble.seconds)
                return answer
            case Happens.ANSWERED:
                super().transmit(raw)
                return bytes.fromhex(trouble.status)
            case Happens.BLOCKED:
                self._block(raw)
                return super().transmit(raw)
            case Happens.SWAPPED:
                self.present = False
                self.card.power_off()
                raise CardTorn(f"card {self.profile.serial} was taken out, and another was put in")
        self.present = False
        return self.card.transmit(raw, TEARS[trouble.what])

    def _block(self, verify: bytes) -> None:
        """Let another program use up the tries of the PIN that a VERIFY is about, unseen."""
        wrong = verify[:VALUE_AT] + NO_PIN * (len(verify) - VALUE_AT)
        self._gate.open = False
        try:
            for _ in range(MOST_TRIES):
                self.card.transmit(wrong)
        finally:
            self._gate.open = True


def conditions_of(weak: Weak | None) -> Conditions:
    """Return those of a weak field, or of a contact reader where nothing takes time."""
    if weak is None:
        return Conditions()
    return Conditions(Interface.CONTACTLESS, weak=WeakField(weak.loss, weak.retries, weak.seed), seed=weak.seed)
