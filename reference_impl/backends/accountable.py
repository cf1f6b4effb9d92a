"""The rules before each question, a row of the audit after it: no status is asked for without a purpose on record."""

from collections.abc import Mapping
from datetime import datetime

from reference_impl.audit.checks import Audit, Check
from reference_impl.backends.backend import Ability, Backend, Departure, Numbered, PastVerdict
from reference_impl.backends.evidence import Evidence
from reference_impl.backends.rules import Asked, Rules
from reference_impl.verification.doors import Doors
from reference_impl.verification.plan import PLANS
from reference_impl.verification.presentation import CardApplication, Presentation, Tap
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.verdict import HolderKey, Reason, Refusal, Step, Verdict


class Accountable:
    """A back end (`backend.Backend`) whose every verdict is recorded before it is told, refusals by the rules too."""

    def __init__(self, inner: Backend, rules: Rules, audit: Audit, evidence: Evidence | None = None) -> None:
        self._inner = inner
        self._rules = rules
        self._audit = audit
        self._evidence = evidence

    @property
    def abilities(self) -> frozenset[Ability]:
        """Those of the back end."""
        return self._inner.abilities

    def require_allowed(self, why: Check) -> None:
        """Nothing, or the `Refusal` that the end of an attempt of this purpose could only repeat."""
        does = why.purpose if isinstance(why.purpose, Purpose) else None
        refusal = self._rules.refusal(Asked(Ability.VERIFY, why, None if does is None else does.kind, does))
        if refusal is not None and refusal.finding is not None:
            raise Refusal(refusal.reason, refusal.finding, Step.POLICY)

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """The back end's verdict; what a law wants kept of an accepted one is kept."""
        if isinstance(presentation, CardApplication):  # no certificate, no status: nobody is asked
            return self._record(why, self._inner.verify(presentation, why, doors))
        does = PLANS[type(presentation)].purpose
        asked = Asked(Ability.VERIFY, why, does.kind, does)
        verdict = self._rules.refusal(asked) or self._inner.verify(presentation, why, doors)
        keep = self._rules.keeps_certificate(why.service)
        if verdict.reason is Reason.OK and keep is not None and self._evidence is not None:
            self._evidence.keep(why, presentation.certificate, why.at + keep)
        return self._record(why, verdict)

    def verify_past(self, presentation: Tap, taken: datetime, why: Check, doors: Doors) -> PastVerdict:
        """The back end's verdict on a tap that has been."""
        asked = Asked(Ability.VERIFY, why, CertificateKind.AUTH, Purpose.TAP)
        refusal = self._rules.refusal(asked)
        found = PastVerdict(refusal) if refusal else self._inner.verify_past(presentation, taken, why, doors)
        self._record(why, found.verdict)
        return found

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """The back end's name; no status is asked, and whoever asked records a refusal together with its attempt."""
        kind = why.purpose.kind if isinstance(why.purpose, Purpose) else None
        refusal = self._rules.refusal(Asked(Ability.IDENTIFY, why, kind))
        return refusal or self._inner.identify(certificate, why)

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """The back end's verdict on a certificate alone."""
        refusal = self._rules.refusal(Asked(Ability.CHECK, why, kind))
        return self._record(why, refusal or self._inner.check(certificate, kind, why, carrier))

    def status(self, numbered: Numbered, why: Check) -> Verdict:
        """The back end's verdict on a number."""
        refusal = self._rules.refusal(Asked(Ability.STATUS, why, numbered.kind))
        return self._record(why, refusal or self._inner.status(numbered, why))

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """The names before this one; that they were asked for is recorded."""
        refusal = self._rules.refusal(Asked(Ability.FORMER, why, None))
        found = refusal or self._inner.former(certificate, why)
        self._record(why, found if isinstance(found, Verdict) else Verdict(Reason.OK, ()))
        return found

    def name(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """The back end's name; what is done with the account is recorded by whoever does it."""
        return self._rules.refusal(Asked(Ability.NAME, why, None)) or self._inner.name(certificate, why)

    def depart(self, why: Check) -> Departure | Verdict:
        """Where the holder goes; nothing is known yet."""
        return self._rules.refusal(Asked(Ability.REDIRECT, why, None)) or self._inner.depart(why)

    def arrive(self, parameters: Mapping[str, str], kept: Mapping[str, str], why: Check) -> Verdict:
        """The verdict on what the holder came back with."""
        refusal = self._rules.refusal(Asked(Ability.REDIRECT, why, None))
        return self._record(why, refusal or self._inner.arrive(parameters, kept, why))

    def _record(self, why: Check, verdict: Verdict) -> Verdict:
        self._audit.record(why, verdict)
        return verdict
