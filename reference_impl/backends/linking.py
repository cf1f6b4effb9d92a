"""The link service, for the accounts: asked by whoever may, for the purpose of a renewal, each time with a row."""

from reference_impl.accounts.links import LinkAnswer, Links, LinksRefused, LinksUnreachable, Named, NoLink
from reference_impl.audit.checks import Audit, Check
from reference_impl.backends.backend import Ability, Errand
from reference_impl.backends.rules import Asked, Rules
from reference_impl.verification.verdict import Reason, Verdict


class AccountableLinks:
    """The rules before each question, a row after it; whom it was about stands in the attempt's own row."""

    def __init__(self, inner: Links, rules: Rules, audit: Audit) -> None:
        self._inner = inner
        self._rules = rules
        self._audit = audit

    def resolve(self, asked: Named, why: Check) -> LinkAnswer | NoLink:
        """What belongs to this certificate; LinksUnreachable, or LinksRefused."""
        errand = Check(why.at, why.who, why.service, Errand.RENEWAL)
        refusal = self._rules.refusal(Asked(Ability.FORMER, errand, None))
        if refusal is not None:
            self._audit.record(errand, refusal)
            raise LinksRefused
        try:
            answer = self._inner.resolve(asked)
        except LinksUnreachable:
            self._audit.record(errand, Verdict(Reason.STATUS_UNAVAILABLE, ()))
            raise
        self._audit.record(errand, Verdict(Reason.OK, ()))
        return answer
