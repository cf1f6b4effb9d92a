"""Revocation lists: one for each population, generation and municipality, published once a day (spec/pki.md §2).

Nothing is stored: the window, the list's number and its content follow from the instant and the register. A list is
drafted, bent where a fault of its content stands (`crl_faults.py`), and signed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis import crl_encoding, crl_extensions, crl_points, names
from harness.jlis.authority import Authority
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.crl_encoding import Extension, Octets, Parts, Revoked
from harness.jlis.crl_extensions import Scope
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import PERIOD, PRACTICE, VALID, CrlMode, CrlPractice, Window, window_at, window_of
from harness.jlis.entries import Entry, revocation_date
from harness.jlis.populations import Medium, Population
from harness.jlis.reasons import RevocationReason
from harness.municipalities import Municipality

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2; RFC 5280 §5.2",
        "v2、AKI、CRLNumber、critical IDP（directoryName、onlyContainsUserCerts）、エントリーは reasonCode"
        " だけ、デルタなし",
        "v2, AKI, CRLNumber, critical IDP (directoryName, onlyContainsUserCerts), of entry extensions reasonCode"
        " alone, no delta",
    ),
    Behaviour(
        Confidence.NORMATIVE,
        "RFC 5280 §5.2.3",
        "CRLNumber は時刻から決まり、単調に増える",
        "CRLNumber follows from the instant and only grows",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2; RFC 5280 §3.3",
        "期限切れ証明書は notAfter 後の定期公表1回まで載り、次から消える",
        "an expired certificate is on one scheduled list after notAfter and on none later",
    ),
)

__all__ = ["PERIOD", "PRACTICE", "VALID", "CrlPractice", "Window", "window_at"]
MANY = 20_000
REASON_CODES = {
    RevocationReason.UNSPECIFIED: None,  # "should be absent" (RFC 5280 §5.3.1)
    RevocationReason.KEY_COMPROMISE: 1,
    RevocationReason.AFFILIATION_CHANGED: 3,
    RevocationReason.SUPERSEDED: 4,
    RevocationReason.CESSATION_OF_OPERATION: 5,
    RevocationReason.CERTIFICATE_HOLD: 6,
}


class Revocations(Protocol):
    """The register as far as lists look at it."""

    def revoked_at(
        self, population: Population, generation: int, municipality: str, instant: datetime
    ) -> Sequence[Entry]:
        """Return the entries of one partition that were revoked as of `instant`, by serial."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A list before it is signed: what a fault of its content bends."""

    municipality: Municipality | None
    """None for an authority's own list."""
    number: int
    this_update: datetime
    next_update: datetime | None
    issuer: bytes
    """The name (DER) that the list bears, whoever signs it."""
    signer: Authority
    scope: Scope | None
    entries: Sequence[Revoked]
    scope_critical: bool = True
    base: int | None = None
    """The number of the list that it is a delta of."""
    more: Sequence[Extension] = ()
    mass: Octets = b""
    """Entries that are encoded already, behind the others."""
    is_cut: bool = False
    """Whether only the first half of its octets is given."""
    is_flipped: bool = False
    """Whether the last bit of its signature is the other one."""
    is_sequence: bool = False
    """Whether revokedCertificates is there though it has no entries."""
    redraft: Callable[[Municipality, int], "Draft"] | None = field(default=None, compare=False)
    """Drafts the list of another municipality or another number as it should be."""


Bend = Callable[[Draft], Draft]


def as_it_is(draft: Draft) -> Draft:
    """Return the draft: nothing is wrong with it."""
    return draft


def is_listed(entry: Entry, published: datetime) -> bool:
    """Return whether a list published at `published` carries a revoked entry.

    RFC 5280 §3.3: an entry must appear on one scheduled list issued after the certificate expired; the second such
    list may omit it, and here does.
    """
    return entry.is_revoked_at(published) and published - PERIOD <= entry.not_after


def window_of_list(authority: Authority, now: datetime, practice: CrlPractice, point: bytes) -> Window:
    """Return the publication of a list that is current at `now`: the last one before its authority ended, after that.

    Who has ended signs no more; the list it leaves is over two days later (emulation choice).
    """
    return window_at(min(now, authority.certificate.not_valid_after_utc), practice, point)


def window_of_partition(
    authority: Authority, medium: Medium, municipality: Municipality, now: datetime, practice: CrlPractice = PRACTICE
) -> Window:
    """Return the publication of a municipality's list that is current at `now`."""
    partition = Partition(Population(authority.kind, medium), authority.generation, municipality)
    point = crl_points.der_of(partition, practice.mode)
    return window_of_list(authority, now, practice, point)


def window_of_authority(authority: Authority, now: datetime, practice: CrlPractice = PRACTICE) -> Window:
    """Return the publication of an authority's own list that is current at `now`."""
    return window_of_list(authority, now, practice, names.authority_name(authority.kind).public_bytes())


def crl_at(  # noqa: PLR0913, PLR0917  (what a list follows from)
    authority: Authority,
    medium: Medium,
    municipality: Municipality,
    register: Revocations,
    now: datetime,
    bend: Bend = as_it_is,
    practice: CrlPractice = PRACTICE,
) -> bytes:
    """Return the municipality's list (DER) that is current at `now`, as of its own thisUpdate.

    What `bend` makes of it is signed like any other.
    """
    source = _Source(authority, medium, register, practice)
    point = crl_points.der_of(source.partition(municipality), practice.mode)
    window = window_of_list(authority, now, practice, point)
    return signed(bend(source.draft(municipality, window.number)))


def authority_list_at(authority: Authority, now: datetime, practice: CrlPractice = PRACTICE) -> bytes:
    """Return the authority's own list (ARL) that is current at `now`: under its own name, and nothing is revoked."""
    name, window = names.authority_name(authority.kind).public_bytes(), window_of_authority(authority, now, practice)
    scope = Scope(name, authority_certificates=True)
    return signed(Draft(None, window.number, window.this_update, window.next_update, name, authority, scope, ()))


def path_of(kind: Kind, municipality: Municipality, medium: Medium, generation: int) -> str:
    """Return where a list is fetched (`crl_points.path_of`)."""
    return crl_points.path_of(Partition(Population(kind, medium), generation, municipality))


def signed(draft: Draft) -> bytes:
    """Return the list (DER) that a draft says; the key identifier is that of the key that signs."""
    extensions = [
        crl_extensions.authority_key_identifier(_key_identifier(draft.signer)),
        crl_extensions.crl_number(draft.number),
    ]
    if draft.base is not None:
        extensions.append(crl_extensions.delta_crl_indicator(draft.base))
    if draft.scope is not None:
        extensions.append(crl_extensions.issuing_distribution_point(draft.scope, critical=draft.scope_critical))
    entries = _encoded(draft.entries)
    if draft.mass:
        entries = b"".join((entries, draft.mass)) if entries else draft.mass
    listed = entries if entries or draft.is_sequence else None
    parts = Parts(draft.issuer, draft.this_update, draft.next_update, listed, [*extensions, *draft.more])
    der = crl_encoding.encode(parts, crl_encoding.rsa_signer(draft.signer.key))
    if draft.is_flipped:
        der = der[:-1] + bytes((der[-1] ^ 1,))
    return der[: len(der) // 2] if draft.is_cut else der


def _encoded(entries: Sequence[Revoked]) -> Octets:
    """Return the entries, many of them by column: numpy is worth its import then, and only then."""
    if len(entries) < MANY or any(entry.more or entry.serial >= 2**64 for entry in entries):
        return crl_encoding.entries_der(entries)
    from harness.jlis import crl_columns  # noqa: PLC0415

    return crl_columns.encode(crl_columns.of_entries(entries))


@dataclass(frozen=True, slots=True)
class _Source:
    """What the lists of one authority and medium are drafted from."""

    authority: Authority
    medium: Medium
    register: Revocations
    practice: CrlPractice

    def partition(self, municipality: Municipality) -> Partition:
        return Partition(Population(self.authority.kind, self.medium), self.authority.generation, municipality)

    def draft(self, municipality: Municipality, number: int) -> Draft:
        """Return list `number` of a municipality as it should be."""
        window, partition = window_of(number, self.practice), self.partition(municipality)
        last = self.authority.generation
        generations = range(1, last + 1) if self.practice.mode is CrlMode.NEW_KEY else (last,)
        entries = [
            entry
            for generation in generations
            for entry in self.register.revoked_at(
                partition.population, generation, municipality.code, window.this_update
            )
            if is_listed(entry, window.this_update)
        ]
        point = crl_points.der_of(partition, self.practice.mode)
        return Draft(
            municipality,
            number,
            window.this_update,
            window.next_update,
            self.authority.certificate.subject.public_bytes(),
            self.authority,
            Scope(point, user_certificates=True),
            [_revoked(entry) for entry in sorted(entries, key=lambda entry: entry.serial)],
            redraft=self.draft,
        )


def _revoked(entry: Entry) -> Revoked:
    if entry.revoked is None or entry.reason is None:
        raise ValueError(f"serial {entry.serial:X}: expected a revoked entry")
    return Revoked(entry.serial, revocation_date(entry.revoked), REASON_CODES[entry.reason])


def _key_identifier(authority: Authority) -> bytes:
    """Return the SHA-1 of the key's bits, which for RSA are its PKCS #1 form (RFC 5280 §4.2.1.2 (1))."""
    bits = authority.key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return hashlib.sha1(bits, usedforsecurity=False).digest()
