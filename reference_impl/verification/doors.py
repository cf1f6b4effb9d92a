"""What the decision needs of the world beyond the status: challenges that are spent once, and accounts.

Each door is asked at its step and not before. The status has a protocol of its own, `status.Revocation`.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.presentation import Presentation
from reference_impl.verification.verdict import HolderKey, Reason, Refusal


class Enrolled(msgspec.Struct, frozen=True):
    """What is remembered of a holder: the services, and birth date and chip key as proved at enrolment."""

    services: frozenset[str]
    birth_date: str
    """Empty where no chip was shown yet."""
    chip_key: bytes
    account: str = ""
    """The id of the account, for whoever counts by persons; the decision does not look at it."""
    renewed: bool = False
    """What is remembered was learnt with another certificate of this holder than the one shown: a new chip is none of
    somebody else's, but it has to be shown with the PIN first."""
    barred: Refusal | None = None
    """Why the account cannot be used, found out when it was looked up. Told at step (10): what the status says comes
    first."""


class Challenges(Protocol):
    """Our own challenges."""

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """Spends the session's challenge, whatever was presented; None if that was it, unspent and young enough.

        Of any number of threads that spend one challenge at the same time, one gets None.
        """


class Accounts(Protocol):
    """Who is enrolled for what."""

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder."""

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder, or for nobody in particular."""

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Writes down an accepted attempt; a reason if another one was faster, and left what does not allow it."""


class Doors(msgspec.Struct, frozen=True):
    """The doors of one verifier. Without accounts nobody is looked up, and steps (10) and (12) are not done."""

    challenges: Challenges
    accounts: Accounts | None = None
