"""The back end of a relying party, made anew for each configuration: `open_backend` is all that a process calls."""

import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from reference_impl.accounts.serial_status import Numbers, SerialStatuses
from reference_impl.backends.backend import Backend
from reference_impl.backends.client import Platform, PlatformClient
from reference_impl.backends.direct import Direct, Former
from reference_impl.backends.numbers import PlatformNumbers
from reference_impl.backends.options import Holders, Options, Tls
from reference_impl.backends.platform import Asks, Delegated
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import Plan, Rules, require_allowed
from reference_impl.backends.sealed import MEDIA_TYPE, load_private, load_public
from reference_impl.backends.wire import PATH
from reference_impl.configuration import Configuration
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.steering import Steering
from reference_impl.status_client import Media, StatusClient
from reference_impl.status_methods import StatusSources
from reference_impl.verification.memory import Remember
from reference_impl.verification.policy import Policy
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_methods import KnownRevocations
from reference_impl.verification.setting import Setting

MAXIMUM_PLATFORM_ANSWER: Final = 64 * 1024


class BackEnds(Protocol):
    """Makes the back end of each configuration, and keeps what outlives one."""

    rules: Rules
    by_serial: bool
    """Whether holders are known by issuer key and serial, else by names that are asked for."""
    is_platform: bool
    """Whether a platform stands behind it, whatever a policy needs one for."""

    def make(self, configuration: Configuration, policy: Policy) -> Backend:
        """The back end under these decisions."""

    def numbers(self, configuration: Configuration) -> Numbers:
        """How numbers stand, asked by the same."""

    def forget(self) -> None:
        """Forgets what was learnt of certificates."""

    def close(self) -> None:
        """Gives connections back."""


class DirectBackEnds:
    """J-LIS is asked from here; for whoever may (`rules.py`), or it is not made."""

    def __init__(  # noqa: PLR0913
        self,
        sources: StatusSources,
        draw: Callable[[int], bytes],
        rules: Rules | None = None,
        *,
        jlis: Mapping[CertificateKind, str] | None = None,
        former: Former | None = None,
        services: Sequence[ServicePolicy] = (),
    ) -> None:
        self.rules = rules or Rules(RoleName.MUNICIPALITY)
        self.by_serial = True
        self.is_platform = False
        self._steering = Steering(services, sources.policy, sources.platforms)
        require_allowed(Plan(Options(self.rules.role.name)))
        self._sources = sources
        self._draw = draw
        self._jlis = dict(jlis or {})
        self._former = former
        self._known = KnownRevocations()

    def make(self, configuration: Configuration, policy: Policy) -> Backend:
        """A verifier of our own for each method that is used."""
        configuration, former, steering = self._addressed(configuration), self._former, self._steering
        return Direct(self._sources, configuration, policy, self._draw, self._known, former=former, steering=steering)

    def numbers(self, configuration: Configuration) -> Numbers:
        """The responders', which are asked as for everything else."""
        configuration = self._addressed(configuration)
        responders = self._sources.responders(configuration)
        return SerialStatuses(configuration.trust, responders, self._sources.ask, self._draw)

    def _addressed(self, configuration: Configuration) -> Configuration:
        responders = {**self._jlis, **configuration.responders}
        return msgspec.structs.replace(configuration, responders=responders)

    def forget(self) -> None:
        """Forgets revocations, and lists that were fetched."""
        self._known.forget()
        self._sources.lists.forget()

    def close(self) -> None:
        """There is nothing to give back."""


class PlatformBackEnds:
    """A platform is asked from here, and nobody else: addresses of J-LIS, wherever they come from, are not used."""

    def __init__(self, client: Asks, holders: Holders, rules: Rules, close: Callable[[], None]) -> None:
        self.rules = rules
        self.is_platform = True
        self._client = client
        self._holders = holders
        self.by_serial = holders is Holders.SERIAL
        self._close = close
        self._known = KnownRevocations()

    def make(self, configuration: Configuration, policy: Policy) -> Backend:
        """The core here, which remembers no certificate, and the platform in its step (9)."""
        setting = Setting(configuration.trust, policy, Remember(holders=0, issuers=0, chips=0))
        return Delegated(self._client, setting, self.rules, self._holders, self._known)

    def numbers(self, configuration: Configuration) -> Numbers:
        """The platform's."""
        return PlatformNumbers(self._client, configuration.trust)

    def forget(self) -> None:
        """Forgets revocations."""
        self._known.forget()

    def close(self) -> None:
        """Closes the connections to the platform."""
        self._close()


def open_backend(
    options: Options | None,
    sources: StatusSources,
    services: Sequence[ServicePolicy] = (),
    *,
    draw: Callable[[int], bytes] = secrets.token_bytes,
    former: Former | None = None,
) -> BackEnds:
    """Whoever verifies, by the operator's options (`load_options`); without any: an administrative body, direct.

    RulesBroken for what the law does not allow, KeyUnusable or OSError for a file that is not what it should be.
    """
    if options is None:
        return DirectBackEnds(
            sources, draw, Rules(RoleName.MUNICIPALITY, None, services), former=former, services=services
        )
    require_allowed(Plan(options, services))
    rules = Rules(options.role, options.documents, services)
    if options.platform is None:
        return DirectBackEnds(sources, draw, rules, jlis=options.jlis, former=former, services=services)
    written = options.platform
    platform = Platform(
        written.id,
        f"{written.address.rstrip('/')}{PATH}",
        written.client,
        load_private(Path(written.key)),
        load_public(Path(written.answers)),
        written.timeout,
    )
    channel = StatusClient(Media(MEDIA_TYPE, MEDIA_TYPE, MAXIMUM_PLATFORM_ANSWER), _tls(written.tls))
    return PlatformBackEnds(PlatformClient(platform, channel.ask, draw), options.holders, rules, channel.close)


def _tls(tls: Tls) -> ssl.SSLContext | None:
    """The authorities believed and our own certificate; None for the host's authorities and none of our own."""
    if tls == Tls():
        return None
    context = ssl.create_default_context(cafile=tls.authority)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context
