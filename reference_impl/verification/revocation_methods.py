"""Methods of finding out, made of one another: which source is asked, which one next, and what never changes by it.

Whatever the method, "could not check" is never good: a method answers OK only where one of its sources said so.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_cache import CAPACITY, Key, status_key
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Finding, Reason


class Method(StrEnum):
    """How the status of a certificate is found out."""

    OCSP = "ocsp"
    CRL = "crl"
    OCSP_THEN_CRL = "ocsp-then-crl"
    OFFLINE_CRL = "offline-crl"
    """Lists as they were brought here, with a declared maximum age; nothing is asked."""


FALLS_BACK_ON: Final = frozenset({Reason.STATUS_UNAVAILABLE})
"""After which reasons the next source is asked, unless the operator decides otherwise.

- STATUS_UNAVAILABLE: yes. RFC 9919 §4.2 lets a client turn to lists if it got no answer.
- STATUS_STALE: left open; RFC 6960 §3.2 makes a stale answer none, but an answer it was. Here the operator may say yes.
- STATUS_UNTRUSTED: left open. Whoever can spoil an answer can hold it up too, so a refusal stops no attacker; but it
  shows that something is wrong where a fall-back would hide it. No, unless the operator says so.
- STATUS_UNKNOWN: left open; RFC 6960 §2.2 allows the client to try another source. But JPKI's responder answers for all
  certificates of its authority, so `unknown` is one that was never issued, and of that no list says a word: the
  fall-back would make it good. No, unless the operator says so.
- REVOKED, ON_HOLD and OK: never. They are answers (RP-OCSP-013).
"""

MAY_FALL_BACK_ON: Final = frozenset(
    {Reason.STATUS_UNAVAILABLE, Reason.STATUS_STALE, Reason.STATUS_UNTRUSTED, Reason.STATUS_UNKNOWN}
)

_ANSWERS: Final = frozenset({Reason.OK, Reason.REVOKED, Reason.ON_HOLD})


class FallBack:
    """One source, and another where the first could not say."""

    def __init__(self, first: Revocation, then: Revocation, on: frozenset[Reason] = FALLS_BACK_ON) -> None:
        if not on <= MAY_FALL_BACK_ON:
            wrong = ", ".join(sorted(on - MAY_FALL_BACK_ON))
            raise ValueError(f"falls back on: expected some of {', '.join(sorted(MAY_FALL_BACK_ON))}, found {wrong}")
        self._first = first
        self._then = then
        self._on = on

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The first source's status if it is one; else the second's if that is one; else why the first had none."""
        first = self._first.status(certificate, issuer, now)
        if first.reason not in self._on or first.final:
            return first
        then = self._then.status(certificate, issuer, now)
        if then.reason in _ANSWERS or then.final:
            return then
        return msgspec.structs.replace(first, finding=_both(first.finding, then.finding))


def _both(first: Finding | None, then: Finding | None) -> Finding | None:
    """The first finding, with what the second source said behind it."""
    if first is None or then is None:
        return first or then
    return msgspec.structs.replace(first, ja=f"{first.ja}、{then.ja}", en=f"{first.en}; then {then.en}")


class KnownRevocations:
    """Revocations that some source stood for: bounded; what has left is found out anew."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._statuses: OrderedDict[Key, Status] = OrderedDict()

    def find(self, key: Key) -> Status | None:
        """The newest revocation known of this certificate."""
        return self._statuses.get(key)

    def note(self, key: Key, status: Status) -> None:
        """Remembers a revocation, unless a newer one is known."""
        known = self._statuses.get(key)
        if known is None or _is_newer(status, known):
            self._statuses[key] = status
        while len(self._statuses) > self._capacity:
            self._statuses.popitem(last=False)

    def forget(self) -> None:
        """Forgets all of it."""
        self._statuses.clear()

    def __len__(self) -> int:
        return len(self._statuses)


class Remembering:
    """A method that does not forget a revocation: nothing older than it, or as old, makes good again (RP-OCSP-013).

    A retry at another responder, or yesterday's list when the responder is away, may not know yet. Something newer may
    say good: whether a hold ends is the authority's affair (JPKI's never does, spec/pki.md §2). Methods of different
    services share what is known.
    """

    def __init__(self, inner: Revocation, known: KnownRevocations) -> None:
        self._inner = inner
        self._known = known

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The inner method's status, or the revocation remembered if a good one is not newer."""
        status = self._inner.status(certificate, issuer, now)
        if status.reason is Reason.OK:
            known = self._known.find(status_key(certificate, issuer))
            return status if known is None or _is_newer(status, known) else known
        if status.reason in _ANSWERS or status.final:
            self._known.note(status_key(certificate, issuer), status)
        return status


def _is_newer(status: Status, than: Status) -> bool:
    """Whether one source's time lies after another's; a status of no known time is newer than nothing."""
    if status.source is None or than.source is None:
        return False
    return status.source.this_update > than.source.this_update


class ByKind:
    """The method chosen for each kind of certificate; of a kind without one nothing is known."""

    def __init__(self, methods: Mapping[CertificateKind, Revocation]) -> None:
        self._methods = dict(methods)

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status by the method of the issuer's kind."""
        method = self._methods.get(issuer.kind)
        if method is not None:
            return method.status(certificate, issuer, now)
        en = f"expected a configured method for {issuer.kind}, found none"
        return Status(Reason.STATUS_UNAVAILABLE, None, Finding("spec/pki.md §9", "失効情報を確認できませんでした", en))
