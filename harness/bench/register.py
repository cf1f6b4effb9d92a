"""A register of many, made, opened again and asked: `python -m harness.bench.register FOLDER PEOPLE ROUNDS`, JSON out.

Its people are of all ages, so that somebody has to find out who may have a signature certificate. It is asked for the
status of certificates drawn at random, in turn with a register of a thousand; answers are signed with P-256.
"""

import random
import resource
import sys
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from time import process_time

import msgspec

from harness.bench.responder import ORIGIN, requests_about
from harness.contract.vocabulary import Kind
from harness.jlis.entries import FIRST_SERIAL
from harness.jlis.ocsp_policy import ResponderKey, ResponderPolicy
from harness.keys import KeyPool
from harness.population import PopulationProfile
from harness.world import World

FEW = 1000
ASKED = 3000
"""Requests in a round; each is about another certificate, and comes once."""
KEYS = 2


class Figures(msgspec.Struct, frozen=True):
    """What was measured, in seconds of the processor: what others do on the machine in between is not counted."""

    make: float
    open: float
    megabytes: float
    """The most memory that the process had, both registers in it."""
    few: list[tuple[float, float]]
    """p50 and p99 of an answer of the register of a thousand, round by round."""
    many: list[tuple[float, float]]


def main(folder: Path, people: int, rounds: int) -> Figures:
    """Measure."""
    keys = KeyPool(folder / "keys")
    keys.prepare(KEYS)
    few = _world(keys, None)  # whatever a process does once is done
    few.new_crowd(FEW, keys=KEYS)
    begun = process_time()
    many = _world(keys, folder / "many.db")
    many.new_crowd(people, keys=KEYS)
    made = process_time() - begun
    many.close()
    begun = process_time()
    many = World.open(keys, folder / "many.db")
    opened = process_time() - begun
    answers: dict[int, list[tuple[float, float]]] = {FEW: [], people: []}
    chance = random.Random(7)  # noqa: S311  (repeatable, no secrets)
    for _ in range(rounds):
        for world, size in ((few, FEW), (many, people)):
            answers[size].append(_asked(world, [FIRST_SERIAL + chance.randrange(size) for _ in range(ASKED)]))
    for world in (few, many):
        world.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Figures(made, opened, megabytes, answers[FEW], answers[people])


def _world(keys: KeyPool, store: Path | None) -> World:
    return World.create(keys, seed=7, start=ORIGIN, store=store, population=PopulationProfile.EVERYONE)


def _asked(world: World, serials: list[int]) -> tuple[float, float]:
    """Return p50 and p99 of an answer about each of these."""
    service, now = world.jlis.responder, ORIGIN + timedelta(days=1, minutes=7)
    service.switch(Kind.AUTH, ResponderPolicy(responder_key=ResponderKey.P256))
    took = []
    for request in requests_about(service, now, serials):
        begun = process_time()
        said = service.answer(Kind.AUTH, request, now).said
        took.append(process_time() - begun)
        if said != "good":
            raise ValueError(f"expected good, actual {said}")
    shares = quantiles(took, n=100)
    return shares[49], shares[98]


if __name__ == "__main__":
    figures = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(msgspec.json.encode(figures).decode())
