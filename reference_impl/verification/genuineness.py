"""Is this chip a genuine one? Internal authentication of the 券面事項確認AP (spec/pki.md §5, spec/card.md §2.3).

The chain: card-issuer anchor → card-verifiable certificate → birth record → the chip's key → our fresh challenge.
"""

from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.verification import oids
from reference_impl.verification.der import DerError
from reference_impl.verification.signatures import KeyRefused, is_signed_by, load_key_numbers
from reference_impl.verification.tlv import read_items
from reference_impl.verification.trust import CardApplication, CardIssuer

_CERTIFICATE: Final = bytes.fromhex("7F21")
_BODY: Final = bytes.fromhex("5F4E")
_SIGNATURE: Final = bytes.fromhex("5F37")
_EXPONENT: Final = bytes.fromhex("90")
_MODULUS: Final = bytes.fromhex("91")
_BIRTH_RECORD: Final = bytes.fromhex("FF10")
_BIRTH_DATE: Final = bytes.fromhex("DF11")
_CHIP_KEY: Final = bytes.fromhex("DF12")
_RECORD_SIGNATURE: Final = bytes.fromhex("DF13")

KEY_ID_LENGTH: Final = 16


class CardVerifiableCertificate(msgspec.Struct, frozen=True, gc=False):
    """EF 0004: one card issuer's word for the key that signed the birth record."""

    issuer_key_id: bytes
    subject_key_id: bytes
    key: RSAPublicKey
    body: bytes
    signature: bytes


class BirthRecord(msgspec.Struct, frozen=True, gc=False):
    """EF 0001: birth date (YYYYMMDD), the chip's key, and the issuer's signature over both as written."""

    birth_date: str
    chip_key: bytes
    key: RSAPublicKey
    signed: bytes
    signature: bytes


def parse_card_certificate(data: bytes) -> CardVerifiableCertificate:
    """The card-verifiable certificate that `data` consists of (spec/card.md §2.2, EF 0004)."""
    (whole,) = read_items(data, (_CERTIFICATE,))
    body, signature = read_items(whole.value, (_BODY, _SIGNATURE))
    ids = body.value[: 2 * KEY_ID_LENGTH]
    if len(ids) < 2 * KEY_ID_LENGTH:
        raise DerError(0, "spec/card.md §2.2", "two key identifiers of 16 octets", f"{len(ids)} octets")
    key = _read_key(body.value[2 * KEY_ID_LENGTH :])
    return CardVerifiableCertificate(ids[:KEY_ID_LENGTH], ids[KEY_ID_LENGTH:], key, body.value, signature.value)


def parse_birth_record(data: bytes) -> BirthRecord:
    """The birth record that `data` consists of, without the filler of its file (spec/card.md §2.3, EF 0001)."""
    (whole,) = read_items(data, (_BIRTH_RECORD,))
    date, key, signature = read_items(whole.value, (_BIRTH_DATE, _CHIP_KEY, _RECORD_SIGNATURE))
    if len(date.value) != 8 or not date.value.isdigit():
        raise DerError(0, "spec/card.md §2.3", "DF11 of eight digits", f"{len(date.value)} octets of another form")
    signed = date.encoded + key.encoded
    return BirthRecord(date.value.decode("ascii"), key.value, _read_key(key.value), signed, signature.value)


def _read_key(value: bytes) -> RSAPublicKey:
    """The key written as exponent `90` and modulus `91`."""
    exponent, modulus = read_items(value, (_EXPONENT, _MODULUS))
    try:
        return load_key_numbers(modulus.value, exponent.value)
    except KeyRefused as error:
        raise DerError(0, "spec/card.md §2.2", "an RSA key", str(error)) from error


def trusted_card_issuer(certificate: CardVerifiableCertificate, issuers: tuple[CardIssuer, ...]) -> CardIssuer | None:
    """The pinned issuer of the visual application whose key signed this; the identifier alone proves nothing.

    Whoever certifies the text application's signers says nothing of chips: what is right under that key is not here.
    """
    for issuer in issuers:
        if issuer.application is not CardApplication.VISUAL:
            continue
        if issuer.key_id == certificate.issuer_key_id and is_signed_by(
            issuer.key, oids.RSA_SHA256, certificate.body, certificate.signature
        ):
            return issuer
    return None


def is_record_certified(record: BirthRecord, certificate: CardVerifiableCertificate) -> bool:
    """Whether DF13 is the certified key's signature over DF11 and DF12 as written."""
    return is_signed_by(certificate.key, oids.RSA_SHA256, record.signed, record.signature)


def is_chip_present(record: BirthRecord, challenge: bytes, signature: bytes) -> bool:
    """Whether the chip named in the record signed our challenge: a copied record cannot."""
    return is_signed_by(record.key, oids.RSA_SHA256, challenge, signature)


def birth_date_equals_enrolled(record: BirthRecord, enrolled: str) -> bool:
    """Whether the record belongs to somebody born on the day learnt at enrolment."""
    return record.birth_date == enrolled


def chip_key_equals_enrolled(record: BirthRecord, enrolled: bytes) -> bool:
    """Whether this is the chip that was enrolled: a certificate shown with another genuine chip is told apart here."""
    return record.chip_key == enrolled
