"""A verifier of the past: what it judges lies then, what its sources say is of now."""

from datetime import datetime
from typing import Final

import msgspec

from reference_impl.backends.backend import PastVerdict
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.doors import Doors
from reference_impl.verification.policy import Policy
from reference_impl.verification.presentation import Tap
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.verdict import Reason, Step, Verdict
from reference_impl.verification.verifier import Verifier

_REVOKED: Final = frozenset({Reason.REVOKED, Reason.ON_HOLD})


class Past:
    """One tap that has been."""

    def __init__(self, trust: Trust, policy: Policy, inner: Revocation, now: datetime) -> None:
        self._verifier = Verifier(trust, self, policy)
        self._inner = inner
        self._now = now
        self._revoked: Status | None = None

    def verify(self, tap: Tap, taken: datetime, doors: Doors) -> PastVerdict:
        """The verdict as of then; a revocation at that second or before refuses, a later one does not."""
        verdict = self._verifier.verify(tap, taken, doors)
        if self._revoked is None or verdict.reason is not Reason.OK:
            return PastVerdict(verdict)
        when = _revoked_at(self._revoked) or taken
        if when > taken:
            return PastVerdict(verdict)
        return PastVerdict(_revoked(verdict, self._revoked), when)

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """As of now, whatever instant is judged; a revocation is weighed when all else is known."""
        del now
        status = self._inner.status(certificate, issuer, self._now)
        if status.reason not in _REVOKED:
            return status
        self._revoked = status
        return Status(Reason.OK, status.source)


def _revoked(verdict: Verdict, status: Status) -> Verdict:
    steps = verdict.steps[: verdict.steps.index(Step.STATUS)]
    return msgspec.structs.replace(verdict, reason=status.reason, steps=steps, finding=status.finding)


def _revoked_at(status: Status) -> datetime | None:
    """When the source says that it happened; None if it does not, and then it is taken for long ago."""
    compared = status.finding.compared if status.finding is not None else None
    is_named = compared is not None and compared.what in {"revocationTime", "revocationDate"}
    return compared.limit if compared is not None and is_named else None
