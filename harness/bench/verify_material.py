"""What a verifier is measured with: a world's anchors, certificates in their real layout, lists, and signatures.

Nothing of it is the subject's: whoever is measured gets octets.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from harness.contract.vocabulary import Kind
from harness.jlis import card_issuer, crl_points
from harness.jlis.entries import Entry
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.world import World

ORIGIN = datetime(2026, 12, 1, tzinfo=UTC)
PEOPLE, KEYS, ATTEMPTS = 400, 8, 2_000
LISTED = 500_000
"""Entries of others in the list that most certificates are looked up in."""
CHIP, TOWN = "bench-chip", "bench-town"


class Material(msgspec.Struct, frozen=True):
    """Octets, and the instant that they are right at."""

    now: datetime
    anchors: list[tuple[str, bytes]]
    card_issuers: list[tuple[bytes, bytes]]
    lists: list[tuple[bytes, bytes]]
    """A list, and the DER of its distribution point's name."""
    logins: list[tuple[bytes, bytes, bytes, bytes]]
    """Certificate, challenge, the holder's signature, and a chip's; each challenge once."""
    birth_record: bytes
    card_certificate: bytes
    point: bytes
    of_one_point: list[bytes]
    """Certificates of the one distribution point that most have."""


def make(folder: Path, attempts: int = ATTEMPTS) -> Material:
    """Make a world in a folder and let its people log in so many times."""
    keys = KeyPool(folder / "keys")
    keys.prepare(KEYS)
    world = World.create(keys, seed=7, start=ORIGIN)
    try:
        world.new_crowd(PEOPLE, keys=KEYS)
        world.clock.set(ORIGIN + timedelta(days=2, hours=3))
        return _material(world, keys, attempts)
    finally:
        world.close()


def _material(world: World, keys: KeyPool, attempts: int) -> Material:
    now, trust = world.clock.now(), world.trust()
    entries = [each for one in world.residents() for each in world.certificates(one.id) if each.kind is Kind.AUTH]
    certificates = [world.certificate(each) for each in entries]
    points = {_point(each): each for each in entries}
    most = max(points, key=lambda point: sum(_point(each) == point for each in entries))
    full = Order(Fault.LIST_HUGE, FaultDoor.CRL, entries=LISTED)
    lists = [
        (
            world.jlis.crl(
                Kind.AUTH,
                MUNICIPALITIES[each.resident.municipality],
                now,
                *([full] if point == most else []),
                generation=each.generation,
            ),
            point,
        )
        for point, each in points.items()
    ]
    issuer = card_issuer.CardIssuer(keys.named("card-issuer"))
    municipality = MUNICIPALITIES[entries[0].resident.municipality]
    town, chip = keys.named(TOWN), keys.named(CHIP)
    logins = []
    for number in range(attempts):
        which, challenge = number % len(entries), hashlib.sha256(b"bench %d" % number).digest()
        signed = [key.sign(challenge, PKCS1v15(), SHA256()) for key in (keys.numbered(entries[which].key), chip)]
        logins.append((certificates[which], challenge, signed[0], signed[1]))
    return Material(
        now,
        [(kind.value, data) for kind, data in trust.anchors()],
        list(trust.card_issuers),
        lists,
        logins,
        card_issuer.birth_record(entries[0].resident.birth_date, chip.public_key(), town),
        issuer.certify(municipality, town.public_key()),
        most,
        [data for data, each in zip(certificates, entries, strict=True) if _point(each) == most],
    )


def _point(entry: Entry) -> bytes:
    municipality = MUNICIPALITIES[entry.resident.municipality]
    return crl_points.der_of(crl_points.Partition(entry.population, entry.generation, municipality))
