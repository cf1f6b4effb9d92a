"""What a terminal presents, read from its bytes: a certificate, a birth record, a card-verifiable certificate.

Reading only: whether any of it is true is asked of OpenSSL. Bytes that do not parse raise ValueError.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, keys, x509

from conformance.checker.strict_der import require_der

AUTH_POLICIES = frozenset({"1.2.392.200149.8.5.1.2.30"})
"""Card authentication, of the test arc: this relying party never lives in production (spec/pki.md §1.5)."""
SIGN_POLICIES = frozenset({"1.2.392.200149.8.5.1.0.20"})
"""Card signature, of the test arc (spec/pki.md §1.5)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the checker needs to know of a resident's certificate (spec/pki.md §1.3–1.4)."""

    der: bytes
    key: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    usages: frozenset[str]
    extended_usages: frozenset[str]
    policies: frozenset[str]
    is_authority: bool = False
    """Whether it says so, by basicConstraints or keyCertSign: never a holder's (spec/pki.md §1.3)."""

    def fits(self, kind: str) -> bool:
        """Whether key usage, extended key usage and policy are those of an `auth` or a `sign` certificate.

        RFC 5280 §4.2.1.3–4.2.1.4 define the fields; that all of them are demanded is the JPKI profile's policy.
        """
        if self.is_authority:
            return False
        if kind == "auth":
            return bool(
                "digital_signature" in self.usages
                and "client_auth" in self.extended_usages
                and self.policies & AUTH_POLICIES
            )
        return bool(
            {"digital_signature", "non_repudiation"} <= self.usages
            and not self.extended_usages
            and self.policies & SIGN_POLICIES
        )


def read_certificate(der: bytes) -> Certificate:
    """The certificate; exactly one DER value, nothing behind it."""
    try:
        read = x509.Certificate.load(der, strict=True)
        _ = read.native  # asn1crypto is lazy: this opens every field now
        key = read.public_key.dump()
        policies = read.certificate_policies_value.native if read.certificate_policies_value else []
        usages = read.key_usage_value.native if read.key_usage_value else set()
        require_der(der, read)
        extended = read.extended_key_usage_value.native if read.extended_key_usage_value else []
        return Certificate(
            der,
            key,
            read.serial_number,
            read.not_valid_before,
            read.not_valid_after,
            frozenset(usages),
            frozenset(extended),
            frozenset(policy["policy_identifier"] for policy in policies),
            bool(read.ca) or "key_cert_sign" in usages,
        )
    except (TypeError, KeyError, AttributeError, IndexError, OverflowError) as fault:  # asn1crypto's ways to say no
        raise ValueError(f"no certificate: {fault}") from fault


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The length written at this offset, and where the value begins (ISO 7816-4:2005 §5.2.2.2; at most two bytes)."""
    more = {0x81: 1, 0x82: 2}.get(data[at], 0)
    if not more and data[at] >= 0x80:
        raise ValueError(f"length byte {data[at]:02X} at {at}: expected 00..7F, 81 or 82")
    if len(data) < at + 1 + more:
        raise ValueError(f"length at {at} is cut")
    return int.from_bytes(data[at + 1 : at + 1 + more], "big") if more else data[at], at + 1 + more


def _objects(data: bytes, *tags: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Value and whole TLV of each of these tags, in this order, with nothing between them or behind."""
    at = 0
    for tag in tags:
        if data[at : at + len(tag)] != tag or len(data) == at + len(tag):
            raise ValueError(f"expected tag {tag.hex()} at {at}, actual {data[at : at + len(tag)].hex() or 'the end'}")
        length, start = _length(data, at + len(tag))
        if start + length > len(data):
            raise ValueError(f"{tag.hex()} announces {length} bytes, {len(data) - start} follow")
        yield data[start : start + length], data[at : start + length]
        at = start + length
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes behind {tags[-1].hex()}")


def _card_key(body: bytes) -> bytes:
    """The DER SPKI of a card key `90 exponent ‖ 91 modulus` (spec/card.md §2.2)."""
    (exponent, _), (modulus, _) = _objects(body, b"\x90", b"\x91")
    numbers = keys.RSAPublicKey(
        {"modulus": int.from_bytes(modulus, "big"), "public_exponent": int.from_bytes(exponent, "big")}
    )
    written: bytes = keys.PublicKeyInfo(
        {"algorithm": keys.PublicKeyAlgorithm({"algorithm": "rsa", "parameters": core.Null()}), "public_key": numbers}
    ).dump()
    return written


@dataclass(frozen=True, slots=True)
class BirthRecord:
    """EF 0001 of the visual AP: birth date, chip key, the municipality's signature over both (spec/card.md §2.3)."""

    birth_date: str
    chip_key: bytes
    chip_key_content: bytes
    signed: bytes
    signature: bytes


def read_birth_record(data: bytes) -> BirthRecord:
    """The record `FF10 {DF11 YYYYMMDD, DF12 key, DF13 signature}`; DF13 covers the two TLVs before it as written."""
    [(body, _)] = _objects(data, b"\xff\x10")
    (born, born_object), (key, key_object), (signature, _) = _objects(body, b"\xdf\x11", b"\xdf\x12", b"\xdf\x13")
    digits = born.decode("ascii")
    if len(digits) != 8 or not digits.isdigit():
        raise ValueError(f"DF11 {born.hex()}: expected eight digits")
    return BirthRecord(
        f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", _card_key(key), key, born_object + key_object, signature
    )


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """EF 0004: which issuer key signed, the municipality's key, and the signature over `body` (spec/card.md §2.2)."""

    issuer_key_id: bytes
    key: bytes
    body: bytes
    signature: bytes


def read_card_certificate(data: bytes) -> CardCertificate:
    """The CVC `7F21 {5F4E {key-id of the signer, key-id of the key, key}, 5F37 signature}`."""
    [(content, _)] = _objects(data, b"\x7f\x21")
    (body, _), (signature, _) = _objects(content, b"\x5f\x4e", b"\x5f\x37")
    if len(body) < 32:
        raise ValueError(f"5F4E has {len(body)} bytes: expected two key-ids of 16 and a key")
    return CardCertificate(body[:16], _card_key(body[32:]), body, signature)
