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


class StatusPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decides of methods; addresses come with the configuration."""

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
    def used(self) -> frozenset[Method]:
        """Every method that is chosen for something."""
        return frozenset({*self.methods.values(), Method.OCSP})


class Lists(Protocol):
    """Where the lists of a relying party come from."""

    def method(self, configuration: Configuration, offline: timedelta | None) -> Revocation:
        """The method over these lists; with a declared maximum age, over what is here."""


class NoLists:
    """The lists of a relying party that was given none."""

    def method(self, configuration: Configuration, offline: timedelta | None) -> Revocation:
        """STATUS_UNAVAILABLE, whatever is asked."""
        del configuration, offline
        return self

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """STATUS_UNAVAILABLE, whatever is asked."""
        del certificate, now
        en = f"expected revocation lists for {issuer.kind}, found none"
        return Status(Reason.STATUS_UNAVAILABLE, None, Finding("RFC 5280 §6.3", "失効リストがありません", en))


class StatusSources(msgspec.Struct, frozen=True):
    """Where statuses come from, and by which policy."""

    ask: Ask
    lists: Lists = NoLists()
    policy: StatusPolicy = StatusPolicy()

    def responders(self, configuration: Configuration) -> Responders:
        """The responders at the configured addresses, asked as the policy says."""
        addresses = configuration.responders.items()
        return Responders(
            {kind: msgspec.structs.replace(self.policy.responder, address=address) for kind, address in addresses}
        )


class StatusMethods:
    """The four methods over one OCSP client and one set of lists, which share what is known to be revoked."""

    def __init__(
        self,
        sources: StatusSources,
        configuration: Configuration,
        draw: Callable[[int], bytes],
        known: KnownRevocations,
    ) -> None:
        policy = sources.policy
        ocsp = OcspClient(sources.responders(configuration), sources.ask, draw, share=SingleFlight())
        crl = sources.lists.method(configuration, None)
        methods: dict[Method, Revocation] = {
            Method.OCSP: ocsp,
            Method.CRL: crl,
            Method.OCSP_THEN_CRL: FallBack(ocsp, crl, policy.falls_back_on),
            Method.OFFLINE_CRL: sources.lists.method(configuration, policy.offline_maximum_age),
        }
        self._methods = {name: Remembering(method, known) for name, method in methods.items()}

    def by(self, method: Method) -> Revocation:
        """The method of this name."""
        return self._methods[method]


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
