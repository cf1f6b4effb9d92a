"""Right values, wrongly encoded (X.690 §10, §11; RFC 5280 §4.1 wants DER of whoever issues)."""

from collections.abc import Mapping
from dataclasses import replace

from harness.jlis.wrong.oids import ISSUER_ALT_NAME, KEY_USAGE
from harness.jlis.wrong.parts import INTEGER, SEQUENCE, Parts, contents_of, elements, tlv
from harness.jlis.wrong.variant import Signer, Standing, Variant, rightly
from harness.jlis.wrong.vocabulary import Wrong

FALSE = b"\x01\x01\x00"
GARBAGE = b"\x05\x00"
"""Well-formed by itself (NULL), so that only its place is wrong."""


def _serial_not_minimal(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, serial=tlv(INTEGER, b"\x00", contents_of(parts.serial)))


def _length_in_long_form(parts: Parts, _signer: Signer) -> Parts:
    contents = contents_of(parts.serial)
    return replace(parts, serial=bytes([INTEGER, 0x81, len(contents)]) + contents)


def _indefinite(parts: Parts, signer: Signer) -> bytes:
    return b"\x30\x80" + contents_of(rightly(parts, signer)) + b"\x00\x00"


def _trailing(parts: Parts, signer: Signer) -> bytes:
    return rightly(parts, signer) + GARBAGE


def _trailing_in_extension(parts: Parts, _signer: Signer) -> Parts:
    return parts.with_value(KEY_USAGE, parts.value(KEY_USAGE) + GARBAGE)


def _boolean_not_ff(parts: Parts, _signer: Signer) -> Parts:
    oid, critical, value = elements(contents_of(parts.whole(KEY_USAGE)))
    return parts.with_extension(KEY_USAGE, tlv(SEQUENCE, oid, critical[:2], b"\x01", value))


def _default_encoded(parts: Parts, _signer: Signer) -> Parts:
    oid, value = elements(contents_of(parts.whole(ISSUER_ALT_NAME)))
    return parts.with_extension(ISSUER_ALT_NAME, tlv(SEQUENCE, oid, FALSE, value))


_POLICY = Standing.POLICY
ENCODING: Mapping[Wrong, Variant] = {
    Wrong.SERIAL_NOT_MINIMAL: Variant("X.690 §8.3.2, spec/rfc.md B4", _POLICY, _serial_not_minimal),
    Wrong.LENGTH_IN_LONG_FORM: Variant("X.690 §10.1, spec/rfc.md B4", _POLICY, _length_in_long_form),
    Wrong.INDEFINITE_LENGTH: Variant("X.690 §10.1, spec/rfc.md B4", _POLICY, sign=_indefinite),
    Wrong.TRAILING_OCTETS: Variant("RFC 5280 §4.1, spec/rfc.md B4", _POLICY, sign=_trailing),
    Wrong.TRAILING_OCTETS_IN_EXTENSION: Variant("RFC 5280 §4.1, spec/rfc.md B4", _POLICY, _trailing_in_extension),
    Wrong.BOOLEAN_NOT_FF: Variant("X.690 §11.1, spec/rfc.md B4", _POLICY, _boolean_not_ff),
    Wrong.DEFAULT_ENCODED: Variant("X.690 §11.5, spec/rfc.md B4", _POLICY, _default_encoded),
}
