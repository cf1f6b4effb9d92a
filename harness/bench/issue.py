"""Prints how many certificates one process issued a second of its core, of both kinds in turn. `SECONDS SEED`."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from time import perf_counter, process_time

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from harness.contract.vocabulary import Kind
from harness.jlis.authority import Authority
from harness.jlis.entries import Entry
from harness.jlis.generations import IN_OFFICE, Generations
from harness.jlis.populations import Medium
from harness.population import make_resident

ISSUED = datetime(2026, 12, 1, tzinfo=UTC)
_PEOPLE, _AT_ONCE = 64, 32


def main(seconds: int, seed: int) -> None:
    """Measure: other people, serials and keys each time, as when a crowd comes."""
    key = generate_private_key(65537, 2048)
    holders = [generate_private_key(65537, 2048).public_key() for _ in range(8)]
    life = Generations(ISSUED).life(IN_OFFICE)
    authorities = {kind: Authority.found(kind, life, key, key) for kind in Kind}
    people = [make_resident(seed, position) for position in range(_PEOPLE)]
    entries = [
        Entry(kind, Medium.CARD, 0, IN_OFFICE, person, 0, ISSUED, ISSUED + timedelta(days=1800))
        for person in people
        for kind in Kind
    ]
    serials, issued = count(0x0700_0000), 0
    begun, spent = perf_counter(), process_time()
    while perf_counter() - begun < seconds:
        for _ in range(_AT_ONCE):
            entry = replace(entries[issued % len(entries)], serial=next(serials))
            authorities[entry.kind].leaf(entry, holders[issued % len(holders)])
            issued += 1
    print(issued / (process_time() - spent))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
