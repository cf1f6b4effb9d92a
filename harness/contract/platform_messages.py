"""The messages of contract 1.0 for the role platform-client: a service that uses JPKI through a platform.

`configure` says where the emulated platforms are; `begin` gives a URL that a browser opens, or the outcome of a call
that was made at once; `callback` brings back where the browser was sent, and the outcome is what the service decided.
"""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import END, Message, Name, Outcome
from harness.contract.vocabulary import Environment, Purpose

Url = Annotated[str, Meta(min_length=8, max_length=4096, pattern=r"^https?://[^\s]+" + END)]


class Platform(StrEnum):
    """Which platform; also what the product declares in `hello`."""

    MYKEY_TYPE_1 = "mykey_type_1"
    """マイキープラットフォーム 1型."""
    MYKEY_TYPE_2 = "mykey_type_2"
    REGIONAL = "regional"
    """地方認証プラットフォーム: OCSP and revocation lists."""
    AUTHENTICATION_APP = "authentication_app"
    """デジタル認証アプリ: OpenID Connect, authentication and signature."""
    KIOSK = "kiosk"
    CARD_APPLICATION_LOADING = "card_application_loading"


class PlatformIntroduction(Message, frozen=True, tag_field="role", tag="platform-client"):
    """The answer to `hello`."""

    contract: str
    product: Name
    version: Name
    capabilities: list[Platform]


class PlatformAccess(Message, frozen=True):
    """One platform: where it is and who the client is there; the key is a private JWK (RFC 7517)."""

    platform: Platform
    address: Url
    client_id: Name
    client_key: dict[str, Any] | UnsetType = UNSET
    client_secret: Name | UnsetType = UNSET


class PlatformConfigure(Message, frozen=True):
    """Every platform that the product may use in this world, and where browsers are sent back to."""

    platforms: Annotated[list[PlatformAccess], Meta(min_length=1)]
    redirect: Url | UnsetType = UNSET


class PlatformBegin(Message, frozen=True):
    """A person wants something of a service that works through a platform."""

    platform: Platform
    purpose: Purpose
    service: Name
    environment: Environment


class PlatformBegun(Message, frozen=True):
    """A session and a URL to open, or the outcome of a call that was made at once."""

    session: Name | UnsetType = UNSET
    open: Url | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET


class Callback(Message, frozen=True):
    """Where the browser was sent back to, with all its parameters."""

    session: Name
    url: Url


class CalledBack(Message, frozen=True):
    """The answer to `callback`."""

    outcome: Outcome
