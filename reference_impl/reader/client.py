"""The card client: certificates, signatures, and the internal authentication of the 券面事項確認AP."""

import hashlib
from datetime import date
from typing import Final

import msgspec

from reference_impl.reader.connection import Connection, exchange
from reference_impl.reader.era import era_digits
from reference_impl.reader.faults import AnswerUnreadable
from reference_impl.reader.files import (
    Application,
    JpkiFile,
    VisualFile,
    read_tagged_file,
    require_ok,
    select_application,
    select_file,
)
from reference_impl.reader.pins import encode_pin, require_own_reader, verify_pin

_SEQUENCE: Final = b"\x30"
_BIRTH_RECORD: Final = bytes.fromhex("FF10")
_CARD_CERTIFICATE: Final = bytes.fromhex("7F21")

_SHA256_DIGEST_INFO: Final = bytes.fromhex("3031300D060960864801650304020105000420")
"""DigestInfo of RFC 8017 §9.2, note 1, up to the hash."""

_CURRENT_KEY: Final = 0x80
_PINLESS_KEY: Final = 0x00
"""P2 of COMPUTE DIGITAL SIGNATURE: the selected key, or the key of the visual application that needs no PIN."""


class ChipProof(msgspec.Struct, frozen=True):
    """What proves a chip: its birth record, the certificate of that record's signer, a signature over our challenge."""

    birth_record: bytes
    card_certificate: bytes
    signature: bytes


class CardClient:
    """A card in a reader. Every method selects what it needs and assumes nothing about what was current."""

    def __init__(self, connection: Connection, *, test_card: str | None = None) -> None:
        self._connection = connection
        self._test_card = test_card

    def read_auth_certificate(self) -> bytes:
        """The DER of the 利用者証明用電子証明書, which is free to read, without the zeros that fill its file."""
        select_application(self._connection, Application.JPKI)
        return read_tagged_file(self._connection, JpkiFile.AUTH_CERTIFICATE, _SEQUENCE)

    def sign_challenge(self, challenge: bytes, pin: str, *, may_spend_last_try: bool = False) -> bytes:
        """The authentication key's signature over the challenge."""
        self._open(JpkiFile.AUTH_PIN, pin, may_spend_last_try=may_spend_last_try)
        return self._sign(JpkiFile.AUTH_KEY, challenge)

    def sign_document(self, document: bytes, password: str, *, may_spend_last_try: bool = False) -> tuple[bytes, bytes]:
        """The signature certificate, which only the password opens, and its key's signature over the document."""
        self._open(JpkiFile.SIGN_PIN, password.upper(), may_spend_last_try=may_spend_last_try)
        certificate = read_tagged_file(self._connection, JpkiFile.SIGN_CERTIFICATE, _SEQUENCE)
        return certificate, self._sign(JpkiFile.SIGN_KEY, document)

    def authenticate_chip(self, challenge: bytes, birth_date: date, *, may_spend_last_try: bool = False) -> ChipProof:
        """Internal authentication: the birth date opens the record, the key of the chip signs without a PIN."""
        require_own_reader(self._connection, self._test_card)
        select_application(self._connection, Application.VISUAL)
        digits = encode_pin(era_digits(birth_date))
        verify_pin(self._connection, VisualFile.BIRTH_DATE_KEY, digits, may_spend_last_try=may_spend_last_try)
        record = read_tagged_file(self._connection, VisualFile.BIRTH_RECORD, _BIRTH_RECORD)
        certificate = read_tagged_file(self._connection, VisualFile.CARD_CERTIFICATE, _CARD_CERTIFICATE)
        return ChipProof(record, certificate, self._compute(_PINLESS_KEY, challenge))

    def _open(self, file: JpkiFile, pin: str, *, may_spend_last_try: bool) -> None:
        encoded = encode_pin(pin)
        require_own_reader(self._connection, self._test_card)
        select_application(self._connection, Application.JPKI)
        verify_pin(self._connection, file, encoded, may_spend_last_try=may_spend_last_try)

    def _sign(self, key: JpkiFile, message: bytes) -> bytes:
        select_file(self._connection, key)
        return self._compute(_CURRENT_KEY, message)

    def _compute(self, key_reference: int, message: bytes) -> bytes:
        """COMPUTE DIGITAL SIGNATURE over the DigestInfo of the message (spec/card.md §4, P1=00)."""
        digest_info = _SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
        command = bytes([0x80, 0x2A, 0x00, key_reference, len(digest_info)]) + digest_info + b"\x00"
        signature = require_ok(exchange(self._connection, command), "COMPUTE DIGITAL SIGNATURE")
        if len(signature) != 256:
            raise AnswerUnreadable("signature", "256 octets", f"{len(signature)}")
        return signature
