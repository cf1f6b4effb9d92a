"""What a bench measures of the verification core, every numbered step on: `harness.bench.verify_run` finds it by name.

It is given octets (anchors, certificates, signatures, lists) and gives back rounds: what is prepared, then what is
timed. Challenges are issued before a round, as a session's are; each is spent in it.
"""

import hashlib
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from reference_impl.verification import (
    Authentication,
    CertificateKind,
    ChipMaterial,
    Environment,
    IssuedChallenges,
    Policy,
    Presentation,
    Purpose,
    Reason,
    Remember,
    Service,
    Tap,
    Trust,
    Verifier,
    read_authority,
    read_card_issuer,
)
from reference_impl.verification.cohort import Cohort
from reference_impl.verification.doors import Doors
from reference_impl.verification.identity import Identity
from reference_impl.verification.lists.acceptance import Expected, examine
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf, read_volume
from reference_impl.verification.purpose import Carrier
from reference_impl.verification_door import VerificationDoor
from reference_impl.verification_server import serve

Round = Callable[[], int]
"""Does the work once; how many were accepted."""

REMEMBER: Mapping[str, Remember] = {
    "login.returning": Remember(),
    "login.issuer_known": Remember(0, 50_000, 0),
    "login.first_seen": Remember(0, 0, 0),
    "tap.full": Remember(),
    "status.known": Remember(),
    "status.parsed": Remember(0, 50_000, 0),
}
"""What a row may remember: everything; only who issued a certificate; nothing, so that each is seen the first time."""
OK = Reason.OK
_POLICY = Policy({"bench": Service(frozenset(Purpose))})


class Measured:
    """The core with the anchors, lists and presentations of a bench."""

    def __init__(self, material: Any) -> None:
        self._now: datetime = material.now
        authorities = [read_authority(CertificateKind(kind), data) for kind, data in material.anchors]
        self._trust = trust = Trust(
            tuple(authorities), tuple(read_card_issuer(*each) for each in material.card_issuers)
        )
        shelf = Shelf()
        for data, point in material.lists:
            expected = Expected(authorities, hashlib.sha256(point).digest())
            shelf = shelf.with_volume(read_volume(data, [examine(data, (0, len(data)), expected, self._now)])[0])
        self._lists = ListStatus(lambda: shelf)
        self._verifiers = {
            row: Verifier(trust, self._lists, _POLICY, remember=remember) for row, remember in REMEMBER.items()
        }
        self._logins: list[Presentation] = [
            Authentication(certificate=certificate, challenge=challenge, signature=signature, service="bench")
            for certificate, challenge, signature, _ in material.logins
        ]
        self._taps: list[Presentation] = [
            Tap(
                certificate=certificate,
                challenge=challenge,
                chip=ChipMaterial(material.birth_record, material.card_certificate, chip),
                environment=Environment.ATTENDED,
                service="bench",
            )
            for certificate, challenge, _, chip in material.logins
        ]
        self._certificates: list[bytes] = [each[0] for each in material.logins]
        self._cohort, self._size = self._make_cohort(material)

    def door(self) -> VerificationDoor:
        """The core behind HTTP; its clock stands, and challenges are put back once they were spent."""
        challenges = _PutBack([each.challenge for each in self._logins if each.challenge is not None])
        verifier = Verifier(self._trust, self._lists, _POLICY, challenges=challenges)
        return VerificationDoor(verifier, lambda: self._now)

    async def serve(self, listener: socket.socket) -> None:
        """The same behind the bare protocol, until it is cancelled."""
        await serve(self.door(), listener)

    def _make_cohort(self, material: Any) -> tuple[Cohort, int]:
        """Ten thousand of one partition: certificates of its own, under ten thousand serial numbers."""
        identities = self._verifiers["status.known"]._setting.of(CertificateKind.AUTH, Carrier.CARD)
        some = [identities.identify(each) for each in material.of_one_point]
        every = [_numbered(some[number % len(some)], number) for number in range(10_000)]
        return Cohort(every, some[0].issuer, material.point), len(every)

    def round(self, row: str) -> Round:
        """The work of one row, prepared."""
        if row == "status.batch":
            return lambda: int(self._cohort.statuses(self._lists, self._now).good(self._size).sum())
        verifier, now = self._verifiers[row], self._now
        if row.startswith("status"):
            check, kind = verifier.check, CertificateKind.AUTH
            return lambda: len([each for each in self._certificates if check(each, kind, now).reason is OK])
        presentations = self._taps if row == "tap.full" else self._logins
        challenges = IssuedChallenges()
        for each in presentations:
            if each.challenge is not None:
                challenges.issue(each.challenge, now)
        doors, verify = Doors(challenges), verifier.verify
        return lambda: len([each for each in presentations if verify(each, now, doors).reason is OK])


class _PutBack:
    """Challenges that are found and put back: to sign one for each request of a load takes longer than the load."""

    def __init__(self, challenges: Iterable[bytes]) -> None:
        self._known = frozenset(challenges)

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:  # noqa: ARG002
        """None if it is one of ours."""
        return None if challenge in self._known else Reason.CHALLENGE_MISMATCH


def _numbered(identity: Identity, number: int) -> Identity:
    certificate = msgspec.structs.replace(identity.certificate, serial=0x0710_0000 + 13 * number)
    return msgspec.structs.replace(identity, certificate=certificate)
