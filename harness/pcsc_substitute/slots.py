"""vpcd's side of a slot: it listens on the loopback, and whoever connects is the card (spec/card.md §9)."""

import select
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from cardsim.readers.vpcd_frames import Control, build_frame
from harness.pcsc_substitute.words import LABEL, Protocol

_LENGTH = 2
_PATIENCE = 30.0
"""Seconds within which a card answers; after them it counts as gone."""
_FIRST_PATIENCE = 5.0
"""Seconds within which whoever calls tells an ATR: another card may be waiting for the slot."""
_ATR_BYTES = range(2, 34)
"""ISO 7816-3:2006 §8.2: TS, T0 and at most 31 more."""
_TS = {0x3B, 0x3F}
"""Its first byte: direct or inverse convention."""


class CardGone(Exception):
    """The card closed its line."""


class CardLine:
    """A card that is in a slot."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.settimeout(_FIRST_PATIENCE)
        self.atr = self._first_atr()
        line.settimeout(_PATIENCE)
        self.powered = False

    def power(self, control: Control) -> None:
        """Power on or off, or a warm reset; what the card does then is done when this returns, as the driver has it."""
        self._send(bytes([control]))
        if control is not Control.POWER_OFF:
            self._ask(bytes([Control.GET_ATR]))  # so does vpcd's driver: the frame before it has no answer of its own
        self.powered = control is not Control.POWER_OFF

    def transmit(self, command: bytes) -> bytes:
        """Return the card's answer. One byte alone would be a control frame: no command, and refused before."""
        return self._ask(command)

    def wait_until_gone(self) -> None:
        """Return when the card has closed its line; nothing is read."""
        poll = select.poll()
        poll.register(self._line, select.POLLRDHUP)
        with suppress(ValueError):  # closed here meanwhile
            poll.poll()

    def close(self) -> None:
        """Give the line back."""
        self._line.close()

    def _first_atr(self) -> bytes:
        """Return the ATR; CardGone where whoever called is no card: its line alone is closed."""
        self._send(bytes([Control.GET_ATR]))
        length = int.from_bytes(self._exactly(_LENGTH), "big")
        if length not in _ATR_BYTES:
            raise CardGone(f"expected an ATR of {_ATR_BYTES[0]} to {_ATR_BYTES[-1]} bytes, actual {length}")
        atr = self._exactly(length)
        if atr[0] not in _TS:
            raise CardGone(f"expected an ATR that begins 3B or 3F, actual {atr[:4].hex(' ')}")
        return atr

    def _ask(self, content: bytes) -> bytes:
        self._send(content)
        return self._exactly(int.from_bytes(self._exactly(_LENGTH), "big"))

    def _send(self, content: bytes) -> None:
        try:
            self._line.sendall(build_frame(content))
        except OSError as fault:
            raise CardGone(str(fault)) from fault

    def _exactly(self, length: int) -> bytes:
        got = bytearray()
        while len(got) < length:
            try:
                piece = self._line.recv(length - len(got))
            except OSError as fault:
                raise CardGone(str(fault)) from fault
            if not piece:
                raise CardGone("the card closed its line")
            got += piece
        return bytes(got)


def listen_for_cards(inserted: Callable[[CardLine], None], removed: Callable[[CardLine], None]) -> int:
    """Return the port of a slot of the loopback; cards come and go one at a time, in a thread that ends with us."""
    listener = socket.create_server(("127.0.0.1", 0))

    def take_cards() -> None:
        while True:
            line, _ = listener.accept()
            try:
                card = CardLine(line)
            except CardGone as fault:
                sys.stderr.write(f"{LABEL}: closed a line to a slot: {fault}\n")
                line.close()
                continue
            inserted(card)
            card.wait_until_gone()
            removed(card)

    threading.Thread(target=take_cards, daemon=True).start()
    return int(listener.getsockname()[1])


def protocols_of(atr: bytes) -> Protocol:
    """Return the protocols that an ATR offers: ISO 7816-3:2006 §8.2.3, the low nibbles of TD(1), TD(2), …; else T=0."""
    offered = Protocol.NONE
    at, present = 2, atr[1] >> 4
    while present & 8:
        at += present.bit_count()
        if at > len(atr):
            break
        indicator = atr[at - 1]
        offered |= {0: Protocol.T0, 1: Protocol.T1}.get(indicator & 0x0F, Protocol.NONE)
        present = indicator >> 4
    return offered or Protocol.T0
