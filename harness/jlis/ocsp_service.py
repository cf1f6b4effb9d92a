"""The OCSP responder of a world: it asks the register under the world's lock, and signs outside of it.

    read, judged by the policy      no lock
    asked, remembered as published  under the lock, both: nothing may happen in between
    bent by faults, signed          no lock: a signature takes longer than all the rest

What was drafted is a value: whatever happens while it is signed does not change it. And what is to be published is
stored before anything leaves, so that a store that fails lets no answer out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol, TypeVar

from harness.contract.vocabulary import Kind
from harness.jlis import ocsp_plain
from harness.jlis.authority import Authority
from harness.jlis.faults import Order
from harness.jlis.marks import Marks
from harness.jlis.ocsp import Drafted, Entries, OcspAnswer, Speaker, admitted, drafted, refused, signed
from harness.jlis.ocsp_faults import TELL_NOTHING, Setting, bend_of_all
from harness.jlis.ocsp_plain import PlainAnswers, Unsigned
from harness.jlis.ocsp_policy import OPEN, ResponderPolicy
from harness.jlis.ocsp_presigned import PresignedAnswers, can_be_presigned
from harness.jlis.ocsp_question import OcspRequest
from harness.jlis.ocsp_request import RefusedRequest
from harness.jlis.populations import Medium
from harness.jlis.signers import Signers

T = TypeVar("T")


class InStep(Protocol):
    """Does something under the world's lock, after what other processes wrote was taken in."""

    def __call__(self, act: Callable[[], T]) -> T:
        """Return what `act` returns; it is done over when another process was faster."""


@dataclass(frozen=True)
class OcspService:
    """All responders of one world. What they need of it are functions, asked under the lock."""

    generations: Callable[[Kind, datetime], Sequence[Authority]]
    """Every generation of a kind that is there at an instant, the latest last."""
    register: Entries
    marks: Marks
    publish: Callable[[datetime], None]
    """Remembers that the register was published as of an instant."""
    signers: Callable[[Kind, datetime], Signers]
    """Who else might sign, for faults."""
    in_step: InStep
    """Does what must see one state of the world, and may be done over: under its lock, with what others wrote."""
    policies: dict[Kind, ResponderPolicy] = field(default_factory=dict)
    """The policy of each kind, replaced when it is switched; the open one where nothing is said."""
    _presigned: dict[tuple[Kind, Medium | None], PresignedAnswers] = field(default_factory=dict)
    """What was signed before; each holds for one policy: a request may be under way while that is switched."""
    _alike: dict[tuple[Kind, Medium | None], PlainAnswers] = field(default_factory=dict)
    """What answers of the present second have in common."""
    _switching: Lock = field(default_factory=Lock)

    def policy(self, kind: Kind) -> ResponderPolicy:
        """Return the policy in force."""
        return self.policies.get(kind, OPEN)

    def switch(self, kind: Kind, policy: ResponderPolicy) -> None:
        """Let the responder of a kind speak by another policy from now on."""
        self.policies[kind] = policy

    def change(self, kind: Kind, alter: Callable[[ResponderPolicy], ResponderPolicy]) -> ResponderPolicy:
        """Switch to what `alter` makes of the policy in force, and return it; of two changes at once none is lost."""
        with self._switching:
            policy = alter(self.policy(kind))
            self.switch(kind, policy)
        return policy

    def answer(
        self, kind: Kind, request: bytes, now: datetime, orders: Sequence[Order] = (), medium: Medium | None = None
    ) -> OcspAnswer:
        """Return the answer at `now`; what it says is published from then on. It is wrong in the ways ordered."""
        policy = self.policies.get(kind, OPEN)
        try:
            if orders:
                return self._bent(kind, medium, policy, request, now, orders)
            if policy.presigned:
                return self._presigned_answer(kind, medium, policy, request, now)
            asked = admitted(request, policy, now)
            if len(asked.questions) == 1:
                return ocsp_plain.signed(self._plain(kind, medium, policy, asked, now))
            return signed(self._drafted(kind, medium, policy, asked, now))
        except RefusedRequest as refusal:
            return refused(refusal.status)

    def _plain(
        self, kind: Kind, medium: Medium | None, policy: ResponderPolicy, asked: OcspRequest, now: datetime
    ) -> Unsigned:
        """Return the answer to one question, found under the lock."""

        def find() -> Unsigned:
            mark, place = self.marks.at(now), (kind, medium)
            plain = self._alike.get(place)
            if plain is None or not plain.hold_at(now, mark, policy):
                speaker = Speaker(self.generations(kind, now), policy, medium)
                plain = self._alike[place] = PlainAnswers(speaker, now, mark)
            found = plain.unsigned(asked, self.register)
            self.publish(mark)
            return found

        return self.in_step(find)

    def _drafted(  # noqa: PLR0913  (what an answer follows from)
        self,
        kind: Kind,
        medium: Medium | None,
        policy: ResponderPolicy,
        asked: OcspRequest,
        now: datetime,
        *,
        tells: bool = True,
    ) -> Drafted:
        """Return what is to be said, found under the lock; it is published where it tells anything."""

        def find() -> Drafted:
            mark = self.marks.at(now)
            found = drafted(asked, Speaker(self.generations(kind, now), policy, medium), self.register, now, mark)
            if tells:
                self.publish(mark)
            return found

        return self.in_step(find)

    def _bent(  # noqa: PLR0913, PLR0917  (what an answer follows from)
        self,
        kind: Kind,
        medium: Medium | None,
        policy: ResponderPolicy,
        request: bytes,
        now: datetime,
        orders: Sequence[Order],
    ) -> OcspAnswer:
        """Return an answer that is wrong in the ways ordered."""
        tells = not any(each.fault in TELL_NOTHING for each in orders)
        found = self._drafted(kind, medium, policy, admitted(request, policy, now), now, tells=tells)
        signers = self.in_step(lambda: self.signers(kind, now))
        settings = [(each.fault, Setting(now, timedelta(seconds=each.shift), signers)) for each in orders]
        return signed(found, bend_of_all(settings))

    def _presigned_answer(
        self, kind: Kind, medium: Medium | None, policy: ResponderPolicy, request: bytes, now: datetime
    ) -> OcspAnswer:
        """Return an answer that was signed before, or sign it now as of the mark."""
        place, mark = (kind, medium), self.marks.at(now)
        answers = self._presigned.get(place)
        if answers is None or answers.policy is not policy:
            answers = self._presigned[place] = PresignedAnswers(policy)
        known = answers.find_again(request, mark)
        if known is not None:
            return known
        asked = admitted(request, policy, now)
        if not can_be_presigned(asked, policy):
            return signed(self._drafted(kind, medium, policy, asked, now))
        cert_id = asked.questions[0].cert_id
        known = answers.find(cert_id, mark)
        if known is None:
            found = self._drafted(kind, medium, policy, asked, now)
            known = signed(found._replace(draft=found.draft._replace(produced_at=mark)))
            answers.keep(cert_id, mark, known)
        answers.keep_again(request, asked, mark, known)
        return known
