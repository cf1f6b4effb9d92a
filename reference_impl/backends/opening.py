"""The back end of a relying party, made anew for each configuration (`open_backend`)."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from reference_impl.backends.backend import Backend
from reference_impl.backends.direct import Direct, Former
from reference_impl.backends.options import Options
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import Plan, Rules, require_allowed
from reference_impl.configuration import Configuration
from reference_impl.status_methods import StatusSources
from reference_impl.verification.policy import Policy
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_methods import KnownRevocations


class BackEnds(Protocol):
    """Makes the back end of each configuration, and keeps what outlives one."""

    rules: Rules

    def make(self, configuration: Configuration, policy: Policy) -> Backend:
        """The back end under these decisions."""

    def forget(self) -> None:
        """Forgets what was learnt of certificates."""

    def close(self) -> None:
        """Gives connections back."""


class DirectBackEnds:
    """J-LIS is asked from here; for whoever may (`rules.py`), or it is not made."""

    def __init__(
        self,
        sources: StatusSources,
        draw: Callable[[int], bytes],
        rules: Rules | None = None,
        *,
        jlis: Mapping[CertificateKind, str] | None = None,
        former: Former | None = None,
    ) -> None:
        self.rules = rules or Rules(RoleName.MUNICIPALITY)
        require_allowed(Plan(Options(self.rules.role.name)))
        self._sources = sources
        self._draw = draw
        self._jlis = dict(jlis or {})
        self._former = former
        self._known = KnownRevocations()

    def make(self, configuration: Configuration, policy: Policy) -> Backend:
        """A verifier of our own for each method that is used."""
        responders = {**self._jlis, **configuration.responders}
        configuration = msgspec.structs.replace(configuration, responders=responders)
        return Direct(self._sources, configuration, policy, self._draw, self._known, former=self._former)

    def forget(self) -> None:
        """Forgets revocations."""
        self._known.forget()

    def close(self) -> None:
        """There is nothing to give back."""
