"""Answers signed once for each mark and given again, as a responder of RFC 9919 does: without a nonce only.

What is said as of a mark never changes: an event at or before a mark that was published is refused (harness/world.py).
So an answer is found by what was asked and the mark, and says producedAt = mark, whoever signs it first. A request that
comes once more octet for octet need not even be read: whether it may be answered was found the first time.
"""

from datetime import datetime

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.ocsp import OcspAnswer
from harness.jlis.ocsp_policy import NonceRule, ResponderPolicy
from harness.jlis.ocsp_question import OcspRequest

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "RFC 9919 §3",
        "署名済みの回答を刻みごとに使い回す運用もできる（既定では切ってある）",
        "answers may be signed once a mark and given again (off by default)",
        "policy `presigned`",
    ),
)

MOST_ANSWERS = 50_000
"""Each of about 2 kB."""


def can_be_presigned(asked: OcspRequest, policy: ResponderPolicy) -> bool:
    """Return whether the answer to a request is the same for everybody who asks."""
    has_nonce = asked.nonce is not None and policy.nonces is not NonceRule.NEVER
    return policy.presigned and not has_nonce and len(asked.questions) == 1


class PresignedAnswers:
    """The answers of one responder by one policy as of one mark; those of the mark before go when another comes."""

    def __init__(self, policy: ResponderPolicy, most: int = MOST_ANSWERS) -> None:
        self.policy = policy
        self._most = most
        self._mark: datetime | None = None
        self._answers: dict[bytes, OcspAnswer] = {}
        """By CertID."""
        self._again: dict[bytes, OcspAnswer] = {}
        """By request."""

    def __len__(self) -> int:
        return len(self._answers)

    def find_again(self, request: bytes, mark: datetime) -> OcspAnswer | None:
        """Return the answer to a request that came before, octet for octet."""
        return self._again.get(request) if mark == self._mark else None

    def find(self, cert_id: bytes, mark: datetime) -> OcspAnswer | None:
        """Return the answer about a certificate as of a mark."""
        return self._answers.get(cert_id) if mark == self._mark else None

    def keep(self, cert_id: bytes, mark: datetime, answer: OcspAnswer) -> None:
        """Give this answer again; the oldest makes room where there are too many."""
        self._turn_to(mark)
        _put(self._answers, cert_id, answer, self._most)

    def keep_again(self, request: bytes, asked: OcspRequest, mark: datetime, answer: OcspAnswer) -> None:
        """Give this answer again to the same octets, where they would be admitted at any time: they bear no signature.

        A nonce, which is passed over here, will hardly come twice.
        """
        if asked.nonce is None and asked.signature is None and not self.policy.maintenance:
            self._turn_to(mark)
            _put(self._again, request, answer, self._most)

    def _turn_to(self, mark: datetime) -> None:
        if mark != self._mark:
            self._answers, self._again, self._mark = {}, {}, mark


def _put(kept: dict[bytes, OcspAnswer], place: bytes, answer: OcspAnswer, most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)), None)
    kept[place] = answer
