"""What was found out about octets that were seen before: bounded, and valid for exactly these octets.

An entry is found by the last 16 octets (of a certificate: the end of its signature, which no two share by chance) and
confirmed by comparing all of them, which costs less than a hash. Only what passed its checks is kept, so a stranger
cannot fill it. What made it true (trust, policy) is replaced together with the memory (`verifier.Verifier.swap`).
"""

import threading
from typing import Final, Generic, TypeVar

import msgspec

T = TypeVar("T")

FOUND_BY: Final = 16
LONGEST: Final = 4096
"""Octets of an entry's key. A resident's certificate has about 1,600; what is longer is worked out again each time."""


class Remember(msgspec.Struct, frozen=True):
    """How much is remembered, twice as many at most. None of it is needed: 0 means to work it out each time."""

    holders: int = 50_000
    """Identities with their loaded keys, at about 4 kB each."""
    issuers: int = 0
    """Who issued a certificate, where the identities themselves are not kept."""
    chips: int = 50_000
    """Birth records and card-verifiable certificates."""


class Memory(Generic[T]):
    """Two generations of at most `capacity` entries each; the older one is dropped whole, which loses only time."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._young: dict[bytes, tuple[bytes, T]] = {}
        self._old: dict[bytes, tuple[bytes, T]] = {}
        self._lock = threading.Lock()

    def find(self, octets: bytes) -> T | None:
        """What was kept for exactly these octets."""
        if self._young:
            entry = self._young.get(octets[-FOUND_BY:])
            if entry is not None and entry[0] == octets:
                return entry[1]
        return self._find_old(octets) if self._old else None

    def _find_old(self, octets: bytes) -> T | None:
        """An entry of the older generation that is still asked for moves to the young one."""
        entry = self._old.get(octets[-FOUND_BY:])
        if entry is None or entry[0] != octets:
            return None
        self.keep(octets, entry[1])
        return entry[1]

    def keep(self, octets: bytes, value: T) -> None:
        """Keeps it, in place of another entry that ends in the same 16 octets."""
        if not self._capacity or not FOUND_BY <= len(octets) <= LONGEST:
            return
        with self._lock:
            if len(self._young) >= self._capacity:
                self._old, self._young = self._young, {}
            self._young[octets[-FOUND_BY:]] = (octets, value)

    def __len__(self) -> int:
        """How many entries there are, at most twice the capacity."""
        return len(self._young) + len(self._old)
