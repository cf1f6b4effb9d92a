"""A renewed certificate takes the place of the one before, in one transaction: id, names, counts and services stay.

What recognised it was found out earlier, outside of any transaction, and asked other machines. So everything it rests
on is looked at again while the account is held: of two renewals at the same time one finds that the other was faster,
and of a renewal and a leaving whichever comes second finds what the first one left.
"""

from sqlalchemy import Connection

from reference_impl.accounts import rows
from reference_impl.accounts.attempt import Attempt, Recognised, Tie
from reference_impl.accounts.rows import Credential
from reference_impl.verification.verdict import Reason


class NotNow(Exception):
    """What is stored by now does not allow it: nothing of the transaction stays."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def carry_over(connection: Connection, attempt: Attempt, recognised: Recognised) -> Credential:
    """The new credential, in the old one's place; NotNow where the account is no longer as it was recognised."""
    rows.hold(connection, recognised.account)
    there = rows.read_credential(connection, attempt.holder)
    if there is not None:  # the same renewal, by an attempt that was faster
        return _same_account(there, recognised)
    line = [each for each in rows.credentials_of(connection, recognised.account) if each.is_current]
    if not line:
        raise NotNow(Reason.NOT_ENROLLED)  # the account is gone
    present = [each.holder for each in line if each.carrier is attempt.carrier]
    if present != [each for each in (recognised.supersedes,) if each is not None]:
        raise NotNow(Reason.NOT_ENROLLED)  # it leads to another certificate by now
    as_of, at = recognised.as_of.timestamp(), attempt.at.timestamp()
    if recognised.by is Tie.LINK:
        newest = rows.linked_as_of(connection, recognised.account)
        if newest is not None and as_of < newest:
            raise NotNow(Reason.NOT_ENROLLED)
        rows.note_link(connection, recognised.account, as_of, recognised.paired, at)
    ends = None if attempt.ends is None else attempt.ends.timestamp()
    new = Credential(attempt.holder, attempt.carrier, recognised.account, at, None, ends=ends)
    if not rows.add_credential(connection, new):
        raise NotNow(Reason.NOT_ENROLLED)  # enrolled by somebody else, since we looked
    if recognised.supersedes is not None:
        rows.supersede(connection, recognised.supersedes, attempt.holder, at)
    return new


def _same_account(there: Credential, recognised: Recognised) -> Credential:
    if there.account != recognised.account:
        raise NotNow(Reason.NOT_ENROLLED)
    return there
