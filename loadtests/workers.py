"""One run by several processes, here or on several machines: what each reports, and that no holder had two of them.

The master drives nobody. Each worker takes its shard of the population by the number that the master gave it, counts
for itself, sends what it has counted now and then, and once more before it says that it has stopped. What the master
has in the end is the last report of each; a worker without one is an error, for what it counted is not known.
"""

import socket
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

from loadtests.tally import Tally

MOST_NAMED = 5


class Report(Struct, frozen=True):
    """What a worker has counted so far."""

    index: int
    """Its number, and that of its shard."""
    machine: str
    tally: Tally
    holders: list[str]
    """Whom it drove; told in the last report alone."""
    last: bool


class Share(Struct, frozen=True):
    """What a worker did, as the result tells it."""

    index: int
    machine: str
    requests: int
    holders: int


SHARES = "shares.json"
"""The file in which a master leaves them beside its counts."""


def read_shares(folder: Path) -> list[Share]:
    """Return what each worker did; none where one process did everything."""
    path = folder / SHARES
    return msgspec.json.decode(path.read_bytes(), type=list[Share]) if path.exists() else []


def machine() -> str:
    """Return this machine's name, as reports have it."""
    return socket.gethostname()


class Reports:
    """The latest report of each worker, as the master knows them."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._latest: dict[int, Report] = {}

    def take(self, encoded: bytes) -> None:
        """Take a report in place of the worker's one before; never one from before its last."""
        report = msgspec.json.decode(encoded, type=Report)
        before = self._latest.get(report.index)
        if before is None or report.last or not before.last:
            self._latest[report.index] = report

    @property
    def is_complete(self) -> bool:
        """Whether every worker has told its last."""
        return sum(each.last for each in self._latest.values()) >= self._wanted

    def shares(self) -> list[Share]:
        """Return what each did."""
        return [
            Share(each.index, each.machine, each.tally.requests, len(each.holders))
            for _, each in sorted(self._latest.items())
        ]

    def so_far(self) -> Tally:
        """Return what was reported until now: for whoever looks while load runs."""
        whole = Tally()
        for report in self._latest.values():
            whole.add(report.tally)
        return whole

    def total(self) -> Tally:
        """Return everything counted; a worker that did not report, or a holder driven twice, stands among the errors.

        An error and not an exception: what the others counted is worth telling, and the run does not pass.
        """
        whole = self.so_far()
        for index in range(self._wanted):
            of_this = self._latest.get(index)
            if of_this is None or not of_this.last:
                whole.failed(f"load generator: worker {index}: expected its last report, actual none")
        for index in sorted(set(self._latest) - set(range(self._wanted))):
            whole.failed(f"load generator: worker {index}: expected {self._wanted} workers, actual one more")
        twice = self.driven_twice()
        if twice:
            shown = ", ".join(twice[:MOST_NAMED])
            whole.failed(f"load generator: {len(twice)} holders were driven by two workers: {shown}")
        return whole

    def driven_twice(self) -> list[str]:
        """Return the holders that more than one worker drove."""
        times = Counter(holder for report in self._latest.values() for holder in set(report.holders))
        return sorted(holder for holder, count in times.items() if count > 1)
