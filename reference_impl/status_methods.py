"""Which method finds out the status, for which service and kind of certificate; made anew whenever it is configured."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from reference_impl.configuration import Configuration
from reference_impl.single_flight import SingleFlight
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_settings import Ask, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_methods import (
    FALLS_BACK_ON,
    FallBack,
    KnownRevocations,
    Method,
    Remembering,
)
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Finding, Reason

OFFLINE_MAXIMUM_AGE: Final = timedelta(hours=48)
"""Lists are published once a day and name the day after the next (spec/pki.md §2)."""


class Inquiry(msgspec.Struct, frozen=True):
    """One way of finding out a status, and how old what is found may be."""

    method: Method | None
    """None: nobody is asked (a tap older than the rule, spec/pki.md §5)."""
    maximum_age: timedelta | None = None
    """None: as the responder's settings, and the lists' own nextUpdate, have it."""
    list_maximum_age: timedelta | None = None
    """Of the list that stands in for the responder."""
    platform: str = ""
    """Through whom, where it is not J-LIS itself."""


class StatusPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decides of methods; addresses come with the configuration, a service's own with its policy."""

    methods: Mapping[str, Method] = {}
    """By `service/kind`, `kind`, or "" for all others; the more particular one decides. Without any: OCSP."""
    falls_back_on: frozenset[Reason] = FALLS_BACK_ON
    offline_maximum_age: timedelta = OFFLINE_MAXIMUM_AGE
    responder: Responder = Responder(address="")
    """How responders are asked, but for the address."""

    def method(self, service: str, kind: CertificateKind) -> Method:
        """The method for certificates of this kind at this service."""
        for name in (f"{service}/{kind}", str(kind), ""):
            if name in self.methods:
                return self.methods[name]
        return Method.OCSP

    @property
    def said(self) -> tuple[str, ...]:
        """The capabilities of contract 1.0 that say so: lists alone, lists after OCSP, or nothing for OCSP alone."""
        methods = {self.method("", kind) for kind in CertificateKind} | set(self.methods.values())
        if methods == {Method.OCSP}:
            return ()
        asks = bool(methods & {Method.OCSP, Method.OCSP_THEN_CRL})
        return ("status_lists", "status_ocsp") if asks else ("status_lists",)

    def inquiry(self, service: str, kind: CertificateKind) -> Inquiry:
        """The same, with the declared age of lists that are not fetched."""
        return self.inquiry_by(self.method(service, kind))

    def inquiry_by(self, method: Method) -> Inquiry:
        """The inquiry by a method of the command line."""
        return Inquiry(method, self.offline_maximum_age if method is Method.OFFLINE_CRL else None)

    @property
    def used(self) -> frozenset[Inquiry]:
        """Every inquiry that is chosen for something."""
        return frozenset(self.inquiry_by(method) for method in {*self.methods.values(), Method.OCSP})


class Lists(Protocol):
    """Where the lists of a relying party come from."""

    def method(self, configuration: Configuration, maximum_age: timedelta | None, *, is_offline: bool) -> Revocation:
        """The method over these lists, none older than the declared age used; offline over what is here."""

    def forget(self) -> None:
        """Forgets what was fetched."""


class NoLists:
    """The lists of a relying party that was given none."""

    def method(self, configuration: Configuration, maximum_age: timedelta | None, *, is_offline: bool) -> Revocation:
        """STATUS_UNAVAILABLE, whatever is asked."""
        del configuration, maximum_age, is_offline
        return self

    def forget(self) -> None:
        """There is nothing to forget."""

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """STATUS_UNAVAILABLE, whatever is asked."""
        del certificate, now
        en = f"expected revocation lists for {issuer.kind}, found none"
        return Status(Reason.STATUS_UNAVAILABLE, None, Finding("RFC 5280 §6.3", "失効リストがありません", en))


class NobodyAsked:
    """Good without having asked: for what a policy excuses from the question, and for nothing else."""

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """OK, from no source."""
        del certificate, issuer, now
        return Status(Reason.OK)


class StatusSources(msgspec.Struct, frozen=True):
    """Where statuses come from, and by which policy."""

    ask: Ask
    lists: Lists = NoLists()
    policy: StatusPolicy = StatusPolicy()
    platforms: Mapping[str, Revocation] = {}
    """Those who are asked in place of J-LIS, by the `source` of a policy (`regional-platform`, …)."""

    def responders(self, configuration: Configuration, maximum_age: timedelta | None = None) -> Responders:
        """The responders at the configured addresses, asked as the policy says."""
        responder = self.policy.responder
        if maximum_age is not None:
            responder = msgspec.structs.replace(responder, maximum_age=maximum_age)
        addresses = configuration.responders.items()
        return Responders({kind: msgspec.structs.replace(responder, address=address) for kind, address in addresses})


class StatusMethods:
    """Every inquiry that a relying party makes, over one set of lists; all share what is known to be revoked."""

    def __init__(
        self,
        sources: StatusSources,
        configuration: Configuration,
        draw: Callable[[int], bytes],
        known: KnownRevocations,
    ) -> None:
        self._sources = sources
        self._configuration = configuration
        self._draw = draw
        self._known = known

    def by(self, inquiry: Inquiry) -> Revocation:
        """A method that asks so. Two of them share neither kept answers nor questions under way."""
        if inquiry.platform:
            return Remembering(self._sources.platforms[inquiry.platform], self._known)
        if inquiry.method is None:
            return NobodyAsked()
        return Remembering(self._method(inquiry.method, inquiry), self._known)

    def _method(self, method: Method, inquiry: Inquiry) -> Revocation:
        lists, configured = self._sources.lists, self._configuration
        if method is Method.OCSP_THEN_CRL:
            then = lists.method(configured, inquiry.list_maximum_age, is_offline=False)
            return FallBack(self._ocsp(inquiry.maximum_age), then, self._sources.policy.falls_back_on)
        if method is Method.OCSP:
            return self._ocsp(inquiry.maximum_age)
        return lists.method(configured, inquiry.maximum_age, is_offline=method is Method.OFFLINE_CRL)

    def _ocsp(self, maximum_age: timedelta | None) -> OcspClient:
        responders = self._sources.responders(self._configuration, maximum_age)
        return OcspClient(responders, self._sources.ask, self._draw, share=SingleFlight())


class UnusableMethod(ValueError):
    """A method on the command line that is none."""


def read_method(text: str) -> tuple[str, Method]:
    """Whose and which: `ocsp`, `sign=ocsp-then-crl` or `library/auth=crl`."""
    whose, _, method = text.rpartition("=")
    kind = whose.rpartition("/")[2]
    if method not in set(Method) or (whose and kind not in set(CertificateKind)):
        expected = f"[[SERVICE/]{'|'.join(CertificateKind)}=]{'|'.join(Method)}"
        raise UnusableMethod(f"expected {expected}, found {text!r}")
    return whose, Method(method)
