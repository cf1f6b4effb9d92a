"""What a verification core is given for a load, and what it is asked: octets, with the reason that is right of each."""

import hashlib
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.contract.vocabulary import Kind, Reason
from harness.jlis import crl_points
from harness.municipalities import MUNICIPALITIES
from harness.world import World
from loadtests.targets.ground import Ground, visits
from loadtests.targets.ground_signing import GroundSigner
from loadtests.truth import Deed
from loadtests.vocabulary import Standing

ROUND = 500
"""Logins that a user makes one after the other, each with a challenge of its own, before others have their turn."""
ROUNDS = 4
RIGHT = {
    Standing.GOOD: Reason.OK,
    Standing.JUST_LOST: Reason.OK,  # the lists of the day do not know yet
    Standing.REVOKED: Reason.REVOKED,
    Standing.ON_HOLD: Reason.ON_HOLD,
}


class CoreMaterial(Struct, frozen=True):
    """What a factory is given (`now`, `anchors`, `card_issuers`, `lists`), as any vendor's is."""

    now: datetime
    anchors: list[tuple[str, bytes]]
    card_issuers: list[tuple[bytes, bytes]]
    lists: list[tuple[bytes, bytes]]


class Asked(Struct, frozen=True):
    """One login, signed beforehand."""

    holder: str
    kind: str
    certificate: bytes
    challenge: bytes
    signature: bytes
    right: str
    """The reason."""


def material_of(world: World) -> CoreMaterial:
    """Return anchors, and the lists of everybody who is in the world, as of now."""
    now, trust = world.clock.now(), world.trust()
    entries = [each for one in world.residents() for each in world.certificates(one.id) if each.kind is Kind.AUTH]
    lists = {}
    for entry in entries:
        municipality = MUNICIPALITIES[entry.resident.municipality]
        point = crl_points.der_of(crl_points.Partition(entry.population, entry.generation, municipality))
        if point not in lists:
            lists[point] = world.jlis.crl(Kind.AUTH, municipality, now, generation=entry.generation)
    return CoreMaterial(
        now,
        [(kind.value, data) for kind, data in trust.anchors()],
        list(trust.card_issuers),
        [(data, point) for point, data in lists.items()],
    )


def signed_rounds(ground: Ground) -> list[list[Asked]]:
    """Return the rounds of one process: the share of bad logins is the ground's, each signature is made here."""
    signer, coming = GroundSigner(), visits(ground, 0)
    made = []
    for number in range(ROUNDS):
        asked = []
        for place, (subject, deed) in enumerate(islice(coming, ROUND)):
            challenge = hashlib.sha256(f"{ground.seed}/{number}/{place}".encode()).digest()
            is_forged = deed is Deed.FORGED
            asked.append(
                Asked(
                    subject.id,
                    "forged" if is_forged else subject.standing.value,
                    subject.certificate,
                    challenge,
                    signer.sign(ground.forger_key if is_forged else subject.key, challenge),
                    (Reason.BAD_SIGNATURE if is_forged else RIGHT[subject.standing]).value,
                )
            )
        made.append(asked)
    return made


def read_material(path: Path) -> CoreMaterial:
    """Return the material in a file."""
    return msgspec.msgpack.decode(path.read_bytes(), type=CoreMaterial)
