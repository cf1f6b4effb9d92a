"""Many cards in few readers: each is put into a slot that is empty, and whoever was there before leaves meanwhile.

pcscd looks into a slot 2.5 times a second. So a card that takes turns with itself in one slot waits twice for every
insertion; one that goes from slot to slot waits once, and not at all for the slot that it left.
"""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from harness.pcsc_lane.daemon import end_process
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.host import IN
from harness.pcsc_lane.lane import PcscLane
from harness.pcsc_lane.readers import Connection, await_card, await_empty, connection_to, slot_of

SLOTS_A_READER = 2


class HostedCard:
    """A card in a slot."""

    def __init__(self, cards: "ManyCards", number: int, slot: str) -> None:
        self._cards, self._number, self.slot = cards, number, slot
        self.is_in = True

    def connected(self) -> AbstractContextManager[Connection]:
        """Offer a pyscard connection."""
        return connection_to(self.slot)

    def remove(self) -> None:
        """Take it out: its folder is free when this returns; that PC/SC sees it gone is waited for by the next one."""
        if self.is_in:
            self.is_in = False
            self._cards.take_out(self._number)


class ManyCards:
    """The slots of a lane's readers, and one process that holds what is in them."""

    def __init__(self, lane: PcscLane, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._slots = deque(
            (slot_of(reader, slot), port + slot)
            for reader, port in lane.daemon.ports.items()
            for slot in range(SLOTS_A_READER)
        )
        self._in: dict[int, tuple[str, int]] = {}
        self._put_in = 0

    def insert(self, folder: Path, *, trace: Path | None = None, conditions: str = "contact") -> HostedCard:
        """Put the card of a folder into the slot that was left longest ago; returns when PC/SC sees it there."""
        if not self._slots:
            raise LaneUnavailable(f"expected an empty slot, actual {len(self._in)} cards; take one out")
        slot, port = self._slots.popleft()
        await_empty(slot)
        self._put_in += 1
        asked = {"put_in": self._put_in, "card": str(folder), "port": port, "conditions": conditions}
        said = self._ask({**asked, "trace": None if trace is None else str(trace)})
        if said != IN:
            self._slots.append((slot, port))
            raise LaneUnavailable(f"{slot}: expected the card in it, actual {said}")
        self._in[self._put_in] = slot, port
        await_card(slot)
        return HostedCard(self, self._put_in, slot)

    def take_out(self, number: int) -> None:
        """Take a card out."""
        self._ask({"take_out": number})
        self._slots.append(self._in.pop(number))

    def _ask(self, message: dict[str, object]) -> str:
        pipe, answers = self._process.stdin, self._process.stdout
        if pipe is None or answers is None:
            raise LaneUnavailable("the host of cards: expected its pipes, actual none")
        pipe.write(json.dumps(message).encode() + b"\n")
        pipe.flush()
        said = answers.readline().decode().rstrip("\n")
        if not said:
            raise LaneUnavailable(f"the host of cards: expected an answer, actual its end ({self._process.wait()})")
        return said

    def await_all_gone(self) -> None:
        """Return once PC/SC sees none of them any more; their process has ended."""
        for slot, _ in (*self._slots, *self._in.values()):
            await_empty(slot)


@contextmanager
def many_cards(lane: PcscLane) -> Iterator[ManyCards]:
    """Start the process that holds them; it ends with the block, and the slots are empty to PC/SC, too."""
    command = [*lane.daemon.door_prefix(), sys.executable, "-m", "harness.pcsc_lane.host"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    cards = ManyCards(lane, process)
    try:
        yield cards
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        end_process(process)
    # Until pcscd has looked, a slot shows the card that left: whoever puts one in now would be told that it is there.
    cards.await_all_gone()
