"""The fake J-LIS as a responder under test: a world of three days at the host's time, one certificate of each fate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from conformance.roles.responder.case import About
from conformance.roles.responder.facts import Facts, Known
from conformance.roles.responder.stage import own_stage
from harness.clock import host_now
from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import crl
from harness.jlis.entries import revocation_date
from harness.jlis.faults import Faults
from harness.jlis.ocsp_policy import NeverIssued
from harness.jlis.populations import Medium
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import KEYS_PER_CARD, World

AGE = timedelta(days=3)
"""Longer than it takes until a daily list tells what happened on the first day."""
HOUR = timedelta(hours=1)
PEOPLE = 3
NEVER_ISSUED = 0x7FFF_FFFF
KIND = Kind.AUTH
CLAIMS = frozenset(("nonce", "get", "batch"))
BATCH = 8
REVOKED_BECAUSE, HELD_BECAUSE = "keyCompromise", "certificateHold"


@dataclass(frozen=True, slots=True)
class Stand:
    """A served fake J-LIS: its facts, and the faults that may be ordered."""

    facts: Facts
    faults: Faults


@contextmanager
def stand(keys: KeyPool, *, seed: int = 1, lightweight: bool = False) -> Iterator[Stand]:
    """Yield the fake J-LIS at its door; `lightweight` lets it speak by RFC 9919, as it claims then."""
    keys.prepare(KEYS_PER_CARD * PEOPLE)
    born = host_now() - AGE
    world = World.create(keys, seed=seed, start=born)
    try:
        known, certificate = _people(world)
        world.clock.set(host_now())
        world.clock.run()
        never = NeverIssued.UNAUTHORIZED if lightweight else NeverIssued.UNKNOWN
        world.jlis.responder.change(KIND, lambda policy: replace(policy, most_questions=BATCH, never_issued=never))
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            generation = world.jlis.generations(world.clock.now())[-1]
            facts = Facts(
                product="Kazashi fake J-LIS",
                issuer=world.trust().authorities[KIND.value],
                known=known,
                ocsp=door.addresses(served.url)[f"ocsp-{KIND.value}"],
                crl=served.url + crl.path_of(KIND, AOI, Medium.CARD, generation),
                claims=CLAIMS | ({"lightweight"} if lightweight else set()),
                certificate=certificate,
                stages=partial(own_stage, keys, seed=seed),
            )
            yield Stand(facts, door.faults)
    finally:
        world.close()


def _people(world: World) -> tuple[dict[About, Known], bytes]:
    """Return the serial numbers of somebody whose card is good, revoked, lost; and the good certificate."""
    cards = [world.issue_card(world.new_resident(municipality=AOI.code).id) for _ in range(PEOPLE)]
    good, revoked, held = cards
    world.clock.set(world.clock.now() + HOUR)
    at = revocation_date(world.clock.now())
    world.revoke(revoked.resident.id, KIND.value, REVOKED_BECAUSE)
    world.lose(held.resident.id)
    known = {
        About.GOOD: Known(good.auth_serial),
        About.REVOKED: Known(revoked.auth_serial, REVOKED_BECAUSE, at),
        About.HELD: Known(held.auth_serial, HELD_BECAUSE, at),
        About.NEVER: Known(NEVER_ISSUED),
    }
    return known, good.auth_certificate
