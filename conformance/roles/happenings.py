"""What happens in the world between two presentations; the product is told nothing of it."""

from dataclasses import dataclass

from cardsim.holder import Pins
from conformance.roles.story_clock import StoryClock
from conformance.steps import At, Befall, Disturb, Lose, Move, Repair, Revoke, Story, Wait
from harness.contract import messages
from harness.errors import HarnessFault
from harness.jlis.faults import Faults, Order
from harness.personalisation import IssuedCard
from harness.world import World

Happened = tuple[int | None, IssuedCard | None]
"""The epoch after it, and the card that the resident holds from now on where it is another, or written anew."""


@dataclass(frozen=True, slots=True)
class Happenings:
    """One resident's world."""

    world: World
    faults: Faults
    clock: StoryClock
    tolerances: messages.Tolerances
    resident_id: str
    pins: Pins
    """Kept when the card is written anew."""

    def happen(self, step: Story, epoch: int | None) -> Happened:
        """Let it happen."""
        match step:
            case At(beyond_tolerance=beyond):
                turned = self.clock.turn(step)
                return self.clock.wait(self._tolerated) if beyond and self._tolerated else turned, None
            case Wait(seconds=seconds, beyond_tolerance=beyond):
                return self.clock.wait(seconds + (self._tolerated if beyond else 0)), None
            case Disturb():
                self.faults.set(self._order(step))
                return epoch, None
            case Repair():
                self.faults.clear()
                return epoch, None
            case Befall(event=event):
                self.world.happen(self.resident_id, event)
                self.clock.happened()
                return epoch, self.world.card_of(self.resident_id, self.pins)
        self._end(step)
        self.clock.happened()
        return epoch, None

    @property
    def _tolerated(self) -> int:
        return self.tolerances.clock_seconds

    def _end(self, step: Story) -> None:
        """Let a certificate end before its time."""
        match step:
            case Lose():
                self.world.lose(self.resident_id)
            case Move():
                self.world.move(self.resident_id)
            case Revoke(kind=kind, reason=reason):
                self.world.revoke(self.resident_id, kind.value, reason)
            case _:
                raise HarnessFault(f"step {type(step).__name__}: expected one that happens, actual one that is asked")

    def _order(self, step: Disturb) -> Order:
        seconds = step.seconds
        if seconds is not None and step.beyond_tolerance:
            seconds += self.tolerances.status_seconds
        return Order(step.fault, step.door, count=step.count, seconds=seconds)
