"""Is this a certificate of the real JPKI? By the public facts of spec/pki.md §1.1 and §1.2; no load is sent there.

The specification holds the beginnings of fingerprints. Everything of the emulation carries the marker extension, and
its names say JPKI-TEST; whatever calls itself JPKI without the marker is taken for the real one.
"""

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from harness.errors import ConfigurationError
from harness.jlis.profiles import MARKER_OID

FINGERPRINTS = ("19645405a1fe", "79679c33e4cc", "d227f6cde11d", "4dcfc4ca0aaf", "64114f29620c")
"""How the SHA-256 of each published authority begins."""


def is_of_production(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is one of the published authorities, or named or issued as by the real JPKI."""
    if certificate.fingerprint(SHA256()).hex().startswith(FINGERPRINTS):
        return True
    has_marker = any(each.oid.dotted_string == MARKER_OID.dotted_string for each in certificate.extensions)
    names = [
        attribute.value
        for name in (certificate.subject, certificate.issuer)
        for attribute in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    ]
    return "JPKI" in names and not has_marker


def require_no_production(what: str, certificate: x509.Certificate) -> None:
    """Return for a certificate of a test; ConfigurationError for one of the real JPKI."""
    if is_of_production(certificate):
        raise ConfigurationError(
            f"before any load was sent: {what}: expected a certificate of a test (O=JPKI-TEST), "
            "actual one of the real JPKI; nothing switches this off"
        )
