"""The OCSP responder of a world: it asks the register under the world's lock, and signs outside of it.

    read, judged by the policy      no lock
    asked, remembered as published  under the lock, both: nothing may happen in between
    bent by faults, signed          no lock: a signature takes longer than all the rest

What was drafted is a value: whatever happens while it is signed does not change it. And what is to be published is
stored before anything leaves, so that a store that fails lets no answer out.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harness.contract.vocabulary import Kind
from harness.jlis.authority import Authority
from harness.jlis.faults import Order
from harness.jlis.marks import Marks
from harness.jlis.ocsp import Drafted, Entries, OcspAnswer, Speaker, admitted, drafted, refused, signed
from harness.jlis.ocsp_faults import TELL_NOTHING, Setting, bend_of_all
from harness.jlis.ocsp_policy import OPEN, ResponderPolicy
from harness.jlis.ocsp_presigned import PresignedAnswers, can_be_presigned
from harness.jlis.ocsp_question import OcspRequest
from harness.jlis.ocsp_request import RefusedRequest
from harness.jlis.populations import Medium
from harness.jlis.signers import Signers


@dataclass(frozen=True)
class OcspService:
    """All responders of one world. What they need of it are functions, asked under the lock."""

    generations: Callable[[Kind, datetime], Sequence[Authority]]
    """Every generation of a kind that is there at an instant, the latest last."""
    register: Entries
    marks: Marks
    publish: Callable[[datetime], None]
    """Remembers that the register was published as of an instant."""
    lock: AbstractContextManager[object]
    signers: Callable[[Kind, datetime], Signers]
    """Who else might sign, for faults."""
    policies: dict[Kind, ResponderPolicy] = field(default_factory=dict)
    """The policy of each kind, replaced when it is switched; the open one where nothing is said."""
    in_step: Callable[[Callable[[], Drafted]], Drafted] = lambda found: found()
    """Has an answer found with what other processes wrote, and found anew where one of them was faster."""
    _presigned: dict[tuple[Kind, Medium | None], PresignedAnswers] = field(default_factory=dict)

    def policy(self, kind: Kind) -> ResponderPolicy:
        """Return the policy in force."""
        return self.policies.get(kind, OPEN)

    def switch(self, kind: Kind, policy: ResponderPolicy) -> None:
        """Let the responder of a kind speak by another policy from now on."""
        self._presigned.clear()
        self.policies[kind] = policy

    def answer(
        self, kind: Kind, request: bytes, now: datetime, orders: Sequence[Order] = (), medium: Medium | None = None
    ) -> OcspAnswer:
        """Return the answer at `now`; what it says is published from then on. It is wrong in the ways ordered."""
        policy = self.policies.get(kind, OPEN)
        try:
            asked = admitted(request, policy, now)
            if policy.presigned and not orders and can_be_presigned(asked, policy):
                return self._again(kind, medium, policy, asked, now)
            found = self._found(kind, medium, policy, asked, now, orders)
        except RefusedRequest as refusal:
            return refused(refusal.status)
        if not orders:
            return signed(found)
        with self.lock:
            signers = self.signers(kind, now)
        settings = [(each.fault, Setting(now, timedelta(seconds=each.shift), signers)) for each in orders]
        return signed(found, bend_of_all(settings))

    def _found(  # noqa: PLR0913, PLR0917  (what an answer follows from)
        self,
        kind: Kind,
        medium: Medium | None,
        policy: ResponderPolicy,
        asked: OcspRequest,
        now: datetime,
        orders: Sequence[Order] = (),
    ) -> Drafted:
        def found_now() -> Drafted:
            mark = self.marks.at(now)
            found = drafted(asked, Speaker(self.generations(kind, now), policy, medium), self.register, now, mark)
            if not any(each.fault in TELL_NOTHING for each in orders):
                self.publish(mark)
            return found

        with self.lock:
            return self.in_step(found_now)

    def _again(
        self, kind: Kind, medium: Medium | None, policy: ResponderPolicy, asked: OcspRequest, now: datetime
    ) -> OcspAnswer:
        """Return an answer that was signed before, or sign it now as of the mark."""
        place = kind, medium
        answers = self._presigned.get(place)
        if answers is None:
            answers = self._presigned[place] = PresignedAnswers()
        mark = self.marks.at(now)
        cert_id = asked.questions[0].cert_id
        known = answers.find(cert_id, mark)
        if known is None:
            found = self._found(kind, medium, policy, asked, now)
            known = signed(found._replace(draft=found.draft._replace(produced_at=mark)))
            answers.keep(cert_id, mark, known)
        return known
