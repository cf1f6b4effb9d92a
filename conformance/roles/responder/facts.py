"""What is known of a responder before it is asked: its address, its certificates, and what is true of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conformance.roles.responder.case import About

REASONS = (
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "unused",
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
)
"""CRLReason by its number, RFC 5280 §5.3.1; 7 is not used."""


@dataclass(frozen=True, slots=True)
class Known:
    """One serial number and what is true of it; a reason or a date that is None is not compared."""

    serial: int
    reason: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A responder and its certificates."""

    product: str
    issuer: bytes
    """The certificate (DER) of the authority that is asked about."""
    known: Mapping[About, Known]
    ocsp: str | None = None
    crl: str | None = None
    claims: frozenset[str] = frozenset()
    """What the responder says it can do: nonce, get, batch, lightweight (RFC 9919)."""
    certificate: bytes | None = None
    """The good certificate (DER), where it is at hand."""
    trusted: tuple[bytes, ...] = field(default=())
    """Certificates (DER) of responders that are trusted by local configuration (RFC 6960 §2.2)."""

    newer: str | None = None
    """The list of the same partition, of a generation that took office later."""
    stages: Callable[[], Any] | None = field(default=None, compare=False)
    """Makes a stage (`stage.Stage`): a world of this responder's whose clock the judge sets."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be asked."""
        staged = () if self.stages is None else ("clock", "demands")
        there = {"ocsp": self.ocsp, "crl": self.crl, "certificate": self.certificate}
        return frozenset(
            (*self.known, *self.claims, *staged, *(name for name, value in there.items() if value is not None))
        )
