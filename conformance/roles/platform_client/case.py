"""A case of the role platform-client: a login through a platform (OpenID Connect), and the outcome that is due."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from conformance.register import RequiredOf
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.role_mutants import RoleMutant
from harness.contract.platform_messages import Platform
from harness.contract.vocabulary import Decision, Reason


class Speaks(StrEnum):
    """How the platform answers at its token and userinfo endpoints."""

    SOUND = "sound"
    OTHER_ISSUER = "other issuer"
    ISSUER_WITH_SLASH = "issuer with slash"
    OTHER_AUDIENCE = "other audience"
    EXPIRED = "expired"
    """exp an hour ago."""
    OTHER_NONCE = "other nonce"
    NO_NONCE = "no nonce"
    UNSIGNED = "unsigned"
    """alg none."""
    OTHER_KEY = "other key"
    """Signed by a key that is not in its set, under the kid of one that is."""
    BY_PUBLIC_KEY = "by public key"
    """HS256, keyed with the public key."""
    OTHER_SUBJECT = "other subject"
    """userinfo is of somebody else."""
    REFUSING = "refusing"
    """invalid_grant at the token endpoint."""
    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    GONE = "gone"
    """The line is cut before an answer."""
    ROTATED = "rotated"
    """Its key was replaced since the login before."""


class Returns(StrEnum):
    """How the browser comes back."""

    CODE = "code"
    OTHER_STATE = "other state"
    NO_STATE = "no state"
    TWICE = "twice"
    """The same callback again; the second is judged."""
    OTHER_SESSION = "other session"
    """With code and state of a login that somebody else began."""
    DENIED = "denied"
    """error=access_denied."""
    BUSY = "busy"
    """error=temporarily_unavailable."""


class PlatformRule(StrEnum):
    """What is looked at in what the product sent."""

    AUTHORIZATION = "authorization request"
    STATE_AND_NONCE = "state and nonce"
    CHALLENGE_S256 = "challenge S256"
    FRESH_VERIFIER = "fresh verifier"
    ASSERTION = "client assertion"
    FRESH_JTI = "fresh jti"
    AUDIENCE = "assertion audience"
    IN_THE_BODY = "in the body"
    NO_TOKEN_ASKED = "no token asked"  # noqa: S105  (a rule, not a password)


class Due(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The outcome that is due."""

    decision: Decision = Decision.ACCEPT
    reason: Annotated[tuple[Reason, ...], Meta(min_length=1)] = (Reason.OK,)
    rules: tuple[PlatformRule, ...] = ()


class PlatformCase(RoleCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case."""

    before: Annotated[int, Meta(ge=0, le=3)] = 0
    """How many sound logins came before."""
    platform: Speaks = Speaks.SOUND
    browser: Returns = Returns.CODE
    expect: Due

    @property
    def is_refusal(self) -> bool:
        """Whether the outcome must be anything but accepted."""
        return self.expect.decision is not Decision.ACCEPT

    @property
    def expected(self) -> str:
        """The outcome that is due, and the rules."""
        reasons = " or ".join(reason.value for reason in self.expect.reason)
        return ", ".join([f"{self.expect.decision.value} {reasons}", *(rule.value for rule in self.expect.rules)])

    def complaint(self) -> str | None:
        """Return what contradicts itself."""
        if Platform.AUTHENTICATION_APP.value not in self.capabilities:
            return "capabilities: expected authentication_app, for every case needs it so far"
        return None


PLATFORM_CLIENT = Vocabulary(RequiredOf.PLATFORM_CLIENT, PlatformCase, frozenset(Platform), RoleMutant)
"""Capabilities are the platforms that a product declares in `hello`."""
