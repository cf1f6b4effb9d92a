"""Seals: what is left of rows whose time is over. The chain goes on from a seal as it went on from its rows.

A seal names the rows that were there, the instants of the first and the last, the hash before the first and that of
the last. Its digest covers these and the digest of the seal before. The row that announces a removal is part of the
chain and states that digest: a seal that somebody makes up, or changes, is announced by no row. Of older seals the
announcing row may itself be removed by now; the digest of the newest covers them all.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, select

from reference_impl.audit.chain import Head
from reference_impl.audit.findings import Finding, Kind
from reference_impl.audit.rows import Row
from reference_impl.audit.storage import read_values, seals

PURPOSE = "retention"
"""Of a row that announces a removal."""


class Seal(msgspec.Struct, frozen=True):
    """What is left of the rows from `first` to `last`."""

    first: int
    last: int
    first_at: str
    last_at: str
    before: str
    after: str
    announced: int
    """The row that says who removed them, and when."""


def read_seals(connection: Connection) -> list[Seal]:
    """The seals, the oldest first."""
    return [read_values(Seal, row) for row in connection.execute(select(seals).order_by(seals.c.first))]


def digest(seal: Seal, older: str) -> str:
    """The digest of a seal after one with the digest `older` ("" for the first): SHA-256 of a JSON array."""
    values = (seal.first, seal.last, seal.first_at, seal.last_at, seal.before, seal.after, older)
    return sha256(msgspec.json.encode(values)).hexdigest()


def digests(sealed: Sequence[Seal]) -> list[str]:
    """The digest of each."""
    found: list[str] = []
    for seal in sealed:
        found.append(digest(seal, found[-1] if found else ""))
    return found


def announcement(seal: Seal, own: str) -> str:
    """The reason of the row that announces a removal."""
    return f"{seal.first}-{seal.last} {own}"


def follow(sealed: Sequence[Seal], start: Head) -> tuple[Head, list[Finding]]:
    """Where the rows go on after the seals, and the seals that do not follow each other."""
    end, findings = start, []
    for seal in sealed:
        if seal.first != end.sequence + 1 or seal.last < seal.first or seal.before != end.hash:
            expected = f"a seal from row {end.sequence + 1} on after {end.hash}"
            findings.append(_broken(seal, expected, f"one of {seal.first}–{seal.last} after {seal.before}"))
        end = Head(start.chain, seal.last, seal.after)
    return end, findings


def unannounced(sealed: Sequence[Seal], announcing: dict[int, Row]) -> list[Finding]:
    """The seals whose row is there and says something else, or should be there and is not."""
    removed_to = sealed[-1].last if sealed else 0
    findings = []
    for seal, own in zip(sealed, digests(sealed), strict=True):
        if seal is not sealed[-1] and seal.announced <= removed_to:
            continue  # covered by the newest seal's digest
        row = announcing.get(seal.announced)
        if row is None or (row.purpose, row.reason) != (PURPOSE, announcement(seal, own)):
            what = "none" if row is None else "a row that says something else"
            findings.append(_broken(seal, f"row {seal.announced} to announce the removal and digest {own}", what))
    return findings


def _broken(seal: Seal, expected: str, actual: str) -> Finding:
    return Finding(Kind.SEAL_BROKEN, seal.first, seal.last, expected, actual)
