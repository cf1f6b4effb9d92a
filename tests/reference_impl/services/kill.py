"""Programs to be killed: `python -m tests.reference_impl.services.kill terminal|office FOLDER`, a line after each step.

A line is printed when the step's promise has been given: from then on it must hold, whatever happens to the process.
"""

import sys
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from reference_impl.services.offline.record import Record
from reference_impl.services.store.reconciliation import Reconciliation, Upload
from reference_impl.services.store.terminal_queue import TerminalQueue, TerminalUse
from reference_impl.store.database import Database
from tests.reference_impl.services.offline import KEYS, NOON, POLICIES, judge, upload

BATCH = 7


def use(number: int) -> TerminalUse:
    """The ride of this number: twelve cards in turn, an hour a day."""
    return TerminalUse("taxi", "vehicle", NOON + timedelta(minutes=number), f"card-{10 + number % 12}".encode())


def queue(folder: Path) -> TerminalQueue:
    """The queue of the first taxi."""
    return TerminalQueue(Database(folder / "terminal.db"), "cab-1", KEYS["cab-1"])


def terminal(folder: Path) -> None:
    """Records rides for ever."""
    kept = queue(folder)
    for number in range(10**6):
        made = kept.record(use(number))
        print(made.number, flush=True)


def office(folder: Path) -> None:
    """Takes the terminal's records in, batch by batch, the whole again and again: it does not end by itself."""
    reconciliation = Reconciliation(Database(folder / "office.db"))
    made = queue(folder).pending(10**6)
    for start in cycle(range(0, len(made), BATCH)):
        send(reconciliation, made[start : start + BATCH])
        print(min(start + BATCH, len(made)), flush=True)


def send(reconciliation: Reconciliation, records: list[Record]) -> list[int]:
    """One upload; the numbers that the terminal may throw away."""
    sent: Upload = upload(records)
    return [taken.number for taken in reconciliation.take_in(POLICIES, sent, judge) if taken.standing is not None]


if __name__ == "__main__":
    {"terminal": terminal, "office": office}[sys.argv[1]](Path(sys.argv[2]))
