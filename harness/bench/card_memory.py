"""Prints how many bytes so many cards take: fresh, tapped, and how many of these no other card has.

    python -m harness.bench.card_memory pooled|own CARDS

The cards are those of a load run: personalised (`cardsim.personalise`) for as many synthetic people, each in a slot
with tries of its own. What a person has alone is a copy of its own: both certificates, the birth record, name, address
and numbers; authorities' certificates are one object, as in a world. Keys come from a pool of 64, or each card has its
own three, as bytes that become an object when they are used: those of one pair, each told apart by an attribute.

Fresh is before anybody touched them. Tapped is after every one, in turn, was tapped at a terminal (birth date as a
key, birth record, the chip's signature) and logged in with (certificate, PIN, signature), and lost its power again.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count as counting

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim.applications import jpki, visual
from cardsim.applications.visual_records import Images
from cardsim.era import era_birth_digits
from cardsim.files import File
from cardsim.options import STANDARD_OPTIONS, ImageSizes
from cardsim.personalise import Holder, IssuedFiles, personalise
from cardsim.slot import InsertedCard
from harness.card_pictures import images_for
from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.jlis.card_issuer import record_signer
from harness.population import make_resident
from harness.residents import card_sex
from harness.world import World

POOL = 64
SEED = 1
_DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420") + bytes(32)
_LOGIN = [
    bytes.fromhex(command)
    for command in ("00A4040C0AD392F000260100000001", "00A4020C02000A", "00B0000004", "00B0000000", "00B0010000")
] + [bytes.fromhex("002000980431323334"), bytes.fromhex("802A009733") + _DIGEST_INFO + b"\x00"]
_SERIAL_NUMBER = bytes.fromhex("A013 3011 0603550405 310A 1308")
"""Attributes of a key: one, serialNumber (2.5.4.5), a PrintableString of eight characters."""
_SELECT_VISUAL = bytes.fromhex("00A4040C0AD3921000310001010402")
_TAP = [bytes.fromhex("00B0810000"), bytes.fromhex("00B0810100"), bytes.fromhex("802A000033") + _DIGEST_INFO + b"\x00"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws a holder's pictures when a file that holds them is read."""

    holder: Holder

    def __call__(self, sizes: ImageSizes) -> Images:
        """Return them."""
        return images_for(self.holder, sizes)


def main(keys: str, count: int) -> None:
    """Make the cards, look at the process before and after, tap them all, look again."""
    pool = [key_pool().numbered(number) for number in range(POOL)]
    made = cards(issued_for_one(), None if keys == "own" else pool, key_bytes(pool[0]))
    next(made)  # whatever is made once in a process
    before = resident_bytes()
    pile = [next(made) for _ in range(count)]
    fresh = resident_bytes() - before
    for card, holder in pile:
        use(card, holder)
    tapped = resident_bytes() - before
    sys.stdout.write(f"{fresh} {tapped} {count * own_bytes(*pile[0], keys=keys)}")


def issued_for_one() -> IssuedFiles:
    """Return what a world issues for a card: whoever the card is for, it is as long."""
    world = World.create(key_pool(), seed=SEED, start=host_now())
    try:
        issued = world.issue_card(world.new_resident().id)
        bodies = {
            (aid, fid): element.body
            for aid, application in issued.profile.applications.items()
            for fid, element in application.elements.items()
            if isinstance(element, File)
        }
    finally:
        world.close()
    certified = key_pool().numbered(0)
    cvc = bodies[visual.AID, visual.CVC]
    return IssuedFiles(
        auth_certificate=issued.auth_certificate,
        auth_ca_certificate=_der(bodies[jpki.AID, jpki.AUTH_CA_CERTIFICATE]),
        sign_certificate=issued.sign_certificate,
        sign_ca_certificate=_der(bodies[jpki.AID, jpki.SIGN_CA_CERTIFICATE]),
        auth_key=certified,
        sign_key=certified,
        chip_key=certified,
        birth_record=bodies[visual.AID, visual.BIRTH_RECORD][: -STANDARD_OPTIONS.visual_filler],
        cvc=cvc,
        text_cvc=bytes(bytearray(cvc)),
        sign_record=record_signer(certified),
        images=Drawn(holder_at(0)),
    )


def cards(
    issued: IssuedFiles, pool: list[RSAPrivateKey] | None, some_key: bytes
) -> Iterator[tuple[InsertedCard, Holder]]:
    """Yield a card of its own for one person after the other, and whose it is."""
    for number in counting():
        keys: list[RSAPrivateKey] | list[bytes]
        if pool is None:
            keys = [numbered_key(some_key, 3 * number + each) for each in range(3)]
        else:
            keys = [pool[(3 * number + each) % len(pool)] for each in range(3)]
        holder = holder_at(number)
        assert issued.sign_certificate is not None  # noqa: S101  (for the type checker)
        files = replace(
            issued,
            auth_certificate=_copy(issued.auth_certificate),
            sign_certificate=_copy(issued.sign_certificate),
            birth_record=_copy(issued.birth_record),
            auth_key=keys[0],
            sign_key=keys[1],
            chip_key=keys[2],
            images=Drawn(holder),
        )
        yield InsertedCard.unused(personalise(holder, files, serial=f"{number:016}")), holder


def holder_at(number: int) -> Holder:
    """Return the synthetic person of that number."""
    resident = make_resident(SEED, number)
    return Holder(
        name=resident.name,
        address=resident.address,
        birth_date=resident.birth_date,
        sex=card_sex(resident),
        number=resident.number,
        expiry=date(2035, resident.birth_date.month, min(resident.birth_date.day, 28)),
        municipality_code=resident.municipality,
        security_code=resident.security_code,
    )


def use(card: InsertedCard, holder: Holder) -> None:
    """Tap a card and log in with it; whatever is not answered 9000 ends the measurement."""
    birth = era_birth_digits(holder.birth_date).encode()
    card.power_on()
    for command in (_SELECT_VISUAL, bytes.fromhex("0020009106") + birth, *_TAP, *_LOGIN):
        answer = card.transmit(command)
        if answer[-2:] != b"\x90\x00":
            raise ConfigurationError(f"bench: expected 9000 to {command[:5].hex()}, actual {answer[-2:].hex()}")
    card.power_off()


def own_bytes(card: InsertedCard, holder: Holder, *, keys: str) -> int:
    """Return the bytes of what no other card has: certificates, birth record, texts, keys where they are its own."""
    elements = card.profile.applications[jpki.AID].elements
    ders = [elements[fid] for fid in (jpki.AUTH_CERTIFICATE, jpki.SIGN_CERTIFICATE)]
    birth = card.profile.applications[visual.AID].elements[visual.BIRTH_RECORD]
    texts = len((holder.name + holder.address + holder.number).encode())
    contents = sum(len(_der(file.body)) for file in ders if isinstance(file, File)) + texts
    contents += len(birth.body) if isinstance(birth, File) else 0
    return contents + (3 * len(key_bytes(key_pool().numbered(0))) if keys == "own" else 0)


def numbered_key(pkcs8: bytes, number: int) -> bytes:
    """Return the key with an attribute (RFC 5958 §2) that no other has: other bytes, and another object when used."""
    attribute = _SERIAL_NUMBER + f"{number:08}".encode()
    return b"\x30\x82" + (len(pkcs8) - 4 + len(attribute)).to_bytes(2, "big") + pkcs8[4:] + attribute


def key_bytes(key: RSAPrivateKey) -> bytes:
    """Return a key as PKCS#8."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def resident_bytes() -> int:
    """Return what the process has in memory, in bytes (proc(5), statm)."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (a file of the kernel)
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _der(body: bytes) -> bytes:
    """Return a certificate without the filler of its file (spec/card.md §2.1)."""
    return body[: 4 + int.from_bytes(body[2:4], "big")]


def _copy(content: bytes) -> bytes:
    return bytes(bytearray(content))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
