"""Which certificates belong together: what is asked of a link service (紐付け), and what it may answer.

公的個人認証法 art. 18(4)(5) lets verifiers know the corresponding numbers; how they are transmitted is not public, so
the wire formats behind this (`link_client`, a platform's) are INVENTED. Whoever can answer is a `Links`; what an answer
is worth is decided in `linkage`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from reference_impl.verification.purpose import Carrier, CertificateKind


class Named(msgspec.Struct, frozen=True):
    """A certificate by its issuer's key identifier and its number, lower-case hexadecimal without leading zeros."""

    kind: CertificateKind
    issuer_key_id: bytes
    serial: str


class Linked(msgspec.Struct, frozen=True):
    """A certificate that belongs to the one asked about."""

    named: Named
    carrier: Carrier
    issued: datetime
    not_after: datetime
    revoked: datetime | None = None
    reason: str | None = None
    """Of the revocation, by its name in RFC 5280 §5.3.1."""


class LinkAnswer(msgspec.Struct, frozen=True):
    """What belongs to a certificate as of a mark. Nothing of it is believed yet."""

    as_of: datetime
    asked: Linked
    current: Linked | None
    """The one of its population (kind and carrier) that is in force."""
    previous: tuple[Linked, ...]
    """Those of its population before the current one."""
    counterparts: tuple[Linked, ...]
    """Those of the other populations that are in force."""


class NoLink(StrEnum):
    """An answer that names no certificate."""

    NOT_ISSUED = "not-issued"
    """No such number as of the mark; a certificate issued since is known from the next mark."""
    NONE_IN_FORCE = "none-in-force"
    """The one asked about is over, and no other one is in force yet."""


class LinksUnreachable(Exception):
    """No answer came, or none that can be read: what was expected and what was found."""


class LinksRefused(Exception):
    """The rules forbid the question (docs/backends.md): nobody was asked, and there is no link service."""


class Links(Protocol):
    """Somebody who knows which certificates belong together: J-LIS, or a platform that asks there."""

    def resolve(self, asked: Named) -> LinkAnswer | NoLink:
        """What belongs to this certificate; LinksUnreachable if that could not be found out."""
