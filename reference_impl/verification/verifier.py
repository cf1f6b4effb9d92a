"""The public face of the core: what a relying party builds once and asks for every attempt.

>>> from datetime import UTC, datetime
>>> from reference_impl.verification import Authentication, IssuedChallenges, Policy, Purpose, Reason, Service
>>> from reference_impl.verification import Status, Trust, Verifier
>>> class NobodyIsGood:                         # a status.Revocation; real ones ask OCSP or lists
...     def status(self, certificate, issuer, now):
...         return Status(Reason.STATUS_UNAVAILABLE)
>>> challenges, now = IssuedChallenges(), datetime(2026, 11, 21, tzinfo=UTC)
>>> policy = Policy({"library": Service(frozenset({Purpose.LOGIN}))})
>>> verifier = Verifier(Trust(), NobodyIsGood(), policy, challenges=challenges)
>>> challenges.issue(bytes(32), now)            # drawn by the caller, who has the generator
>>> attempt = Authentication(certificate=b"no DER", challenge=bytes(32), signature=bytes(256), service="library")
>>> verdict = verifier.verify(attempt, now)
>>> verdict.decision, verdict.reason, verdict.steps
(<Decision.REJECT: 'reject'>, <Reason.MALFORMED: 'MALFORMED'>, ())
>>> print(verdict.finding.en)
certificate: offset 0: X.690 §8.1.3: expected 111 content octets, found 4
>>> [each.reason.value for each in verifier.verify_many([attempt, attempt], now)]
['MALFORMED', 'MALFORMED']
"""

from collections.abc import Iterable
from datetime import datetime

from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.core import check, decide, identify
from reference_impl.verification.doors import Accounts, Challenges, Doors
from reference_impl.verification.free_area import decide_application
from reference_impl.verification.memory import Remember
from reference_impl.verification.policy import Policy
from reference_impl.verification.presentation import CardApplication, Presentation
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.setting import Setting
from reference_impl.verification.status import Revocation
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import HolderKey, Verdict


class Verifier:
    """Trust, status and policy, the doors, and what was remembered. Any number of threads may ask at the same time.

    Without `challenges` it knows of none, and every challenge is another session's. Without `accounts` nobody is looked
    up and nothing is written down, and the verdict does not list these steps.
    """

    def __init__(  # noqa: PLR0913
        self,
        trust: Trust,
        revocation: Revocation,
        policy: Policy,
        *,
        challenges: Challenges | None = None,
        accounts: Accounts | None = None,
        remember: Remember | None = None,
    ) -> None:
        self._doors = Doors(IssuedChallenges() if challenges is None else challenges, accounts)
        self._revocation = revocation
        self._remember = remember or Remember()
        self._setting = Setting(trust, policy, self._remember)

    @property
    def trust(self) -> Trust:
        """The trust in use."""
        return self._setting.trust

    def swap(self, trust: Trust, policy: Policy | None = None) -> None:
        """Believes this from now on: a generation added or removed, another policy. No attempt waits for it.

        Attempts under way end under what they began with; what was remembered under that is not used again.
        """
        self._setting = Setting(trust, policy or self._setting.policy, self._remember)

    def verify(self, presentation: Presentation, now: datetime, doors: Doors | None = None) -> Verdict:
        """The verdict on one presentation at this instant (`core` holds the steps).

        `doors` are those of this one attempt, where a service keeps sessions; else the verifier's own.
        """
        doors = doors or self._doors
        if isinstance(presentation, CardApplication):
            return decide_application(presentation, now, self._setting, doors)
        return decide(presentation, now, self._setting, self._revocation, doors)

    def verify_many(self, presentations: Iterable[Presentation], now: datetime) -> list[Verdict]:
        """The verdicts in the same order. Each stands for itself: the first to spend a challenge has it."""
        return [self.verify(each, now) for each in presentations]

    def check(
        self, certificate: bytes, kind: CertificateKind, now: datetime, carrier: Carrier = Carrier.CARD
    ) -> Verdict:
        """The verdict on a certificate alone, as when members are checked at night: whose, valid, and still good."""
        return check(certificate, self._setting.of(kind, carrier), now, self._revocation)

    def identify(self, certificate: bytes, purpose: Purpose, now: datetime) -> HolderKey | Verdict:
        """Who a certificate shown before any proof would be, by steps (1) to (4), or why it is nobody's."""
        return identify(certificate, purpose, now, self._setting)
