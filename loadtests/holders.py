"""The holders of a population on disk: made once (`holder_making`), read in place, whatever their number.

    DIR/population.json   what made it, and what the other files must be like; written last
    DIR/holders.bin       one record after the other
    DIR/index.bin         where each begins, and where the last one ends: 8 octets each, little-endian
    DIR/keys.bin          the private keys (MessagePack list of PKCS#8): mode 0600, like everything here

A folder without population.json is torn; one whose files are not as that says is damaged; one of another installation
is foreign, for its certificates were signed by authorities that no product here trusts. Each is refused. Whole files
are not read for that: sizes and the index are looked at when a population is opened, each record when it is read.
"""

import hashlib
import mmap
import os
import struct
import zlib
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from harness.errors import ConfigurationError
from harness.residents import id_at
from loadtests.keyring import Keyring
from loadtests.population import LoadHolder

FORMAT = 1
MANIFEST, RECORDS, INDEX, KEYS = "population.json", "holders.bin", "index.bin", "keys.bin"
_HEAD = struct.Struct("<IqIB5H")
"""CRC-32 of the rest, notAfter, birth date (ordinal), municipality, and the lengths of the five parts."""
_OFFSET = struct.Struct("<Q")
MEND = "make it anew: kazashi load population --holders N --seed S --out DIR"


class MadeOf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a population follows from: the same of these, the same octets."""

    seed: int
    holders: int
    ending: int
    """The last so many of the holders: their certificates end before the load."""
    keys: int
    """Certificates share them in turn: the two of holder n have the keys 2n and 2n+1, modulo this number."""
    precomputed: bool
    """Whether signatures over challenges of our own are in it."""
    installation: str
    """Fingerprint of the authorities' keys."""

    @property
    def name(self) -> str:
        """The name of its folder where nobody chose one."""
        digest = hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:8]
        return f"{self.holders}-{self.seed}-{digest}"

    @property
    def sharing(self) -> str:
        """What holders share, for the result."""
        return f"certificates share {self.keys} keys in turn; chips have one each, of {2 * self.keys} primes"


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of population.json."""

    kazashi_population: int
    made_of: MadeOf
    octets: int
    """The size of holders.bin."""
    index: str
    keys: str
    """SHA-256 of the two files (hex)."""
    cvcs: list[bytes]
    """Card-verifiable certificates, one for each municipality."""


class Record(Struct, frozen=True, kw_only=True):
    """What is stored of a holder; everything else follows from their place."""

    not_after: datetime
    birth_date: date
    municipality: int
    """Which of the manifest's."""
    certificate: bytes
    sign_certificate: bytes
    birth_record: bytes
    login_signature: bytes = b""
    chip_signature: bytes = b""


def encode(record: Record) -> bytes:
    """Return the octets of a record."""
    parts = (
        record.certificate,
        record.sign_certificate,
        record.birth_record,
        record.login_signature,
        record.chip_signature,
    )
    numbers = (
        int(record.not_after.timestamp()),
        record.birth_date.toordinal(),
        record.municipality,
        *map(len, parts),
    )
    head = _HEAD.pack(0, *numbers)[4:]
    rest = b"".join((head, *parts))
    return zlib.crc32(rest).to_bytes(4, "little") + rest


def own_challenge(made_of: MadeOf, place: int) -> bytes:
    """Return the challenge (32 bytes) over which a holder's signatures were made with the population."""
    return hashlib.sha256(f"kazashi load {made_of.seed} {place}".encode()).digest()


class Holders:
    """The holders of one folder: each is read when asked for, so files and index are all that is kept."""

    def __init__(self, folder: Path, *, installation: str | None = None) -> None:
        """ConfigurationError when the folder is no whole population, or of another installation than the one given."""
        self.folder = folder
        self._manifest = _read_manifest(folder)
        self.made_of = self._manifest.made_of
        if installation is not None and self.made_of.installation != installation:
            raise _refused(folder / MANIFEST, "the authorities of this installation", "those of another", _FOREIGN)
        self.keyring = Keyring(msgspec.msgpack.decode(_checked(folder / KEYS, self._manifest.keys), type=list[bytes]))
        _check_index(folder, self._manifest)
        self._index_file = (folder / INDEX).open("rb")
        self._index = mmap.mmap(self._index_file.fileno(), 0, access=mmap.ACCESS_READ)
        self._records = os.open(folder / RECORDS, os.O_RDONLY)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        self._index.close()
        self._index_file.close()
        with suppress(OSError):
            os.close(self._records)

    def __len__(self) -> int:
        """Return how many there are."""
        return self.made_of.holders

    def at(self, place: int) -> LoadHolder:
        """Return the holder at a place (0, 1, …); ConfigurationError where what is on disk is not what was written."""
        begin = _OFFSET.unpack_from(self._index, place * _OFFSET.size)[0]
        end = _OFFSET.unpack_from(self._index, (place + 1) * _OFFSET.size)[0]
        octets = os.pread(self._records, end - begin, begin)
        if len(octets) < _HEAD.size or zlib.crc32(memoryview(octets)[4:]) != int.from_bytes(octets[:4], "little"):
            raise _refused(self.folder / RECORDS, f"holder {place} as they were written", "other octets", MEND)
        _, not_after, birth, municipality, *lengths = _HEAD.unpack_from(octets)
        parts, offset = [], _HEAD.size
        for length in lengths:
            parts.append(octets[offset : offset + length])
            offset += length
        in_crowd = place % (self.made_of.holders - self.made_of.ending)
        return LoadHolder(
            place=place,
            id=id_at(place),
            certificate=parts[0],
            key=2 * in_crowd % self.made_of.keys,
            not_after=datetime.fromtimestamp(not_after, UTC),
            birth_date=date.fromordinal(birth),
            birth_record=parts[2],
            cvc=self._manifest.cvcs[municipality],
            sign_certificate=parts[1],
            sign_key=(2 * in_crowd + 1) % self.made_of.keys,
            login_signature=parts[3],
            chip_signature=parts[4],
        )

    def check_all(self) -> None:
        """Read every record; ConfigurationError at the first that is not as it was written."""
        for place in range(len(self)):
            self.at(place)


_FOREIGN = f"set KAZASHI_HOME to the installation that made it, or {MEND}"


def write_manifest(folder: Path, made_of: MadeOf, cvcs: list[bytes]) -> None:
    """Seal a folder whose other files are whole."""
    manifest = Manifest(
        kazashi_population=FORMAT,
        made_of=made_of,
        octets=(folder / RECORDS).stat().st_size,
        index=_digest(folder / INDEX),
        keys=_digest(folder / KEYS),
        cvcs=cvcs,
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        octets = path.read_bytes()
    except OSError as fault:
        raise _refused(
            path, "a whole population", f"{fault.strerror}: it was never finished, or is none", MEND
        ) from fault
    try:
        version = msgspec.json.decode(octets, type=dict[str, object]).get("kazashi_population")
        if version != FORMAT:
            raise _refused(path, f"format {FORMAT}", f"format {version}", MEND)
        return msgspec.json.decode(octets, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise _refused(path, "what a population was made of", str(fault), MEND) from fault


def _check_index(folder: Path, manifest: Manifest) -> None:
    """Look at the sizes, and at the index by its hash: so its offsets are those that were written."""
    path = folder / INDEX
    octets = _checked(path, manifest.index)
    wanted = (manifest.made_of.holders + 1) * _OFFSET.size
    if len(octets) != wanted:
        raise _refused(path, f"{wanted} octets", f"{len(octets)}", MEND)
    records = folder / RECORDS
    try:
        size = records.stat().st_size
    except OSError as fault:
        raise _refused(records, f"{manifest.octets} octets", str(fault.strerror), MEND) from fault
    if size != manifest.octets or _OFFSET.unpack_from(octets, wanted - _OFFSET.size)[0] != size:
        raise _refused(records, f"{manifest.octets} octets", f"{size}: it is torn, or another population's", MEND)


def _checked(path: Path, digest: str) -> bytes:
    try:
        octets = path.read_bytes()
    except OSError as fault:
        raise _refused(path, "a file of the population", str(fault.strerror), MEND) from fault
    if hashlib.sha256(octets).hexdigest() != digest:
        raise _refused(path, f"SHA-256 {digest[:16]}…", "another: it is torn, or another population's", MEND)
    return octets


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _refused(path: Path, expected: str, actual: str, mend: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: expected {expected}, actual {actual}; {mend}")
