"""From field to answer: how long taps take, as a distribution, by the kind of reader (`cardsim.readers.latency`).

What the card takes is computed in process (nobody waits) and measured through pcscd; what the product takes is measured
by whoever asks it. So the first is the same on every machine and the second is this machine's.
"""

from collections.abc import Sequence
from typing import Self

from cardsim.readers.latency import CLIENTS_GIVE_UP, PROFILES
from scenarios.distribution import Distribution
from scenarios.story import Words
from scenarios.telling import Seen, Telling
from scenarios.verdict import Verdict


class Stopwatch:
    """Laps through one kind of reader."""

    def __init__(self, telling: Telling, reader: str) -> None:
        self._telling, self._reader = telling, reader
        self._since = telling.mark()
        self._laps: list[Seen] = []

    def notes(self, tap: Verdict) -> None:
        """Keep how long a tap took that went well."""
        self._laps.append(tap.is_accepted().seen)

    def tells(self) -> "Times":
        """Say the distribution, and return what a story may expect of it."""
        japanese = PROFILES[self._reader].japanese
        whole = Distribution(
            self._reader, japanese, tuple(sum(lap.card_seconds) + lap.product_seconds for lap in self._laps)
        )
        self._telling.settle()
        self._telling.measured(whole, self._since)
        return Times(self._telling, self._reader, self._laps)


class Times:
    """What is expected of the taps through one kind of reader."""

    def __init__(self, telling: Telling, reader: str, laps: Sequence[Seen]) -> None:
        self._telling, self._reader = telling, reader
        self._commands = [seconds for lap in laps for seconds in lap.card_seconds]
        self._card = [sum(lap.card_seconds) for lap in laps]

    def no_client_gives_up(self) -> Self:
        """Each command is answered within the five seconds after which mobile clients give up (spec/card.md §4)."""
        longest = max(self._commands)
        self._require(longest < CLIENTS_GIVE_UP, f"each command within {CLIENTS_GIVE_UP} s", f"{longest:.3f} s")
        return self

    def takes_the_card(self, *, at_most: float) -> Self:
        """The card's share of the slowest tap is no more than these seconds."""
        slowest = max(self._card)
        self._require(slowest <= at_most, f"the card's share of each tap within {at_most} s", f"{slowest:.3f} s")
        return self

    def _require(self, held: bool, wanted: str, actual: str) -> None:  # noqa: FBT001  (the condition)
        if not held:
            said = f"{self._reader}: expected {wanted}, actual {actual}"
            self._telling.break_off(Words(said, f"{self._reader} 期待: {wanted}、実際: {actual}"))
