"""Answers signed once for each mark and given again, as a responder of RFC 9919 does: without a nonce only.

What is said as of a mark never changes: an event at or before a mark that was published is refused (harness/world.py).
So an answer is found by what was asked and the mark, and says producedAt = mark, whoever signs it first.
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
    """The answers of one responder as of one mark; those of the mark before go when the first of the next comes."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._mark: datetime | None = None
        self._answers: dict[bytes, OcspAnswer] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, cert_id: bytes, mark: datetime) -> OcspAnswer | None:
        """Return the answer about a certificate as of a mark."""
        return self._answers.get(cert_id) if mark == self._mark else None

    def keep(self, cert_id: bytes, mark: datetime, answer: OcspAnswer) -> None:
        """Give this answer again; the oldest makes room where there are too many."""
        if mark != self._mark:
            self._answers, self._mark = {}, mark
        while len(self._answers) >= self._most:
            self._answers.pop(next(iter(self._answers)), None)
        self._answers[cert_id] = answer
