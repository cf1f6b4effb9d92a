"""What a service's own policy decides of the verification: how statuses are found out, how fresh, how much is proved.

The policy of a service goes before whatever the operator says of all services; an option that names the service and
says something else is refused at the start (`starting`). Of a policy that excuses its taps from the question
(`predates_rule`), the taps are excused: an enrolment there is asked about as anywhere.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

import msgspec

from reference_impl.services.durations import read_duration
from reference_impl.services.findings import platform_missing
from reference_impl.services.policy import Policy
from reference_impl.services.vocabulary import Method, Need, StatusSource
from reference_impl.status_methods import Inquiry, StatusPolicy
from reference_impl.verification.policy import Service
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.revocation_methods import Method as CoreMethod
from reference_impl.verification.verdict import Step, Verdict

METHODS: Final = {
    Method.OCSP: CoreMethod.OCSP,
    Method.CRL: CoreMethod.CRL,
    Method.OCSP_THEN_CRL: CoreMethod.OCSP_THEN_CRL,
    Method.OFFLINE_CRL: CoreMethod.OFFLINE_CRL,
}
"""Those that need no platform. `none` and `platform` are no methods of the core."""


def inquiry_of(policy: Policy, purpose: Purpose) -> Inquiry | None:
    """How the policy wants the status found out; None where it leaves that to the operator."""
    status = policy.status
    if status.method is Method.NONE:
        return Inquiry(None) if policy.predates_rule and purpose is Purpose.TAP else None
    oldest, oldest_list = _age(status.maximum_age), _age(status.list_maximum_age)
    platform = "" if status.source in {None, StatusSource.JLIS} else str(status.source)
    return Inquiry(METHODS.get(status.method), oldest, oldest_list, platform)


def _age(written: str | None) -> timedelta | None:
    return None if written is None else read_duration(written)


class Steering:
    """The policies of one relying party, asked for a service and a purpose."""

    def __init__(self, policies: Iterable[Policy], operator: StatusPolicy, platforms: Iterable[str] = ()) -> None:
        self._policies = {each.id: each for each in policies}
        self._operator = operator
        self._platforms = frozenset(platforms)

    def inquiry(self, service: str, purpose: Purpose) -> Inquiry:
        """How the status of a certificate is found out there."""
        policy = self._policies.get(service)
        own = None if policy is None else inquiry_of(policy, purpose)
        return own or self._operator.inquiry(service, purpose.kind)

    @property
    def inquiries(self) -> frozenset[Inquiry]:
        """All that may be made here; none through a platform that is not connected."""
        own = {inquiry_of(policy, purpose) for policy in self._policies.values() for purpose in policy.open_purposes}
        usable = {each for each in own if each is not None and not self.is_missing(each)}
        return self._operator.used | usable

    def services(self, configured: Mapping[str, Service]) -> dict[str, Service]:
        """The services as configured, none of which asks for less assurance than its policy."""
        return {name: self._with_assurance(name, each) for name, each in configured.items()}

    def _with_assurance(self, name: str, service: Service) -> Service:
        policy = self._policies.get(name)
        least = service.assurance if policy is None else max(policy.assurance, service.assurance)
        return msgspec.structs.replace(service, assurance=least)

    def is_missing(self, inquiry: Inquiry) -> bool:
        """Whether it goes through a platform that is not connected."""
        return inquiry.platform not in {"", *self._platforms}

    def require_platform(self, service: str) -> None:
        """Nothing if the service can run with what is connected here; `Refusal` if it needs a platform that is not."""
        policy = self._policies.get(service)
        if policy is None or Need.PLATFORM not in policy.needs:
            return
        source = policy.status.source
        if source not in self._platforms:
            raise platform_missing(source)


def as_inquired(verdict: Verdict, inquiry: Inquiry) -> Verdict:
    """The verdict without the step `status` where nobody was asked: it says nothing that was not done."""
    if inquiry.method is not None or inquiry.platform:
        return verdict
    steps = tuple(each for each in verdict.steps if each is not Step.STATUS)
    return msgspec.structs.replace(verdict, steps=steps)
