"""The revocation reasons that J-LIS uses, with their codes (RFC 5280 §5.3.1, spec/pki.md §2)."""

from enum import StrEnum


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
