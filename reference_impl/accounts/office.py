"""What is done to accounts at their holders' or the staff's word, and not by an attempt: leaving, merging. Audited."""

from collections.abc import Callable

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.findings import left
from reference_impl.accounts.leaving import Merged
from reference_impl.audit.checks import Audit, Check
from reference_impl.verification.verdict import HolderKey, Reason, Verdict

Forget = Callable[[str, str], None]
"""Service and account: what the service was told of a holder who has left it."""


def forget_nothing(service: str, account: str) -> None:
    """Nobody was told anything."""
    del service, account


class Office:
    """The accounts, who else keeps something by them, and the audit."""

    def __init__(self, accounts: Accounts, audit: Audit, forget: Forget = forget_nothing) -> None:
        self._accounts = accounts
        self._audit = audit
        self._forget = forget

    def unlink(self, holder: HolderKey, service: str, why: Check) -> Verdict:
        """Whether the holder left the service, and all that was known of them there is erased."""
        account = self._accounts.id_of(holder)
        reason = self._accounts.leave(holder, service)
        if reason is None and account is not None:
            self._forget(service, account)
        verdict = left(reason or Reason.OK, holder)
        self._audit.event(why, "unlink", holder, verdict.reason, None)
        return verdict

    def merge(self, kept: HolderKey, gone: HolderKey, why: Check) -> Merged | Reason:
        """One account of two, whose holder the staff (`why.who`) know to be one person; a reason where not.

        Two rows for each service: under which pseudonyms it knew the certificates whose accounts these were.
        """
        views = (self._accounts.view(kept), self._accounts.view(gone))
        services = sorted({service for each in views if each is not None for service in each.services})
        merged = self._accounts.merge(kept, gone, why.at)
        reason = merged if isinstance(merged, Reason) else Reason.OK
        for service in services or [why.service]:
            there = msgspec.structs.replace(why, service=service)
            self._audit.event(there, "merge", kept, reason, None)
            self._audit.event(there, "merged", gone, reason, None)
        return merged
