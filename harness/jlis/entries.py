"""One certificate in the register: what it was issued with, and the instants of its life."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.populations import Medium, Population
from harness.jlis.reasons import RevocationReason
from harness.residents import Resident

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.3",
        "シリアル番号は4オクテットの正の整数",
        "serial numbers are positive and have four octets",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.3",
        "認証局ごとに全世代・カード・スマートフォン共通の昇順カウンター（観察からの推定）",
        "one ascending counter of an authority for all generations, cards and phones (inferred from what was observed)",
    ),
)

FIRST_SERIAL = 0x0700_0000
"""Leaves count up from here; four content bytes, as observed (spec/pki.md §1.3)."""
SERIALS = range(FIRST_SERIAL, 0x8000_0000)


class Issued(Protocol):
    """What OCSP has to know of a certificate that was issued."""

    @property
    def generation(self) -> int:
        """Of the authority that signed it: its issuers bear one name (spec/pki.md §1.1)."""

    @property
    def medium(self) -> Medium:
        """What carries its key."""

    @property
    def revoked(self) -> datetime | None:
        """When it was revoked."""

    @property
    def reason(self) -> RevocationReason | None:
        """Why it was revoked."""

    def is_revoked_at(self, instant: datetime) -> bool:
        """Return whether it was revoked at `instant` or before."""


def revocation_date(revoked: datetime) -> datetime:
    """Return the whole second that answers and lists give for it: the next one where it was between two.

    The one before could be that of a mark, as of which "good" was said.
    """
    return revoked.replace(microsecond=0) + timedelta(seconds=1) if revoked.microsecond else revoked


@dataclass(frozen=True, slots=True)
class Unrevoked:
    """All that has to be known of certificates to which nothing has happened yet."""

    generation: int
    medium: Medium
    revoked: None = None
    reason: None = None

    def is_revoked_at(self, instant: datetime) -> bool:
        """Return that it was not."""
        del instant
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate: whose it is, what it was issued with, and when it was revoked, if ever."""

    kind: Kind
    medium: Medium
    serial: int
    generation: int
    """Of the authority that signed it."""
    resident: Resident
    """The holder as they were when it was issued."""
    key: int
    issued: datetime
    not_after: datetime
    revoked: datetime | None = None
    reason: RevocationReason | None = None

    @property
    def population(self) -> Population:
        """Which of the four populations it belongs to."""
        return Population(self.kind, self.medium)

    def is_revoked_at(self, instant: datetime) -> bool:
        """Return whether the certificate was revoked at `instant` or before."""
        return self.revoked is not None and self.revoked <= instant

    def is_in_force_at(self, instant: datetime) -> bool:
        """Return whether it was issued, neither revoked nor expired; both ends count as in (RFC 5280 §4.1.2.5)."""
        return self.issued <= instant <= self.not_after and not self.is_revoked_at(instant)
