"""What an answer says of one certificate: the SingleResponse (RFC 6960 §4.2.1)."""

from datetime import datetime
from enum import Enum

import msgspec

from reference_impl.verification import der, oids
from reference_impl.verification.algorithm import read_algorithm
from reference_impl.verification.ocsp_fields import (
    read_enumerated,
    read_exactly,
    read_explicit,
    read_extensions,
    read_instant,
    unprocessed,
)
from reference_impl.verification.reasons import REASONS


class CertificateStatus(Enum):
    """RFC 6960 §2.2. Unknown is no good."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class CertificateId(msgspec.Struct, frozen=True):
    """Which certificate: the hash's identifier, the issuer's two hashes, the serial (RFC 6960 §4.1.1)."""

    digest: str
    name_hash: bytes
    key_hash: bytes
    serial: int


class Single(msgspec.Struct, frozen=True):
    """One SingleResponse: which certificate, which status, as of when, until when."""

    about: CertificateId
    status: CertificateStatus
    revoked_at: datetime | None
    reason: str | None
    this_update: datetime
    next_update: datetime | None
    archive_cutoff: datetime | None
    unprocessed_extensions: tuple[str, ...]


def read_single(element: der.Element) -> Single:
    """SingleResponse: certID, certStatus, thisUpdate, nextUpdate [0] OPTIONAL, singleExtensions [1] OPTIONAL."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if len(parts) < 3:
        raise der.DerError(element.start, "RFC 6960 §4.2.1", "certID, status, thisUpdate", f"{len(parts)} elements")
    optional = {each.tag: each for each in parts[3:]}
    if [each.tag for each in parts[3:]] not in ([], [0xA0], [0xA1], [0xA0, 0xA1]):
        raise der.DerError(element.start, "RFC 6960 §4.2.1", "nextUpdate [0], singleExtensions [1]", "other fields")
    extensions = read_extensions(optional[0xA1], 0xA1) if 0xA1 in optional else ()
    cutoffs = [each for each in extensions if each.oid == oids.OCSP_ARCHIVE_CUTOFF]
    status, revoked_at, reason = _read_status(parts[1])
    return Single(
        about=_read_certificate_id(parts[0]),
        status=status,
        revoked_at=revoked_at,
        reason=reason,
        this_update=read_instant(parts[2]),
        next_update=read_instant(read_explicit(optional[0xA0], 0xA0)) if 0xA0 in optional else None,
        archive_cutoff=read_instant(der.parse_der(cutoffs[0].value, der.GENERALIZED_TIME)) if cutoffs else None,
        unprocessed_extensions=unprocessed(extensions, oids.OCSP_ARCHIVE_CUTOFF),
    )


def _read_certificate_id(element: der.Element) -> CertificateId:
    algorithm, name_hash, key_hash, serial = read_exactly(element, 4, "RFC 6960 §4.1.1", "hash, name, key, serial")
    return CertificateId(
        read_algorithm(algorithm), der.read_octets(name_hash), der.read_octets(key_hash), der.read_integer(serial)
    )


def _read_status(element: der.Element) -> tuple[CertificateStatus, datetime | None, str | None]:
    """CertStatus: good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL, all IMPLICIT."""
    if element.tag == 0xA1:
        parts = der.children(element)
        if not 1 <= len(parts) <= 2:
            raise der.DerError(element.start, "RFC 6960 §4.2.1", "revocationTime, reason", f"{len(parts)} elements")
        reason = None
        if len(parts) == 2:
            number = read_enumerated(read_explicit(parts[1], 0xA0))
            reason = REASONS.get(number)
            if reason is None:
                raise der.DerError(parts[1].body, "RFC 5280 §5.3.1", "a reason that is used", f"{number}")
        return CertificateStatus.REVOKED, read_instant(parts[0]), reason
    found = {0x80: CertificateStatus.GOOD, 0x82: CertificateStatus.UNKNOWN}.get(element.tag)
    if found is None or element.body != element.end:
        raise der.DerError(element.start, "RFC 6960 §4.2.1", "80 00, a1 … or 82 00", element.encoded[:4].hex())
    return found, None, None
