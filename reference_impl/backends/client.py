"""One question to a platform, and the one answer that belongs to it; whatever else comes is no answer."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reference_impl.audit.checks import Check
from reference_impl.backends import wire
from reference_impl.backends.sealed import ANSWER, QUESTION, NotSealed, seal, unseal
from reference_impl.verification.ocsp_settings import MAXIMUM_AGE, Ask, Question, Reply, StatusUnreachable
from reference_impl.verification.verdict import Finding, Reason, StatusSource

CLAUSE: Final = "docs/backends.md"
TOLERANCE: Final = timedelta(seconds=wire.TOLERANCE_SECONDS)
_NOT_ITS_TO_SAY: Final = frozenset(
    {
        Reason.NOT_ENROLLED,
        Reason.ALREADY_ENROLLED,
        Reason.RENEWAL_PENDING,
        Reason.HOLDER_MISMATCH,
        Reason.CARD_CHANGED,
        Reason.ENTITLEMENT,
    }
)
"""What only whoever keeps the accounts can know."""


class Platform(msgspec.Struct, frozen=True):
    """The platform that is asked, and by whom."""

    id: str
    address: str
    client: str
    key: Ed25519PrivateKey
    answers: Ed25519PublicKey
    timeout: float

    @property
    def names(self) -> str:
        """What stands in place of the issuer's key in a name that this platform gave; no SHA-256 reads so."""
        return f"ppid:{self.id}"


class PlatformClient:
    """Questions to one platform. It never raises for what a platform did wrong: such an answer is a refusal."""

    def __init__(self, platform: Platform, ask: Ask, draw: Callable[[int], bytes]) -> None:
        self.platform = platform
        self._ask = ask
        self._draw = draw

    @property
    def names(self) -> str:
        """As the platform's identifier has it."""
        return self.platform.names

    def ask(self, ask: wire.Ask, why: Check) -> wire.Said:
        """What the platform said, or why it could not be asked, is not to be believed, or is too old."""
        platform = self.platform
        question = wire.AskedOf(
            self._draw(wire.ID_LENGTH).hex(), platform.client, platform.id, why.at, why.service, why.purpose, ask  # type: ignore[arg-type]
        )  # fmt: skip
        sealed = seal(platform.key, platform.client, QUESTION, msgspec.json.encode(question))
        try:
            came = Reply.of(self._ask(Question(platform.address, sealed, platform.timeout))).body
        except StatusUnreachable as error:
            return _unavailable(str(error))
        try:
            _, payload = unseal(came, ANSWER, {platform.id: platform.answers}.get)
            answer = msgspec.json.decode(payload, type=wire.Answer)
        except NotSealed as error:
            return _untrusted(str(error))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _untrusted(f"expected an answer, found: {error}")
        return _require_ours(answer, question, hashlib.sha256(sealed).hexdigest()) or _require_sayable(answer)


def _require_ours(answer: wire.Answer, question: wire.AskedOf, digest: str) -> wire.Said | None:
    """None if it is the answer to this question, given now."""
    bound = (answer.id, answer.of, answer.from_, answer.to)
    if bound != (question.id, digest, question.to, question.from_):
        return _untrusted("expected the answer to this question, found one to another")
    if abs(answer.at - question.at) > TOLERANCE:
        return _stale("expected an answer given now, found one of another time", answer)
    return None


def _require_sayable(answer: wire.Answer) -> wire.Said:
    """What was said, if a platform can say it and it speaks of now."""
    said = answer.said
    if said.reason in _NOT_ITS_TO_SAY:
        return _untrusted(f"expected what a platform can know, found {said.reason}")
    if said.status is None:
        return said
    if said.status.source not in {"ocsp", "crl"}:
        return _untrusted("expected the source ocsp or crl, found another")
    is_recent = timedelta(0) <= answer.at - said.status.this_update < MAXIMUM_AGE
    if said.reason is Reason.OK and not is_recent:  # what is revoked stays so however old the word
        return _stale(f"expected a status of the last {MAXIMUM_AGE}, found another", answer)
    return said


def _unavailable(en: str) -> wire.Said:
    return wire.Said(Reason.STATUS_UNAVAILABLE, finding=Finding(CLAUSE, "プラットフォームに照会できませんでした", en))


def _untrusted(en: str) -> wire.Said:
    return wire.Said(Reason.STATUS_UNTRUSTED, finding=Finding(CLAUSE, "プラットフォームの回答を信頼できません", en))


def _stale(en: str, answer: wire.Answer) -> wire.Said:
    status: StatusSource | None = answer.said.status
    return wire.Said(Reason.STATUS_STALE, (), status, Finding(CLAUSE, "プラットフォームの回答が古すぎます", en))
