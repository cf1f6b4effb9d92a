"""Is this an authority of the real JPKI? By the public facts of spec/pki.md §1.1 and §1.2, and by nothing else.

A test that trusts the real authorities takes a resident for a dummy; the refusal can be switched off by the policy
(`Policy.production_anchors`). The specification holds the beginnings of fingerprints and not whole ones, so three
facts are compared, each enough for a refusal: the fingerprint's beginning (sorted by nobody but its own certificate),
the beginning of the one key identifier that is given in place of a fingerprint, and the name `O=JPKI` without the
marker extension that every certificate of the emulation carries.
"""

import hashlib
from typing import Final

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.trust import AnchorRefused, Trust, key_hash

FINGERPRINTS: Final = (
    "19645405a1fe",  # signca01
    "79679c33e4cc",  # signca02
    "d227f6cde11d",  # signca03
    "4dcfc4ca0aaf",  # authca01
    "64114f29620c",  # authca03
)
"""How the SHA-256 of each published certificate begins (spec/pki.md §1.1)."""
KEY_IDENTIFIERS: Final = ("8cd5586a",)  # authca02, whose fingerprint is not given
ORGANISATION: Final = ("2.5.4.10", "jpki")
MARKER: Final = "2.25.259267976"


def is_of_production(certificate: Certificate) -> bool:
    """Whether this is one of the published authorities, or calls itself JPKI without saying that it is a dummy."""
    if hashlib.sha256(certificate.encoded).hexdigest().startswith(FINGERPRINTS):
        return True
    if key_hash(certificate).hex().startswith(KEY_IDENTIFIERS):
        return True
    is_named_so = any(ORGANISATION in relative for relative in certificate.subject.prepared)
    return is_named_so and MARKER not in certificate.extensions


def require_no_production(trust: Trust) -> None:
    """Refuses a trust that holds an authority of the real JPKI."""
    for authority in trust.authorities:
        if is_of_production(authority.certificate):
            raise AnchorRefused("an authority of a test (O=JPKI-TEST)", "one of the real JPKI; see production_anchors")
