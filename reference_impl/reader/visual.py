"""券面事項確認AP: the chip's proof, the printed face, the picture of the 個人番号 (spec/card.md §2.3).

生年月日レコード   the birth date              with it the chip proves itself, without any PIN
券面情報          照合番号A or B
個人番号画像      照合番号A                   only `read_number_image` reads it
"""

import msgspec

from reference_impl.reader.card import Card
from reference_impl.reader.faults import AnswerUnreadable, NotGenuine
from reference_impl.reader.files import BIRTH_RECORD, FACE, NUMBER_IMAGE, VISUAL_INFORMATION
from reference_impl.reader.issuers import (
    NOT_THIS_CHIP,
    UNSIGNED,
    read_card_certificate,
    require_chip,
    require_issuer,
)
from reference_impl.reader.pins import PinTry, require_opens
from reference_impl.reader.reading import read_object
from reference_impl.reader.references import BIRTH_DATE, VISUAL, VISUAL_CODE_A, VISUAL_CODE_B, Reference
from reference_impl.reader.signing import PINLESS_KEY, Scheme, compute_signature
from reference_impl.reader.visual_records import Face, parse_face, parse_number_image
from reference_impl.verification import oids
from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import (
    BirthRecord,
    is_chip_present,
    is_record_certified,
    parse_birth_record,
)
from reference_impl.verification.signatures import is_signed_by
from reference_impl.verification.trust import CardApplication, CardIssuer


class ChipProof(msgspec.Struct, frozen=True):
    """What proves a chip: its birth record, the certificate of that record's signer, a signature over our challenge."""

    birth_record: bytes
    card_certificate: bytes
    signature: bytes

    def __repr__(self) -> str:
        return "ChipProof(…)"


class Visual:
    """The application as a counter uses it."""

    def __init__(self, card: Card, issuers: tuple[CardIssuer, ...]) -> None:
        self._card = card
        self._issuers = issuers

    def read_information(self) -> bytes:
        """EF 0003 as it is written: the municipality's code is in DF34. Free to read."""
        self._card.open(VISUAL)
        return read_object(self._card.link, VISUAL_INFORMATION)

    def authenticate_chip(self, challenge: bytes, attempt: PinTry) -> ChipProof:
        """Internal authentication: the birth date opens the record, the chip's key signs without a PIN.

        The chain is followed as far as anchors are pinned here; who relies on it follows it again (spec/pki.md §2).
        """
        self._card.verify(BIRTH_DATE, attempt)
        encoded = read_object(self._card.link, BIRTH_RECORD)
        record = _parse_birth_record(encoded)
        written, certificate = read_card_certificate(self._card)
        signature = compute_signature(self._card.link, PINLESS_KEY, Scheme.PKCS1, challenge)
        require_issuer(certificate, self._issuers, CardApplication.VISUAL)
        if not is_record_certified(record, certificate):
            raise NotGenuine(UNSIGNED)
        if not is_chip_present(record, challenge, signature):
            raise NotGenuine(NOT_THIS_CHIP)
        return ChipProof(encoded, written, signature)

    def read_face(self, key: Reference, attempt: PinTry) -> Face:
        """What is printed on the front, with its pictures: signed, and this chip's, which proves itself."""
        require_opens(key, (VISUAL_CODE_A, VISUAL_CODE_B), FACE.name)
        self._card.verify(key, attempt)
        encoded = read_object(self._card.link, FACE)
        _, certificate = read_card_certificate(self._card)
        issuer_known = require_issuer(certificate, self._issuers, CardApplication.VISUAL)
        face = parse_face(encoded, certificate.key)
        if face is None:
            raise NotGenuine(UNSIGNED)
        require_chip(self._card, face.chip_key)
        return msgspec.structs.replace(face, issuer_known=issuer_known)

    def read_number_image(self, attempt: PinTry) -> bytes:
        """The 個人番号 as a picture (PNG), by 照合番号A, which is that number: treat the octets as it."""
        self._card.verify(VISUAL_CODE_A, attempt)
        image, signed, signature = parse_number_image(read_object(self._card.link, NUMBER_IMAGE))
        _, certificate = read_card_certificate(self._card)
        require_issuer(certificate, self._issuers, CardApplication.VISUAL)
        if not is_signed_by(certificate.key, oids.RSA_SHA256, signed, signature):
            raise NotGenuine(UNSIGNED)
        return image


def _parse_birth_record(encoded: bytes) -> BirthRecord:
    try:
        return parse_birth_record(encoded)
    except DerError as fault:
        raise AnswerUnreadable(BIRTH_RECORD.name, fault.expected, f"{fault.actual} at {fault.offset}") from fault
