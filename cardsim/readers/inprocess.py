"""A reader in this process, in the shape of pyscard's `CardConnection`; needs neither pyscard nor a daemon."""

from cardsim.faults import CardNotPowered
from cardsim.slot import InsertedCard

READER_NAME = "Kazashi In-process Reader 00 00"
"""Begins with "Kazashi", as every reader must to which a client of ours gives a PIN (DESIGN.md §4, Readers)."""
LEAVE_CARD = 0
"""SCARD_LEAVE_CARD of PC/SC part 5: power and session stay."""
RESET_CARD = 1
"""SCARD_RESET_CARD: a warm reset, power stays."""
UNPOWER_CARD = 2
"""SCARD_UNPOWER_CARD: what pyscard does unless told otherwise."""


class InProcessConnection:
    """A connection to the card in the reader."""

    def __init__(self, card: InsertedCard, reader_name: str = READER_NAME) -> None:
        self._card = card
        self._reader_name = reader_name
        self._connected = False
        self._disposition = UNPOWER_CARD

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Gives the card power if it has none. Protocol and mode mean nothing here: one protocol, one client."""
        del protocol, mode
        if not self._card.powered:
            self._card.power_on()
        self._disposition = UNPOWER_CARD if disposition is None else disposition
        self._connected = True

    def disconnect(self) -> None:
        """Ends the connection and leaves the card as the disposition given to `connect` says."""
        if not self._connected:
            return
        self._connected = False
        if self._disposition == RESET_CARD:
            if self._card.powered:  # otherwise the fault that took the power was told to whoever met it
                self._card.reset()
        elif self._disposition != LEAVE_CARD:
            self._card.power_off()

    def transmit(self, command: list[int], protocol: int | None = None) -> tuple[list[int], int, int]:
        """Data, SW1 and SW2 of the answer."""
        del protocol
        self._require_connection()
        answer = self._card.transmit(bytes(command))
        return list(answer[:-2]), answer[-2], answer[-1]

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """The card's ATR."""
        self._require_connection()
        return list(self._card.atr)

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """The reader's name."""
        return self._reader_name

    def _require_connection(self) -> None:
        if not self._connected:
            raise CardNotPowered(f"{self._reader_name}: connect before the first command")
