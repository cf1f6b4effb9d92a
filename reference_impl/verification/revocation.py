"""Is the certificate still good? RFC 6960 §3.2, rule by rule; whatever cannot be established is a refusal.

Signers believed: the issuing key itself, or a delegate which that same key certified for OCSP signing (§4.2.2.2).
A locally configured responder, the third possibility of §2.2, is not offered.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.chain import is_issued_by
from reference_impl.verification.der import DerError
from reference_impl.verification.extensions import KeyUsage
from reference_impl.verification.ocsp import (
    Answer,
    CertificateStatus,
    Single,
    UnreadableAnswer,
    UnreadableContent,
    build_request,
    certificate_id,
    parse_answer,
)
from reference_impl.verification.signatures import KeyRefused, is_signed_by, load_key
from reference_impl.verification.trust import Authority, key_hash
from reference_impl.verification.validity import is_valid_at
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal, StatusSource

STATUS_TOLERANCE: Final = timedelta(seconds=0)
"""Declared in `hello`: none is granted after nextUpdate, nor before thisUpdate."""

MAXIMUM_AGE: Final = timedelta(hours=24)
"""RFC 6960 §3.2(5) leaves "sufficiently recent" to policy: whatever nextUpdate says, older than a day is no status."""

WINDOW_WITHOUT_NEXT_UPDATE: Final = timedelta(minutes=30)
"""nextUpdate may be absent (§4.2.2.1). The register is published every 15 minutes; two periods are granted."""

_SOURCE: Final = "ocsp"


class StatusUnreachable(Exception):
    """The responder could not be asked: no address, no connection, no time, no answer of status 200."""


Ask = Callable[[bytes], bytes]
"""Sends a request to the responder of this certificate's kind and returns its body, or raises StatusUnreachable."""


def check_revocation(
    certificate: Certificate, issuer: Authority, ask: Ask, nonce: bytes, now: datetime
) -> StatusSource:
    """The source of the status `good`; a `Refusal` says why it is not known to be good.

    (1) ask  (2) signer  (3) nonce  (4) the asked certificate is answered  (5) window  (6) status
    """
    # (1) an error status is no answer (§4.2.1)
    answer = _obtain(ask, build_request(certificate, issuer.certificate, nonce))
    # (2) signed by the intended responder, who is authorised (§3.2(2) to (4))
    if not is_signed_by_authorised_responder(answer, issuer, now):
        raise _untrusted(
            "RFC 6960 §4.2.2.2",
            "回答者が権限を持たないか、署名が誤っています",
            "the answer is not signed by the issuing key or by its delegate for OCSP",
        )
    # (3) an answer to somebody else's question, or an old one (RFC 9654 §2.1)
    if not is_nonce_acceptable(answer, nonce):
        raise _untrusted("RFC 9654 §2.1", "ノンスが要求と一致しません", "the nonce differs from the one sent")
    # (4) the answer is about this certificate (§3.2(1))
    singles = [each for each in answer.singles if is_about(each, certificate, issuer.certificate)]
    if not singles:
        raise _untrusted(
            "RFC 6960 §3.2(1)",
            "照会した証明書への回答がありません",
            "no SingleResponse is about the certificate that was asked about",
        )
    for single in singles:
        # (5) the window holds now (§3.2(5), (6))
        _require_fresh(single, now)
        # (6) good, and nothing else, is good (§2.2)
        _require_good(single)
    return StatusSource(_SOURCE, singles[0].this_update)


def _obtain(ask: Ask, request: bytes) -> Answer:
    try:
        answer = parse_answer(ask(request))
    except (StatusUnreachable, UnreadableAnswer) as error:
        raise _unavailable(str(error)) from error
    except UnreadableContent as error:
        raise _untrusted("RFC 6960 §4.2.1", "回答の形式が誤っています", str(error)) from error
    if isinstance(answer, str):
        raise _unavailable(f"the responder answered {answer}")
    return answer


def is_signed_by_authorised_responder(answer: Answer, issuer: Authority, now: datetime) -> bool:
    """Whether the issuer, or a delegate of the issuing key, is named as responder and signed the answer."""
    if answer.unprocessed_extensions:
        return False  # critical and not the nonce: what it changes about the answer is not known here
    candidates = [issuer.certificate]
    for encoded in answer.certificates:
        try:
            delegate = parse_certificate(encoded)
        except DerError:
            continue
        if is_delegate(delegate, issuer, now):
            candidates.append(delegate)
    return any(_is_named(each, answer) and _has_signed(each, answer) for each in candidates)


def is_delegate(certificate: Certificate, issuer: Authority, now: datetime) -> bool:
    """Whether the issuing key itself certified this responder for OCSP signing, and it may sign now (§4.2.2.2).

    Issued by the same key as the certificate in question: a delegate of another generation of the same name is not
    (RFC 6960 §4.2.2.2). Its own status cannot be asked, so it must say id-pkix-ocsp-nocheck (§4.2.2.2.1).
    """
    return (
        certificate.issuer.same_as(issuer.certificate.subject)
        and is_issued_by(certificate, issuer)
        and certificate.extended_key_usage is not None
        and oids.OCSP_SIGNING in certificate.extended_key_usage
        and (certificate.key_usage is None or KeyUsage.DIGITAL_SIGNATURE in certificate.key_usage)
        and oids.OCSP_NO_CHECK in certificate.extensions
        and is_valid_at(certificate, now)
    )


def _is_named(certificate: Certificate, answer: Answer) -> bool:
    """Whether responderID names this certificate, by key or by name (§4.2.2.3)."""
    if answer.responder_key_hash is not None:
        return answer.responder_key_hash == key_hash(certificate)
    return answer.responder_name == certificate.subject.encoded


def _has_signed(certificate: Certificate, answer: Answer) -> bool:
    try:
        key = load_key(certificate.public_key)
    except KeyRefused:
        return False
    return is_signed_by(key, answer.algorithm, answer.signed, answer.signature)


def is_nonce_acceptable(answer: Answer, sent: bytes) -> bool:
    """Whether the nonce is ours or absent; absence alone is no ground for refusal, time then decides (RFC 9919 §5)."""
    return answer.nonce is None or answer.nonce == sent


def is_about(single: Single, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the answer is about this certificate: same serial, same issuer by the hash the responder chose."""
    hashes = certificate_id(issuer, single.hash_name)
    return single.serial == certificate.serial and (single.issuer_name_hash, single.issuer_key_hash) == hashes


def window_end(single: Single) -> datetime:
    """Until when the status may be used: nextUpdate, but never beyond the maximum age."""
    end = single.next_update or single.this_update + WINDOW_WITHOUT_NEXT_UPDATE
    return min(end, single.this_update + MAXIMUM_AGE)


def has_window_begun(single: Single, now: datetime) -> bool:
    """Whether thisUpdate has been reached; one in the future is unreliable (§4.2.2.1)."""
    return single.this_update <= now + STATUS_TOLERANCE


def has_window_not_ended(single: Single, now: datetime) -> bool:
    """Whether newer information is not yet due: §3.2(6) wants nextUpdate later than the current time."""
    return now < window_end(single) + STATUS_TOLERANCE


def _require_fresh(single: Single, now: datetime) -> None:
    if not has_window_begun(single, now):
        compared = Compared("thisUpdate", single.this_update, now)
        raise Refusal(
            Reason.STATUS_STALE,
            Finding(
                "RFC 6960 §4.2.2.1", "失効情報の時刻が未来です", "thisUpdate lies in the future", compared=compared
            ),
        )
    if not has_window_not_ended(single, now):
        compared = Compared("nextUpdate", window_end(single), now)
        raise Refusal(
            Reason.STATUS_STALE,
            Finding(
                "RFC 6960 §3.2(6)",
                "失効情報の有効期限を過ぎています",
                "the status may no longer be used",
                compared=compared,
            ),
        )


def _require_good(single: Single) -> None:
    """§2.2: `unknown` is not `good`. certificateHold is told apart, though a hold is never lifted (spec/pki.md §2)."""
    if single.status is CertificateStatus.GOOD:
        return
    if single.status is CertificateStatus.UNKNOWN:
        raise Refusal(
            Reason.STATUS_UNKNOWN,
            Finding("RFC 6960 §2.2", "回答者はこの証明書を知りません", "the responder does not know the certificate"),
        )
    if single.reason == "certificateHold":
        raise Refusal(
            Reason.ON_HOLD, Finding("RFC 5280 §5.3.1", "証明書は一時停止されています", "the certificate is on hold")
        )
    raise Refusal(
        Reason.REVOKED,
        Finding(
            "RFC 6960 §2.2",
            f"証明書は失効しています（{single.reason or 'unspecified'}）",
            f"the certificate is revoked ({single.reason or 'unspecified'})",
        ),
    )


def _untrusted(clause: str, ja: str, en: str) -> Refusal:
    return Refusal(Reason.STATUS_UNTRUSTED, Finding(clause, ja, en))


def _unavailable(why: str) -> Refusal:
    return Refusal(Reason.STATUS_UNAVAILABLE, Finding("RFC 6960 §2.3", "失効情報を確認できませんでした", why))
