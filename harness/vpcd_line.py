"""The line on which a vpcd's PC/SC reader has the card of a slot: made when it is inserted, gone when it is removed.

To vpcd a connection is a card: programs see it come and go with the line. When the reader ends (pcscd was restarted)
the card waits for the next one; so does a real card that lies on a reader.
"""

import math
import socket
import threading

from cardsim.faults import CardFault
from cardsim.readers.exchange import CardInReader
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd import Address, Ending, answer, connect

APPEARS_SECONDS = 5.0
"""How long a reader may take to appear when a card is put in."""
AGAIN_SECONDS = 0.2
_ENDS_SECONDS = 10.0


class VpcdLine:
    """A card and the line to its reader: connected when this returns, else ReaderUnreachable; answered once started."""

    def __init__(self, card: CardInReader, reader: Address) -> None:
        self._card = card
        self._at = reader
        self._stop = Stop()
        card.wait_with(self._stop.wait)
        try:
            self._line = connect(reader.host, reader.port, stop=self._stop, seconds=APPEARS_SECONDS)
        except CardFault:
            self._stop.close()
            raise
        self.connected = True
        """Whether the reader has the card now."""
        self._thread = threading.Thread(target=self._hold, daemon=True)

    def start(self) -> None:
        """Answer the reader from now on, in a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Break the line; the reader sees the card gone when this returns."""
        self._stop.set()
        self._thread.join(_ENDS_SECONDS)
        self._stop.close()

    def _hold(self) -> None:
        line: socket.socket | None = self._line
        while line is not None:
            try:
                ending = answer(self._card, line, stop=self._stop)
            except CardFault:
                ending = Ending.STOPPED  # torn out, or the card's own storage: it does not answer again
            self.connected = False
            if ending is Ending.STOPPED:
                return
            line = self._again()
            self.connected = line is not None

    def _again(self) -> socket.socket | None:
        """Return a line to the reader that came back; None when stopped meanwhile."""
        if self._stop.wait(AGAIN_SECONDS):  # whoever takes each line and drops it is not asked without end
            return None
        return connect(self._at.host, self._at.port, stop=self._stop, seconds=math.inf, seen_before=True)
