"""What can be wrong with an answer of the fake J-LIS on purpose: the grammar, and the faults that stand.

A fault is of the carrier (no answer, a late one, half of one: `harness/doors/carrier.py` does it) or of the content (a
properly signed lie: `ocsp_faults.py` and `crl_faults.py` make it, before it is signed). A new one is a member, a row
of GRAMMAR, and one small function in the table of the place that does it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from harness.contract.vocabulary import Kind
from harness.watchers import Watchers

LONGEST_DELAY = 600.0
LONGEST_SHIFT = 366 * 86_400.0
MOST_FAULTS = 1000
MOST_ENTRIES = 10_000_000


class Fault(StrEnum):
    """What is wrong."""

    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    INTERNAL_ERROR = "internal_error"
    """HTTP 500."""
    DELAY = "delay"
    """The true answer, `seconds` late by the host's clock; it is made when it is sent."""
    CUT = "cut"
    """The first half of the true answer, then the connection is closed."""
    SILENT = "silent"
    """No octet until the fault is removed; then the true answer."""
    REDIRECT = "redirect"
    """HTTP 307 to the same address: with a count, whoever follows gets the answer in the end."""
    # Revocation lists: what `crl_faults.py` does beside wrong signers, stale, future and truncated.
    LIST_WRONG_PARTITION = "list_wrong_partition"
    """The list of another municipality, as it should be: nothing of these certificates (RFC 5280 §6.3.3 (b))."""
    LIST_IDP_MISMATCH = "list_idp_mismatch"
    """The right entries under an IDP that names another municipality's point."""
    LIST_IDP_ABSENT = "list_idp_absent"
    """Without IDP, as if it were of everything (RFC 5280 §5.2.5)."""
    LIST_IDP_NOT_CRITICAL = "list_idp_not_critical"
    """The IDP is not critical (RFC 5280 §5.2.5: it is)."""
    LIST_ONLY_AUTHORITIES = "list_only_authorities"
    """The IDP says onlyContainsCACerts: nothing of residents."""
    LIST_NO_NEXT_UPDATE = "list_no_next_update"
    """Without nextUpdate (RFC 5280 §5.1.2.5: required)."""
    LIST_NUMBER_BACK = "list_number_back"
    """CRLNumber is ten lower than it was (RFC 5280 §5.2.3: it grows); all else is of today."""
    LIST_UNKNOWN_CRITICAL = "list_unknown_critical"
    """A critical extension that nobody knows: not to be used (RFC 5280 §5.2)."""
    LIST_ENTRY_UNKNOWN_CRITICAL = "list_entry_unknown_critical"
    """A critical entry extension that nobody knows: not to be used (RFC 5280 §5.3)."""
    LIST_INDIRECT = "list_indirect"
    """indirectCRL, and each entry is of the other kind's authority by certificateIssuer (RFC 5280 §5.3.3)."""
    LIST_DELTA = "list_delta"
    """A delta of yesterday's list, with what came since; it does not stand alone (RFC 5280 §5.2.4)."""
    LIST_REMOVE_FROM_CRL = "list_remove_from_crl"
    """Every entry is removeFromCRL, in a complete list (RFC 5280 §5.3.1: in deltas only)."""
    LIST_REASON_7 = "list_reason_7"
    """Every entry has the reason 7, which nobody uses (RFC 5280 §5.3.1)."""
    LIST_EMPTY = "list_empty"
    """Without its entries, and signed so."""
    LIST_EMPTY_SEQUENCE = "list_empty_sequence"
    """Without its entries, and revokedCertificates is an empty SEQUENCE (RFC 5280 §5.1.2.6: absent)."""
    LIST_HUGE = "list_huge"
    """The true entries and `entries` more, of certificates that nobody has; five million by default."""
    LIST_YESTERDAY = "list_yesterday"
    """The list before this one, as it was: what answers during the swap."""
    # End of the revocation lists.
    TRY_LATER = "try_later"
    """OCSPResponseStatus 3, without a signature (RFC 6960 §2.3)."""
    WRONG_SIGNER = "wrong_signer"
    """Signed by a stranger whose authority bears the same name and has another key."""
    OTHER_AUTHORITY = "other_authority"
    """Signed by the delegate of the other kind's authority: genuine, and not entitled here."""
    STALE = "stale"
    """nextUpdate lies `seconds` in the past; status and signature are as they should be."""
    FUTURE = "future"
    """thisUpdate lies `seconds` in the future."""
    WRONG_SERIAL = "wrong_serial"
    """Speaks of the next serial number instead of the one asked for."""
    WRONG_NONCE = "wrong_nonce"
    """Carries a nonce, and not the one that was sent."""
    NO_NONCE = "no_nonce"
    """Leaves the nonce out."""
    TRUNCATED = "truncated"
    """The first half of the octets, as if they were all."""


class FaultDoor(StrEnum):
    """Whose answers are meant."""

    OCSP_AUTH = "ocsp-auth"
    OCSP_SIGN = "ocsp-sign"
    CRL = "crl"
    """The revocation lists of both kinds; carrier faults meet their index too."""

    @classmethod
    def ocsp(cls, kind: Kind) -> "FaultDoor":
        """Return the OCSP door of a kind."""
        return cls(f"ocsp-{kind.value}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a fault permits: at which doors, and how long it lasts or shifts when nothing is said."""

    content: bool
    """Whether it needs an answer that says something; otherwise it is the carrier's and meets every request."""
    ocsp_only: bool = False
    crl_only: bool = False
    needs_nonce: bool = False
    seconds: float | None = None
    """What `seconds` is when it is left out; None where the fault has no use for it."""
    longest: float = 0.0
    entries: int | None = None
    """What `entries` is when it is left out; None where the fault adds none."""


_CRL = Rule(content=True, crl_only=True)
_CARRIER, _CONTENT, _OCSP = Rule(content=False), Rule(content=True), Rule(content=True, ocsp_only=True)
_SHIFT = Rule(content=True, seconds=3600.0, longest=LONGEST_SHIFT)
_NONCE = Rule(content=True, ocsp_only=True, needs_nonce=True)
GRAMMAR = {
    Fault.UNAVAILABLE: _CARRIER,
    Fault.INTERNAL_ERROR: _CARRIER,
    Fault.DELAY: Rule(content=False, seconds=10.0, longest=LONGEST_DELAY),
    Fault.CUT: _CARRIER,
    Fault.SILENT: _CARRIER,
    Fault.REDIRECT: _CARRIER,
    # Revocation lists.
    Fault.LIST_WRONG_PARTITION: _CRL,
    Fault.LIST_IDP_MISMATCH: _CRL,
    Fault.LIST_IDP_ABSENT: _CRL,
    Fault.LIST_IDP_NOT_CRITICAL: _CRL,
    Fault.LIST_ONLY_AUTHORITIES: _CRL,
    Fault.LIST_NO_NEXT_UPDATE: _CRL,
    Fault.LIST_NUMBER_BACK: _CRL,
    Fault.LIST_UNKNOWN_CRITICAL: _CRL,
    Fault.LIST_ENTRY_UNKNOWN_CRITICAL: _CRL,
    Fault.LIST_INDIRECT: _CRL,
    Fault.LIST_DELTA: _CRL,
    Fault.LIST_REMOVE_FROM_CRL: _CRL,
    Fault.LIST_REASON_7: _CRL,
    Fault.LIST_EMPTY: _CRL,
    Fault.LIST_EMPTY_SEQUENCE: _CRL,
    Fault.LIST_HUGE: Rule(content=True, crl_only=True, entries=5_000_000),
    Fault.LIST_YESTERDAY: _CRL,
    # End of the revocation lists.
    Fault.TRY_LATER: _OCSP,
    Fault.WRONG_SIGNER: _CONTENT,
    Fault.OTHER_AUTHORITY: _CONTENT,
    Fault.STALE: _SHIFT,
    Fault.FUTURE: _SHIFT,
    Fault.WRONG_SERIAL: _OCSP,
    Fault.WRONG_NONCE: _NONCE,
    Fault.NO_NONCE: _NONCE,
    Fault.TRUNCATED: _CONTENT,
}


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

    @property
    def shift(self) -> float:
        """The seconds that were ordered, or what the fault takes by default."""
        return self.seconds or GRAMMAR[self.fault].seconds or 0.0


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

    @property
    def left(self) -> int | None:
        """How many more answers it meets; None is all of them."""
        return None if self.order.count is None else self.order.count - self.given

    def meets(self, asked: Asked, now: datetime) -> bool:
        """Return whether it is the fault of the answer to this request at this instant of the world."""
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
            f"door {order.door}: expected ocsp-auth or ocsp-sign, for a list knows no {order.fault}",
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
            order.seconds is not None and rule.seconds is not None and not 0 < order.seconds <= rule.longest,
            f"seconds: expected more than 0 and at most {rule.longest:g}, actual {order.seconds}",
        ),
        (
            order.since is not None and order.until is not None and order.until <= order.since,
            f"until {order.until}: expected an instant after since {order.since}",
        ),
    ):
        if wrong:
            raise FaultRefused(why)
    return order


class Faults:
    """The faults that stand, in the order they were set; safe for threads. A count that ran out stands on with 0 left.

    The first that meets a request is its fault, and the only one.
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
            raise UnknownFault(f"fault {fault_id!r}: expected one that stands, actual none of that id")
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
        """Return the fault of this answer, now counted, or None when it is to be as it should."""
        with self._lock:
            for standing in self._standing.values():
                if standing.meets(asked, now):
                    self._standing[standing.id] = replace(standing, given=standing.given + 1)
                    return self._standing[standing.id]
        return None

    def watching(self, told: Callable[[], None]) -> AbstractContextManager[None]:
        """Tell `told` within the block whenever a fault was taken away."""
        return self._watchers.watching(told)
