"""Makes the holders of a population: certificates, birth records and, if wanted, signatures, in several processes.

A holder is what the world of the run says of whoever is at their place in its crowds, octet for octet; only the chip
is another one, for a crowd's cards share chips and a product may refuse a chip that it knows as somebody else's.
"""

import os
import shutil
import struct
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.events import Crowd
from harness.jlis import card_issuer
from harness.jlis.cohorts import Settled
from harness.jlis.entries import Entry
from harness.jlis.generations import Generations
from harness.jlis.hierarchy import Hierarchy
from harness.jlis.issuing import Issuing
from harness.jlis.register import Register
from harness.keys import KeyPool
from harness.municipalities import INVENTED, MUNICIPALITIES
from harness.population import Inhabitants, PopulationProfile
from harness.world import fingerprint
from loadtests.calendar import EARLY_END, ISSUE
from loadtests.holders import (
    INDEX,
    KEYS,
    MANIFEST,
    RECORDS,
    Holders,
    MadeOf,
    Record,
    encode,
    own_challenge,
    write_manifest,
)
from loadtests.keyring import Primes, keys_for

FEWEST, MOST = 50, 1_000_000
ENDING_SHARE = 50
"""One in so many holders' certificates end before the load."""
CHUNK = 500
FEW = 4_000
"""Up to so many are made in this process: to start others takes as long."""
AHEAD = 4
"""Chunks that may wait to be written, for each process: what bounds the memory."""
Progress = Callable[[float, float], None]


def made_of(seed: int, holders: int, keys: KeyPool, *, precomputed: bool = False) -> MadeOf:
    """Return what a population of this installation follows from; ConfigurationError for an impossible number."""
    if not FEWEST <= holders <= MOST:
        raise ConfigurationError(f"--holders {holders}: expected {FEWEST} to {MOST:,}")
    return MadeOf(
        seed=seed,
        holders=holders,
        ending=max(holders // ENDING_SHARE, FEWEST // 5),
        keys=keys_for(holders),
        precomputed=precomputed,
        installation=fingerprint(keys),
    )


def find_or_make(
    wanted: MadeOf, folder: Path, keys: KeyPool, progress: Progress | None = None, *, processes: int = 2
) -> Holders:
    """Return the population of the folder; made now where there is none, refused where it is another one."""
    if not folder.exists():
        _make(wanted, folder, keys, progress, processes)
    holders = Holders(folder, installation=wanted.installation)
    if holders.made_of == wanted:
        return holders
    holders.close()
    raise ConfigurationError(
        f"{folder / MANIFEST}: expected a population of {wanted.holders} holders of seed {wanted.seed}"
        f"{' with signatures' if wanted.precomputed else ''}, actual another "
        f"({holders.made_of.holders} of seed {holders.made_of.seed}); name another folder, or remove this one"
    )


def _make(wanted: MadeOf, folder: Path, keys: KeyPool, progress: Progress | None, processes: int) -> None:
    """Make the folder beside its place and move it there: it is there whole or not at all."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_torn(folder)
        beside.mkdir(mode=0o700)
        keys.prepare(wanted.keys)
        for municipality in INVENTED:  # so that no two processes make one
            keys.named(f"municipality-{municipality.code}")
        _write(wanted, beside, keys, progress, processes)
        try:
            beside.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            # another run made it meanwhile: of the same wishes the same octets
    except OSError as fault:
        raise ConfigurationError(f"{folder}: expected to write a population, actual {fault.strerror}") from fault
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _clear_torn(folder: Path) -> None:
    """Remove what makers left that were killed: nobody has their process numbers any more."""
    for torn in folder.parent.glob(f".{folder.name}.*"):
        pid = torn.suffix.removeprefix(".")
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(torn, ignore_errors=True)


def _write(wanted: MadeOf, folder: Path, keys: KeyPool, progress: Progress | None, processes: int) -> None:
    offset = 0
    with ExitStack() as open_files:
        records = open_files.enter_context(_for_owner(folder / RECORDS))
        index = open_files.enter_context(_for_owner(folder / INDEX))
        index.write(struct.pack("<Q", 0))
        done = 0
        for chunk in _chunks(wanted, keys, processes):
            for octets in chunk:
                records.write(octets)
                offset += len(octets)
                index.write(struct.pack("<Q", offset))
            done += len(chunk)
            if progress is not None:
                progress(done, wanted.holders)
        for file in (records, index):
            file.flush()
            os.fsync(file.fileno())
    numbered = [keys.numbered(number) for number in range(wanted.keys)]
    pkcs8 = [each.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) for each in numbered]
    with _for_owner(folder / KEYS) as file:
        file.write(msgspec.msgpack.encode(pkcs8))
    write_manifest(folder, wanted, Maker.of(wanted, keys).cvcs())


def _for_owner(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _chunks(wanted: MadeOf, keys: KeyPool, processes: int) -> Iterator[list[bytes]]:
    """Yield the records in order, a few at a time."""
    ranges = [range(at, min(at + CHUNK, wanted.holders)) for at in range(0, wanted.holders, CHUNK)]
    if wanted.holders <= FEW or processes < 2:
        maker = Maker.of(wanted, keys)
        yield from (maker.records(each) for each in ranges)
        return
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(wanted, keys.folder)
    ) as pool:
        yield from _in_order(pool, iter(ranges), AHEAD * processes)


def _in_order(pool: Executor, ranges: Iterator[range], ahead: int) -> Iterator[list[bytes]]:
    waiting: deque[Future[list[bytes]]] = deque(pool.submit(_some, each) for each in islice(ranges, ahead))
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(pool.submit(_some, each) for each in islice(ranges, 1))


_MAKERS: list["Maker"] = []
"""Of a process that does nothing else."""


def _begin(wanted: MadeOf, folder: Path) -> None:
    _MAKERS[:] = [Maker.of(wanted, KeyPool(folder))]


def _some(positions: range) -> list[bytes]:
    return _MAKERS[0].records(positions)


@dataclass(frozen=True)
class Maker:
    """The desk that makes holders."""

    made_of: MadeOf
    keys: KeyPool
    hierarchy: Hierarchy
    register: Register
    primes: Primes
    publics: list[RSAPublicKey]
    """Of the certificates' keys, by number: to derive one takes a tenth of a signature."""

    @classmethod
    def of(cls, wanted: MadeOf, keys: KeyPool) -> "Maker":
        """Return the desk of a population: a register with its crowds, as the world of the run has them."""
        hierarchy = Hierarchy(Generations(ISSUE), keys)
        inhabitants = Inhabitants(PopulationProfile.PLAIN, ISSUE.date())
        register = Register(Issuing(hierarchy.generations.in_office, hierarchy.practice), inhabitants)
        for crowd in crowds(wanted):
            register.fold(crowd)
        numbered = [keys.numbered(each) for each in range(wanted.keys)]
        publics = [each.public_key() for each in numbered]
        return cls(wanted, keys, hierarchy, register, Primes.of(numbered), publics)

    def records(self, positions: range) -> list[bytes]:
        """Return the records of the holders at these places."""
        settled = self.register.settled_in(positions)
        return [encode(self._record(place, each)) for place, each in zip(positions, settled, strict=True)]

    def cvcs(self) -> list[bytes]:
        """Return the card-verifiable certificate of each municipality."""
        issuer = card_issuer.CardIssuer(self.keys.named("card-issuer"))
        keys = [self.keys.named(f"municipality-{each.code}").public_key() for each in INVENTED]
        return [issuer.certify(municipality, key) for municipality, key in zip(INVENTED, keys, strict=True)]

    def _record(self, place: int, settled: Settled) -> Record:
        resident = settled.dossier.now.resident
        entries = {entry.kind: entry for entry in settled.entries}
        municipality = MUNICIPALITIES[resident.municipality]
        key = self.keys.named(f"municipality-{municipality.code}")
        auth = entries[Kind.AUTH]
        return Record(
            not_after=auth.not_after,
            birth_date=resident.birth_date,
            municipality=INVENTED.index(municipality),
            certificate=self._certificate(auth),
            sign_certificate=self._certificate(entries[Kind.SIGN]),
            birth_record=card_issuer.birth_record(resident.birth_date, self.primes.chip(place), key),
            **(self._signatures(place, auth) if self.made_of.precomputed else {}),
        )

    def _certificate(self, entry: Entry) -> bytes:
        return self.hierarchy.authority(entry.kind, entry.generation).leaf(entry, self.publics[entry.key])

    def _signatures(self, place: int, auth: Entry) -> dict[str, bytes]:
        challenge = own_challenge(self.made_of, place)
        keys = {"login_signature": self.keys.numbered(auth.key), "chip_signature": self.primes.private_chip(place)}
        return {name: key.sign(challenge, PKCS1v15(), SHA256()) for name, key in keys.items()}


def crowds(wanted: MadeOf) -> list[Crowd]:
    """Return the events that register a population's holders in a world that stands at `ISSUE`."""
    lasting = wanted.holders - wanted.ending
    return [
        Crowd(ISSUE, wanted.seed, 0, lasting, wanted.keys),
        Crowd(ISSUE, wanted.seed, lasting, wanted.ending, wanted.keys, EARLY_END),
    ]
