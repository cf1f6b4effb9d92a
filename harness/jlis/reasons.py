"""The revocation reasons that J-LIS uses, with their codes (RFC 5280 §5.3.1, spec/pki.md §2)."""

from enum import StrEnum

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.PUBLISHED,
        "spec/pki.md §2",
        "使われる失効理由コードは 0–6 のうち7種。removeFromCRL は現れない",
        "the reason codes in use are 0 to 6; removeFromCRL never occurs",
    ),
)


class RevocationReason(StrEnum):
    """Why a certificate was revoked."""

    UNSPECIFIED = "unspecified"
    """Destroyed before it was handed over; a list leaves this reason out (RFC 5280 §5.3.1)."""
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    """記載事項変更: name, address, birth date or sex changed."""
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    CERTIFICATE_HOLD = "certificateHold"
    """一時停止: doubt about the safety of the key; the hold is never lifted."""
