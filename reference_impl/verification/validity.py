"""The period of validity (RFC 5280 §4.1.2.5), compared in UTC."""

from datetime import datetime, timedelta
from typing import Final

from reference_impl.verification.certificate import Certificate

CLOCK_TOLERANCE: Final = timedelta(seconds=0)
"""Declared in `hello`: clocks of relying parties of JPKI are synchronised, so none is granted."""


def has_begun_at(certificate: Certificate, now: datetime) -> bool:
    """Whether notBefore has been reached; its own second counts as inside."""
    return certificate.not_before <= now + CLOCK_TOLERANCE


def has_not_ended_at(certificate: Certificate, now: datetime) -> bool:
    """Whether notAfter has not been passed; its own second counts as inside."""
    return now - CLOCK_TOLERANCE <= certificate.not_after


def is_valid_at(certificate: Certificate, now: datetime) -> bool:
    """Whether the instant lies in the period "from notBefore through notAfter, inclusive"."""
    return has_begun_at(certificate, now) and has_not_ended_at(certificate, now)
