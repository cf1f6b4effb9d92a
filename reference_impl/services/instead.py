"""Another document in place of the card: offered after a refusal that the policy names, shown once, written down.

What staff looked at is no check of ours: the row in the audit names the refusal it follows and the document, and no
holder, for nobody was recognised. It counts for nobody either; a service that has to count it keeps its own record.
"""

from datetime import datetime
from typing import Final

from reference_impl.audit.checks import Audit, Check
from reference_impl.services.desk import ServiceDesk
from reference_impl.services.findings import not_offered
from reference_impl.services.request import Offer, ShowInstead, instead
from reference_impl.services.store.offers import Offers
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Decision, Reason, Verdict

_WHY: Final = {
    "unknown": ("この案内は見つかりません（1 日を過ぎたか、存在しません）", "no such offer, or older than a day"),
    "other": ("この書類は案内されていません", "this document was not offered"),
    "shown": ("この案内では、すでに別の書類で受け付けました", "a document was shown for this offer already"),
}


class InsteadOfCard:
    """What stands in for the card, at the services of one relying party."""

    def __init__(self, desk: ServiceDesk, offers: Offers, audit: Audit) -> None:
        self._desk = desk
        self._offers = offers
        self._audit = audit

    def offer(self, check: Check, verdict: Verdict) -> Offer | None:
        """What may be shown after this refusal, if anything; the audit says that it was offered."""
        if verdict.reason is Reason.OK or check.purpose is None:
            return None
        documents = self._desk.instead(check.service, verdict.reason)
        if not documents:
            return None
        name = self._offers.make(check.service, check.purpose.value, verdict.reason, documents, check.at)
        self._audit.instead(check, "offered", documents, verdict.reason)
        return Offer(name, tuple(instead(each) for each in documents))

    def show(self, message: ShowInstead, now: datetime) -> Verdict:
        """OK if the document was offered and none was shown yet; an offer is taken up once."""
        made = self._offers.take_up(message.offer, message.document, now, message.service)
        if isinstance(made, str):
            refusal = not_offered(*_WHY[made])
            return Verdict(refusal.reason, (), None, refusal.finding)
        check = Check(now, message.terminal, made.service, Purpose(made.purpose))
        self._audit.instead(check, Decision.ACCEPT.value, (message.document,), made.reason)
        return Verdict(Reason.OK, (), None, None)
