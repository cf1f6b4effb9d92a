"""The door to PC/SC: a TCP client of vsmartcard's vpcd, whose reader then holds the card (spec/card.md §9).

    python -m cardsim.readers.vpcd --card DIR --vpcd HOST:PORT      prints `ready` once the line to the reader is there

The reader may be on another machine (vsmartcard's Windows driver speaks the same protocol): only when it is named,
and with a warning, for the protocol has no encryption. When the reader leaves, the door ends, or with `--reconnect`
looks for it again; the card, and the tries it lost, stay in this process meanwhile.
"""

import argparse
import math
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from cardsim.faults import CardFault
from cardsim.folder import load_card
from cardsim.readers.conditions import Conditions, parse_conditions
from cardsim.readers.exchange import AnyCard, CardInReader
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd_address import DEFAULT_PORT, LOOPBACK, Address, parse_address
from cardsim.readers.vpcd_line import (
    CONNECT_SECONDS,
    QUIET_SECONDS,
    Ending,
    answer,
    answer_frame,
    connect,
    serve,
)
from cardsim.slot import InsertedCard
from cardsim.trace_file import TraceFile

__all__ = [
    "CONNECT_SECONDS",
    "DEFAULT_PORT",
    "Address",
    "Ending",
    "answer",
    "answer_frame",
    "connect",
    "main",
    "parse_address",
    "serve",
    "serve_again",
]
_AGAIN_SECONDS = 0.2
_TOLD = {
    Ending.READER_GONE: "{} closed the connection",
    Ending.NO_VPCD: "{} sent what vpcd does not; that connection was closed",
    Ending.CARD_LOST: "the connection to {} was closed; it comes again",
}


def serve_again(card: AnyCard, where: Address, *, stop: Stop, wait: float, again: float) -> Ending:
    """Serves the card until stopped, or until the reader left and did not come back within `again` seconds.

    The first search has `wait` seconds. ReaderUnreachable when the reader never appeared.
    """
    line = connect(where.host, where.port, stop=stop, seconds=wait)
    while line is not None:
        _say("ready")
        ending = answer(card, line, stop=stop, on_silence=lambda: _warn(_silence(where)))
        if ending is Ending.STOPPED:
            return ending
        _warn(f"{ending.value}: {_TOLD[ending]}".format(where))
        if again <= 0 and ending is not Ending.CARD_LOST:
            return ending
        if stop.wait(_AGAIN_SECONDS):  # whoever takes each line and breaks it is not asked without end
            return Ending.STOPPED
        patience = max(again, CONNECT_SECONDS) if ending is Ending.CARD_LOST else again
        line = connect(where.host, where.port, stop=stop, seconds=patience, seen_before=True)
    return Ending.STOPPED


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves a card folder until SIGTERM or SIGINT. Exit codes: 0 stopped, 1 reader gone, 2 no card or no reader."""
    asked = _parser().parse_args(arguments)
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        ending = _serve_folder(asked, stop)
    except CardFault as fault:
        _warn(str(fault))
        return 2
    finally:
        stop.close()
    return 0 if ending is Ending.STOPPED else 1


def _serve_folder(asked: argparse.Namespace, stop: Stop) -> Ending:
    where = Address(asked.host, asked.port) if asked.vpcd is None else parse_address(asked.vpcd)
    warning = where.warning()
    if warning is not None:
        _warn(warning)
    profile, store = load_card(asked.card)
    try:
        card = InsertedCard(profile, store, TraceFile(asked.trace) if asked.trace else None)
        in_reader = CardInReader(card, asked.conditions, wait=stop.wait)
        return serve_again(in_reader, where, stop=stop, wait=asked.wait, again=asked.reconnect)
    finally:
        store.close()


def _silence(where: Address) -> str:
    return (
        f"{where} took the connection and has asked for nothing in {QUIET_SECONDS:g} s: "
        "another card is in that slot, or it is no vpcd; take that card out, or check the port"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cardsim.readers.vpcd", description="puts a card into a vpcd reader"
    )
    parser.add_argument("--card", type=Path, required=True, help="the card's folder")
    parser.add_argument("--vpcd", metavar="HOST:PORT", help="where the reader listens; instead of --host and --port")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--wait", type=float, default=CONNECT_SECONDS, help="seconds the reader may take to appear")
    parser.add_argument(
        "--reconnect",
        type=float,
        nargs="?",
        const=math.inf,
        default=0.0,
        metavar="SECONDS",
        help="look for a reader that left for so long; without a number, until told to end",
    )
    parser.add_argument(
        "--conditions",
        type=parse_conditions,
        default=Conditions(),
        metavar="INTERFACE[:LATENCY]",
        help="such as contactless:nfc-phone; contact by default, where nothing takes time",
    )
    parser.add_argument(
        "--trace", type=Path, help="a file to which the masked trace is appended, one JSON line a command"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
