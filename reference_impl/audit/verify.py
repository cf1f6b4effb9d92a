"""`audit verify`: the whole chain, from its beginning through the seals to its end, and heads that were kept elsewhere.

    (1) seals    follow each other from the chain's beginning                                      seals.py
    (2) rows     each follows the one before, none is missing, moved, doubled or changed           walk.py
    (3) end      where the store itself has the end on record
    (4) seals    are announced by rows of the chain
    (5) heads    kept elsewhere are rows of this chain

It reads one instant of the store while others append. Memory does not grow with the rows.
"""

from collections.abc import Callable, Sequence

import msgspec

from reference_impl.audit.chain import Head, empty
from reference_impl.audit.findings import Finding, Kind
from reference_impl.audit.heads import KeptHead
from reference_impl.audit.rows import Row
from reference_impl.audit.seals import Seal, follow, read_seals, unannounced
from reference_impl.audit.storage import Storage, read_head
from reference_impl.audit.walk import Walk, stored_rows

Begun = Callable[[Head], None]
"""Told the end on record before any row is looked at."""
Seen = Callable[[Row, str], None]
"""Told each row that could be read, and its computed hash."""


class Report(msgspec.Struct, frozen=True):
    """What was verified, and what was found."""

    head: Head
    rows: int
    """Lines that are there."""
    sealed: int
    """The last row that retention removed."""
    findings: list[Finding]
    heads_checked: int = 0
    heads_out_of_reach: int = 0
    """Kept heads within removed rows: nothing is left to compare them with."""


def verify(
    storage: Storage, kept: Sequence[KeptHead] = (), *, begun: Begun | None = None, seen: Seen | None = None
) -> Report:
    """The report on a store."""
    with storage.faults(), storage.reading() as connection:
        end, sealed = read_head(connection), read_seals(connection)
        if begun is not None:
            begun(end)
        start, findings = follow(sealed, empty(end.chain))  # (1)
        walk, rows = Walk(start), 0
        hashes, announcing = _wanted(kept, sealed)
        for group in stored_rows(connection):  # (2)
            rows += len(group)
            for stored in group:
                taken = walk.take(stored)
                if taken is None:
                    continue
                row, computed = taken
                if row.sequence in hashes:
                    hashes[row.sequence] = computed
                if row.sequence in announcing:
                    announcing[row.sequence] = row
                if seen is not None:
                    seen(row, computed)
    findings += walk.finish(end)  # (3)
    findings += unannounced(sealed, {sequence: row for sequence, row in announcing.items() if row is not None})  # (4)
    out_of_reach = 0
    for head in kept:  # (5)
        if 0 < head.sequence <= start.sequence and head.sequence not in hashes:
            out_of_reach += 1
        else:
            findings += _compare(head, end, hashes.get(head.sequence))
    return Report(end, rows, start.sequence, findings, len(kept) - out_of_reach, out_of_reach)


def _wanted(kept: Sequence[KeptHead], sealed: Sequence[Seal]) -> tuple[dict[int, str | None], dict[int, Row | None]]:
    """What has to be remembered on the way: hashes at the heads' places (known already at a seal's end), and rows
    that announce removals."""
    ends = {seal.last: seal.after for seal in sealed}
    removed_to = sealed[-1].last if sealed else 0
    hashes = {
        head.sequence: ends.get(head.sequence) for head in kept if head.sequence > removed_to or head.sequence in ends
    }
    return hashes, {seal.announced: None for seal in sealed}


def _compare(kept: KeptHead, end: Head, found: str | None) -> list[Finding]:
    if kept.chain != end.chain:
        actual = f"chain {end.chain}"
        return [Finding(Kind.HEAD_MISSED, kept.sequence, kept.sequence, f"chain {kept.chain}", actual)]
    if kept.sequence == 0:
        found = empty(end.chain).hash
    if found == kept.hash:
        return []
    expected = f"hash {kept.hash} (a head of {kept.at.isoformat()})"
    if found is None and kept.sequence > end.sequence:
        actual = f"the end at row {end.sequence}"
        return [Finding(Kind.TRUNCATED, end.sequence + 1, kept.sequence, expected, actual)]
    return [Finding(Kind.HEAD_MISSED, kept.sequence, kept.sequence, expected, f"hash {found}" if found else "no row")]
