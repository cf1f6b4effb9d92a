"""Prints how many bytes so many cards take, and how many of these are contents of their files. `pooled|own CARDS`.

Each card is a profile and an inserted card with its own tries. What a person has alone (certificates, records, names)
is a copy of its own; what is the same on all (authorities' certificates) is shared, as `World` shares it. Keys are
shared by 64 cards' worth (pooled), or each card's own, as bytes that become an object when they are used.
"""

import os
import sys

import msgspec

from cardsim.files import File, SigningKey
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from harness.clock import host_now
from harness.home import key_pool
from harness.world import World

POOL = 64
_SHARED = 2
"""Contents that so many different people's cards have in common are shared."""


def main(keys: str, count: int) -> None:
    """Make the cards and look at the process before and after."""
    world = World.create(key_pool(), seed=1, start=host_now())
    first, second = (world.issue_card(world.new_resident().id).profile for _ in range(_SHARED))
    world.close()
    common = bodies(first) & bodies(second)
    pool = [key_of(first, number) for number in range(POOL)]
    before = resident_bytes()
    cards = [
        InsertedCard.unused(copied(first, number, common, None if keys == "own" else pool)) for number in range(count)
    ]
    taken = resident_bytes() - before
    own = sum(len(body) for body in bodies(cards[0].profile) - common) * len(cards)
    sys.stdout.write(f"{taken} {own}")


def bodies(profile: Profile) -> set[bytes]:
    """Return the contents of a card's files."""
    return {
        element.body
        for application in profile.applications.values()
        for element in application.elements.values()
        if isinstance(element, File)
    }


def key_of(profile: Profile, number: int) -> bytes:
    """Return the bytes of a key, another object for each number; what they are does not matter here."""
    lengths = [
        len(element.pkcs8)
        for application in profile.applications.values()
        for element in application.elements.values()
        if isinstance(element, SigningKey)
    ]
    return number.to_bytes(8, "big") + bytes(max(lengths) - 8)


def copied(profile: Profile, number: int, common: set[bytes], pool: list[bytes] | None) -> Profile:
    """Return a card of its own: every structure anew, every content anew that not all cards have."""
    applications = {}
    keys = 0
    for aid, application in profile.applications.items():
        elements = {}
        for fid, element in application.elements.items():
            made = msgspec.structs.replace(element)
            if isinstance(element, File) and element.body not in common:
                made = msgspec.structs.replace(element, body=bytes(bytearray(element.body)))
            elif isinstance(element, SigningKey):
                keys += 1
                key = key_of(profile, 3 * number + keys) if pool is None else pool[(3 * number + keys) % len(pool)]
                made = msgspec.structs.replace(element, pkcs8=key)
            elements[fid] = made
        applications[aid] = msgspec.structs.replace(application, elements=elements)
    return msgspec.structs.replace(profile, serial=f"{number:016}", applications=applications)


def resident_bytes() -> int:
    """Return what the process has in memory, in bytes (proc(5), statm)."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (a file of the kernel)
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
