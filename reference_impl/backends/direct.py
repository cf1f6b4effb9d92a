"""The verification core here, and J-LIS asked from here: for whoever the law lets ask (`roles.py`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec

from reference_impl.audit.checks import Check
from reference_impl.backends.backend import Ability, Numbered, Unable, refused, unable
from reference_impl.configuration import Configuration
from reference_impl.status_methods import StatusMethods, StatusSources
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.chain import Issuers, NoIssuer
from reference_impl.verification.der import DerError
from reference_impl.verification.doors import Doors
from reference_impl.verification.findings import outside_period, status_refused
from reference_impl.verification.plan import CHECK
from reference_impl.verification.policy import Policy
from reference_impl.verification.presentation import CardApplication, Presentation
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.revocation_methods import KnownRevocations, Method
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import Compared, HolderKey, Reason, Step, Verdict
from reference_impl.verification.verifier import Verifier

Former = Callable[[bytes, Check], tuple[HolderKey, ...] | Verdict]
"""The linking service, where there is one: the names a holder had before, or why that cannot be said."""

_TICK: Final = timedelta(microseconds=1)


class Direct(Unable):
    """One configuration, and a verifier for each method of finding out the status that some service uses."""

    def __init__(  # noqa: PLR0913
        self,
        sources: StatusSources,
        configuration: Configuration,
        policy: Policy,
        draw: Callable[[int], bytes],
        known: KnownRevocations,
        *,
        former: Former | None = None,
    ) -> None:
        self._policy = sources.policy
        self._trust = configuration.trust
        self._methods = StatusMethods(sources, configuration, draw, known)
        self._verifiers: dict[Method, Verifier] = {
            method: Verifier(configuration.trust, self._methods.by(method), policy) for method in sources.policy.used
        }
        self._former = former

    @property
    def abilities(self) -> frozenset[Ability]:
        """Everything but another party's pages; links where the linking service is reached."""
        own = frozenset({Ability.VERIFY, Ability.IDENTIFY, Ability.CHECK, Ability.STATUS, Ability.NAME})
        return own if self._former is None else own | {Ability.FORMER}

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """The core's verdict, by the method of the service."""
        kind = CertificateKind.AUTH
        if not isinstance(presentation, CardApplication) and isinstance(why.purpose, Purpose):
            kind = why.purpose.kind
        return self._verifier(why.service, kind).verify(presentation, why.at, doors)

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """Issuer key and serial, by steps (1) to (4)."""
        purpose = why.purpose if isinstance(why.purpose, Purpose) else Purpose.LOGIN
        return self._verifier(why.service, purpose.kind).identify(certificate, purpose, why.at)

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """The core's verdict on a certificate alone."""
        return self._verifier(why.service, kind).check(certificate, kind, why.at, carrier)

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
        status = self._methods.by(Method.OCSP).status(stand_in, issuer, why.at)
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

    def _verifier(self, service: str, kind: CertificateKind) -> Verifier:
        return self._verifiers[self._policy.method(service, kind)]


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
