"""The chain: each row holds the hash of the one before it, the first that of the chain's own description.

There is one chain for a store, however many processes write in it. The alternative, a chain for each process, lets
them write without waiting for each other, and pays with heads that come and go with processes: whoever removes a
whole chain leaves nothing behind that misses it, and an auditor has no order between rows of two processes. One
chain costs a lock that is held while a group is written; as the groups grow with the load, so does what one turn of
the lock carries, and the lock is never held while anything is encoded or anybody is waited for (`writer.py`).

The store also keeps where the chain ends (`Head`), changed in the transaction that adds a group. A row that follows is
linked to that, not to the last row found: rows cut from the end leave a gap for good, which later rows cannot cover.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

FORMAT: Final = 1


class Head(msgspec.Struct, frozen=True):
    """Where a chain ends: its name, the last row's sequence number and hash. Of an empty one: 0 and its beginning."""

    chain: str
    sequence: int
    hash: str


class Linked(msgspec.Struct, frozen=True):
    """Rows in their places, as they are stored, and where the chain ends with them."""

    first: int
    text: str
    """A line for each row: own hash, a space, the row."""
    head: Head


def empty(chain: str) -> Head:
    """The head of a chain without rows. Its name is in the first hash: no row passes for one of another store."""
    return Head(chain, 0, sha256(f'["kazashi-audit",{FORMAT},"{chain}"]'.encode()).hexdigest())


def link(bodies: Sequence[bytes], head: Head) -> Linked:
    """The encoded entries as the rows that follow `head`."""
    sequence, previous = head.sequence, head.hash
    text = ""
    for body in bodies:
        sequence += 1
        line = f'[{sequence},"{previous}",{body.decode()}'
        previous = sha256(line.encode()).hexdigest()
        text += f"{previous} {line}\n"  # CPython grows it where it lies: a tenth less than joining a list
    return Linked(head.sequence + 1, text[:-1], Head(head.chain, sequence, previous))
