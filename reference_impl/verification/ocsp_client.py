"""Finding out by OCSP: a kept status, else one question to the authority's responder, and what its answer is worth.

Everything of the world is an argument: the way to a responder (`ask`), entropy for nonces (`draw`), and the waiting of
those who share a question (`share`), so that this module needs no socket, no clock and no lock.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp import UnreadableAnswer, UnreadableContent, parse_answer
from reference_impl.verification.ocsp_answer import Evidence, NotGood, prove, status_at, usable_until
from reference_impl.verification.ocsp_request import NONCE_LENGTH, build_request, get_address
from reference_impl.verification.ocsp_settings import (
    Ask,
    Nonce,
    Question,
    Reply,
    Responder,
    Responders,
    StatusUnreachable,
)
from reference_impl.verification.revocation_cache import CAPACITY, Key, StatusCache, status_key
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Finding, Reason

Found = Evidence | Status
"""What a question brought: evidence for each who waits to judge at their own instant, or why there is none."""


class Share(Protocol):
    """Lets those who want to know the same at the same time wait for one of them."""

    def __call__(self, key: Key, find: Callable[[], Found]) -> Found:
        """What `find` returned, here or for somebody who was already at it."""


def each_alone(key: Key, find: Callable[[], Found]) -> Found:
    """Shares nothing: everybody asks for themselves."""
    del key
    return find()


class OcspClient:
    """The method `ocsp` (`status.Revocation`), for many verifications at a time."""

    def __init__(
        self,
        responders: Responders,
        ask: Ask,
        draw: Callable[[int], bytes],
        *,
        share: Share = each_alone,
        capacity: int = CAPACITY,
    ) -> None:
        self._responders = responders
        self._ask = ask
        self._draw = draw
        self._share = share
        self._cache = StatusCache(capacity)

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status of a certificate that `issuer` signed, as known at `now`."""
        key = status_key(certificate, issuer)
        kept = self._cache.find(key, now)
        if kept is not None:
            return kept
        responder = self._responders.of(issuer)
        if responder is None:
            return _unavailable(f"expected a configured responder for {issuer.kind}, found none")
        share = self._share if responder.shares_questions else each_alone
        found = share(key, lambda: self._find(certificate, issuer, responder, now))
        if isinstance(found, Status):
            return found
        status = status_at(found, responder, now)
        if status.reason in _KEPT:
            self._cache.keep(key, status, now, usable_until(found, status, responder, now))
        return status

    def _find(self, certificate: Certificate, issuer: Authority, responder: Responder, now: datetime) -> Found:
        """Asks at `now`, and proves what came; never raises for what a responder did wrong."""
        nonce = None if responder.nonce is Nonce.NONE else self._draw(NONCE_LENGTH)
        request = build_request(
            certificate, issuer.certificate, nonce, digest=responder.digest, signer=responder.signer
        )
        try:
            reply = Reply.of(self._ask(question_of(request, responder)))
            answer = parse_answer(reply.body)
            if isinstance(answer, str):
                return _unavailable(f"the responder answered {answer}")
            evidence = prove(answer, certificate, issuer, nonce, responder)
            if reply.fresh_for is None:
                return evidence
            return msgspec.structs.replace(evidence, fresh_until=now + reply.fresh_for)
        except (StatusUnreachable, UnreadableAnswer) as error:
            return _unavailable(str(error))
        except UnreadableContent as error:
            finding = Finding(error.rule, "回答の形式が誤っています", f"the answer: {error}")
            return Status(Reason.STATUS_UNTRUSTED, None, finding)
        except NotGood as refusal:
            return Status(refusal.reason, None, refusal.finding)


_KEPT = frozenset({Reason.OK, Reason.REVOKED, Reason.ON_HOLD, Reason.STATUS_UNKNOWN})
"""What is an answer and in time. Everything else is asked again."""


def question_of(request: bytes, responder: Responder) -> Question:
    """The request as it goes out: by GET where the settings and the length allow it (RFC 6960 A.1, RFC 9919 §6)."""
    address = get_address(responder.address, request, responder.get_up_to)
    if address is not None:
        return Question(address, None, responder.timeout)
    return Question(responder.address, request, responder.timeout)


def _unavailable(why: str) -> Status:
    return Status(Reason.STATUS_UNAVAILABLE, None, Finding("RFC 6960 §2.3", "失効情報を確認できませんでした", why))
