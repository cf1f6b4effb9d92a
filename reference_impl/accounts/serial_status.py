"""The status of a certificate that is not at hand: by OCSP, whose question names issuer and serial and nothing else.

Certificates are thrown away after use, their numbers are kept (spec/pki.md §5). Lists cannot be asked so: which list a
certificate is on stands in it. The reason of a revocation is told too, as OCSP gives it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp import UnreadableAnswer, UnreadableContent, parse_answer
from reference_impl.verification.ocsp_answer import Evidence, NotGood, prove, status_at
from reference_impl.verification.ocsp_client import question_of
from reference_impl.verification.ocsp_request import NONCE_LENGTH, build_request
from reference_impl.verification.ocsp_settings import Ask, Nonce, Reply, Responder, Responders, StatusUnreachable
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.verdict import HolderKey, Reason

_NO_END: Final = datetime(9999, 12, 31, tzinfo=UTC)


class SerialStatus(msgspec.Struct, frozen=True):
    """What was found out: OK, REVOKED or ON_HOLD with why and since when; any other reason is that nothing was."""

    reason: Reason
    why: str | None = None
    revoked_at: datetime | None = None


class Numbers(Protocol):
    """Whoever can say how a number stands: the responders themselves, or a platform (`backends.numbers`)."""

    def of(self, number: HolderKey, now: datetime) -> SerialStatus:
        """The status of the certificate of this issuer and serial, or of this name."""


UNAVAILABLE: Final = SerialStatus(Reason.STATUS_UNAVAILABLE)


class SerialStatuses:
    """Questions about numbers, to the responders of one trust."""

    def __init__(self, trust: Trust, responders: Responders, ask: Ask, draw: Callable[[int], bytes]) -> None:
        self._issuers = {each.issuer_key: each for each in trust.authorities}
        self._responders = responders
        self._ask = ask
        self._draw = draw

    def of(self, number: HolderKey, now: datetime) -> SerialStatus:
        """The status of the certificate of this issuer and serial."""
        issuer = self._issuers.get(number.issuer_key)
        return UNAVAILABLE if issuer is None else self._of(issuer, int(number.serial, 16), now)

    def _of(self, issuer: Authority, serial: int, now: datetime) -> SerialStatus:
        responder = self._responders.of(issuer)
        if responder is None:
            return UNAVAILABLE
        # OCSP looks at nothing of a certificate but its serial, and its notAfter where the responder has a cutoff.
        numbered = msgspec.structs.replace(issuer.certificate, serial=serial, not_after=_NO_END)
        try:
            evidence = self._ask_about(numbered, issuer, responder)
        except (StatusUnreachable, UnreadableAnswer):
            return UNAVAILABLE
        except UnreadableContent:
            return SerialStatus(Reason.STATUS_UNTRUSTED)
        except NotGood as refusal:
            return SerialStatus(refusal.reason)
        found = status_at(evidence, responder, now)
        if found.reason not in {Reason.REVOKED, Reason.ON_HOLD}:
            return SerialStatus(found.reason)
        revoked = next(each for each in evidence.singles if each.revoked_at is not None)
        return SerialStatus(found.reason, revoked.reason or "unspecified", revoked.revoked_at)

    def _ask_about(self, numbered: Certificate, issuer: Authority, responder: Responder) -> Evidence:
        nonce = None if responder.nonce is Nonce.NONE else self._draw(NONCE_LENGTH)
        request = build_request(numbered, issuer.certificate, nonce, digest=responder.digest, signer=responder.signer)
        answer = parse_answer(Reply.of(self._ask(question_of(request, responder))).body)
        if isinstance(answer, str):
            raise StatusUnreachable(f"the responder answered {answer}")
        return prove(answer, numbered, issuer, nonce, responder)
