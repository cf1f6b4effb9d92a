"""Retention: rows older than a limit are removed by whole groups, from the oldest on, and leave a seal.

How long an audit is kept is not decided here: no law about the card names a time, other laws do for their own records
(spec/pki.md §5 names 7 years for one), so the operator says it. What is removed is verified first: rows that do not
verify are evidence, and stay. A group goes when all its rows are old, and none goes before an older one; so a row may
outlive the limit by as long as a row before it, or in its group, is younger: the time of a group commit, or what a
clock was set back.

A segment is what one transaction removes, at most SEGMENT rows: whoever records meanwhile waits for it. Verifying,
deleting, sealing and announcing are that one transaction, so a process that is killed leaves all of it or nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert

from reference_impl.audit.chain import Head, empty, link
from reference_impl.audit.findings import Finding
from reference_impl.audit.rows import Entry, encode_entry
from reference_impl.audit.seals import PURPOSE, Seal, announcement, digests, follow, read_seals
from reference_impl.audit.storage import Storage, append, groups, read_head, seals
from reference_impl.audit.walk import Walk, stored_rows

SEGMENT: Final = 20_000


class BrokenChain(Exception):
    """What was to be removed does not verify: removing it would remove the evidence."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].say("en"))
        self.findings = findings


def retain(storage: Storage, oldest: datetime, *, now: datetime, by: str) -> list[Seal]:
    """The seals of the rows before `oldest`, which are gone; BrokenChain says what does not verify in them."""
    made: list[Seal] = []
    while True:
        with storage.faults(), storage.appending() as connection:
            seal = _remove_segment(connection, oldest, now, by)
        if seal is None:
            return made
        made.append(seal)


def _remove_segment(connection: Connection, oldest: datetime, now: datetime, by: str) -> Seal | None:
    head, sealed = read_head(connection, turn=True), read_seals(connection)
    start, findings = follow(sealed, empty(head.chain))
    walk, removed_to, instants = Walk(start), start, list[datetime]()
    for group in stored_rows(connection):
        rows = [taken[0] for taken in map(walk.take, group) if taken is not None]
        is_over = not any(row.at >= oldest for row in rows)
        if not is_over or (instants and walk.due - start.sequence > SEGMENT + 1):
            findings += walk.pause()  # the first row that stays says whether the last that goes was the one it followed
            break
        instants += [row.at for row in rows]
        removed_to = Head(head.chain, walk.due - 1, walk.links[0] if walk.links else "")
    else:
        findings += walk.finish(head)
    if not instants:
        return None
    if findings:
        raise BrokenChain(findings)
    seal = Seal(
        first=start.sequence + 1,
        last=removed_to.sequence,
        first_at=_written(instants[0]),
        last_at=_written(instants[-1]),
        before=start.hash,
        after=removed_to.hash,
        announced=head.sequence + 1,
    )
    connection.execute(insert(seals), msgspec.structs.asdict(seal))
    connection.execute(delete(groups).where(groups.c.first <= seal.last))
    reason = announcement(seal, digests([*sealed, seal])[-1])
    row = Entry(at=now, who=by, service="audit", purpose=PURPOSE, decision="removed", reason=reason)
    append(connection, link([encode_entry(row)], head))
    return seal


def _written(instant: datetime) -> str:
    """An instant as rows have it."""
    return str(msgspec.to_builtins(instant))
