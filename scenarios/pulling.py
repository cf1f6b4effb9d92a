"""A card that is pulled out of a real reader at one command; in process `cardsim.readers.exchange` does it."""

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
