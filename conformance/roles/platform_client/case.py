"""A case of the role platform-client (`harness/contract/platform_messages.py`). None is written yet."""

from typing import Annotated

from msgspec import Meta

from conformance.register import RequiredOf
from conformance.roles.role_case import RoleCase
from conformance.roles.role_catalogue import Vocabulary
from conformance.roles.role_mutants import RoleMutant
from conformance.roles.role_run import Played, TargetFault
from harness.contract.vocabulary import Decision, Purpose, Reason


class PlatformCase(RoleCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case: what the person came for, what the platform answers at the callback, and the outcome that is due."""

    purpose: Purpose
    platform: Annotated[str, Meta(min_length=1)]
    """What the platform does: a word of the fake platform's own."""
    decision: Decision
    reason: Reason

    @property
    def is_refusal(self) -> bool:
        """Whether the outcome must be anything but accepted."""
        return self.decision is not Decision.ACCEPT

    @property
    def expected(self) -> str:
        """The outcome that is due."""
        return f"{self.decision.value} {self.reason.value}"


class NoBench:
    """Nothing to play cases on."""

    product = "platform-client (no case yet / ケース未整備)"
    capabilities: frozenset[str] = frozenset()

    def play(self, case: PlatformCase) -> Played:
        """Raise TargetFault: no platform stands."""
        raise TargetFault(f"{case.id}: expected a fake platform, actual none yet")


PLATFORM_CLIENT = Vocabulary(RequiredOf.PLATFORM_CLIENT, PlatformCase, frozenset(), RoleMutant)
