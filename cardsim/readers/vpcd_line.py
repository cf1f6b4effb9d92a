"""The line to a vpcd reader: found, kept alive, and answered (spec/card.md §9).

The driver writes length and data apart, so Nagle's algorithm there meets delayed acknowledgement here: 21 commands a
second. TCP_QUICKACK before and after each receive acknowledges at once: 9,000 (PERFORMANCE.md, apdu.pcsc). The kernel
drops the flag by itself, hence each time.
"""

import select
import socket
import time
from collections.abc import Callable
from enum import Enum

from cardsim.faults import CardLost, CardTorn, ReaderUnreachable
from cardsim.readers.exchange import AnyCard
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd_frames import Control, FrameReader, build_frame

CONNECT_SECONDS = 30.0
"""How long a reader may take to appear: pcscd may be starting."""
QUIET_SECONDS = 5.0
"""vpcd asks for the ATR several times a second; whoever says nothing for so long has another card, or is no vpcd."""
_RETRY_SECONDS = 0.05
_ATTEMPT_SECONDS = 3.0
"""One attempt's patience with a machine that answers nothing: a stop is noticed within it."""
_LAST_PORT = 65535
_RECEIVE = 65536 + 2
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux only; elsewhere the door works, slowly."""
_KEEPALIVE = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 25_000))
"""tcp(7): another machine that vanished without a word is noticed within half a minute, not two hours."""


class Ending(Enum):
    """Why a door ended."""

    STOPPED = "stopped"
    """It was told to."""
    READER_GONE = "the reader is gone"
    """The other end closed the connection: pcscd ended."""
    NO_VPCD = "it is no vpcd"
    """The other end sent what is not the protocol: this connection is closed, nothing else."""
    CARD_LOST = "the card was lost in a weak field"
    """To the reader it left; it is activated again by the next connection."""


def serve(card: AnyCard, host: str, port: int, *, stop: Stop) -> Ending:
    """Puts the card into the reader at host:port and answers until stopped or left; `connect`, then `answer`."""
    line = connect(host, port, stop=stop)
    return Ending.STOPPED if line is None else answer(card, line, stop=stop)


def connect(
    host: str, port: int, *, stop: Stop, seconds: float = CONNECT_SECONDS, seen_before: bool = False
) -> socket.socket | None:
    """A connection to the reader, tried again until it listens; None when stopped meanwhile.

    Retries wait for `stop`, so that they end with it; ReaderUnreachable when the reader did not appear in time. A
    fault other than "refused" (no such host, no route) ends the search at once, for it is a mistake in the address;
    of a reader that was there before it is an outage, and the search goes on.
    """
    if not 1 <= port <= _LAST_PORT:  # the resolver would take it modulo 65536 and reach another's reader
        raise ReaderUnreachable(f"cannot reach a reader at {host}:{port}: a port is 1 to {_LAST_PORT}")
    deadline = time.monotonic() + seconds
    while True:
        try:
            line = socket.create_connection((host, port), timeout=_ATTEMPT_SECONDS)
        except (ConnectionRefusedError, TimeoutError):
            pass
        except OSError as fault:
            if not seen_before:
                raise ReaderUnreachable(f"cannot reach a reader at {host}:{port}: {fault}") from fault
        else:
            return _prepared(line)
        if stop.wait(_RETRY_SECONDS):
            return None
        if time.monotonic() >= deadline:
            raise ReaderUnreachable(
                f"no reader at {host}:{port} within {seconds:g} s: start pcscd with vpcd, or check the port"
            )


def answer(card: AnyCard, line: socket.socket, *, stop: Stop, on_silence: Callable[[], None] | None = None) -> Ending:
    """Answers the reader until stopped or left, then closes the line and takes the power away.

    `on_silence` is called once when nothing at all was asked for QUIET_SECONDS.
    """
    with line:
        try:
            return _answer_until_end(card, line, stop, on_silence)
        except ReaderUnreachable:
            return Ending.NO_VPCD
        except CardLost:
            return Ending.CARD_LOST
        except CardTorn:
            if not stop.wait(0):
                raise
            return Ending.STOPPED  # it was taken out while it took its time
        finally:
            card.power_off()


def answer_frame(card: AnyCard, frame: bytes) -> bytes | None:
    """What the card sends back for one frame; None for the controls that have no answer."""
    if len(frame) > 1:
        return card.transmit(frame)
    if frame == bytes([Control.GET_ATR]):
        return card.atr
    if frame == bytes([Control.POWER_ON]):
        card.power_on()
    elif frame == bytes([Control.RESET]):
        _ = card.reset() if card.powered else card.power_on()
    elif frame == bytes([Control.POWER_OFF]):
        card.power_off()
    else:
        raise ReaderUnreachable(f"the reader sent a frame that vpcd does not know: {frame.hex() or 'empty'}")
    return None


def _prepared(line: socket.socket) -> socket.socket:
    line.settimeout(None)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option: int | None = getattr(socket, name, None)  # Linux's names; elsewhere the system's own patience
        if option is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
    return line


def _answer_until_end(card: AnyCard, line: socket.socket, stop: Stop, on_silence: Callable[[], None] | None) -> Ending:
    frames = FrameReader()
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    waiting.register(stop, select.POLLIN)
    if on_silence is not None and not waiting.poll(1000 * QUIET_SECONDS):
        on_silence()
    while True:
        ready = [descriptor for descriptor, _ in waiting.poll()]
        if stop.fileno() in ready:
            return Ending.STOPPED
        received = _receive(line)
        if not received:
            return Ending.READER_GONE
        for frame in frames.feed(received):
            reply = answer_frame(card, frame)
            if reply is not None and not _sent(line, build_frame(reply)):
                return Ending.READER_GONE


def _receive(line: socket.socket) -> bytes:
    """Some bytes, acknowledged without delay; none when the line is closed, reset or, by its keepalive, given up."""
    try:
        _acknowledge_at_once(line)
        received = line.recv(_RECEIVE)
        _acknowledge_at_once(line)
    except OSError:  # here and below only: a fault of the card's own storage must not pass for a reader that left
        return b""
    return received


def _sent(line: socket.socket, frame: bytes) -> bool:
    try:
        line.sendall(frame)
    except OSError:
        return False
    return True


def _acknowledge_at_once(line: socket.socket) -> None:
    if _QUICKACK is not None:
        line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
