"""Measures lists in a process of its own: `python -m harness.bench.crl_load FOLDER TARGET ROUNDS`, Figures out (JSON).

TARGET names a class by module and name, found when this runs: the bench shares no code with what it measures. Seconds
are the processor's, of one thread.
"""

import hashlib
import importlib
import mmap
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import msgspec
import numpy as np
from cryptography import x509

from harness.bench.crl_made import Lists, Made

ASKED = 4000
_BATCH = 10_000
_LATER = 3
"""Rounds of questions in each round of loading: the first finds the processor's cache empty."""


class Figures(msgspec.Struct, frozen=True):
    """Seconds, of loading; of one question, where it says so."""

    cold: float
    """In a new process, what it imports counted in."""
    warm: float
    hashing: float
    """SHA-256 over the list, which its signature needs."""
    hit: float
    miss: float
    batch: float
    """One of ten thousand, of which two in a hundred are listed."""
    detail: float
    parts: float
    odd: dict[str, float]
    """Times as long as the list without odd entries."""
    index: int
    """Octets of the index of the one list."""
    entries: int
    peer_load: float
    peer_hit: float
    peer_miss: float


def main(folder: Path, target: str, rounds: int) -> Figures:
    """Measure; what is compared is measured in turn."""
    lists = msgspec.json.decode((folder / "lists.json").read_bytes(), type=Lists)
    one = _mapped(folder, lists.one)
    begun = process_time()
    module, _, name = target.partition(":")
    measured = getattr(importlib.import_module(module), name)

    def load(made: Made, data: mmap.mmap) -> Any:
        return measured(data, made.spans, made.digests, lists.authority, lists.now)

    loaded = load(lists.one, one)
    cold = process_time() - begun
    listed = _serials(one, lists.one)
    warm: list[float] = []
    others: dict[str, list[float]] = {}
    mapped = {name: (made, _mapped(folder, made)) for name, made in (("parts", lists.parts), *lists.odd.items())}
    for made, data in mapped.values():
        load(made, data)  # the one list was loaded before it was measured, too
    for _ in range(rounds):
        warm.append(_seconds(lambda: load(lists.one, one)))
        for name, (made, data) in mapped.items():
            others.setdefault(name, []).append(_seconds(lambda made=made, data=data: load(made, data)) / warm[-1])  # type: ignore[misc]
    times = {name: median(found) for name, found in others.items()}
    peer = _Peer(folder, lists)
    return Figures(
        cold=cold,
        warm=median(warm),
        hashing=median(_seconds(lambda: hashlib.sha256(one).digest()) for _ in range(rounds)),
        parts=times.pop("parts"),
        odd=times,
        index=loaded.octets,
        entries=loaded.entries,
        peer_load=peer.load,
        **_questions(loaded, peer, listed, rounds),
    )


class _Peer:
    """cryptography's own list: read, its signature verified, every serial number kept.

    Its own look-up reads the list from the beginning each time; whoever has many questions makes a set first.
    """

    def __init__(self, folder: Path, lists: Lists) -> None:
        octets = (folder / lists.one.file).read_bytes()
        authority = x509.load_der_x509_certificate(lists.authority)
        begun = process_time()
        read = x509.load_der_x509_crl(octets)
        if not read.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]
            raise ValueError("expected cryptography to accept the signature")
        self.serials = {each.serial_number for each in read}
        self.load = process_time() - begun


def _questions(loaded: Any, peer: _Peer, listed: list[int], rounds: int) -> dict[str, float]:
    """Return the time of one question of each sort: the median of rounds, ours and the peer's in turn."""
    known, everything = set(listed), random.Random(7)  # noqa: S311  (repeatable, no secrets)
    unlisted = [serial + 1 for serial in listed if serial + 1 not in known]
    find, span = loaded.finder(), loaded.span()
    if not all(find(serial, *span) for serial in listed) or any(find(serial, *span) for serial in unlisted):
        raise ValueError("expected the listed to be found and no others")
    places = [find(serial, *span) for serial in listed]
    plain = [serial for serial in listed if serial < 1 << 31]
    asked = everything.choices([serial for serial in unlisted if serial < 1 << 63], k=_BATCH)
    asked[::50] = everything.choices(plain, k=len(asked[::50]))
    batch = np.array(asked, np.uint64)
    ask = peer.serials.__contains__
    found: dict[str, list[float]] = {}
    for _ in range(rounds * _LATER):
        for name, question, about in (
            ("peer_hit", ask, listed),
            ("peer_miss", ask, unlisted),
            ("detail", loaded.detail, places),
        ):
            found.setdefault(name, []).append(_each(question, about))
        for name, about in (("hit", listed), ("miss", unlisted)):
            found.setdefault(name, []).append(_each_in(find, about, *span))
        found.setdefault("batch", []).append(_seconds(lambda: loaded.find_many(batch)) / len(batch))
    return {name: median(each) for name, each in found.items()}


def _each(question: Callable[[int], object], about: Sequence[int]) -> float:
    begun = process_time()
    for each in about:
        question(each)
    return (process_time() - begun) / len(about)


def _each_in(find: Callable[[int, int, int], object], about: Sequence[int], begin: int, end: int) -> float:
    begun = process_time()
    for each in about:
        find(each, begin, end)
    return (process_time() - begun) / len(about)


def _seconds(act: Callable[[], object]) -> float:
    begun = process_time()
    act()
    return process_time() - begun


def _serials(data: mmap.mmap, made: Made) -> list[int]:
    """Return some serials of the list, by another reader: whose first octets are counted by hand."""
    chance = random.Random(5)  # noqa: S311  (repeatable, no secrets)
    octets = np.frombuffer(data, np.uint8)
    begin, end = made.spans[0]
    found: list[int] = []
    while len(found) < min(ASKED, made.entries):
        at = data.find(b"\x17\x0d", chance.randrange(begin + 500, end - 1000))
        for width in range(1, 14):
            if octets[at - width - 1] == width and octets[at - width - 2] == 2 and octets[at - width - 4] == 0x30:
                found.append(int.from_bytes(data[at - width : at], "big"))
                break
    return found


def _mapped(folder: Path, made: Made) -> mmap.mmap:
    with (folder / made.file).open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


if __name__ == "__main__":
    figures = main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    sys.stdout.write(msgspec.json.encode(figures).decode())
