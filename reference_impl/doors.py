"""What the core asks of the world at its steps, answered for one session out of the store."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt, Beside, Recognised, Unfamiliar
from reference_impl.accounts.findings import chip_known
from reference_impl.accounts.recognition import Presenting, Recognition, Shown
from reference_impl.audit.checks import Check
from reference_impl.store.sessions import Session, Sessions
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import BirthRecord, parse_birth_record
from reference_impl.verification.presentation import (
    Authentication,
    Enrolment,
    PhoneAuthentication,
    Presentation,
    Relinking,
    Signing,
    Tap,
)
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey, Reason, Refusal

BY_CERTIFICATE: Final = Authentication | Tap


class Event(msgspec.Struct, frozen=True):
    """Something that befell an account, for the audit: which certificate, what, and why if it was refused."""

    what: str
    holder: HolderKey
    reason: Reason = Reason.OK
    as_of: datetime | None = None


class SessionDoors:
    """The doors of one attempt (`verification.doors`: challenges and accounts)."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        sessions: Sessions,
        accounts: Accounts,
        session: Session,
        now: datetime,
        recognition: Recognition,
        presented: Presentation,
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._session = session
        self._now = now
        self._recognition = recognition
        self._presented = presented
        self._recognised: Recognised | Unfamiliar | None = None
        self.account = ""
        """The id of the account that was found, which is the one to count for."""
        self.events: list[Event] = []
        self.beside: Beside | None = None
        """What is settled together with the account."""
        self.look_after: Callable[[str], None] = lambda _: None
        """Told of the account that was found, before anything is decided by it."""

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """Spends the session's challenge; None if it was the right one, unspent and young enough."""
        if session != self._session.id:
            return Reason.CHALLENGE_MISMATCH
        return self._sessions.consume_challenge(self._session, challenge, now)

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder, or the one that the certificate is recognised to follow."""
        found = self._accounts.find(holder)
        if found is None and isinstance(self._presented, BY_CERTIFICATE):
            found = self._recognise(holder, self._presented)
        self.account = "" if found is None else found.account
        if self.account:
            self.look_after(self.account)
        return found

    def _recognise(self, holder: HolderKey, presented: Authentication | Tap) -> Enrolled | None:
        session = self._session
        why = Check(self._now, session.terminal, session.service, session.purpose)
        try:
            recognised = self._recognition.of(
                Presenting(holder, presented.certificate, why, self._carrier, _shown(presented))
            )
        except Refusal as refusal:
            self.events.append(Event("link", holder, refusal.reason))
            return Enrolled(frozenset(), "", b"", barred=refusal)
        self._recognised = recognised
        return self._accounts.enrolled(recognised.account) if isinstance(recognised, Recognised) else None

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder, or for nobody in particular."""
        return session == self._session.id and self._session.holder in {None, holder}

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Opens the account, counts the acceptance or lets the account go on with a renewed certificate, if the store
        still allows it; a signature leaves nothing."""
        if isinstance(presented, Signing):
            return None
        attempt = self._attempt(holder, presented, record)
        if isinstance(presented, Enrolment):
            reason = self._accounts.enrol(attempt)
            if reason is Reason.RENEWAL_PENDING:
                raise chip_known()
        elif isinstance(presented, Relinking):
            reason = self._accounts.relink(attempt)
        else:
            reason = self._accounts.count_accepted(attempt)
        if reason is None and isinstance(self._recognised, Recognised):
            self._note_renewal(holder, self._recognised)
        return reason

    def _attempt(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Attempt:
        ends = None
        if isinstance(presented, BY_CERTIFICATE) and (self._recognised or isinstance(presented, Enrolment)):
            ends = parse_certificate(presented.certificate).not_after
        return Attempt(
            holder,
            presented.service,
            self._now,
            record,
            ends,
            self._carrier,
            self.account or None,
            self._recognised,
            self.beside,
        )

    @property
    def _carrier(self) -> Carrier:
        return Carrier.PHONE if isinstance(self._presented, PhoneAuthentication) else Carrier.CARD

    def _note_renewal(self, holder: HolderKey, recognised: Recognised) -> None:
        if recognised.supersedes is not None:
            self.events.append(Event("superseded", recognised.supersedes, as_of=recognised.as_of))
        self.events.append(Event(f"renewed-by-{recognised.by}", holder, as_of=recognised.as_of))


def _shown(presented: Presentation) -> Shown | None:
    """What a holder who says to be renewed shows besides the certificate; read already, or the core had refused."""
    if not isinstance(presented, Relinking) or presented.chip is None:
        return None
    record = parse_birth_record(presented.chip.birth_record)
    return Shown(record, parse_certificate(presented.certificate).not_before, presented.environment)
