"""What the core asks of the world at its steps, answered for one session out of the store."""

from datetime import datetime

from reference_impl.accounts.account import Accounts
from reference_impl.store.sessions import Session, Sessions
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.presentation import Enrolment, Presentation, Signing
from reference_impl.verification.verdict import HolderKey, Reason


class SessionDoors:
    """The doors of one attempt (`verification.doors`: challenges and accounts)."""

    def __init__(self, sessions: Sessions, accounts: Accounts, session: Session, now: datetime) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._session = session
        self._now = now
        self.account = ""
        """The id of the account that was found, which is the one to count for."""

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """Spends the session's challenge; None if it was the right one, unspent and young enough."""
        if session != self._session.id:
            return Reason.CHALLENGE_MISMATCH
        return self._sessions.consume_challenge(self._session, challenge, now)

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder."""
        found = self._accounts.find(holder)
        self.account = "" if found is None else found.account
        return found

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder, or for nobody in particular."""
        return session == self._session.id and self._session.holder in {None, holder}

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Opens the account, or counts the acceptance, if the store still allows it; a signature leaves nothing."""
        if isinstance(presented, Signing):
            return None
        if isinstance(presented, Enrolment) and record is not None:
            return self._accounts.enrol(holder, presented.service, record, self._now)
        return self._accounts.count_accepted(holder, presented.service, record, self.account)
