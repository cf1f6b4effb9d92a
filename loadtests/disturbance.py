"""Does the planned faults at their instants, and announces each to the judge before it begins and after it is over."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from msgspec import Struct

from harness.errors import ConfigurationError, HarnessFault
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Faults, Order
from loadtests.conditions import Announcements, Condition, Moved
from loadtests.database import Database
from loadtests.faults import ALLOWED, CONDITIONS, FaultKind, PlannedFault
from loadtests.processes import tree
from loadtests.publication import Publication
from loadtests.truth import Moment


@dataclass(frozen=True, slots=True)
class Means:
    """By what faults are done; what is missing cannot be done."""

    faults: Faults | None = None
    """Of the fake J-LIS."""
    database: Database | None = None
    target_pid: int | None = None
    publication: Publication | None = None


class DoneFault(Struct, frozen=True):
    """One fault as it was; instants of the monotonic clock."""

    name: str
    start: float
    end: float
    allowed: float = ALLOWED
    """Seconds that the target may need to be itself again."""
    whole: bool = True
    """Whether it lasted as long as was planned."""


class Disturbance:
    """The faults of one run. `begun` tells it when the load began; leaving the block ends whatever still stands."""

    def __init__(self, plan: list[PlannedFault], means: Means, announcements: Announcements) -> None:
        self._plan, self._means, self._announcements = plan, means, announcements
        self.done: list[DoneFault] = []
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed: BaseException | None = None

    def begun(self, instant: float) -> None:
        """The load began then."""
        self._thread = threading.Thread(target=self._go, args=(instant,), name="load-faults", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End what still stands; HarnessFault when a fault could not be done."""
        self._leaving.set()
        if self._thread is not None:
            self._thread.join()
        if self._failed is not None:
            raise HarnessFault(f"fault during load: {self._failed}") from self._failed

    def _go(self, began: float) -> None:
        try:
            for fault in self._plan:
                if self._leaving.wait(max(0.0, began + fault.start - time.monotonic())):
                    return
                self._do(fault, began)
        except Exception as failed:  # noqa: BLE001  (whatever it was, `close` says that a fault was not made)
            self._failed = failed

    def _do(self, fault: PlannedFault, began: float) -> None:
        condition, whole = CONDITIONS[fault.kind], False
        start = time.monotonic()
        if condition is not None:
            self._announcements.begin(condition, start)
        try:
            with ExitStack() as stack:
                stack.enter_context(_DOERS[fault.kind](fault, self._means))
                if fault.kind is FaultKind.CRL_SWAP and self._means.publication is not None:
                    # between the world's clock and the product's, answers are of a time that is still to come
                    self._announcements.begin(Condition.STATUS_LYING, time.monotonic())
                    self._means.publication.pass_by(self._move)
                    self._announcements.told(time.monotonic())
                    self._announcements.end(Condition.STATUS_LYING, time.monotonic())
                # from when it began: one that had to wait for the fault before it lasts as long
                until = max(began + fault.end, start + fault.length)
                whole = not self._leaving.wait(max(0.0, until - time.monotonic()))
        finally:
            end = time.monotonic()
            self.done.append(DoneFault(fault.name, start, end, fault.allowed, whole))
            if condition is not None:
                self._announcements.end(condition, end + fault.allowed)

    def _move(self, moment: Moment) -> None:
        self._announcements.move(Moved(time.monotonic(), moment.instant, moment.epoch))


def require_means(plan: list[PlannedFault], means: Means) -> None:
    """Check that every fault can be done; ConfigurationError names the first that cannot."""
    needs: dict[FaultKind, tuple[object, str]] = {
        FaultKind.DATABASE: (means.database, "--target reference, whose database is started here"),
        FaultKind.WORKER: (means.target_pid, "a target that was started here, with a supervisor"),
    }
    for fault in plan:
        means_of, wanted = needs.get(fault.kind, (means.faults, "a run with its own fake J-LIS"))
        if means_of is None:
            raise ConfigurationError(f"--fault {fault.name}: expected {wanted}")


@contextmanager
def _jlis(fault: PlannedFault, means: Means) -> Iterator[None]:
    """Set the orders of a fault of the fake J-LIS, and take those away again."""
    assert means.faults is not None  # noqa: S101  (`require_means`)
    standing = [means.faults.set(order) for order in _orders(fault)]
    try:
        yield
    finally:
        for each in standing:
            means.faults.remove(each.id)


def _orders(fault: PlannedFault) -> list[Order]:
    ocsp = [door for door in FaultDoor if door is not FaultDoor.CRL]
    match fault.kind:
        case FaultKind.JLIS_SLOW:
            return [Order(Fault.DELAY, door, seconds=float(fault.detail)) for door in ocsp]
        case FaultKind.JLIS_GONE:
            return [Order(Fault.UNAVAILABLE, door) for door in FaultDoor]
        case FaultKind.CRL_SWAP:
            return [Order(Fault.LIST_YESTERDAY, FaultDoor.CRL)]
    return [Order(Fault(fault.detail), door) for door in ocsp]


@contextmanager
def _database(_: PlannedFault, means: Means) -> Iterator[None]:
    assert means.database is not None  # noqa: S101  (`require_means`)
    with means.database.killed():
        yield


@contextmanager
def _worker(_: PlannedFault, means: Means) -> Iterator[None]:
    """Kill one worker, by its pid: the child of the target's process that has taken most processor time."""
    assert means.target_pid is not None  # noqa: S101  (`require_means`)
    children = [child for child in tree(means.target_pid)[1:] if child.ppid() == means.target_pid]
    if not children:
        raise HarnessFault(f"process {means.target_pid}: expected a supervisor with workers, actual no child")
    busiest = max(children, key=lambda child: sum(child.cpu_times()[:2]))
    os.kill(busiest.pid, signal.SIGKILL)
    yield


_DOERS: dict[FaultKind, Callable[[PlannedFault, Means], AbstractContextManager[None]]] = {
    FaultKind.JLIS_SLOW: _jlis,
    FaultKind.JLIS_GONE: _jlis,
    FaultKind.JLIS_LYING: _jlis,
    FaultKind.CRL_SWAP: _jlis,
    FaultKind.DATABASE: _database,
    FaultKind.WORKER: _worker,
}
