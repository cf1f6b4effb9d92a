"""Who may do what to which card: contexts, connections, exclusive use, transactions, and what became of the card.

One lock guards everything; `changed` wakes those who wait for a card. Only what a program can see of pcscd is played
here, and no more of it than tests/real_clients/test_substitute.py compares with pcscd.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from cardsim.readers.vpcd_frames import Control
from harness.pcsc_substitute.slots import CardGone, CardLine, protocols_of
from harness.pcsc_substitute.words import (
    FOREVER,
    LABEL,
    MORE_READERS,
    VENDOR_NAME,
    CardState,
    Disposition,
    EventState,
    Protocol,
    Result,
    Share,
)

_COMPARED = EventState.EMPTY | EventState.PRESENT | EventState.EXCLUSIVE | EventState.INUSE
_NUMBERS = 0xFFFFFF


class Refused(Exception):
    """A result other than success."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


@dataclass(eq=False, slots=True)
class Slot:
    """A reader's slot, and who uses it."""

    name: str
    card: CardLine | None = None
    events: int = 0
    connections: "list[Connection]" = field(default_factory=list)
    transaction: "Connection | None" = None
    depth: int = 0

    def is_exclusive(self) -> bool:
        """Return whether somebody has it for himself."""
        return any(connection.share is Share.EXCLUSIVE for connection in self.connections)


@dataclass(eq=False, slots=True)
class Connection:
    """A program's handle on a slot."""

    slot: Slot
    card: CardLine | None
    """The card it was made to; another one in the slot is not its card."""
    share: Share
    protocol: Protocol
    was_reset: bool = False


@dataclass(eq=False, slots=True)
class Context:
    """A program's context and what it holds."""

    connections: dict[int, Connection] = field(default_factory=dict)
    cancelled: bool = False


class Sharing:
    """All slots and contexts of a broker."""

    def __init__(self, names: Sequence[str]) -> None:
        self.slots = {name: Slot(name) for name in names}
        self._contexts: dict[int, Context] = {}
        self._changed = threading.Condition()
        self._numbers = count(1)

    def inserted(self, slot: Slot, card: CardLine) -> None:
        """Take note of a card; like pcscd, give it power at once."""
        with self._changed:
            slot.card = card
            slot.events += 1
            self._power(slot, Control.POWER_ON)
            self._changed.notify_all()

    def removed(self, slot: Slot, card: CardLine) -> None:
        """Take note of a card that left."""
        with self._changed:
            card.close()
            slot.card = None
            slot.events += 1
            slot.transaction = None
            self._changed.notify_all()

    def establish(self) -> tuple[int, Context]:
        """Return a new context and its number."""
        with self._changed:
            number = next(self._numbers) & _NUMBERS
            self._contexts[number] = Context()
            return number, self._contexts[number]

    def release(self, number: int) -> None:
        """Take back a context and what it held; a connection left open resets its card, as pcscd does it."""
        with self._changed:
            context = self._contexts.pop(number)
            for connection in list(context.connections.values()):
                self._part(connection, Disposition.RESET)
            context.connections.clear()

    def cancel(self, number: int) -> None:
        """End the wait of a context."""
        with self._changed:
            if number not in self._contexts:
                raise Refused(Result.INVALID_HANDLE)
            self._contexts[number].cancelled = True
            self._changed.notify_all()

    def connect(self, context: Context, name: str, share: int, wanted: int) -> tuple[int, Protocol]:
        """Return a connection's number and protocol."""
        with self._changed:
            if name not in self.slots:
                raise Refused(Result.UNKNOWN_READER)
            if share not in set(Share):
                raise Refused(Result.INVALID_VALUE)
            slot = self.slots[name]
            if slot.is_exclusive() or (share == Share.EXCLUSIVE and slot.connections):
                raise Refused(Result.SHARING_VIOLATION)
            connection = Connection(slot, slot.card, Share(share), Protocol.NONE)
            self._use(connection, wanted)
            number = next(self._numbers) & _NUMBERS
            slot.connections.append(connection)
            context.connections[number] = connection
            self._changed.notify_all()
            return number, connection.protocol

    def reconnect(self, connection: Connection, share: int, wanted: int, initialization: int) -> Protocol:
        """Return the protocol of a connection that takes the card as it is now, after what is to be done to it."""
        with self._changed:
            if share not in set(Share):
                raise Refused(Result.INVALID_VALUE)
            slot = connection.slot
            self._require_free(connection)
            if share == Share.EXCLUSIVE and len(slot.connections) > 1:
                raise Refused(Result.SHARING_VIOLATION)
            connection.card = slot.card
            self._dispose(connection, initialization)
            self._use(connection, wanted, share=Share(share))
            connection.share, connection.was_reset = Share(share), False
            self._changed.notify_all()
            return connection.protocol

    def disconnect(self, context: Context, number: int, disposition: int) -> None:
        """End a connection and leave the card as told."""
        with self._changed:
            connection = self._connection(context, number)
            del context.connections[number]
            self._part(connection, disposition)

    def begin(self, connection: Connection) -> None:
        """Begin a transaction, or one within it; SHARING_VIOLATION while another connection has one."""
        with self._changed:
            self._require_usable(connection)
            connection.slot.transaction = connection
            connection.slot.depth += 1

    def end(self, connection: Connection, disposition: int) -> None:
        """End a transaction."""
        with self._changed:
            self._require_free(connection)
            slot = connection.slot
            if slot.transaction is not connection:
                raise Refused(Result.NOT_TRANSACTED)
            self._dispose(connection, disposition)
            slot.depth -= 1
            if slot.depth == 0:
                slot.transaction = None

    def transmit(self, connection: Connection, command: bytes) -> bytes:
        """Return the card's answer."""
        with self._changed:
            card = self._require_usable(connection)
            if len(command) < 2:  # vpcd would take it for a control frame
                raise Refused(Result.INVALID_VALUE)
            try:
                return card.transmit(command)
            except CardGone as gone:
                raise Refused(Result.REMOVED_CARD) from gone

    def status(self, connection: Connection) -> tuple[bytes, int, Protocol, bytes]:
        """Return reader, state, protocol and ATR."""
        with self._changed:
            card = self._require_usable(connection)
            state = CardState.PRESENT | CardState.POWERED | CardState.NEGOTIABLE
            events = (connection.slot.events & 0xFFFF) << 16
            return connection.slot.name.encode() + b"\0", state | events, connection.protocol, card.atr

    def attribute(self, connection: Connection, number: int) -> bytes:
        """Return the vendor's name, which is the label; vpcd's driver has no attribute that a program could use."""
        with self._changed:
            self._require_usable(connection)
            if number != VENDOR_NAME:
                raise Refused(Result.UNSUPPORTED_FEATURE)
            return LABEL.encode() + b"\0"

    def connection(self, context: Context, number: int) -> Connection:
        """Return a connection of this context."""
        with self._changed:
            return self._connection(context, number)

    def await_change(
        self, context: Context, asked: Sequence[tuple[str, int]], milliseconds: int
    ) -> tuple[Result, list[tuple[int, bytes]]]:
        """Return what became of the slots, once one differs from what the program knows, or the time is over."""
        deadline = None if milliseconds == FOREVER else time.monotonic() + milliseconds / 1000
        with self._changed:
            if any(name not in self.slots and name != MORE_READERS for name, _ in asked):
                raise Refused(Result.UNKNOWN_READER)
            context.cancelled = False
            while True:
                states = [self._event(name, known) for name, known in asked]
                if not asked or any(state & EventState.CHANGED for state, _ in states):
                    return Result.SUCCESS, states
                if context.cancelled:
                    return Result.CANCELLED, states
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return Result.TIMEOUT, states
                self._changed.wait(left)

    def _event(self, name: str, known: int) -> tuple[int, bytes]:
        if known & EventState.IGNORE:
            return EventState.IGNORE, b""
        if name == MORE_READERS:
            return EventState.UNAWARE, b""
        slot = self.slots[name]
        if slot.card is None:
            state, atr = EventState.EMPTY, b""
        else:
            state, atr = EventState.PRESENT, slot.card.atr
            if slot.connections:
                state |= EventState.EXCLUSIVE if slot.is_exclusive() else EventState.INUSE
        events = (slot.events & 0xFFFF) << 16
        counted = bool(known >> 16) and known >> 16 != events >> 16
        if known & 0xFFFF == EventState.UNAWARE or (known ^ state) & _COMPARED or counted:
            return state | EventState.CHANGED | events, atr
        return state | events, atr

    def _connection(self, context: Context, number: int) -> Connection:
        if number not in context.connections:
            raise Refused(Result.INVALID_HANDLE)
        return context.connections[number]

    def _require_free(self, connection: Connection) -> None:
        if connection.slot.transaction not in {None, connection}:
            raise Refused(Result.SHARING_VIOLATION)

    def _require_usable(self, connection: Connection) -> CardLine:
        self._require_free(connection)
        if connection.card is None or connection.card is not connection.slot.card:
            raise Refused(Result.REMOVED_CARD)
        if connection.was_reset:
            raise Refused(Result.RESET_CARD)
        return connection.card

    def _use(self, connection: Connection, wanted: int, share: Share | None = None) -> None:
        """Give the card power and settle the protocol: the first one it offers that is wanted (T=0 before T=1)."""
        card = connection.card
        if (connection.share if share is None else share) is Share.DIRECT:
            return
        if card is None:
            raise Refused(Result.NO_SMARTCARD)
        common = protocols_of(card.atr) & wanted
        if not common:
            raise Refused(Result.PROTO_MISMATCH)
        if not card.powered:
            self._power(connection.slot, Control.POWER_ON)
        connection.protocol = Protocol.T0 if common & Protocol.T0 else Protocol.T1

    def _part(self, connection: Connection, disposition: int) -> None:
        slot = connection.slot
        slot.connections.remove(connection)
        if slot.transaction in {None, connection}:
            self._dispose(connection, disposition)
        if slot.transaction is connection:
            slot.transaction, slot.depth = None, 0
        self._changed.notify_all()

    def _dispose(self, connection: Connection, disposition: int) -> None:
        """Do to the card what is told; whoever else is connected learns that it was reset."""
        slot = connection.slot
        if disposition == Disposition.LEAVE or slot.card is None or connection.card is not slot.card:
            return
        if disposition == Disposition.RESET:
            self._power(slot, Control.RESET)
        else:
            self._power(slot, Control.POWER_OFF)
            if slot.connections:
                self._power(slot, Control.POWER_ON)
        for other in slot.connections:
            other.was_reset = other.was_reset or other is not connection

    def _power(self, slot: Slot, control: Control) -> None:
        if slot.card is not None:
            try:
                slot.card.power(control)
            except CardGone:  # its thread is about to say so
                return
