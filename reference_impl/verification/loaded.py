"""The core as a load test in its own process meets it: octets in, words out, a fresh set of challenges for each round.

Whoever measures finds this by name (`python:reference_impl.verification`) and shares no code with it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.doors import Doors
from reference_impl.verification.lists.acceptance import Expected, examine
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf, read_volume
from reference_impl.verification.policy import Policy, Service
from reference_impl.verification.presentation import Authentication
from reference_impl.verification.purpose import CertificateKind, Purpose
from reference_impl.verification.trust import Trust, read_authority, read_card_issuer
from reference_impl.verification.verifier import Verifier

SERVICE = "load"


class Given(Protocol):
    """What a core under load is given: an instant, and DER."""

    now: datetime
    anchors: list[tuple[str, bytes]]
    card_issuers: list[tuple[bytes, bytes]]
    lists: list[tuple[bytes, bytes]]
    """A revocation list, and the DER of its distribution point's name."""


class Loaded:
    """A verifier with every step on, over revocation lists."""

    def __init__(self, given: Given) -> None:
        self._now = given.now
        authorities = [read_authority(CertificateKind(kind), data) for kind, data in given.anchors]
        trust = Trust(tuple(authorities), tuple(read_card_issuer(*each) for each in given.card_issuers))
        shelf = Shelf()
        for data, point in given.lists:
            expected = Expected(authorities, hashlib.sha256(point).digest())
            shelf = shelf.with_volume(read_volume(data, [examine(data, (0, len(data)), expected, self._now)])[0])
        policy = Policy({SERVICE: Service(frozenset(Purpose))})
        self._verify = Verifier(trust, ListStatus(lambda: shelf), policy).verify
        self._doors = Doors(IssuedChallenges())

    def prepare(self, certificate: bytes, challenge: bytes, signature: bytes) -> Authentication:
        """A login as the core takes it."""
        return Authentication(certificate=certificate, challenge=challenge, signature=signature, service=SERVICE)

    def renew(self, challenges: Iterable[bytes]) -> None:
        """Forgets the challenges before and issues these: each is good for one login."""
        issued = IssuedChallenges()
        for challenge in challenges:
            issued.issue(challenge, self._now)
        self._doors = Doors(issued)

    def verify(self, prepared: Authentication) -> str:
        """The verdict's reason."""
        return self._verify(prepared, self._now, self._doors).reason


def under_load(given: Given) -> Loaded:
    """The core, loaded with what it is given."""
    return Loaded(given)
