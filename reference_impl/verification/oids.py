"""Object identifiers this relying party knows. They are its own constants: it shares no table with the harness."""

from typing import Final

# RFC 5280 §4.2.1, §4.2.2.1
SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALTERNATIVE_NAME: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"

# RFC 5280 §4.2.1.4: the one qualifier that needs no action
CPS_POINTER: Final = "1.3.6.1.5.5.7.2.1"

# RFC 5280 §4.2.1.12, RFC 6960 §4.2.2.2
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
OCSP_NO_CHECK: Final = "1.3.6.1.5.5.7.48.1.5"

# RFC 6960 §4.2.1, §4.4.4; RFC 9654 §2.1; the hashes of a CertID: RFC 3279 §2.1, RFC 5754 §2
OCSP_BASIC: Final = "1.3.6.1.5.5.7.48.1.1"
OCSP_NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
OCSP_ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"
SHA1: Final = "1.3.14.3.2.26"
SHA256: Final = "2.16.840.1.101.3.4.2.1"

# RFC 4055 §5
RSA_SHA256: Final = "1.2.840.113549.1.1.11"
RSA_SHA384: Final = "1.2.840.113549.1.1.12"
RSA_SHA512: Final = "1.2.840.113549.1.1.13"

# spec/pki.md §1.5: the card's own policies, production and test
AUTH_CARD: Final = "1.2.392.200149.8.5.1.3.30"
SIGN_CARD: Final = "1.2.392.200149.8.5.1.1.20"
AUTH_CARD_TEST: Final = "1.2.392.200149.8.5.1.2.30"
SIGN_CARD_TEST: Final = "1.2.392.200149.8.5.1.0.20"

# spec/pki.md §1.5, §1.6: a phone's. Its signature policy is reported, the others are choices of the emulation.
AUTH_PHONE: Final = "1.2.392.200149.8.5.1.3.50"
SIGN_PHONE: Final = "1.2.392.200149.8.5.1.1.40"
AUTH_PHONE_TEST: Final = "1.2.392.200149.8.5.1.2.50"
SIGN_PHONE_TEST: Final = "1.2.392.200149.8.5.1.0.40"
