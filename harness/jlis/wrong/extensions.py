"""Wrong extensions, as RFC 5280 has them (§4.2)."""

from collections.abc import Mapping

from asn1crypto import x509

from harness.jlis.wrong.oids import AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, KEY_USAGE, NOBODYS
from harness.jlis.wrong.parts import Parts, extension
from harness.jlis.wrong.variant import Change, Signer, Standing, Variant
from harness.jlis.wrong.vocabulary import Wrong

NULL = b"\x05\x00"


def without(oid: str) -> Change:
    """Return the change that takes an extension away."""
    return lambda parts, _signer: parts.with_extension(oid)


def with_key_usage(parts: Parts, *usages: str) -> Parts:
    """Return the same with another key usage."""
    return parts.with_value(KEY_USAGE, x509.KeyUsage(set(usages)).dump())


def with_authority_key(parts: Parts, *, key_identifier: bytes | None = None, serial: int | None = None) -> Parts:
    """Return the same with another key identifier, another serial number, or both, in the authority key identifier."""
    value = x509.AuthorityKeyIdentifier.load(parts.value(AUTHORITY_KEY_ID))
    if key_identifier is not None:
        value["key_identifier"] = key_identifier
    if serial is not None:
        value["authority_cert_serial_number"] = serial
    return parts.with_value(AUTHORITY_KEY_ID, value.dump(force=True))


def _unknown(*, critical: bool) -> Change:
    return lambda parts, _signer: parts.and_extension(extension(NOBODYS, NULL, critical=critical))


def _duplicate(parts: Parts, _signer: Signer) -> Parts:
    return parts.with_extension(KEY_USAGE, parts.whole(KEY_USAGE), parts.whole(KEY_USAGE))


def _ca_true(parts: Parts, _signer: Signer) -> Parts:
    return parts.and_extension(extension(BASIC_CONSTRAINTS, x509.BasicConstraints({"ca": True}).dump(), critical=True))


def _key_cert_sign(parts: Parts, _signer: Signer) -> Parts:
    usages = x509.KeyUsage.load(parts.value(KEY_USAGE)).native
    return with_key_usage(parts, *usages, "key_cert_sign")


def _other_key_id(parts: Parts, _signer: Signer) -> Parts:
    value = x509.AuthorityKeyIdentifier.load(parts.value(AUTHORITY_KEY_ID))["key_identifier"].native
    return with_authority_key(parts, key_identifier=bytes(octet ^ 0xFF for octet in value))


def _other_serial(parts: Parts, _signer: Signer) -> Parts:
    value = x509.AuthorityKeyIdentifier.load(parts.value(AUTHORITY_KEY_ID))["authority_cert_serial_number"].native
    return with_authority_key(parts, serial=value ^ 1)


FAULT, POLICY, LEGAL = Standing.FAULT, Standing.POLICY, Standing.LEGAL
_AKI = "RFC 5280 §4.2.1.1, spec/rfc.md B2"
EXTENSIONS: Mapping[Wrong, Variant] = {
    Wrong.UNKNOWN_CRITICAL_EXTENSION: Variant("RFC 5280 §4.2, §6.1.5 (f)", FAULT, _unknown(critical=True)),
    Wrong.UNKNOWN_EXTENSION: Variant("RFC 5280 §4.2", LEGAL, _unknown(critical=False)),
    Wrong.DUPLICATE_EXTENSION: Variant("RFC 5280 §4.2, spec/rfc.md B4", POLICY, _duplicate),
    Wrong.CA_TRUE: Variant("RFC 5280 §4.2.1.9, spec/rfc.md B1", POLICY, _ca_true),
    Wrong.KEY_CERT_SIGN: Variant("RFC 5280 §4.2.1.3, spec/rfc.md B1", POLICY, _key_cert_sign),
    Wrong.AUTHORITY_KEY_ID_OTHER: Variant(_AKI, POLICY, _other_key_id),
    Wrong.AUTHORITY_SERIAL_OTHER: Variant(_AKI, POLICY, _other_serial),
    Wrong.AUTHORITY_KEY_ID_ABSENT: Variant(_AKI, POLICY, without(AUTHORITY_KEY_ID)),
}
