"""The world behind a load on anything but a product: people, some of whom are revoked, and nobody enrolled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.clock import ClockMode
from harness.contract.vocabulary import Kind
from harness.jlis.entries import Entry
from harness.jlis.marks import QUARTER_HOURS
from harness.jlis.reasons import RevocationReason
from harness.keys import KeyPool
from harness.store.address import Place
from harness.world import World
from loadtests.calendar import ISSUE, JUST_LOST, LOAD, REVOCATION
from loadtests.options import Options
from loadtests.targets.ground import Subject
from loadtests.vocabulary import Standing

PEOPLE, KEYS = 240, 8
EVERY_REVOKED, EVERY_HELD, EVERY_LOST = 20, 24, 30
"""One in so many is revoked; one in so many on hold; one in so many was lost since the last mark."""
NEVER_ISSUED = 8
"""How many serials nobody has: far above any that the register gave."""
FAR_ABOVE = 0x6000_0000
FORGER = "load-forger"


@contextmanager
def register(options: Options, keys: KeyPool, store: Place, *, moved: datetime | None = None) -> Iterator[World]:
    """Yield a world with people in it, at the instant of the load; it is given up at the end of the block.

    `moved` puts the whole story so that its load is at another instant, for targets that live at the host's.
    """
    keys.prepare(KEYS)
    shift = (moved or LOAD) - LOAD
    world = World.create(keys, seed=options.seed, start=ISSUE + shift, store=store)
    try:
        world.new_crowd(PEOPLE, keys=KEYS)
        world.clock.set(REVOCATION + shift)
        for number, resident in enumerate(world.residents()):
            if number % EVERY_REVOKED == 1:
                world.revoke(resident.id, Kind.AUTH.value, RevocationReason.KEY_COMPROMISE.value)
            elif number % EVERY_HELD == 2:
                world.lose(resident.id)
        world.clock.set(JUST_LOST + shift)
        for number, resident in enumerate(world.residents()):
            if number % EVERY_LOST == 3 and number % EVERY_HELD != 2 and number % EVERY_REVOKED != 1:
                world.lose(resident.id)
        world.clock.set(LOAD + shift)
        yield world
    finally:
        world.close()


def subjects_of(world: World, keys: KeyPool) -> list[Subject]:
    """Return everybody's authentication certificate with what the register says of it, and some that nobody has."""
    found = [
        _subject(world, keys, entry)
        for resident in world.residents()
        for entry in world.certificates(resident.id)
        if entry.kind is Kind.AUTH
    ]
    strangers = [
        Subject(f"never-issued-{number}", Standing.UNKNOWN, FAR_ABOVE + number, b"", b"")
        for number in range(NEVER_ISSUED)
    ]
    return found + strangers


def _subject(world: World, keys: KeyPool, entry: Entry) -> Subject:
    der = world.certificate(entry)
    reason = "" if entry.reason is None else entry.reason.value
    return Subject(
        id=entry.resident.id,
        standing=_standing(world, entry),
        serial=x509.load_der_x509_certificate(der).serial_number,
        certificate=der,
        key=pkcs8(keys, entry.key),
        revoked=entry.revoked,
        reason=reason,
    )


def _standing(world: World, entry: Entry) -> Standing:
    if entry.revoked is None:
        return Standing.GOOD
    if entry.revoked > QUARTER_HOURS.at(world.clock.now()):
        return Standing.JUST_LOST
    return Standing.ON_HOLD if entry.reason is RevocationReason.CERTIFICATE_HOLD else Standing.REVOKED


def pkcs8(keys: KeyPool, number: int) -> bytes:
    """Return a numbered key as the generator reads it."""
    return keys.numbered(number).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def forger_key(keys: KeyPool) -> bytes:
    """Return a key that is nobody's certificate's."""
    return keys.named(FORGER).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class Known(NamedTuple):
    """What is true of a register: enough for every ruling, also when the world is another process's by then."""

    subjects: list[Subject]
    issuer: bytes
    instant: datetime
    is_frozen: bool


def known_of(world: World, keys: KeyPool) -> Known:
    """Return what a world's register says of everybody now."""
    return Known(
        subjects_of(world, keys),
        world.trust().authorities[Kind.AUTH.value],
        world.clock.now(),
        world.clock.row.mode is ClockMode.FROZEN,
    )
