"""One process that holds many cards, for whoever puts one in every second: `python -m harness.pcsc_lane.host`.

A process for each card (`lane.insert`) is what a user has; starting it takes longer than most of what is then done with
the card. This one runs in pcscd's network and is told, a line of JSON each time, on stdin:

    {"put_in": 1, "card": FOLDER, "port": PORT, "conditions": "contact:fast", "trace": FILE}    → in | refused: why
    {"take_out": 1}                                                                             → out

It answers each line with one, in order. At the end of its input, or when a line cannot be read, it lets all go.
"""

import json
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from cardsim.faults import CardFault
from cardsim.folder import load_card
from cardsim.readers.conditions import parse_conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.vpcd_address import LOOPBACK, Address
from cardsim.slot import InsertedCard
from cardsim.trace_file import TraceFile
from harness.vpcd_line import VpcdLine

IN, OUT, REFUSED = "in", "out", "refused: "


def main() -> int:
    """Hold cards until the input ends."""
    with ExitStack() as all_of_them:
        cards: dict[int, ExitStack] = {}
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                said = _act(asked, cards, all_of_them)
            except CardFault as fault:
                said = f"{REFUSED}{fault}"
            sys.stdout.write(said + "\n")
            sys.stdout.flush()
    return 0


def _act(asked: dict[str, Any], cards: dict[int, ExitStack], all_of_them: ExitStack) -> str:
    if "take_out" in asked:
        cards.pop(asked["take_out"]).close()
        return OUT
    with ExitStack() as undo:
        _hold(undo, asked)
        cards[asked["put_in"]] = held = undo.pop_all()
        all_of_them.callback(held.close)
    return IN


def _hold(held: ExitStack, asked: dict[str, Any]) -> None:
    """Put a card in: its folder is ours, and its reader has it, until `held` is closed."""
    sink = None if asked["trace"] is None else held.enter_context(closing(TraceFile(Path(asked["trace"]))))
    profile, store = load_card(Path(asked["card"]))
    card = InsertedCard(profile, store, sink)
    held.callback(card.close)
    line = VpcdLine(CardInReader(card, parse_conditions(asked["conditions"])), Address(LOOPBACK, asked["port"]))
    held.callback(line.end)
    line.start()


if __name__ == "__main__":
    raise SystemExit(main())
