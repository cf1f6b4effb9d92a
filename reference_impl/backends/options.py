"""The operator's file about the back end: who we are, whom we ask, what is kept. Read whole or not at all.

    role: service-provider
    back_end: platform
    platform: {id: pf-1, address: "https://pf.example/", client: sp-1, key: client.pem, answers: pf-public.pem}
    documents: {car-registry: {ja: 移転登録申請書, en: application for transfer}}
    keep: {audit: 7y}

Paths are relative to the file.
"""

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from reference_impl.backends.roles import ROLES, RoleName
from reference_impl.services.durations import Duration
from reference_impl.services.marks import Unreadable, read_marked
from reference_impl.services.policy import Identifier, Part, Text
from reference_impl.verification.purpose import CertificateKind


class BackEnd(StrEnum):
    """Who verifies."""

    DIRECT = "direct"
    PLATFORM = "platform"


class Holders(StrEnum):
    """By what holders are known here."""

    SERIAL = "serial"
    """Issuer key and serial."""
    PPID = "ppid"
    """A name the platform gave, another one at every other client."""


class Tls(Part, frozen=True):
    """How the platform's channel is proved, and ours to it."""

    authority: str | None = None
    """PEM of the authorities that may have certified the platform, and no others; else the host's."""
    certificate: str | None = None
    """PEM of our own certificate, where the platform wants one, with its key."""
    key: str | None = None


class PlatformOptions(Part, frozen=True):
    """The platform that is asked."""

    id: Identifier
    address: Annotated[str, Meta(min_length=1, max_length=2048)]
    client: Identifier
    """As the platform knows us."""
    key: str
    """PEM of our Ed25519 private key, which signs our questions."""
    answers: str
    """PEM of the platform's Ed25519 public key, which signs its answers."""
    timeout: Annotated[float, Meta(gt=0, le=60)] = 5.0
    """Seconds for a whole question; longer than the platform itself waits for J-LIS."""
    tls: Tls = Tls()


class Keep(Part, frozen=True):
    """How long what is kept that no service's policy speaks of."""

    audit: Duration | None = None
    """None: for ever."""


class Options(Part, frozen=True):
    """One relying party's back end."""

    role: RoleName = RoleName.MUNICIPALITY
    back_end: BackEnd = BackEnd.DIRECT
    jlis: dict[CertificateKind, str] = msgspec.field(default_factory=dict)
    """Responders of J-LIS, where the configuration names none."""
    platform: PlatformOptions | None = None
    named_by: Holders | None = msgspec.field(default=None, name="holders")
    documents: dict[str, Text] = msgspec.field(default_factory=dict)
    """By service: what is signed there. A service that has people sign names it."""
    keep: Keep = Keep()

    @property
    def holders(self) -> Holders:
        """As chosen, or by serial where that is allowed and by PPID where not."""
        if self.named_by is not None:
            return self.named_by
        return Holders.SERIAL if ROLES[self.role].keeps_serials else Holders.PPID


class OptionsRefused(ValueError):
    """A file that was not taken: where, and why."""


def read_options(text: str, file: str = "options") -> Options:
    """The options in a YAML or JSON text; OptionsRefused names the line."""
    try:
        marked = read_marked(text)
        options = msgspec.convert(marked.value, Options)
    except Unreadable as error:
        raise OptionsRefused(f"{file}:{error.line}: {error.ja} / {error.en}") from error
    except msgspec.ValidationError as error:
        raise OptionsRefused(f"{file}: {error}") from error
    if (options.back_end is BackEnd.PLATFORM) is not (options.platform is not None):
        raise OptionsRefused(f"{file}: expected the section platform with back_end: platform, and only with it")
    if options.platform is not None:
        _require_safe(options.platform.address, file)
    return options


def load_options(path: Path) -> Options:
    """The options in a file, its paths made absolute."""
    try:
        options = read_options(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise OptionsRefused(f"{path}: expected a readable file, found: {error}") from error
    if options.platform is None:
        return options
    platform, tls = options.platform, options.platform.tls

    def placed(name: str | None) -> str | None:
        return None if name is None else str(path.parent / name)

    tls = Tls(placed(tls.authority), placed(tls.certificate), placed(tls.key))
    keys = {"key": str(path.parent / platform.key), "answers": str(path.parent / platform.answers)}
    return msgspec.structs.replace(options, platform=msgspec.structs.replace(platform, tls=tls, **keys))


def _require_safe(address: str, file: str) -> None:
    """A certificate travels there: TLS, or this machine."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or (parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname))):
        raise OptionsRefused(f"{file}: platform.address: expected an https URL, or http on a loopback address")


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
