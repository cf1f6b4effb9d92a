"""The door of a disturbed card to a vpcd reader, as a process of its own beside `cardsim.readers.vpcd`.

    python -m conformance.roles.tap_client.door --card DIR --port N --trace FILE --happening JSON

Prints `ready` once the line to the reader is there. A card that is taken out ends its line, and the process with it.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cardsim.faults import CardFault, CardTorn
from cardsim.folder import load_card
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd_address import LOOPBACK
from cardsim.readers.vpcd_line import answer, connect
from cardsim.slot import InsertedCard
from cardsim.trace_file import TraceFile
from conformance.roles.tap_client.case import Trouble, Weak
from conformance.roles.tap_client.disturbed import DisturbedCard, Gate


class Happening(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What will happen to the card."""

    trouble: Trouble | None = None
    weak: Weak | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the card until SIGTERM, the reader's end, or the card's removal; 2 where there is no card or no reader."""
    asked = _parser().parse_args(arguments)
    happening = msgspec.json.decode(asked.happening, type=Happening)
    stop = Stop()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        profile, store = load_card(asked.card)
        gate = Gate(TraceFile(asked.trace))
        card = DisturbedCard(
            InsertedCard(profile, store, gate),
            gate,
            wait=stop.wait,
            trouble=happening.trouble,
            weak=happening.weak,
        )
        line = connect(LOOPBACK, asked.port, stop=stop)
        if line is not None:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            answer(card, line, stop=stop)
    except CardTorn:
        return 0
    except CardFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    finally:
        stop.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.roles.tap_client.door")
    parser.add_argument("--card", type=Path, required=True, help="the card's folder")
    parser.add_argument("--port", type=int, required=True, help="where the reader listens, on the loopback")
    parser.add_argument("--trace", type=Path, required=True, help="where the masked trace goes")
    parser.add_argument("--happening", default="{}", help="what will happen to it, as JSON")
    parser.add_argument("--reconnect", help="not for this door")
    parser.add_argument("--conditions", help="not for this door")
    return parser


if __name__ == "__main__":
    sys.exit(main())
