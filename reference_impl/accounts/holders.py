"""How the holders of accounts stand, found out from the numbers that are kept of their certificates."""

from datetime import UTC, datetime

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Paired
from reference_impl.accounts.serial_status import Numbers, SerialStatus
from reference_impl.accounts.standing import Attributes, Standing, attributes_by, standing_at
from reference_impl.verification.verdict import Reason


class Holders:
    """Questions about holders; each asks the responders anew."""

    def __init__(self, accounts: Accounts, statuses: Numbers) -> None:
        self._accounts = accounts
        self._statuses = statuses

    def standing(self, account: str, now: datetime) -> Standing | None:
        """How the holder of an account stands; None if there is no such account."""
        line = [each for each in self._accounts.line(account) if each.is_current]
        enrolled = self._accounts.enrolled(account)
        if not line or enrolled is None:
            return None
        status = self._statuses.of(line[-1].holder, now)
        ends = None if line[-1].ends is None else datetime.fromtimestamp(line[-1].ends, UTC)
        pair = self._accounts.pair(account)
        paired = None if pair is None else self._status(pair[0], now)
        return standing_at(status, ends, paired, enrolled.birth_date, now)

    def attributes(self, account: str, now: datetime) -> Attributes:
        """Whether the four attributes hold that the account's service learnt; a change is remembered until the service
        has seen what holds now (`Accounts.renew_attributes`)."""
        pair = self._accounts.pair(account)
        if pair is None:
            return Attributes.UNKNOWN
        paired, changed_at = pair
        if changed_at is not None:
            return Attributes.CHANGED
        found = attributes_by(self._status(paired, now))
        if found is Attributes.CHANGED:
            self._accounts.note_changed(account, paired.number, now)
        return found

    def _status(self, paired: Paired, now: datetime) -> SerialStatus:
        """Of one that has run out OCSP may go on saying good, whatever happened since."""
        if paired.ends is not None and now > paired.ends:
            return SerialStatus(Reason.EXPIRED)
        return self._statuses.of(paired.number, now)
