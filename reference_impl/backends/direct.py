"""The verification core here, and J-LIS asked from here: for whoever the law lets ask (`roles.py`)."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from reference_impl.audit.checks import Check
from reference_impl.backends.backend import Ability, Numbered, PastVerdict, Unable, refused, unable
from reference_impl.backends.past import Past
from reference_impl.configuration import Configuration
from reference_impl.services.steering import Steering, as_inquired
from reference_impl.status_methods import Inquiry, StatusMethods, StatusSources
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import Issuers, NoIssuer
from reference_impl.verification.der import DerError
from reference_impl.verification.doors import Doors
from reference_impl.verification.findings import outside_period, status_refused
from reference_impl.verification.plan import CHECK
from reference_impl.verification.policy import Policy
from reference_impl.verification.presentation import CardApplication, Presentation, Tap
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.revocation_methods import KnownRevocations, Method
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import Compared, HolderKey, Reason, Step, Verdict
from reference_impl.verification.verifier import Verifier

Former = Callable[[bytes, Check], tuple[HolderKey, ...] | Verdict]
"""The linking service, where there is one: the names a holder had before, or why that cannot be said."""


class Direct(Unable):
    """One configuration, and a verifier for each way of finding out the status that some service uses."""

    def __init__(  # noqa: PLR0913
        self,
        sources: StatusSources,
        configuration: Configuration,
        policy: Policy,
        draw: Callable[[int], bytes],
        known: KnownRevocations,
        *,
        former: Former | None = None,
        steering: Steering | None = None,
    ) -> None:
        self._steering = steering or Steering((), sources.policy, sources.platforms)
        self._trust = configuration.trust
        self._policy = policy
        methods = StatusMethods(sources, configuration, draw, known)
        self._methods = {each: methods.by(each) for each in self._steering.inquiries}
        self._verifiers = {each: Verifier(self._trust, method, policy) for each, method in self._methods.items()}
        self._former = former

    @property
    def abilities(self) -> frozenset[Ability]:
        """Everything but another party's pages; links where the linking service is reached."""
        own = frozenset({Ability.VERIFY, Ability.IDENTIFY, Ability.CHECK, Ability.STATUS, Ability.NAME})
        return own if self._former is None else own | {Ability.FORMER}

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """The core's verdict, by the method of the service."""
        purpose = Purpose.LOGIN
        if not isinstance(presentation, CardApplication) and isinstance(why.purpose, Purpose):
            purpose = why.purpose
        inquiry = self._steering.inquiry(why.service, purpose)
        if inquiry not in self._verifiers:
            return unable(Ability.VERIFY)
        return as_inquired(self._verifiers[inquiry].verify(presentation, why.at, doors), inquiry)

    def verify_past(self, presentation: Tap, taken: datetime, why: Check, doors: Doors) -> PastVerdict:
        """The core's verdict as of `taken`, by what the method of the service says now."""
        inquiry = self._steering.inquiry(why.service, Purpose.TAP)
        if inquiry not in self._methods:
            return PastVerdict(unable(Ability.VERIFY))
        past = Past(self._trust, self._policy, self._methods[inquiry], why.at)
        found = past.verify(presentation, taken, doors)
        return msgspec.structs.replace(found, verdict=as_inquired(found.verdict, inquiry))

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """Issuer key and serial, by steps (1) to (4)."""
        purpose = why.purpose if isinstance(why.purpose, Purpose) else Purpose.LOGIN
        verifier = self._verifiers.get(self._steering.inquiry(why.service, purpose))
        return unable(Ability.IDENTIFY) if verifier is None else verifier.identify(certificate, purpose, why.at)

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """The core's verdict on a certificate alone."""
        purpose = Purpose.SIGN if kind is CertificateKind.SIGN else Purpose.LOGIN
        verifier = self._verifiers.get(self._steering.inquiry(why.service, purpose))
        return unable(Ability.CHECK) if verifier is None else verifier.check(certificate, kind, why.at, carrier)

    def status(self, numbered: Numbered, why: Check) -> Verdict:
        """What OCSP says of a serial number. Lists need the distribution point, which went with the certificate."""
        issuer = next((each for each in self._trust.authorities if each.issuer_key == numbered.holder.issuer_key), None)
        if issuer is None or issuer.kind is not numbered.kind:
            en = f"no pinned authority of {numbered.kind} has this key"
            return refused(Reason.UNKNOWN_ISSUER, "spec/pki.md §5", "証明書の発行者を確認できません", en)
        passed = CHECK[: CHECK.index(Step.VALIDITY)]
        ends = min(numbered.ends, issuer.certificate.not_after)
        if why.at > ends:
            refusal = outside_period(Reason.EXPIRED, "holder", Compared("notAfter", ends, why.at))
            return Verdict(refusal.reason, passed, None, refusal.finding, numbered.holder)
        stand_in = msgspec.structs.replace(issuer.certificate, serial=int(numbered.holder.serial, 16), not_after=ends)
        status = self._methods[Inquiry(Method.OCSP)].status(stand_in, issuer, why.at)
        if status.reason is not Reason.OK:
            finding = status_refused(status).finding
            return Verdict(status.reason, (*passed, Step.VALIDITY), status.source, finding, numbered.holder)
        return Verdict(Reason.OK, CHECK, status.source, None, numbered.holder)

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """What the linking service says."""
        return unable(Ability.FORMER) if self._former is None else self._former(certificate, why)

    def name(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """Issuer key and serial of a certificate that a pinned generation issued."""
        del why
        return name_in(certificate, self._trust)


def name_in(encoded: bytes, trust: Trust) -> HolderKey | Verdict:
    """Issuer key and serial, whatever became of the certificate; a refusal where nobody pinned issued it."""
    try:
        certificate = parse_certificate(encoded)
    except DerError as error:
        return refused(Reason.MALFORMED, error.rule, "証明書を解読できません", f"certificate: {error}")
    issuer = Issuers(trust, CertificateKind.AUTH).find(certificate)
    if isinstance(issuer, NoIssuer):
        return refused(issuer.reason, "RFC 5280 §6.1.3(a)", "証明書の発行者を確認できません", issuer.why)
    return HolderKey(issuer.issuer_key, f"{certificate.serial:x}")
