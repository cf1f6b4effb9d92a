"""What a source of status says of one certificate: the one shape in which every method answers.

A method that could not find out says so (STATUS_UNAVAILABLE, STATUS_STALE, STATUS_UNTRUSTED, STATUS_UNKNOWN); only
`OK` is good (spec/pki.md §9, RFC 6960 §2.2).
"""

from datetime import datetime
from typing import Protocol

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Finding, Reason, StatusSource


class Status(msgspec.Struct, frozen=True, gc=False):
    """OK, or the reason why the certificate is not known to be good; where that comes from, and why in words."""

    reason: Reason
    source: StatusSource | None = None
    finding: Finding | None = None
    final: bool = False
    """A genuine signer called the certificate revoked, though too long ago to be the status now: revocation is for
    ever (spec/pki.md §2), so no other source is asked in the hope of a better answer."""


class Revocation(Protocol):
    """A method of finding out: OCSP, lists, or one after the other. It never raises for what a source did wrong."""

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status of a certificate that `issuer` signed, as known at `now`."""
