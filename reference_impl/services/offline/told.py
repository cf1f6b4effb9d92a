"""A use as the contract's `reconcile` tells it: named by the terminal, unsealed, with the challenge the chip signed.

What stands in for the seal is the SHA-256 of the whole record: the same name with other contents is another record, and
both are equivocal. The challenge was drawn at the terminal, or in a session whose answer never came; whoever drew it,
it is signed by one chip and counts for one use (`store.challenges`).
"""

import hashlib
from datetime import datetime

import msgspec


class ToldRecord(msgspec.Struct, frozen=True):
    """A use, by terminal and name."""

    terminal: str
    name: str
    service: str
    taken: datetime
    challenge: bytes
    content: bytes
    """All of it, in its canonical form."""
    amounts: dict[str, int] = {}

    @property
    def number(self) -> int:
        """None: these are not counted through, so that a missing one is not missed."""
        return 0

    @property
    def seal(self) -> bytes:
        """What tells it from another record of its name."""
        return hashlib.sha256(self.content).digest()

    @property
    def key(self) -> str:
        """The use's own name, unless a session turns out to be meant."""
        return msgspec.json.encode((self.terminal, self.name)).decode()
