"""How numbers stand whose certificates were discarded, for the accounts: asked by whoever may, each time with a row."""

from datetime import UTC, datetime
from typing import Final

from reference_impl.accounts.serial_status import UNAVAILABLE, Numbers, SerialStatus
from reference_impl.audit.checks import NOBODY, Audit, Check
from reference_impl.backends import wire
from reference_impl.backends.backend import Ability, Errand
from reference_impl.backends.platform import Asks
from reference_impl.backends.rules import Asked, Rules
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import HolderKey, Reason, Verdict

ACCOUNTS: Final = "accounts"
"""What a platform's contract calls the questions that are about an account and not about one service."""
_NO_END: Final = datetime(9999, 12, 31, tzinfo=UTC)


class PlatformNumbers:
    """Asked of a platform, by number or by the name it gave."""

    def __init__(self, client: Asks, trust: Trust) -> None:
        self._client = client
        self._kinds = {each.issuer_key: each.kind for each in trust.authorities}

    def of(self, number: HolderKey, now: datetime) -> SerialStatus:
        """What the platform says, if it says it of this number."""
        kind = self._kinds.get(number.issuer_key, CertificateKind.AUTH)
        why = Check(now, NOBODY, ACCOUNTS, Errand.CURRENT_STATUS)
        said = self._client.ask(wire.StatusOf(number, kind, _NO_END), why)
        if said.reason is Reason.OK and (said.holder != number or said.status is None):
            return SerialStatus(Reason.STATUS_UNTRUSTED)
        if said.revoked is None:
            return SerialStatus(said.reason)
        return SerialStatus(said.reason, said.revoked.reason, said.revoked.at)


class AccountableNumbers:
    """The rules before each question, a row after it."""

    def __init__(self, inner: Numbers, rules: Rules, audit: Audit) -> None:
        self._inner = inner
        self._rules = rules
        self._audit = audit

    def of(self, number: HolderKey, now: datetime) -> SerialStatus:
        """What was found out; nothing is asked where the rules forbid it."""
        why = Check(now, NOBODY, NOBODY, Errand.CURRENT_STATUS)
        refusal = self._rules.refusal(Asked(Ability.STATUS, why, None))
        if refusal is not None:
            self._audit.record(why, refusal)
            return UNAVAILABLE
        found = self._inner.of(number, now)
        self._audit.record(why, Verdict(found.reason, (), holder=number))
        return found
