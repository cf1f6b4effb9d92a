"""What the operator allows: certificate policies, services, the assurance each needs, applications, production."""

from typing import Final

import msgspec

from reference_impl.verification.purpose import TEST_POLICIES, AcceptedPolicies, Purpose

WITHOUT_PIN: Final = 1
"""What a tap grants at most (spec/pki.md §5: "assurance level 1 uses only"), and what the free area grants."""
WITH_PIN: Final = 3
"""What the holder's key, used after the PIN, grants: possession and knowledge, on a certified chip. Our reading."""


class Service(msgspec.Struct, frozen=True):
    """What a service is open for. `applications` are the AIDs of the free area that it takes, none by default."""

    purposes: frozenset[Purpose]
    assurance: int = WITHOUT_PIN
    applications: frozenset[bytes] = frozenset()


CLOSED: Final = Service(frozenset())
"""A service that nobody configured."""


class Policy(msgspec.Struct, frozen=True):
    """The rules of one relying party; the empty one serves nothing."""

    services: dict[str, Service] = {}
    policies: AcceptedPolicies = TEST_POLICIES
    production_anchors: bool = False
    """Whether an authority of the real JPKI may be pinned. Off: a test must not take a resident for a dummy."""

    def is_open(self, service: str, purpose: Purpose) -> bool:
        """Whether the service is configured for this purpose."""
        return purpose in self.services.get(service, CLOSED).purposes
