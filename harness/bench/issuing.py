"""Certificates issued as fast as one core can: `python -m harness.bench.issuing FOLDER`.

It prints a line when it is ready, begins when it reads one (the seconds), and prints how many it made in a second of
its core.
"""

import sys
from pathlib import Path
from time import perf_counter, process_time

from harness.bench.responder import KEYS, ORIGIN, PEOPLE
from harness.contract.vocabulary import Kind
from harness.jlis import profiles
from harness.jlis.authority import OCSP_ADDRESS
from harness.keys import KeyPool
from harness.world import World


def main() -> None:
    """Issue until the time is over."""
    keys = KeyPool(Path(sys.argv[1]) / "keys")
    world = World.create(keys, seed=7, start=ORIGIN)
    world.new_crowd(PEOPLE, keys=KEYS)
    entries = [one for resident in world.residents() for one in world.certificates(resident.id)]
    authorities = {kind: world._hierarchy.in_office(kind, ORIGIN) for kind in Kind}
    publics = [keys.numbered(number).public_key() for number in range(KEYS)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    seconds = float(sys.stdin.readline())
    made, began, spent = 0, perf_counter(), process_time()
    while perf_counter() - began < seconds:
        for entry in entries:
            authority = authorities[entry.kind]
            profiles.leaf_certificate(
                entry,
                publics[entry.key],
                authority.certificate,
                authority.key,
                OCSP_ADDRESS[entry.population],
                authority.practice,
            )
            made += 1
            if made % 16 == 0 and perf_counter() - began >= seconds:
                break
    sys.stdout.write(f"{made / (process_time() - spent)}\n")
    world.close()


if __name__ == "__main__":
    main()
