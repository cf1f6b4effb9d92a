"""The terminal's side of the card: SELECT, READ BINARY, VERIFY and COMPUTE DIGITAL SIGNATURE over any connection.

CardFault           what the card or the reader did instead
├── CardRefused     a status word other than 9000
├── PinRefused      a wrong PIN, with the tries left
├── PinBlocked      no try left
└── ForeignReader   a reader that is not ours: no PIN is sent to it
"""

import hashlib
from datetime import date
from typing import Protocol

from cardsim.era import era_birth_digits
from cardsim.tlv import parse_all, parse_one
from harness.contract.messages import ChipProof

OUR_READERS = "Kazashi"
JPKI = bytes.fromhex("D392F000260100000001")
VISUAL = bytes.fromhex("D3921000310001010402")
TEXT = bytes.fromhex("D3921000310001010408")
_BY_REFERENCE_DATA = {JPKI, TEXT}
"""CHANGE REFERENCE DATA there, JICSAP's CHANGE KEY elsewhere (spec/card.md §3)."""
TEXT_PIN, EF_ATTRIBUTES, _OFFSETS = 0x0011, 0x0002, 0xDF21
DONE = 0x9000
EF_SIGNATURE_CERTIFICATE, EF_AUTHENTICATION_CERTIFICATE = 0x0001, 0x000A
AUTHENTICATION_KEY, AUTHENTICATION_PIN = 0x0017, 0x0018
SIGNATURE_KEY, SIGNATURE_PASSWORD = 0x001A, 0x001B
EF_BIRTH_RECORD, EF_CVC, BIRTH_DATE_KEY = 0x0001, 0x0004, 0x0011
SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017 §9.2 note 1


class Connection(Protocol):
    """The shape of pyscard's CardConnection, as far as a terminal needs it."""

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""

    def getReader(self) -> str:  # noqa: N802  (pyscard's name)
        """Return the reader's name."""


class CardFault(Exception):
    """The card or the reader did not do what the terminal asked."""


class CardRefused(CardFault):
    """A status word other than 9000."""

    def __init__(self, command: str, status: int) -> None:
        super().__init__(f"{command}: expected 9000, actual {status:04X}")
        self.status = status


class PinRefused(CardFault):
    """The PIN was wrong; one try is spent."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"VERIFY: wrong PIN, tries left: {tries_left}")
        self.tries_left = tries_left


class PinBlocked(CardFault):
    """The PIN has no try left (6984, or 6983 on cards that follow ISO 7816-4)."""


class ForeignReader(CardFault):
    """The reader's name does not begin with "Kazashi": a real card may be in it, so it gets no PIN."""


class CardReader:
    """The functions of a card in a reader, as a relying party's terminal uses them (spec/card.md §2–§4)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def authentication_certificate(self) -> bytes:
        """Return the 利用者証明用電子証明書 (DER), which needs no PIN."""
        self._select_application(JPKI)
        return self._read_file(EF_AUTHENTICATION_CERTIFICATE)

    def signature_certificate(self, password: str) -> bytes:
        """Return the 署名用電子証明書 (DER), which needs its password."""
        self._select_application(JPKI)
        self._verify(SIGNATURE_PASSWORD, password)
        return self._read_file(EF_SIGNATURE_CERTIFICATE)

    def sign_challenge(self, pin: str, challenge: bytes) -> bytes:
        """Return the PKCS#1 v1.5 SHA-256 signature of the authentication key over `challenge`."""
        self._select_application(JPKI)
        self._verify(AUTHENTICATION_PIN, pin)
        self._select_file(AUTHENTICATION_KEY)
        return self._sign(challenge, p2=0x80)

    def sign_document(self, password: str, document: bytes) -> bytes:
        """Return the PKCS#1 v1.5 SHA-256 signature of the signature key over `document`."""
        self._select_application(JPKI)
        self._verify(SIGNATURE_PASSWORD, password)
        self._select_file(SIGNATURE_KEY)
        return self._sign(document, p2=0x80)

    def sign_unasked(self) -> int:
        """Return the status word to a signature of the authentication key for which this terminal sent no PIN."""
        self._select_application(JPKI)
        self._select_file(AUTHENTICATION_KEY)
        return self._transmit(_signing(b"", p2=0x80))[1]

    def prove_chip(self, birth_date: date, challenge: bytes) -> ChipProof:
        """Return the internal authentication of the 券面事項確認AP: no PIN, but the birth date opens its record."""
        self._select_application(VISUAL)
        self._verify(BIRTH_DATE_KEY, era_birth_digits(birth_date))
        record = self._read_file(EF_BIRTH_RECORD)
        cvc = self._read_file(EF_CVC)
        return ChipProof(birth_record=record, cvc=cvc, signature=self._sign(challenge, p2=0x00))

    def four_attributes(self, pin: str) -> dict[int, str]:
        """Return what the text application says of its holder, by tag: DF22 name, DF23 address, DF24, DF25."""
        self._select_application(TEXT)
        self._verify(TEXT_PIN, pin)
        record = parse_one(self._read_file(EF_ATTRIBUTES))[0].value
        return {each.tag: each.value.decode("utf-8") for each in parse_all(record) if each.tag != _OFFSETS}

    def type(self, application: bytes, reference: int, secret: str) -> int:
        """Return the status word to a VERIFY of any PIN of any application, whatever it is."""
        self._select_application(application)
        return self._send_secret(reference, secret)

    def change(self, application: bytes, reference: int, old: str, new: str) -> int:
        """Return the status word to the change of a PIN: that of the VERIFY where the old value is refused."""
        status = self.type(application, reference, old)
        if status != DONE:
            return status
        header = b"\x00\x24\x01\x80" if application in _BY_REFERENCE_DATA else b"\x80\x32\x00\x80"
        return self._transmit(header + bytes([len(new)]) + new.encode("ascii"))[1]

    def tries_left(self, reference: int = AUTHENTICATION_PIN, application: bytes = JPKI) -> int:
        """Return the tries left of a PIN, without spending one (an empty VERIFY)."""
        self._select_application(application)
        self._select_file(reference)
        _, status = self._transmit(b"\x00\x20\x00\x80")
        return status & 0x0F

    def _select_application(self, aid: bytes) -> None:
        self._must("SELECT application", b"\x00\xa4\x04\x0c" + bytes([len(aid)]) + aid)

    def _select_file(self, identifier: int) -> None:
        self._must(f"SELECT EF {identifier:04X}", b"\x00\xa4\x02\x0c\x02" + identifier.to_bytes(2, "big"))

    def _read_file(self, identifier: int) -> bytes:
        """Read one whole TLV object from the start of the file; the filler behind it stays on the card."""
        self._select_file(identifier)
        content = self._read_block(0)
        length = _object_length(content)
        while len(content) < length:
            content += self._read_block(len(content))
        return content[:length]

    def _read_block(self, offset: int) -> bytes:
        block = self._must("READ BINARY", b"\x00\xb0" + offset.to_bytes(2, "big") + b"\x00")
        if not block:
            raise CardFault(f"READ BINARY at {offset}: expected more of the file, actual its end")
        return block

    def _send_secret(self, reference: int, secret: str) -> int:
        name = self._connection.getReader()
        if not name.startswith(OUR_READERS):
            raise ForeignReader(f"reader {name!r}: expected a name beginning with {OUR_READERS!r}; no PIN was sent")
        self._select_file(reference)
        data = secret.encode("ascii")
        return self._transmit(b"\x00\x20\x00\x80" + bytes([len(data)]) + data)[1]

    def _verify(self, reference: int, secret: str) -> None:
        status = self._send_secret(reference, secret)
        if status in (0x6984, 0x6983):
            raise PinBlocked(f"VERIFY {reference:04X}: blocked ({status:04X})")
        if status & 0xFFF0 == 0x63C0:
            raise PinRefused(status & 0x0F)
        if status != 0x9000:
            raise CardRefused(f"VERIFY {reference:04X}", status)

    def _sign(self, message: bytes, *, p2: int) -> bytes:
        return self._must("COMPUTE DIGITAL SIGNATURE", _signing(message, p2=p2))

    def _must(self, name: str, command: bytes) -> bytes:
        data, status = self._transmit(command)
        if status != 0x9000:
            raise CardRefused(name, status)
        return data

    def _transmit(self, command: bytes) -> tuple[bytes, int]:
        data, sw1, sw2 = self._connection.transmit(list(command))
        return bytes(data), sw1 << 8 | sw2


def _signing(message: bytes, *, p2: int) -> bytes:
    digest_info = SHA256_DIGEST_INFO + hashlib.sha256(message).digest()
    return b"\x80\x2a\x00" + bytes([p2, len(digest_info)]) + digest_info + b"\x00"


def _object_length(start: bytes) -> int:
    """Return header plus value length of the BER-TLV object that `start` begins (two-byte tags included)."""
    tag = 2 if start[0] & 0x1F == 0x1F else 1
    first = start[tag]
    if first < 0x80:
        return tag + 1 + first
    octets = first & 0x7F
    return tag + 1 + octets + int.from_bytes(start[tag + 1 : tag + 1 + octets], "big")
