"""The faults that stand: which answers they meet, how often, how long; their names are in `fault_grammar.py`."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from harness.jlis.fault_grammar import GRAMMAR, MOST_ENTRIES, Fault, FaultDoor, Rule
from harness.watchers import Watchers

MOST_FAULTS = 1000


class FaultRefused(ValueError):
    """A fault that cannot be; `str()` says why, and none was set."""


class UnknownFault(LookupError):
    """No fault of that id stands."""


@dataclass(frozen=True, slots=True)
class Order:
    """One fault as it was ordered; `count` None is every answer, an instant None no bound on that side."""

    fault: Fault
    door: FaultDoor
    serial: int | None = None
    count: int | None = None
    seconds: float | None = None
    since: datetime | None = None
    until: datetime | None = None
    entries: int | None = None
    """How many entries are added, where the fault adds any."""
    probability: float | None = None
    """How likely it meets a request that it fits; which ones follows from the seed (`is_drawn`)."""
    seed: int = 0

    @property
    def shift(self) -> float:
        """The seconds that were ordered, or what the fault takes by default."""
        return (GRAMMAR[self.fault].seconds or 0.0) if self.seconds is None else self.seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as far as faults look at it."""

    door: FaultDoor
    serial: int | None = None
    nonce: bool = False
    """Whether a nonce came that is echoed."""
    says: bool = True
    """Whether the answer will say something: a malformed request and the index of the lists are only carried."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A fault that was set, and how many answers were given under it."""

    id: str
    order: Order
    given: int = 0
    fitted: int = 0
    """How many requests it fitted, those that were drawn and those that were not."""

    @property
    def left(self) -> int | None:
        """How many more answers it meets; None is all of them."""
        return None if self.order.count is None else self.order.count - self.given

    def meets(self, asked: Asked, now: datetime) -> bool:
        """Return whether it is the fault of the answer to this request at this instant of the world."""
        return self.fits(asked, now) and self.is_drawn()

    def is_drawn(self) -> bool:
        """Return whether the request that it fits next is one that it meets: that follows from seed and number."""
        chance = self.order.probability
        if chance is None:
            return True
        drawn = hashlib.sha256(f"{self.order.seed}/{self.fitted}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") < chance * 2**64

    def fits(self, asked: Asked, now: datetime) -> bool:
        """Return whether door, serial, window and count let it meet this request at this instant of the world."""
        order, rule = self.order, GRAMMAR[self.order.fault]
        return (
            order.door is asked.door
            and self.left != 0
            and (order.serial is None or order.serial == asked.serial)
            and (order.since is None or order.since <= now)
            and (order.until is None or now < order.until)
            and (asked.says or not rule.content)
            and (asked.nonce or not rule.needs_nonce)
        )


def checked(order: Order) -> Order:
    """Return the order; FaultRefused when its parts contradict each other."""
    rule = GRAMMAR[order.fault]
    for wrong, why in (
        (
            rule.ocsp_only and order.door is FaultDoor.CRL,
            f"door {order.door}: expected one of OCSP, for a list knows no {order.fault}",
        ),
        (
            rule.crl_only and order.door is not FaultDoor.CRL,
            f"door {order.door}: expected crl, for a status answer knows no {order.fault}",
        ),
        (
            order.entries is not None and rule.entries is None,
            f"entries: expected none, for {order.fault} adds none",
        ),
        (
            order.entries is not None and rule.entries is not None and not 0 < order.entries <= MOST_ENTRIES,
            f"entries: expected more than 0 and at most {MOST_ENTRIES}, actual {order.entries}",
        ),
        (
            order.serial is not None and order.door is FaultDoor.CRL,
            "serial: expected none at the door crl, for a list is of many",
        ),
        (
            order.seconds is not None and rule.seconds is None,
            f"seconds: expected none, for {order.fault} takes no time",
        ),
        (
            order.seconds is not None and rule.seconds is not None and not _is_within(order.seconds, rule),
            f"seconds: expected {_least(rule)} and at most {rule.longest:g}, actual {order.seconds}",
        ),
        (
            order.probability is not None and not 0 < order.probability <= 1,
            f"probability: expected more than 0 and at most 1, actual {order.probability}",
        ),
        (
            order.since is not None and order.until is not None and order.until <= order.since,
            f"until {order.until}: expected an instant after since {order.since}",
        ),
    ):
        if wrong:
            raise FaultRefused(why)
    return order


def _least(rule: Rule) -> str:
    return "0 or more" if rule.content else "more than 0"


def _is_within(seconds: float, rule: Rule) -> bool:
    """An answer's time may lie on the very second; a delay of none would be no fault."""
    return seconds <= rule.longest and (seconds >= 0 if rule.content else seconds > 0)


class Faults:
    """The faults that stand, in the order they were set; safe for threads. A count that ran out stands on with 0 left.

    Several may meet one answer (`take_all`); where a place can do with one only, the first is it (`take`).
    """

    def __init__(self) -> None:
        self._standing: dict[str, Standing] = {}
        self._made = 0
        self._lock = threading.Lock()
        self._watchers = Watchers()

    def __bool__(self) -> bool:
        return bool(self._standing)

    def __iter__(self) -> Iterator[Standing]:
        with self._lock:
            return iter(list(self._standing.values()))

    def __contains__(self, fault_id: str) -> bool:
        return fault_id in self._standing

    def set(self, order: Order) -> Standing:
        """Let a fault stand from now on, and return it; FaultRefused when it cannot be."""
        checked(order)
        with self._lock:
            if len(self._standing) >= MOST_FAULTS:
                raise FaultRefused(f"faults: expected at most {MOST_FAULTS}, actual one more; clear them first")
            self._made += 1
            standing = Standing(f"f{self._made}", order)
            self._standing[standing.id] = standing
        return standing

    def remove(self, fault_id: str) -> Standing:
        """Take one fault away and return it as it was; UnknownFault when it does not stand."""
        with self._lock:
            standing = self._standing.pop(fault_id, None)
        if standing is None:
            raise UnknownFault(
                f"fault {fault_id!r}: expected one that stands, actual none of that id; `kazashi jlis faults` shows all"
            )
        self._watchers.tell()
        return standing

    def clear(self) -> list[Standing]:
        """Take every fault away and return them as they were."""
        with self._lock:
            gone = list(self._standing.values())
            self._standing.clear()
        self._watchers.tell()
        return gone

    def take(self, asked: Asked, now: datetime) -> Standing | None:
        """Return the first fault of this answer, now counted, or None when it is to be as it should."""
        with self._lock:
            return next(self._met(asked, now), None)

    def take_all(self, asked: Asked, now: datetime) -> list[Standing]:
        """Return the faults of this answer, now counted: those of content in their order, then one of the carrier.

        A carrier after the first has nothing left to carry; it is neither met nor counted.
        """
        content: list[Standing] = []
        carrier: list[Standing] = []
        with self._lock:
            for standing in self._met(asked, now, lambda each: not carrier or GRAMMAR[each.order.fault].content):
                (content if GRAMMAR[standing.order.fault].content else carrier).append(standing)
        return content + carrier

    def _met(
        self, asked: Asked, now: datetime, wanted: Callable[[Standing], bool] = lambda _: True
    ) -> Iterator[Standing]:
        """Yield the faults that meet a request one after the other, each counted once it is asked for."""
        for standing in list(self._standing.values()):
            if wanted(standing) and standing.fits(asked, now):
                met = standing.is_drawn()
                counted = replace(standing, given=standing.given + met, fitted=standing.fitted + 1)
                self._standing[standing.id] = counted
                if met:
                    yield counted

    def watching(self, told: Callable[[], None]) -> AbstractContextManager[None]:
        """Tell `told` within the block whenever a fault was taken away."""
        return self._watchers.watching(told)
