"""What can go wrong around the target while load is sent: `--fault KIND@START+LENGTH`, seconds since the load began.

jlis-slow:0.2@5+10     every OCSP answer 200 ms late (0.2 without a number; 2 is J-LIS on a bad day)
jlis-gone@5+10         every answer of the fake J-LIS is HTTP 503
jlis-lying@5+10        every OCSP answer is signed by a stranger; jlis-lying:stale, or another content fault of
                       `kazashi jlis fault --help`
crl-swap@5+10          both clocks pass three in the morning: new lists are published, but yesterday's answer for ten
                       seconds more; whoever was lost since is revoked from the new ones on (`publication`). The
                       product is told of the lists of the towns whose people come; crl-swap:all, of all of them
database@5+3           the PostgreSQL under the reference is killed, and back after three seconds
worker@5               one worker process of the target is killed (SIGKILL); whoever supervises it has to mend that

Pure: the words and what each permits. `disturbance` does them.
"""

import re
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import GRAMMAR, Fault
from loadtests.conditions import Condition

LONGEST = 24 * 3600.0
SLOW = 0.2
ALL_LISTS = "all"
AT_LEAST_BEFORE = 2.0
"""Seconds of quiet before a fault: without them nothing is known of how it was before."""


class FaultKind(StrEnum):
    """What goes wrong."""

    JLIS_SLOW = "jlis-slow"
    JLIS_GONE = "jlis-gone"
    JLIS_LYING = "jlis-lying"
    CRL_SWAP = "crl-swap"
    DATABASE = "database"
    WORKER = "worker"


CONDITIONS = {
    FaultKind.JLIS_SLOW: Condition.STATUS_SLOW,
    FaultKind.JLIS_GONE: Condition.STATUS_GONE,
    FaultKind.JLIS_LYING: Condition.STATUS_LYING,
    FaultKind.CRL_SWAP: None,
    FaultKind.DATABASE: Condition.PRODUCT_HURT,
    FaultKind.WORKER: Condition.PRODUCT_HURT,
}
"""What is announced to the judge. A swap of lists permits nothing: both lists are genuine and fresh."""


ALLOWED = 10.0
"""Seconds after a fault in which answers may still fail to come: the target has to notice that it is over. Longer is
no recovery."""
ALLOWED_AFTER_SWAP = 60.0
"""Nothing fails meanwhile; but visits wait while the lists of a whole country are fetched anew."""


class PlannedFault(Struct, frozen=True):
    """One fault of a run; seconds since the load began."""

    kind: FaultKind
    start: float
    length: float
    detail: str = ""

    @property
    def end(self) -> float:
        """When it is over, by plan."""
        return self.start + self.length

    @property
    def allowed(self) -> float:
        """How many seconds the target may need to be itself again."""
        return ALLOWED_AFTER_SWAP if self.kind is FaultKind.CRL_SWAP else ALLOWED

    @property
    def name(self) -> str:
        """Return it as it is written before the `@`."""
        return f"{self.kind.value}:{self.detail}" if self.detail else self.kind.value


_WORDS = re.compile(r"(?P<kind>[a-z-]+)(:(?P<detail>[a-z0-9_.]+))?@(?P<start>\d+(\.\d+)?)(\+(?P<length>\d+(\.\d+)?))?")


def parse_faults(words: tuple[str, ...], seconds: float) -> list[PlannedFault]:
    """Return the faults of a run of so many seconds, in their order; ConfigurationError for what cannot be."""
    faults = sorted((_parse(word, seconds) for word in words), key=lambda fault: fault.start)
    for before, after in pairwise(faults):
        if after.start < before.end:
            raise ConfigurationError(
                f"--fault {after.name}@{after.start:g}: expected it after {before.name} is over at {before.end:g}; "
                "of two at a time nobody could say whose recovery it was"
            )
    return faults


def _parse(text: str, seconds: float) -> PlannedFault:
    read = _WORDS.fullmatch(text)
    if read is None or read["kind"] not in set(FaultKind):
        raise ConfigurationError(
            f"--fault {text!r}: expected KIND@START+LENGTH with KIND one of {', '.join(FaultKind)}, e.g. jlis-gone@5+3"
        )
    kind, start, length = FaultKind(read["kind"]), float(read["start"]), float(read["length"] or 0)
    if (kind is FaultKind.WORKER) != (length == 0):
        wanted = "no +LENGTH, for a killed process does not come back" if kind is FaultKind.WORKER else "a +LENGTH"
        raise ConfigurationError(f"--fault {text!r}: expected {wanted}")
    if start < AT_LEAST_BEFORE or start + length >= seconds:
        raise ConfigurationError(
            f"--fault {text!r}: expected it to begin {AT_LEAST_BEFORE:g} s after the load or later and to end before "
            f"the load does at {seconds:g} s; recovery is what it is for"
        )
    return PlannedFault(kind, start, length, _detail(text, kind, read["detail"] or ""))


def _detail(text: str, kind: FaultKind, detail: str) -> str:
    match kind:
        case FaultKind.JLIS_SLOW:
            try:
                slow = float(detail or SLOW)
            except ValueError:
                slow = 0.0
            if not 0 < slow <= LONGEST:
                raise ConfigurationError(f"--fault {text!r}: expected seconds after the colon, e.g. jlis-slow:2@5+3")
            return f"{slow:g}"
        case FaultKind.JLIS_LYING:
            name = detail or Fault.WRONG_SIGNER.value
            if name not in set(Fault) or not GRAMMAR[Fault(name)].content or GRAMMAR[Fault(name)].crl_only:
                raise ConfigurationError(
                    f"--fault {text!r}: expected a content fault of OCSP after the colon, e.g. wrong_signer or stale"
                )
            return name
        case FaultKind.CRL_SWAP if detail == ALL_LISTS:
            return detail
    if detail:
        raise ConfigurationError(
            f"--fault {text!r}: expected nothing after a colon, for {kind.value} has no kinds"
            + (f" but {ALL_LISTS}" if kind is FaultKind.CRL_SWAP else "")
        )
    return ""
