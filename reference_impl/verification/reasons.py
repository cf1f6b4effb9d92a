"""Why a certificate was revoked, by the codes that lists and answers share (RFC 5280 §5.3.1)."""

from typing import Final

REMOVE_FROM_CRL: Final = 8

REASONS: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    REMOVE_FROM_CRL: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""7 is not used."""
