"""What an answer is worth: RFC 6960 §3.2, rule by rule; whatever cannot be established is a refusal.

Two halves. `prove` does what does not depend on time, and does it once for all who share an answer; `status_at` reads
the clock it is given, for each of them.

(1) readable    an error status is no answer (§4.2.1)                                             STATUS_UNAVAILABLE
(2) signer      the intended responder, authorised, signed it (§3.2(2), (3), §4.2.2.2)            STATUS_UNTRUSTED
(3) nonce       the one sent, or none (RFC 9654 §2.1, RFC 9919 §5)                                STATUS_UNTRUSTED
(4) about       the asked certificate is answered, and nothing critical is unknown (§3.2(1))      STATUS_UNTRUSTED
(5) entitled    the signer is authorised now (§3.2(4))                                            STATUS_UNTRUSTED
(6) window      thisUpdate has come, nextUpdate has not, the age is allowed (§3.2(5), (6))        STATUS_STALE
(7) status      good, and nothing else, is good (§2.2)                    REVOKED, ON_HOLD, STATUS_UNKNOWN
(8) produced    nothing is known as of a time after it was signed (§2.4; ours)                    STATUS_UNTRUSTED
"""

from datetime import datetime
from typing import Final

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp import Answer
from reference_impl.verification.ocsp_request import issuer_hashes
from reference_impl.verification.ocsp_responder import signers_of
from reference_impl.verification.ocsp_settings import STATUS_TOLERANCE, Nonce, Responder
from reference_impl.verification.ocsp_single import CertificateStatus, Single
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.validity import is_valid_at
from reference_impl.verification.verdict import Compared, Finding, Reason, StatusSource

_SOURCE: Final = "ocsp"


class NotGood(Exception):
    """One rule said no; raised where the rule stands, and a Status before it leaves this method."""

    def __init__(self, reason: Reason, finding: Finding) -> None:
        super().__init__(f"{reason}: {finding.en}")
        self.reason = reason
        self.finding = finding


class Evidence(msgspec.Struct, frozen=True):
    """An answer about one certificate that only time can still speak against."""

    singles: tuple[Single, ...]
    signers: tuple[Certificate, ...]
    produced_at: datetime
    fresh_until: datetime | None = None
    """Until when its carrier says that it need not be asked for again (RFC 9919 §7.2)."""


def prove(
    answer: Answer, certificate: Certificate, issuer: Authority, nonce: bytes | None, responder: Responder
) -> Evidence:
    """The evidence in an answer, by rules (2) to (4); else `NotGood`."""
    # (2)
    if answer.unprocessed_extensions:
        raise _untrusted(
            "RFC 5280 §4.2",
            "未知のクリティカル拡張があります",
            f"the critical extension {answer.unprocessed_extensions[0]} is not known here",
        )
    signers = signers_of(answer, issuer, responder.pinned)
    if not signers:
        raise _untrusted(
            "RFC 6960 §4.2.2.2",
            "回答者が権限を持たないか、署名が誤っています",
            "the answer is not signed by the issuing key or by its delegate for OCSP",
        )
    # (3)
    if not is_nonce_acceptable(answer.nonce, nonce, responder.nonce):
        raise _untrusted(
            "RFC 9654 §2.1",
            "ノンスが要求と一致しません",
            "the nonce is missing" if answer.nonce is None else "the nonce differs from the one sent",
        )
    # (4)
    singles = tuple(each for each in answer.singles if is_about(each, certificate, issuer.certificate))
    if not singles:
        raise _untrusted(
            "RFC 6960 §3.2(1)",
            "照会した証明書への回答がありません",
            "no SingleResponse is about the certificate that was asked about",
        )
    for single in singles:
        _require_usable(single, certificate)
    return Evidence(singles, signers, answer.produced_at)


def is_nonce_acceptable(received: bytes | None, sent: bytes | None, policy: Nonce) -> bool:
    """Whether the nonce is ours, or absent where it may be; one that comes without having been sent is ignored."""
    if sent is None:
        return True
    return received == sent or (received is None and policy is not Nonce.DEMANDED)


def is_about(single: Single, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the answer is about this certificate: same serial, same issuer by the hash the responder chose."""
    about = single.about
    if about.serial != certificate.serial:
        return False
    hashes = issuer_hashes(issuer.subject.encoded, issuer.key_bits, about.digest)
    return hashes == (about.name_hash, about.key_hash)


def _require_usable(single: Single, certificate: Certificate) -> None:
    """No unknown critical extension, and no certificate that was over before the responder's archive begins."""
    if single.unprocessed_extensions:
        raise _untrusted(
            "RFC 5280 §4.2",
            "未知のクリティカル拡張があります",
            f"the critical extension {single.unprocessed_extensions[0]} is not known here",
        )
    cutoff = single.archive_cutoff
    if cutoff is not None and certificate.not_after < cutoff and single.status is CertificateStatus.GOOD:
        raise NotGood(
            Reason.STATUS_UNKNOWN,
            Finding(
                "RFC 6960 §4.4.4",
                "この証明書の失効情報は保存期間を過ぎています",
                "the certificate expired before the archive cutoff",
                compared=Compared("archiveCutoff", cutoff, certificate.not_after),
            ),
        )


def status_at(evidence: Evidence, responder: Responder, now: datetime) -> Status:
    """What the evidence says at an instant, by rules (5) to (8); of several SingleResponses none may refuse."""
    if not any(is_valid_at(each, now) for each in evidence.signers):
        finding = Finding(
            "RFC 6960 §3.2(4)",
            "回答者の証明書が有効期間内ではありません",
            "the responder's certificate is outside its period of validity",
            compared=Compared("notAfter", evidence.signers[0].not_after, now),
        )
        return Status(Reason.STATUS_UNTRUSTED, None, finding)
    return min((_single_at(each, evidence.produced_at, responder, now) for each in evidence.singles), key=_severity)


def _severity(status: Status) -> int:
    """Revoked before all else, then what is otherwise no good, then good."""
    if status.final or status.reason in {Reason.REVOKED, Reason.ON_HOLD}:
        return 0
    return 2 if status.reason is Reason.OK else 1


_REVOKED: Final = frozenset({Reason.REVOKED, Reason.ON_HOLD})


def _single_at(single: Single, produced_at: datetime, responder: Responder, now: datetime) -> Status:
    source = StatusSource(_SOURCE, single.this_update)
    try:
        _require_fresh(single, responder, now)  # (6)
        _require_good(single)  # (7)
        _require_known(single, produced_at)  # (8)
    except NotGood as refusal:
        stale = refusal.reason is Reason.STATUS_STALE
        finding = refusal.finding
        if refusal.reason in _REVOKED and single.revoked_at is not None:
            compared = Compared("revocationTime", single.revoked_at, now)
            finding = msgspec.structs.replace(finding, compared=compared)
        return Status(refusal.reason, source, finding, stale and single.status is CertificateStatus.REVOKED)
    return Status(Reason.OK, source)


def window_end(single: Single, responder: Responder) -> datetime:
    """Until when the status may be used: nextUpdate, but never beyond the maximum age."""
    oldest = single.this_update + responder.maximum_age
    if single.next_update is not None:
        return min(single.next_update, oldest)
    if responder.without_next_update is None:
        return single.this_update
    return min(single.this_update + responder.without_next_update, oldest)


def has_window_begun(single: Single, now: datetime) -> bool:
    """Whether thisUpdate has been reached; one in the future is unreliable (§4.2.2.1)."""
    return single.this_update <= now + STATUS_TOLERANCE


def has_window_not_ended(single: Single, responder: Responder, now: datetime) -> bool:
    """Whether newer information is not yet due: §3.2(6) wants nextUpdate later than the current time."""
    return now < window_end(single, responder) + STATUS_TOLERANCE


def _require_fresh(single: Single, responder: Responder, now: datetime) -> None:
    if not has_window_begun(single, now):
        compared = Compared("thisUpdate", single.this_update, now)
        raise _stale("RFC 6960 §4.2.2.1", "失効情報の時刻が未来です", "thisUpdate lies in the future", compared)
    if single.next_update is None and responder.without_next_update is None:
        compared = Compared("thisUpdate", single.this_update, now)
        raise _stale("RFC 9919 §5", "次回更新時刻がありません", "nextUpdate is missing", compared)
    if not has_window_not_ended(single, responder, now):
        compared = Compared("nextUpdate", window_end(single, responder), now)
        raise _stale(
            "RFC 6960 §3.2(6)", "失効情報の有効期限を過ぎています", "the status may no longer be used", compared
        )


def _require_good(single: Single) -> None:
    """§2.2: `unknown` is not `good`. certificateHold is told apart, though a hold is never lifted (spec/pki.md §2)."""
    if single.status is CertificateStatus.GOOD:
        return
    if single.status is CertificateStatus.UNKNOWN:
        raise NotGood(
            Reason.STATUS_UNKNOWN,
            Finding("RFC 6960 §2.2", "回答者はこの証明書を知りません", "the responder does not know the certificate"),
        )
    if single.reason == "certificateHold":
        raise NotGood(
            Reason.ON_HOLD, Finding("RFC 5280 §5.3.1", "証明書は一時停止されています", "the certificate is on hold")
        )
    raise NotGood(
        Reason.REVOKED,
        Finding(
            "RFC 6960 §2.2",
            f"証明書は失効しています（{single.reason or 'unspecified'}）",
            f"the certificate is revoked ({single.reason or 'unspecified'})",
        ),
    )


def _require_known(single: Single, produced_at: datetime) -> None:
    """§3.2 does not name producedAt; but §2.4 makes it the time of signing, and nobody signs what is not known yet."""
    if single.this_update > produced_at:
        raise NotGood(
            Reason.STATUS_UNTRUSTED,
            Finding(
                "RFC 6960 §2.4",
                "署名時刻より後の状態が記されています",
                "thisUpdate lies after producedAt, when the answer was signed",
                compared=Compared("producedAt", produced_at, single.this_update),
            ),
        )


def usable_until(evidence: Evidence, status: Status, responder: Responder, now: datetime) -> datetime:
    """Until when a status found now may be used again without asking: its window, the declared time after thisUpdate,
    the period of the signer, and what the carrier says where that is sooner."""
    if any(each.this_update > now for each in evidence.singles):
        return now
    kept = responder.keep_unknown if status.reason is Reason.STATUS_UNKNOWN else responder.keep
    ends = [min(window_end(each, responder), each.this_update + kept) for each in evidence.singles]
    if evidence.fresh_until is not None:
        ends.append(evidence.fresh_until)
    return min(*ends, *(each.not_after for each in evidence.signers if is_valid_at(each, now)))


def _untrusted(clause: str, ja: str, en: str) -> NotGood:
    return NotGood(Reason.STATUS_UNTRUSTED, Finding(clause, ja, en))


def _stale(clause: str, ja: str, en: str, compared: Compared) -> NotGood:
    return NotGood(Reason.STATUS_STALE, Finding(clause, ja, en, compared=compared))
