"""券面事項入力補助AP: 個人番号 and the four attributes (spec/card.md §2.2).

個人番号        the PIN or 照合番号A      only `read_personal_number` reads it
基本4情報       the PIN or 照合番号B
真正性検証情報   any of them              read along: hashes of both, signed by the key of EF 0004
    内部認証用公開鍵  any of them              the chip signs a challenge of ours: a copy lies on another chip
"""

from typing import Final

from reference_impl.reader.card import Card
from reference_impl.reader.faults import NotGenuine
from reference_impl.reader.files import ATTRIBUTES, CHIP_KEY_RECORD, INTEGRITY, NUMBER, TEXT_INFORMATION
from reference_impl.reader.issuers import UNSIGNED, read_card_certificate, require_chip, require_issuer
from reference_impl.reader.objects import sha256
from reference_impl.reader.personal_number import PersonalNumber
from reference_impl.reader.pins import PinTry, require_opens
from reference_impl.reader.reading import read_exactly, read_object
from reference_impl.reader.references import TEXT, TEXT_CODE_A, TEXT_CODE_B, TEXT_PIN, Reference
from reference_impl.reader.text_records import (
    Attributes,
    Integrity,
    parse_attributes,
    parse_chip_key,
    parse_integrity,
    parse_number,
)
from reference_impl.verification import oids
from reference_impl.verification.signatures import is_signed_by
from reference_impl.verification.trust import CardApplication, CardIssuer

_NUMBER_SIZE: Final = 17
"""The physical file, filler too: all of it is hashed (spec/card.md §2.2, DF31)."""


class Text:
    """The application as a counter uses it."""

    def __init__(self, card: Card, issuers: tuple[CardIssuer, ...]) -> None:
        self._card = card
        self._issuers = issuers

    def read_information(self) -> bytes:
        """EF 0005 as it is written. Free to read."""
        self._card.open(TEXT)
        return read_object(self._card.link, TEXT_INFORMATION)

    def read_attributes(self, key: Reference, attempt: PinTry) -> Attributes:
        """Name, address, birth date, sex: signed, and the signature checked."""
        require_opens(key, (TEXT_PIN, TEXT_CODE_B), ATTRIBUTES.name)
        self._card.verify(key, attempt)
        fields, hashed = parse_attributes(read_object(self._card.link, ATTRIBUTES))
        integrity, issuer_known = self._read_integrity()
        if integrity.attributes_hash != sha256(hashed):
            raise NotGenuine(UNSIGNED)
        return Attributes(*fields, issuer_known=issuer_known)

    def read_personal_number(self, key: Reference, attempt: PinTry) -> PersonalNumber:
        """The 個人番号, signed, and the signature checked. For a use that the law names, and for nothing else."""
        require_opens(key, (TEXT_PIN, TEXT_CODE_A), NUMBER.name)
        self._card.verify(key, attempt)
        file = read_exactly(self._card.link, NUMBER, _NUMBER_SIZE)
        number = parse_number(file)
        integrity, _ = self._read_integrity()
        if integrity.number_hash != sha256(file):
            raise NotGenuine(UNSIGNED)
        return number

    def change_pin(self, old: PinTry, new: str) -> None:
        """Another 券面事項入力補助用 PIN: four digits."""
        self._card.change(TEXT_PIN, old, new)

    def _read_integrity(self) -> tuple[Integrity, bool]:
        """The integrity record under its signature, on its own chip; and whether a pinned issuer stands behind it."""
        integrity = parse_integrity(read_object(self._card.link, INTEGRITY))
        _, certificate = read_card_certificate(self._card)
        issuer_known = require_issuer(certificate, self._issuers, CardApplication.TEXT)
        key, *chip = parse_chip_key(read_object(self._card.link, CHIP_KEY_RECORD))
        for signed, signature in ((integrity.signed, integrity.signature), chip):
            if not is_signed_by(certificate.key, oids.RSA_SHA256, signed, signature):
                raise NotGenuine(UNSIGNED)
        require_chip(self._card, key)
        return integrity, issuer_known
