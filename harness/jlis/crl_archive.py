"""Where every list is, and all of them at once: the index and the archive, as functions of values (spec/pki.md §2).

An archive is a tar whose octets follow from the lists alone: one order, one owner, and the publication as every
file's time, so that whoever has its hash knows whether there is anything new.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from msgspec import Struct, json

from harness.confidence import Confidence
from harness.jlis import crl_points
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.crl_practice import CrlMode, Window
from harness.jlis.populations import POPULATIONS, Population

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2",
        "全リストの tar と JSON 索引",
        "all lists as one tar, and an index in JSON",
    ),
)

FORMAT = "kazashi-crl-archive/1"
MANIFEST = "manifest.json"


class Located(Struct, frozen=True):
    """A list: what it is of, and where it is."""

    kind: str
    medium: str
    generation: int
    municipality: str
    distribution_point: str
    path: str


class Archived(Struct, frozen=True):
    """A list of an archive."""

    name: str
    sha256: str
    octets: int
    generation: int
    municipality: str
    distribution_point: str
    number: int
    """Of the list itself: during a swap some are of the day before, and an authority that ended left its last one."""
    published: datetime


class Manifest(Struct, frozen=True, rename={"format_": "format"}):
    """What an archive says of itself: its first file."""

    kind: str
    medium: str
    number: int
    published: datetime
    lists: list[Archived]
    format_: str = FORMAT


def index(generations: Sequence[int], mode: CrlMode = CrlMode.PER_GENERATION) -> list[Located]:
    """Return where the lists of all populations are, the latest generation first."""
    return [
        located
        for generation in sorted(generations, reverse=True)
        for population in POPULATIONS
        for located in lists_of(population, generation, mode)
    ]


@cache
def lists_of(population: Population, generation: int, mode: CrlMode = CrlMode.PER_GENERATION) -> tuple[Located, ...]:
    """Return where the lists of one population and generation are, by municipality."""
    return tuple(
        Located(
            population.kind.value,
            population.medium.value,
            generation,
            partition.municipality.code,
            crl_points.name_of(partition, mode).rfc4514_string(),
            path,
        )
        for path, partition in crl_points.partitions(population, generation, mode).items()
    )


def archive(
    population: Population,
    number: int,
    published: datetime,
    lists: Iterable[tuple[Located, bytes]],
    windows: Mapping[str, Window] | None = None,
) -> bytes:
    """Return a tar of lists (DER) behind a manifest of their hashes; the same lists always give the same octets.

    `windows` says by path which publication a list is of, where that is not the archive's.
    """
    of_list = {} if windows is None else windows
    files = sorted(((located.path.lstrip("/"), der, located) for located, der in lists), key=lambda file: file[0])
    archived = [
        Archived(
            name,
            hashlib.sha256(der).hexdigest(),
            len(der),
            located.generation,
            located.municipality,
            located.distribution_point,
            of_list[located.path].number if located.path in of_list else number,
            of_list[located.path].this_update if located.path in of_list else published,
        )
        for name, der, located in files
    ]
    manifest = Manifest(population.kind.value, population.medium.value, number, published, archived)
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, MANIFEST, json.format(json.encode(manifest), indent=1), published)
        for name, der, _ in files:
            _add(tar, name, der, published)
    return made.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    file = tarfile.TarInfo(name)
    file.size, file.mtime, file.mode = len(content), int(at.timestamp()), 0o644
    tar.addfile(file, io.BytesIO(content))
