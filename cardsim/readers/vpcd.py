"""The door to PC/SC: a TCP client of vsmartcard's vpcd, whose reader then holds the card (spec/card.md §9).

The driver writes length and data apart, so Nagle's algorithm there meets delayed acknowledgement here: 21 commands a
second. TCP_QUICKACK before and after each receive acknowledges at once: 9,000 (PERFORMANCE.md, apdu.pcsc). The kernel
drops the flag by itself, hence each time.

    python -m cardsim.readers.vpcd --card DIR --port N      prints `ready` once the reader holds the card
"""

import argparse
import select
import signal
import socket
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from cardsim.faults import CardFault, ReaderUnreachable
from cardsim.folder import load_card
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd_frames import Control, FrameReader, build_frame
from cardsim.slot import InsertedCard
from cardsim.trace_file import TraceFile

DEFAULT_PORT = 35963
"""0x8C7B, the first slot of Debian's configuration (spec/card.md §9)."""
CONNECT_SECONDS = 30.0
"""How long a reader may take to appear: pcscd may be starting."""
_RETRY_SECONDS = 0.05
_LAST_PORT = 65535
_RECEIVE = 65536 + 2
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux only; elsewhere the door works, slowly."""


class Ending(Enum):
    """Why a door ended."""

    STOPPED = "stopped"
    """It was told to."""
    READER_GONE = "the reader is gone"
    """The other end closed the connection: pcscd ended."""


def serve(card: InsertedCard, host: str, port: int, *, stop: Stop) -> Ending:
    """Puts the card into the reader at host:port and answers until stopped or left; `connect`, then `answer`."""
    line = connect(host, port, stop=stop)
    return Ending.STOPPED if line is None else answer(card, line, stop=stop)


def connect(host: str, port: int, *, stop: Stop, seconds: float = CONNECT_SECONDS) -> socket.socket | None:
    """A connection to the reader, tried again until it listens; None when stopped meanwhile.

    Retries wait for `stop`, so that they end with it; ReaderUnreachable when the reader did not appear in time.
    """
    if not 1 <= port <= _LAST_PORT:  # the resolver would take it modulo 65536 and reach another's reader
        raise ReaderUnreachable(f"cannot reach a reader at {host}:{port}: a port is 1 to {_LAST_PORT}")
    for _ in range(max(1, round(seconds / _RETRY_SECONDS))):
        try:
            line = socket.create_connection((host, port))
        except ConnectionRefusedError:
            if stop.wait(_RETRY_SECONDS):
                return None
        except OSError as fault:
            raise ReaderUnreachable(f"cannot reach a reader at {host}:{port}: {fault}") from fault
        else:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return line
    raise ReaderUnreachable(
        f"no reader at {host}:{port} within {seconds:g} s: start pcscd with vpcd, or check the port"
    )


def answer(card: InsertedCard, line: socket.socket, *, stop: Stop) -> Ending:
    """Answers the reader until stopped or left, then closes the line and takes the power away."""
    with line:
        try:
            return _answer_until_end(card, line, stop)
        except ConnectionError:
            return Ending.READER_GONE
        finally:
            card.power_off()


def answer_frame(card: InsertedCard, frame: bytes) -> bytes | None:
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


def _answer_until_end(card: InsertedCard, line: socket.socket, stop: Stop) -> Ending:
    frames = FrameReader()
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    waiting.register(stop, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in waiting.poll()]
        if stop.fileno() in ready:
            return Ending.STOPPED
        received = _receive(line)
        if not received:
            return Ending.READER_GONE
        for frame in frames.feed(received):
            reply = answer_frame(card, frame)
            if reply is not None:
                line.sendall(build_frame(reply))


def _receive(line: socket.socket) -> bytes:
    """Some bytes, acknowledged without delay."""
    _acknowledge_at_once(line)
    received = line.recv(_RECEIVE)
    _acknowledge_at_once(line)
    return received


def _acknowledge_at_once(line: socket.socket) -> None:
    if _QUICKACK is not None:
        line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves a card folder until SIGTERM or SIGINT. Exit codes: 0 stopped, 1 reader gone, 2 no card or no reader."""
    asked = _parser().parse_args(arguments)
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        ending = _serve_folder(asked, stop)
    except CardFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    finally:
        stop.close()
    if ending is Ending.READER_GONE:
        sys.stderr.write(f"{ending.value}: {asked.host}:{asked.port} closed the connection\n")
        return 1
    return 0


def _serve_folder(asked: argparse.Namespace, stop: Stop) -> Ending:
    profile, store = load_card(asked.card)
    try:
        card = InsertedCard(profile, store, TraceFile(asked.trace) if asked.trace else None)
        line = connect(asked.host, asked.port, stop=stop, seconds=asked.wait)
        if line is None:
            return Ending.STOPPED
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        return answer(card, line, stop=stop)
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cardsim.readers.vpcd", description="puts a card into a vpcd reader"
    )
    parser.add_argument("--card", type=Path, required=True, help="the card's folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--wait", type=float, default=CONNECT_SECONDS, help="seconds the reader may take to appear")
    parser.add_argument(
        "--trace", type=Path, help="a file to which the masked trace is appended, one JSON line a command"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
