"""How a record stands once it has come, and what all records of a service together say. Functions of values.

The state is a set of records: it only grows, and each record's standing follows from the record, from what was found
out about it when it first came, and from whether the terminal made another one of the same number. None of these
depends on the order of uploads or on how often one comes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from reference_impl.services.charges import Charge
from reference_impl.services.offline.record import Record
from reference_impl.services.offline.told import ToldRecord
from reference_impl.verification.verdict import Reason


class Standing(StrEnum):
    """What a record counts for."""

    COUNTED = "counted"
    REVOKED_BEFORE = "revoked-before"
    """Counted, and the certificate had been revoked before: found out too late to refuse."""
    COUNTED_ONLINE = "counted-online"
    """The attempt it stands in for had counted after all."""
    REFUSED = "refused"
    """The presentation proves nothing: kept, reported, not counted."""
    LATE = "late"
    """Came after the policy's time: kept, reported, not counted."""
    REPLAYED = "replayed"
    """Its challenge was another terminal's, or had been spent in an attempt that did not count: kept, reported."""
    EQUIVOCAL = "equivocal"
    """The terminal made two records of this number, or of this session: both kept and reported, neither counted."""


COUNTING: Final = frozenset({Standing.COUNTED, Standing.REVOKED_BEFORE})


class Found(msgspec.Struct, frozen=True):
    """What was found out about a record when it came: whose it is, or why nobody's; a revocation if there is one."""

    account: str | None = None
    household: str | None = None
    reason: Reason = Reason.OK
    revoked_at: datetime | None = None
    persons: int = 0
    """Of the household, where one is checked in."""
    answer: bytes = b""
    """What was found, in full: kept with the record, told again when it comes again."""


def standing_of(record: Record | ToldRecord, found: Found, received: datetime, upload_within: timedelta) -> Standing:
    """How the record stands by itself; that another has its number is seen only in the store."""
    if found.account is None or found.reason is not Reason.OK:
        return Standing.REFUSED
    if not timedelta(0) <= received - record.taken <= upload_within:
        return Standing.LATE
    if found.revoked_at is not None and found.revoked_at <= record.taken:
        return Standing.REVOKED_BEFORE
    return Standing.COUNTED


class Kept(msgspec.Struct, frozen=True, order=True):
    """A record as it stands: what a report is made from. Sorted by when it was taken, then by terminal and number."""

    taken: datetime
    terminal: str
    number: int
    seal: bytes
    standing: Standing
    name: str
    charges: tuple[Charge, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What staff have to look at."""

    counted: int
    revoked_before: tuple[Kept, ...]
    over: tuple[Kept, ...]
    """Counted beyond a limit: the last ones, by when they were taken."""
    uncounted: tuple[Kept, ...]
    missing: dict[str, list[int]]
    """By terminal: numbers below its highest that never came."""


Sum = tuple[str, str, str]


def report(kept: Iterable[Kept], sums: Mapping[Sum, int], missing: dict[str, list[int]]) -> Report:
    """The report on a service's records, given its sums by (entitlement, subject, period): online and offline uses."""
    ordered = sorted(kept)
    counting = [each for each in ordered if each.standing in COUNTING]
    offline: defaultdict[Sum, int] = defaultdict(int)
    for each in counting:
        for charge in each.charges:
            offline[_sum(charge)] += charge.delta
    running = {key: sums.get(key, amount) - amount for key, amount in offline.items()}
    over = []
    for each in counting:
        is_over = False
        for charge in each.charges:
            running[_sum(charge)] += charge.delta
            is_over = is_over or not charge.lowest <= running[_sum(charge)] <= charge.highest
        if is_over:
            over.append(each)
    return Report(
        len(counting),
        tuple(each for each in counting if each.standing is Standing.REVOKED_BEFORE),
        tuple(over),
        tuple(each for each in ordered if each.standing not in COUNTING | {Standing.COUNTED_ONLINE}),
        missing,
    )


def _sum(charge: Charge) -> Sum:
    return charge.entitlement, charge.subject, charge.period
