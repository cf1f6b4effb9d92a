"""Wrong fields of the certificate itself (RFC 5280 §4.1.2)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from asn1crypto import core, keys, x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.jlis.wrong.parts import INTEGER, SEQUENCE, VERSION, Parts, contents_of, elements, tlv
from harness.jlis.wrong.variant import Change, Signer, Standing, Variant, given
from harness.jlis.wrong.vocabulary import Wrong

ORGANIZATION = "organization_name"


def _version_1(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, version=b"", extensions=())


def _version_1_with_extensions(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, version=b"")


def _version_2(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, version=tlv(VERSION, tlv(INTEGER, b"\x01")))


def _serial(contents: bytes) -> Change:
    return lambda parts, _signer: replace(parts, serial=tlv(INTEGER, contents))


def _serial_under(head: bytes) -> Change:
    """Return a change that puts octets before those of the correct serial number, which stays at the end."""
    return lambda parts, _signer: replace(parts, serial=tlv(INTEGER, head, contents_of(parts.serial)))


def _serial_negative(parts: Parts, _signer: Signer) -> Parts:
    first, *rest = contents_of(parts.serial)
    return replace(parts, serial=tlv(INTEGER, bytes([first | 0x80, *rest])))


def _validity_reversed(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, validity=tlv(SEQUENCE, *reversed(elements(contents_of(parts.validity)))))


def _utc_time_for_2050(parts: Parts, _signer: Signer) -> Parts:
    begin, _end = elements(contents_of(parts.validity))
    return replace(parts, validity=tlv(SEQUENCE, begin, tlv(0x17, b"500101145959Z")))


def _generalized_time(parts: Parts, _signer: Signer) -> Parts:
    begin, end = elements(contents_of(parts.validity))
    instant = core.UTCTime.load(end).native.astimezone(UTC)
    return replace(parts, validity=tlv(SEQUENCE, begin, tlv(0x18, f"{instant:%Y%m%d%H%M%SZ}".encode())))


def _issuer_reencoded(parts: Parts, _signer: Signer) -> Parts:
    rdns = x509.Name.load(parts.issuer).chosen
    values = [[(attribute["type"], attribute["value"].native) for attribute in rdn] for rdn in rdns]
    return replace(
        parts,
        issuer=tlv(
            SEQUENCE,
            *(
                tlv(0x31, *(tlv(SEQUENCE, oid.dump(), core.PrintableString(value).dump()) for oid, value in rdn))
                for rdn in values
            ),
        ),
    )


def _issuer_other(parts: Parts, _signer: Signer) -> Parts:
    name = x509.Name.load(parts.issuer)
    for rdn in name.chosen:
        for attribute in rdn:
            if attribute["type"].native == ORGANIZATION:
                attribute["value"] = x509.DirectoryString("utf8_string", "SOMEBODY-ELSE")
    return replace(parts, issuer=name.dump(force=True))


def _subject_empty(parts: Parts, _signer: Signer) -> Parts:
    return replace(parts, subject=tlv(SEQUENCE))


def _short_key(parts: Parts, signer: Signer) -> Parts:
    return replace(parts, key=_encoded(given(signer.short_key, "short_key, a holder's key of 1024 bits")))


def _cubic_key(parts: Parts, signer: Signer) -> Parts:
    return replace(parts, key=_encoded(given(signer.cubic_key, "cubic_key, a holder's key with the exponent 3")))


def _exponent_1(parts: Parts, _signer: Signer) -> Parts:
    info = keys.PublicKeyInfo.load(parts.key)
    modulus = info["public_key"].parsed["modulus"].native
    # The library of the correct keys refuses to hold such a key, rightly; its encoding is as plain as any.
    return replace(parts, key=keys.PublicKeyInfo.wrap(_rsa(modulus, 1), "rsa").dump())


def _rsa(modulus: int, exponent: int) -> keys.RSAPublicKey:
    return keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent})


def _encoded(key: RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


FAULT, POLICY, LEGAL = Standing.FAULT, Standing.POLICY, Standing.LEGAL
_VERSION, _SERIAL = "RFC 5280 §4.1.2.1, spec/rfc.md B1", "RFC 5280 §4.1.2.2"
_GRACEFULLY = f"{_SERIAL}, spec/rfc.md B3"
_KEY = "CRYPTREC; spec/pki.md §1.3, spec/rfc.md B9"
FIELDS: Mapping[Wrong, Variant] = {
    Wrong.VERSION_1: Variant(_VERSION, POLICY, _version_1),
    Wrong.VERSION_1_WITH_EXTENSIONS: Variant(_VERSION, POLICY, _version_1_with_extensions),
    Wrong.VERSION_2: Variant(_VERSION, POLICY, _version_2),
    Wrong.SERIAL_ZERO: Variant(_GRACEFULLY, POLICY, _serial(b"\x00")),
    Wrong.SERIAL_NEGATIVE: Variant(_GRACEFULLY, POLICY, _serial_negative),
    Wrong.SERIAL_OF_21_OCTETS: Variant(_SERIAL, POLICY, _serial_under(b"\x01" * 17)),
    Wrong.SERIAL_OF_20_OCTETS: Variant(_SERIAL, LEGAL, _serial_under(b"\x01" * 16)),
    Wrong.SERIAL_WITH_HIGH_BIT: Variant(_SERIAL, LEGAL, _serial(b"\x00\x87\x00\x00\x01")),
    Wrong.VALIDITY_REVERSED: Variant("RFC 5280 §6.1.3 (a)(2)", FAULT, _validity_reversed),
    Wrong.UTC_TIME_FOR_2050: Variant("RFC 5280 §4.1.2.5.1, §6.1.3 (a)(2)", FAULT, _utc_time_for_2050),
    Wrong.GENERALIZED_TIME_BEFORE_2050: Variant("RFC 5280 §4.1.2.5, spec/rfc.md B10", LEGAL, _generalized_time),
    Wrong.ISSUER_REENCODED: Variant("RFC 5280 §7.1, spec/rfc.md B5", LEGAL, _issuer_reencoded),
    Wrong.ISSUER_OTHER: Variant("RFC 5280 §6.1.3 (a)(4)", FAULT, _issuer_other),
    Wrong.SUBJECT_EMPTY: Variant("RFC 5280 §4.1.2.6", POLICY, _subject_empty),
    Wrong.KEY_OF_1024_BITS: Variant(_KEY, POLICY, _short_key),
    Wrong.KEY_WITH_EXPONENT_3: Variant(_KEY, POLICY, _cubic_key),
    Wrong.KEY_WITH_EXPONENT_1: Variant("RFC 8017 §3.1: e is at least 3", POLICY, _exponent_1),
}
