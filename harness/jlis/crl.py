"""Revocation lists: one for each municipality and kind, published once a day (spec/pki.md §2, RFC 5280 §5).

Nothing is stored: the window, the list's number and its content follow from the instant and the register.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from harness.contract.vocabulary import Kind
from harness.jlis import names
from harness.jlis.authority import Authority
from harness.jlis.populations import Medium, Population
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Entry, Register
from harness.jlis.validity import JST
from harness.municipalities import Municipality

PUBLICATION = time(3, 0, tzinfo=JST)
"""The clock time of publication is UNKNOWN; 03:00 JST is an emulation choice."""
PERIOD = timedelta(days=1)
VALID = timedelta(hours=48)
FIRST_PUBLICATION = datetime.combine(date(2015, 10, 20), PUBLICATION).astimezone(UTC)
"""List number 0; no world begins earlier (the service began in January 2016)."""
REASONS = {
    RevocationReason.KEY_COMPROMISE: x509.ReasonFlags.key_compromise,
    RevocationReason.AFFILIATION_CHANGED: x509.ReasonFlags.affiliation_changed,
    RevocationReason.SUPERSEDED: x509.ReasonFlags.superseded,
    RevocationReason.CESSATION_OF_OPERATION: x509.ReasonFlags.cessation_of_operation,
    RevocationReason.CERTIFICATE_HOLD: x509.ReasonFlags.certificate_hold,
}


@dataclass(frozen=True, slots=True)
class Window:
    """One publication: its number grows because time does (RFC 5280 §5.2.3)."""

    number: int
    this_update: datetime
    next_update: datetime


def window_at(now: datetime) -> Window:
    """Return the publication that is current at `now`."""
    number = (now - FIRST_PUBLICATION) // PERIOD
    published = FIRST_PUBLICATION + number * PERIOD
    return Window(number, published, published + VALID)


def is_listed(entry: Entry, published: datetime) -> bool:
    """Return whether a list published at `published` carries a revoked entry.

    RFC 5280 §3.3: an entry must appear on one scheduled list issued after the certificate expired; the second such
    list may omit it, and here does.
    """
    return entry.is_revoked_at(published) and published - PERIOD <= entry.not_after


@dataclass(frozen=True, slots=True)
class Draft:
    """A list before it is signed: what a fault of its content bends (`crl_faults.py`)."""

    this_update: datetime
    next_update: datetime
    signer: Authority
    is_cut: bool = False
    """Whether only the first half of its octets is given."""


Bend = Callable[[Draft], Draft]


def as_it_is(draft: Draft) -> Draft:
    """Return the draft: nothing is wrong with it."""
    return draft


def crl_at(  # noqa: PLR0913, PLR0917  (what a list follows from)
    authority: Authority,
    medium: Medium,
    municipality: Municipality,
    register: Register,
    now: datetime,
    bend: Bend = as_it_is,
) -> bytes:
    """Return the municipality's list (DER) that is current at `now`, as of its own thisUpdate.

    What `bend` makes of it is signed like any other.
    """
    window = window_at(now)
    draft = bend(Draft(window.this_update, window.next_update, authority))
    builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, draft.this_update, draft.next_update)
    population = Population(authority.kind, medium)
    for entry in register.revoked_at(population, authority.generation, municipality.code, window.this_update):
        if is_listed(entry, window.this_update):
            builder = builder.add_revoked_certificate(_revoked(entry))
    point_name = names.distribution_point(authority.kind, municipality, medium, authority.generation)
    point = x509.IssuingDistributionPoint(
        full_name=[x509.DirectoryName(point_name)],
        relative_name=None,
        only_contains_user_certs=True,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    for extension, critical in (
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(draft.signer.key.public_key()), False),
        (x509.CRLNumber(window.number), False),
        (point, True),
    ):
        builder = builder.add_extension(extension, critical)
    der = builder.sign(draft.signer.key, SHA256()).public_bytes(Encoding.DER)
    return der[: len(der) // 2] if draft.is_cut else der


def path_of(kind: Kind, municipality: Municipality, medium: Medium, generation: int) -> str:
    """Return where a list is fetched: `/crl/<kind>/<medium>/<SHA-256 of the DER of its point's DN>.crl`."""
    name = names.distribution_point(kind, municipality, medium, generation).public_bytes()
    return f"/crl/{kind.value}/{medium.value}/{hashlib.sha256(name).hexdigest()}.crl"


def _revoked(entry: Entry) -> x509.RevokedCertificate:
    if entry.revoked is None or entry.reason is None:
        raise ValueError(f"serial {entry.serial:X}: expected a revoked entry")
    builder = x509.RevokedCertificateBuilder(entry.serial, entry.revoked.replace(microsecond=0))
    if entry.reason is RevocationReason.UNSPECIFIED:  # "should be absent" (RFC 5280 §5.3.1)
        return builder.build()
    return builder.add_extension(x509.CRLReason(REASONS[entry.reason]), critical=False).build()
