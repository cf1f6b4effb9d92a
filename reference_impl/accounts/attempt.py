"""What an accepted attempt brings to the accounts, and what recognised its certificate if no account leads from it."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey


class Tie(StrEnum):
    """What ties a certificate that is not known to an account that is."""

    LINK = "link"
    """A link service names its predecessor, or its counterpart on another carrier."""
    CHIP = "chip"
    """The enrolled chip, shown with the PIN of the new certificate when the old one was over (`recognition`)."""


class Paired(msgspec.Struct, frozen=True):
    """The signature certificate on the same carrier, by its number and the end of its validity."""

    number: HolderKey
    ends: datetime | None


class Recognised(msgspec.Struct, frozen=True):
    """A certificate that follows one we know."""

    account: str
    by: Tie
    as_of: datetime
    supersedes: HolderKey | None
    """The account's certificate that it follows; None for another carrier of the same person."""
    paired: Paired | None = None


class Unfamiliar(msgspec.Struct, frozen=True):
    """A certificate whose link service names nobody we know: a stranger's. Who enrols brings the pair along."""

    as_of: datetime
    paired: Paired | None


Beside = Callable[[Connection, str], None]
"""Something that is done for an account in the same transaction; `Refusal` leaves nothing of either."""


class Attempt(msgspec.Struct, frozen=True):
    """One attempt that the core would accept."""

    holder: HolderKey
    service: str
    at: datetime
    record: BirthRecord | None = None
    """Of the chip, proved genuine; None where none was shown."""
    ends: datetime | None = None
    """notAfter of the certificate."""
    carrier: Carrier = Carrier.CARD
    account: str | None = None
    """The account that was found earlier, and counted for: no other one may stand in its place."""
    recognised: Recognised | Unfamiliar | None = None
    beside: Beside | None = None
    """What else the acceptance takes: a service's count. It may refuse, and then nothing is written."""

    def settle_beside(self, connection: Connection, account: str) -> None:
        """Takes it, in the transaction that writes the acceptance down."""
        if self.beside is not None:
            self.beside(connection, account)
