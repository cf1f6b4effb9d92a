"""A certificate of the real JPKI is never loaded: known by its name, unless it carries the emulation's marker."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from harness.errors import ConfigurationError
from harness.jlis.profiles import MARKER
from loadtests.targets.production import require_no_production
from loadtests.vocabulary import Standing
from tests.loadtests.targets.conftest import Registered


def certificate(organisation: str, *, marked: bool) -> x509.Certificate:
    """One whose issuer has this organisation."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    )
    if marked:
        builder = builder.add_extension(MARKER, critical=False)
    return builder.sign(key, SHA256())


def test_real_jpki_is_refused() -> None:
    """One line, and no word switches it off."""
    with pytest.raises(ConfigurationError, match="the card in A: expected a certificate of a test") as fault:
        require_no_production("the card in A", certificate("JPKI", marked=False))
    assert "\n" not in str(fault.value)


def test_what_is_none_of_it_passes(registered: Registered) -> None:
    """A vendor's own, one that carries the marker, and ours."""
    require_no_production("a card", certificate("Vendor", marked=False))
    require_no_production("a card", certificate("JPKI", marked=True))
    ours = registered.somebody(Standing.GOOD).certificate
    require_no_production("a card", x509.load_der_x509_certificate(ours))
