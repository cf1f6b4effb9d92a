"""Where lists are: each partition's distribution point, its name and its address (spec/pki.md §2)."""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from cryptography.x509 import Name, NameAttribute, RelativeDistinguishedName

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis import names
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.crl_practice import CrlMode
from harness.jlis.populations import Population
from harness.municipalities import MUNICIPALITIES, Municipality

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.3, §2",
        "失効リストは市区町村（政令市は区）ごと。配布点は directoryName で URI はない",
        "one list for each municipality and ward; its point is a directoryName without URI",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2",
        "HTTP の置き場所（名前の SHA-256）、索引、一括アーカイブ、LDAP",
        "where lists are fetched over HTTP (SHA-256 of the name), index, archive, LDAP",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.6",
        "スマートフォン用の配布点名は「… Mobile CRLDP」",
        'points of phones are named "… Mobile CRLDP"',
    ),
)

_POINTS = "CRL Distribution Points"


class Partition(NamedTuple):
    """What one list is of."""

    population: Population
    generation: int
    """Of the authority that signs it."""
    municipality: Municipality


def name_of(partition: Partition, mode: CrlMode = CrlMode.PER_GENERATION) -> Name:
    """Return the name of a partition's point; without the generation where names are shared."""
    (kind, medium), generation, municipality = partition
    name = names.distribution_point(kind, municipality, medium, generation)
    return name if mode is CrlMode.PER_GENERATION else _shared(name)


@cache
def der_of(partition: Partition, mode: CrlMode = CrlMode.PER_GENERATION) -> bytes:
    """Return the same as DER, made once a process: each request for a list asks."""
    return name_of(partition, mode).public_bytes()


def path_of(partition: Partition, mode: CrlMode = CrlMode.PER_GENERATION) -> str:
    """Return where a list is fetched: `/crl/<kind>/<medium>/<SHA-256 of the DER of its point's name>.crl`.

    Where several lists have one name, `-g<generation>` stands before the ending: the name alone finds none.
    """
    (kind, medium), generation, _ = partition
    which = f"-g{generation}" if mode is CrlMode.SHARED_NAMES else ""
    return f"/crl/{kind.value}/{medium.value}/{_digest(name_of(partition, mode))}{which}.crl"


def authority_path(kind: Kind, generation: int) -> str:
    """Return where the authority list of a generation is; all generations' points have the authority's one name."""
    return f"/crl/{kind.value}/authority/{_digest(names.authority_name(kind))}-g{generation}.crl"


@cache
def partitions(
    population: Population, generation: int, mode: CrlMode = CrlMode.PER_GENERATION
) -> Mapping[str, Partition]:
    """Return every partition of a population and generation by its path; thousands of names, made once a process."""
    found = (Partition(population, generation, municipality) for municipality in MUNICIPALITIES.values())
    return {path_of(partition, mode): partition for partition in found}


def _digest(name: Name) -> str:
    return hashlib.sha256(name.public_bytes()).hexdigest()


def _shared(name: Name) -> Name:
    """Return a point's name without its generation."""
    return Name(
        [
            RelativeDistinguishedName(
                [
                    NameAttribute(each.oid, _POINTS if str(each.value).startswith(_POINTS) else each.value)
                    for each in rdn
                ]
            )
            for rdn in name.rdns
        ]
    )
