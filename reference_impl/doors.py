"""What the core asks of the world at its steps, answered for one session out of the store and the configuration."""

from datetime import datetime

from reference_impl.accounts.account import Accounts
from reference_impl.configuration import Configuration
from reference_impl.store.sessions import Session, Sessions
from reference_impl.verification.core import Attempt, Enrolled, HolderKey
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Reason


class SessionDoors:
    """The doors of one attempt (`verification.core.Doors`)."""

    def __init__(
        self, sessions: Sessions, accounts: Accounts, configuration: Configuration, session: Session, now: datetime
    ) -> None:
        self._sessions = sessions
        self._accounts = accounts
        self._configuration = configuration
        self._session = session
        self._now = now

    def consume_challenge(self, challenge: bytes) -> Reason | None:
        """Spends the session's challenge; None if it was the right one, unspent and young enough."""
        return self._sessions.consume_challenge(self._session, challenge, self._now)

    def find_account(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder."""
        return self._accounts.find(holder)

    def is_expected_holder(self, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder, or for nobody in particular."""
        return self._session.holder in {None, holder}

    def is_service_open(self, service: str, purpose: Purpose) -> bool:
        """Whether the service is configured for this purpose."""
        return self._configuration.is_service_open(service, purpose)

    def settle(self, holder: HolderKey, attempt: Attempt, record: BirthRecord | None) -> Reason | None:
        """Opens the account, or counts the acceptance, if the store still allows it; a signature leaves nothing."""
        if attempt.purpose is Purpose.SIGN:
            return None
        if attempt.purpose is Purpose.ENROL and record is not None:
            return self._accounts.enrol(holder, attempt.service, record)
        return self._accounts.count_accepted(holder, attempt.service, record)
