"""The chip of one presentation: read at step (1), judged at step (8), and what of it is remembered.

Remembered is the card-verifiable certificate that a pinned card issuer signed (a town has a few), and a birth record
in its read form. The signatures of the record and of the chip are verified each time.
"""

import msgspec

from reference_impl.verification.findings import missing, not_genuine
from reference_impl.verification.genuineness import (
    BirthRecord,
    CardVerifiableCertificate,
    is_chip_present,
    is_record_certified,
    parse_birth_record,
    parse_card_certificate,
    trusted_card_issuer,
)
from reference_impl.verification.identity import read_part
from reference_impl.verification.memory import Memory
from reference_impl.verification.presentation import ChipMaterial
from reference_impl.verification.trust import Trust


class Chip(msgspec.Struct, frozen=True, gc=False):
    """What was presented of a chip, and its parts as read."""

    material: ChipMaterial
    record: BirthRecord
    card_certificate: CardVerifiableCertificate


class Chips:
    """The chips of the card issuers of one trust."""

    def __init__(self, trust: Trust, remembered: int) -> None:
        self._issuers = trust.card_issuers
        self._certified: Memory[CardVerifiableCertificate] = Memory(remembered)
        self._records: Memory[BirthRecord] = Memory(remembered)

    def read(self, material: ChipMaterial | None) -> Chip:
        """(1) Both files are what they should be (spec/card.md §2.2, §2.3)."""
        if material is None:
            raise missing("chip")
        encoded = material.birth_record
        record = self._records.find(encoded) or read_part(parse_birth_record, encoded, "chip.birth_record")
        encoded = material.card_certificate
        certificate = self._certified.find(encoded) or read_part(parse_card_certificate, encoded, "chip.cvc")
        return Chip(material, record, certificate)

    def require_genuine(self, chip: Chip, challenge: bytes | None) -> None:
        """(8) anchor → card-verifiable certificate → birth record → chip → our challenge, each link by a signature."""
        material, record, certificate = chip.material, chip.record, chip.card_certificate
        if self._certified.find(material.card_certificate) is None:
            if trusted_card_issuer(certificate, self._issuers) is None:
                raise not_genuine("no pinned card issuer signed the card-verifiable certificate")
            self._certified.keep(material.card_certificate, certificate)
        if not is_record_certified(record, certificate):
            raise not_genuine("the birth record is not signed by the certified key")
        if challenge is None or not is_chip_present(record, challenge, material.signature):
            raise not_genuine("the chip of the birth record did not sign the challenge")
        if self._records.find(material.birth_record) is None:
            self._records.keep(material.birth_record, record)
