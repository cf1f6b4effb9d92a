"""Heads of the chain that are kept elsewhere: what finds rows cut from the end, and a chain made anew as a whole.

Whoever can write in the store can also cut its end off and put the record of the end right, or compute all hashes
anew from some row on. Nothing in the store shows that. A head that left it in time does: a line of JSON, to be kept
where the store's administrator cannot write (the auditor's mail, a printed sheet, another organisation's log).
"""

import os
from datetime import datetime
from pathlib import Path

import msgspec

from reference_impl.audit.chain import Head
from reference_impl.audit.faults import AuditUnusable


class KeptHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A head, and when it was taken."""

    chain: str
    sequence: int
    hash: str
    at: datetime


def write_head(head: Head, at: datetime) -> str:
    """The line to be kept."""
    return msgspec.json.encode(KeptHead(head.chain, head.sequence, head.hash, at)).decode()


def append_head(path: Path, line: str) -> None:
    """Adds a line to a file of heads, on the disk when this returns."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AuditUnusable(f"heads {path}: expected a file to add to, actual: {error.strerror}") from error


def read_heads(path: Path) -> list[KeptHead]:
    """The heads of a file, one a line; AuditUnusable says which line is none, or that there is none at all."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AuditUnusable(f"heads {path}: expected lines that `head` wrote, actual: {error}") from error
    heads = []
    for number, line in enumerate(lines, start=1):
        try:
            heads.append(msgspec.json.decode(line, type=KeptHead))
        except msgspec.DecodeError as error:
            raise AuditUnusable(f"heads {path}, line {number}: expected a line of `head`, actual: {error}") from error
    if not heads:
        raise AuditUnusable(f"heads {path}: expected at least one head, actual none")
    return heads
