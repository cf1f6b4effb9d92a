"""A verifier over the test PKI, a status that is told what to say, and presentations that are right."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from reference_impl.verification import (
    Authentication,
    CardApplication,
    Certificate,
    CertificateKind,
    ChipMaterial,
    Enrolment,
    Environment,
    HashName,
    IssuedChallenges,
    Padding,
    PhoneAuthentication,
    PhoneSigning,
    Policy,
    Presentation,
    Purpose,
    Reason,
    Remember,
    Revocation,
    Service,
    Signing,
    Status,
    Tap,
    Trust,
    Verifier,
    read_authority,
    read_card_issuer,
)
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import HolderKey, StatusSource
from tests.reference_impl import pki

APPLICATION = b"\xf0KAZASHI\x11"
EVERYTHING = Service(frozenset(Purpose), applications=frozenset({APPLICATION}))
PHONE_AUTH, PHONE_SIGN = "1.2.392.200149.8.5.1.2.50", "1.2.392.200149.8.5.1.0.40"
_NUMBERS = count(1)
_leaf, _record, _card_certificate = cache(pki.leaf), cache(pki.birth_record), cache(pki.cvc)


@dataclass
class Told:
    """A source of status that says what it was told, and keeps what it was asked."""

    answers: dict[int, Status] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    good: Status = field(default_factory=lambda: Status(Reason.OK, StatusSource("told", pki.NOW)))

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:  # noqa: ARG002
        """What was told of this serial, or good."""
        self.asked.append(certificate.serial)
        return self.answers.get(certificate.serial, self.good)


@dataclass
class Book:
    """Accounts in memory."""

    enrolled: dict[HolderKey, Enrolled] = field(default_factory=dict)
    expected: dict[str, HolderKey] = field(default_factory=dict)
    overtaken: Reason | None = None
    settled: list[HolderKey] = field(default_factory=list)

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder."""
        return self.enrolled.get(holder)

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Whether the session was begun for this holder or for nobody in particular."""
        return self.expected.get(session, holder) == holder

    def settle(
        self,
        holder: HolderKey,
        presented: Presentation,  # noqa: ARG002
        record: BirthRecord | None,  # noqa: ARG002
    ) -> Reason | None:
        """Writes it down, or says what was faster."""
        self.settled.append(holder)
        return self.overtaken


def trust(*names: str) -> Trust:
    """The named generations (both authentication ones and the signature one by default), and the card issuer."""
    kinds = {"sign-ca": "sign"}
    authorities = [
        read_authority(CertificateKind(kinds.get(name, "auth")), pki.der(pki.authority(kinds.get(name, "auth"), name)))
        for name in names or ("auth-ca", "auth-ca-2", "sign-ca")
    ]
    return Trust(tuple(authorities), (read_card_issuer(pki.KEY_ID_ISSUER, pki.spki("card-issuer")),))


@dataclass
class Bench:
    """A verifier and its challenges."""

    verifier: Verifier
    challenges: IssuedChallenges
    told: Told

    def challenge(self, session: str = "", at: datetime = pki.NOW) -> bytes:
        """A fresh challenge that was issued."""
        drawn = hashlib.sha256(next(_NUMBERS).to_bytes(8)).digest()
        self.challenges.issue(drawn, at, session)
        return drawn

    def reason(self, presented: Presentation, now: datetime = pki.NOW) -> str:
        """The reason of the verdict."""
        return self.verifier.verify(presented, now).reason.value


def bench(
    revocation: Revocation | None = None,
    *,
    accounts: Book | None = None,
    remember: Remember | None = None,
    policy: Policy | None = None,
    trusted: Trust | None = None,
) -> Bench:
    """A verifier that trusts the test PKI and opens the library for everything."""
    told, challenges = Told(), IssuedChallenges()
    verifier = Verifier(
        trusted or trust(),
        revocation or told,
        policy or Policy({"library": EVERYTHING}),
        challenges=challenges,
        accounts=accounts,
        remember=remember,
    )
    return Bench(verifier, challenges, told)


def chip(challenge: bytes, **changes: Any) -> ChipMaterial:
    """A right chip that signed the challenge."""
    parts = {
        "birth_record": _record(),
        "card_certificate": _card_certificate(),
        "signature": pki.sign("chip", challenge),
    }
    return ChipMaterial(**{**parts, **changes})


def login(on: Bench, kind: type[Authentication] = Authentication, **changes: Any) -> Authentication:
    """A right login, or what it is with some of it changed."""
    challenge = on.challenge(changes.get("session", ""))
    parts = {"certificate": _leaf(), "challenge": challenge, "signature": pki.sign("holder", challenge)}
    return kind(service="library", **{**parts, **changes})


def phone_login(on: Bench, **changes: Any) -> Authentication:
    """A right login with a phone."""
    extensions = [*pki.auth_extensions()[:2], (pki.policies(PHONE_AUTH, pki.CPS), True)]
    return login(on, PhoneAuthentication, **{"certificate": pki.leaf(extensions=extensions), **changes})


def tap(on: Bench, **changes: Any) -> Tap:
    """A right tap."""
    challenge = on.challenge(changes.get("session", ""))
    parts = {"certificate": _leaf(), "challenge": challenge, "chip": chip(challenge)}
    return Tap(service="library", environment=changes.pop("environment", Environment.ATTENDED), **{**parts, **changes})


def enrolment(on: Bench, **changes: Any) -> Enrolment:
    """A right enrolment."""
    challenge = on.challenge(changes.get("session", ""))
    parts = {"certificate": _leaf(), "challenge": challenge, "signature": pki.sign("holder", challenge)}
    return Enrolment(service="library", **{**parts, "chip": chip(challenge), **changes})


DIGEST_OF = {HashName.SHA256: hashes.SHA256(), HashName.SHA384: hashes.SHA384(), HashName.SHA512: hashes.SHA512()}


def sign_digest(digest: bytes, name: HashName, how: Padding, key: str = "holder", salt: int | None = None) -> bytes:
    """A signature over a digest, as the card makes it."""
    algorithm = DIGEST_OF[name]
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if how is Padding.PSS:
        scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size if salt is None else salt)
    return pki.key(key).sign(digest, scheme, utils.Prehashed(algorithm))


def signing(on: Bench, kind: type[Signing] = Signing, **changes: Any) -> Signing:
    """A right signature over a document."""
    name, how = changes.get("hash", HashName.SHA256), changes.get("padding", Padding.PKCS1_V15)
    digest = hashlib.new(name, b"document").digest()
    challenge = on.challenge(changes.get("session", ""))
    parts = {"certificate": _leaf("sign"), "digest": digest, "signature": sign_digest(digest, name, how)}
    parts["challenge"] = challenge
    return kind(service="library", **{**parts, **changes})


def phone_signing(on: Bench, **changes: Any) -> Signing:
    """A right signature made with a phone."""
    extensions = [pki.sign_extensions()[0], (pki.policies(PHONE_SIGN, pki.CPS), True)]
    return signing(on, PhoneSigning, **{"certificate": pki.leaf("sign", extensions=extensions), **changes})


def application(on: Bench, **changes: Any) -> CardApplication:
    """What a right application of the free area shows."""
    challenge = on.challenge(changes.get("session", ""))
    parts = {"application": APPLICATION, "user_id": b"00012345", "expiry": b"20351231", "challenge": challenge}
    environment = changes.pop("environment", Environment.ATTENDED)
    return CardApplication(service="library", environment=environment, **{**parts, **changes})


MAKERS: dict[str, Callable[[Bench], Presentation]] = {
    "authentication": login,
    "enrolment": enrolment,
    "tap": tap,
    "signing": signing,
    "phone-authentication": phone_login,
    "phone-signing": phone_signing,
    "card-application": application,
}
"""One right presentation of each kind."""
