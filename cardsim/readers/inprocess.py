"""A reader in this process, in the shape of pyscard's `CardConnection`; needs neither pyscard nor a daemon."""

from cardsim.faults import CardNotPowered, CardShared
from cardsim.readers.exchange import AnyCard

READER_NAME = "Kazashi In-process Reader 00 00"
"""Begins with "Kazashi", as every reader must to which a client of ours gives a PIN (DESIGN.md §4, Readers)."""
LEAVE_CARD = 0
"""SCARD_LEAVE_CARD of PC/SC part 5: power and session stay."""
RESET_CARD = 1
"""SCARD_RESET_CARD: a warm reset, power stays."""
UNPOWER_CARD = 2
"""SCARD_UNPOWER_CARD: what pyscard does unless told otherwise."""
SHARE_EXCLUSIVE = 1
"""SCARD_SHARE_EXCLUSIVE: nobody else, until it disconnects."""
SHARE_SHARED = 2
"""SCARD_SHARE_SHARED, the default, as pyscard's."""


class InProcessReader:
    """A reader with a card, to which several connections can be made; they share it, or one has it alone."""

    def __init__(self, card: AnyCard, name: str = READER_NAME) -> None:
        self.card = card
        self.name = name
        self._sharing: dict[InProcessConnection, int] = {}

    def connection(self) -> "InProcessConnection":
        """Another connection; it takes its share when it connects."""
        return InProcessConnection(self.card, self.name, self)

    def take(self, connection: "InProcessConnection", mode: int) -> None:
        """Notes a share; CardShared where it does not go together with another's (PC/SC part 5 §3.2.4)."""
        others = [held for other, held in self._sharing.items() if other is not connection]
        if SHARE_EXCLUSIVE in others:
            raise CardShared(
                f"{self.name}: another connection holds the card exclusively: let it disconnect, and try again "
                "(SCARD_E_SHARING_VIOLATION)"
            )
        if others and mode == SHARE_EXCLUSIVE:
            raise CardShared(
                f"{self.name}: expected no other connection for exclusive use, actual {len(others)}: "
                "let them disconnect, and try again (SCARD_E_SHARING_VIOLATION)"
            )
        self._sharing[connection] = mode

    def give_back(self, connection: "InProcessConnection") -> None:
        """The share is free."""
        self._sharing.pop(connection, None)


class InProcessConnection:
    """A connection to the card in the reader; one made without a reader is the only one of a reader of its own."""

    def __init__(self, card: AnyCard, reader_name: str = READER_NAME, reader: InProcessReader | None = None) -> None:
        self._card = card
        self._reader_name = reader_name
        self._reader = reader
        self._connected = False
        self._disposition = UNPOWER_CARD

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Gives the card power if it has none; CardShared where another connection stands against it.

        The protocol means nothing here: there is one.
        """
        del protocol
        if self._reader is not None:
            self._reader.take(self, SHARE_SHARED if mode is None else mode)
        try:
            if not self._card.powered:
                self._card.power_on()
        except BaseException:
            if self._reader is not None:
                self._reader.give_back(self)
            raise
        self._disposition = UNPOWER_CARD if disposition is None else disposition
        self._connected = True

    def disconnect(self) -> None:
        """Ends the connection and leaves the card as the disposition given to `connect` says."""
        if not self._connected:
            return
        self._connected = False
        if self._reader is not None:
            self._reader.give_back(self)
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
