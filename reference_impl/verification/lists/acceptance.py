"""May this list be used? RFC 5280 §6.3.3, as far as it can be said without reading an entry.

(1) form  (2) issuer's name  (3) signature by a generation that may sign lists  (4) nothing that cannot be processed
(5) scope  (6) window  (7) not back behind the list that is used now

The signature comes before the entries (RP-CRL-005) and a list that fails here never replaces one that did not.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NoReturn, cast

import msgspec

from reference_impl.verification.der import DerError
from reference_impl.verification.extensions import KeyUsage
from reference_impl.verification.lists.frame import Frame, Span, read_frame
from reference_impl.verification.lists.octets import Octets
from reference_impl.verification.lists.terms import Scope, Terms, read_terms
from reference_impl.verification.signatures import is_signed_by, load_key
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal

CLOCK_TOLERANCE: Final = timedelta(seconds=0)
"""For thisUpdate in the future and nextUpdate in the past; none is granted."""
_SMALL: Final = 1 << 18
"""Octets of a list that is copied rather than read in place: a mapping is slow to ask for single octets."""


class Listed(msgspec.Struct, frozen=True):
    """A list that may be used: whose (SHA-256 of the key, hex), of which point, of when, and where it lies."""

    issuer_key: str
    point: bytes
    number: int
    this_update: datetime
    next_update: datetime
    whole: Span
    entries: Span
    where: str = ""
    """The path it was fetched from, and what the server calls these octets: for asking whether there are others."""
    etag: str = ""


class Expected(msgspec.Struct, frozen=True):
    """What a list is expected to be: signed by one of these, and of the point whose name has this SHA-256."""

    authorities: Sequence[Authority]
    point_digest: bytes


def examine(data: Octets, span: Span, expected: Expected, now: datetime) -> Listed:
    """The list at `span`; a `Refusal` says what is wrong with it. A small one is taken out of a mapping to be read."""
    start, stop = span
    if stop - start > _SMALL:
        return _examine(data, span, expected, now)
    listed = _examine(data[start:stop], (0, stop - start), expected, now)
    return moved_by(listed, start)


def moved_by(listed: Listed, octets: int) -> Listed:
    """The same list, that much further on in what it lies in."""
    (start, stop), (first, last) = listed.whole, listed.entries
    return msgspec.structs.replace(
        listed, whole=(start + octets, stop + octets), entries=(first + octets, last + octets)
    )


def _examine(data: Octets, span: Span, expected: Expected, now: datetime) -> Listed:
    # (1) what is not DER, or not a CertificateList
    try:
        frame = read_frame(data, *span)
        terms = read_terms(data, *frame.extensions)
    except DerError as error:
        raise _refused(error.rule, f"the list cannot be read: {error}") from error
    # (2), (3)
    authority = _find_signer(data, frame, terms, expected.authorities)
    # (4)
    _require_processed(terms)
    # (5)
    point = _require_scope(terms.scope, expected.point_digest)
    # (6)
    require_window(frame.head.this_update, frame.head.next_update, now)
    return Listed(
        authority.issuer_key,
        point,
        terms.number,
        frame.head.this_update,
        frame.head.next_update,
        frame.whole,
        frame.entries,
    )


def _find_signer(data: Octets, frame: Frame, terms: Terms, authorities: Sequence[Authority]) -> Authority:
    """The generation whose name the list bears and whose key signed it (§6.3.3 (b)(1), (f), (g)).

    All generations have one name, so each is tried, first the one that authorityKeyIdentifier names. What one signed
    says nothing of another's certificates: the list is found under the key that did sign it (spec/rfc.md A2).
    """
    named = [each for each in authorities if each.certificate.subject.same_as(frame.head.issuer)]
    if len(named) > 1:
        named.sort(key=lambda each: each.key_identifier != terms.key_identifier)
    if not named:
        raise _refused("RFC 5280 §6.3.3(b)(1)", "the list is another authority's: its issuer's name is not pinned")
    signed = memoryview(data)[slice(*frame.signed)]
    for authority in named:
        key = load_key(authority.certificate.public_key)
        if is_signed_by(key, frame.head.algorithm, cast("bytes", signed), frame.signature):  # any buffer will do
            usage = authority.certificate.key_usage
            if usage is not None and KeyUsage.CRL_SIGN not in usage:
                raise _refused("RFC 5280 §6.3.3(f)", "the key that signed the list is not one for lists (cRLSign)")
            return authority
    raise _refused("RFC 5280 §6.3.3(g)", "no pinned generation of the issuer's name signed the list")


def _require_processed(terms: Terms) -> None:
    """§5.2: a list with a critical extension that cannot be processed must not be used; a delta stands not alone."""
    if terms.is_delta:
        raise _refused("RFC 5280 §5.2.4", "expected a complete list, found a delta")
    if terms.unprocessed:
        raise _refused("RFC 5280 §5.2", f"critical extensions that are not known: {', '.join(terms.unprocessed)}")


def _require_scope(scope: Scope | None, point_digest: bytes) -> bytes:
    """The name of the point whose list this is (§6.3.3 (b)(2)); one list has to be of all its residents' reasons."""
    if scope is None:
        raise _refused("RFC 5280 §5.2.5", "the list of a partition does not say of which (issuingDistributionPoint)")
    if not scope.is_critical:
        raise _refused("RFC 5280 §5.2.5", "expected a critical issuingDistributionPoint, found one that is not")
    for is_so, what in (
        (scope.is_relative, "a name relative to the issuer's"),
        (scope.authority_certificates, "authorities' certificates"),
        (scope.attribute_certificates, "attribute certificates"),
        (scope.some_reasons, "some reasons"),
        (scope.indirect, "other issuers' certificates"),
    ):
        if is_so:
            raise _refused("RFC 5280 §6.3.3(b)(2)", f"expected a list of residents' certificates, found one of {what}")
    for point in scope.points:
        if hashlib.sha256(point).digest() == point_digest:
            return point
    raise _refused("RFC 5280 §6.3.3(b)(2)(i)", "the list is of another distribution point")


def require_window(this_update: datetime, next_update: datetime, now: datetime) -> None:
    """Whether the list holds at `now`: §6.3.3 (a) for nextUpdate; thisUpdate is this project's policy (B13)."""
    if this_update > now + CLOCK_TOLERANCE:
        compared = Compared("thisUpdate", this_update, now)
        en = "thisUpdate lies in the future"
        raise Refusal(Reason.STATUS_STALE, Finding("spec/pki.md §9", "失効情報の時刻が未来です", en, compared=compared))
    if now > next_update + CLOCK_TOLERANCE:
        compared = Compared("nextUpdate", next_update, now)
        en = "the list may no longer be used"
        ja = "失効情報の有効期限を過ぎています"
        raise Refusal(Reason.STATUS_STALE, Finding("RFC 5280 §6.3.3(a)", ja, en, compared=compared))


def require_progress(candidate: Listed, current: Listed | None) -> None:
    """Whether the candidate is no step back (policy: spec/rfc.md B15). An equal number means an equal thisUpdate."""
    if current is None:
        return
    if candidate.number < current.number:
        _went_back(f"number {current.number} or greater", f"{candidate.number}")
    if candidate.this_update < current.this_update:
        _went_back(f"thisUpdate {current.this_update} or later", f"{candidate.this_update}")
    if candidate.number == current.number and candidate.this_update != current.this_update:
        _went_back(f"thisUpdate {current.this_update} with number {current.number}", f"{candidate.this_update}")


def _went_back(expected: str, actual: str) -> NoReturn:
    raise _refused("RFC 5280 §5.2.3", f"the list goes back: expected {expected}, found {actual}")


def _refused(clause: str, en: str) -> Refusal:
    """A list that is not believed. What it says of a certificate is not known, and so not good."""
    return Refusal(Reason.STATUS_UNTRUSTED, Finding(clause, "失効リストを信頼できません", en))
