"""Connections that do something beside what they carry: they lose their card at one command, or look at a clock.

Of a card in process `cardsim.readers.exchange` pulls it out.
"""

from collections.abc import Callable

from cardsim.faults import CardTorn
from cardsim.readers.conditions import TakenOut
from cardsim.slot import Tear
from harness.terminal.card_reader import Connection


class PulledConnection:
    """A connection whose card is gone before the n-th command reaches it, or before its answer is read."""

    def __init__(self, connection: Connection, out: TakenOut, pull: Callable[[], None]) -> None:
        self._connection, self._out, self._pull, self._commands = connection, out, pull, 0

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2; CardTorn at the command at which the card is pulled."""
        self._commands += 1
        if self._commands < self._out.at:
            return self._connection.transmit(command)
        if self._out.when is Tear.AFTER:
            self._connection.transmit(command)
        self._pull()
        raise CardTorn(f"the card was pulled out {self._out.when.value} command {self._out.at}: put it in again")

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""
        return self._connection.getReader()


class TimedConnection:
    """A connection that notes how long each command took, by a clock of seconds."""

    def __init__(self, connection: Connection, clock: Callable[[], float], took: list[float]) -> None:
        self._connection, self._clock, self._took = connection, clock, took

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""
        begun = self._clock()
        try:
            return self._connection.transmit(command)
        finally:
            self._took.append(self._clock() - begun)

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""
        return self._connection.getReader()
