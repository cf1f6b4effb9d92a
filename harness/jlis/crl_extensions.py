"""The extensions of revocation lists and of their entries, encoded (RFC 5280 §5.2, §5.3)."""

from dataclasses import dataclass

from harness.jlis.crl_encoding import Extension, der, extension_der, integer_der

AUTHORITY_KEY_IDENTIFIER = bytes.fromhex("551d23")
CRL_NUMBER = bytes.fromhex("551d14")
DELTA_CRL_INDICATOR = bytes.fromhex("551d1b")
ISSUING_DISTRIBUTION_POINT = bytes.fromhex("551d1c")
CERTIFICATE_ISSUER = bytes.fromhex("551d1d")
UNKNOWN = bytes.fromhex("69bd843f01")
"""2.25.999999.1: nobody's, for the arc of UUIDs gives this number to no UUID in use."""
_DIRECTORY_NAME = 0xA4


@dataclass(frozen=True, slots=True)
class Scope:
    """What a list is of (RFC 5280 §5.2.5): a distribution point's name (DER), and whose certificates."""

    point: bytes
    user_certificates: bool = False
    authority_certificates: bool = False
    indirect: bool = False


def authority_key_identifier(key_identifier: bytes) -> Extension:
    """Return the identifier of the key that signs (RFC 5280 §5.2.1)."""
    return Extension(AUTHORITY_KEY_IDENTIFIER, der(0x30, der(0x80, key_identifier)))


def crl_number(number: int) -> Extension:
    """Return the list's number (RFC 5280 §5.2.3)."""
    return Extension(CRL_NUMBER, integer_der(number))


def issuing_distribution_point(scope: Scope, *, critical: bool = True) -> Extension:
    """Return the scope, the point by its full directoryName; the standard wants it critical (RFC 5280 §5.2.5)."""
    full_name = der(0xA0, der(_DIRECTORY_NAME, scope.point))
    flags = ((0x81, scope.user_certificates), (0x82, scope.authority_certificates), (0x84, scope.indirect))
    said = (der(tag, b"\xff") for tag, is_true in flags if is_true)
    return Extension(ISSUING_DISTRIBUTION_POINT, der(0x30, der(0xA0, full_name), *said), critical)


def delta_crl_indicator(base: int) -> Extension:
    """Return what makes a list a delta of the complete list with number `base` (RFC 5280 §5.2.4)."""
    return Extension(DELTA_CRL_INDICATOR, integer_der(base), critical=True)


def certificate_issuer(name: bytes) -> bytes:
    """Return the entry extension that says whose certificate an entry is of (RFC 5280 §5.3.3), in DER."""
    return extension_der(Extension(CERTIFICATE_ISSUER, der(0x30, der(_DIRECTORY_NAME, name)), critical=True))


def unknown() -> Extension:
    """Return a critical extension that nobody knows (RFC 5280 §5.2: such a list must not be used)."""
    return Extension(UNKNOWN, der(0x05), critical=True)
