"""What is planted in a resident: values that nobody else has, long enough to be known again wherever they turn up.

Too short to be looked for alone, and so looked for in a longer form only (`written`): a PIN of four digits (beside a
word that names it, within the VERIFY that presents it, as an unsalted hash), a certificate's number of seven digits
(between marks that are no digits), a birth date of eight (likewise). The six digits that open the birth record are not
looked for: they are the birth date over again, and stand in every other number.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from cardsim.holder import Pins
from cardsim.pins import PinFormat
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard


class Kind(StrEnum):
    """What a planted value is."""

    PIN = "pin"
    PASSWORD = "password"  # noqa: S105  (a kind of value)
    PERSONAL_NUMBER = "personal-number"
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth-date"
    CARD_NUMBER = "card-number"
    """The serial number of the card."""
    CERTIFICATE_NUMBER = "certificate-number"
    """The serial number (発行番号) of a certificate."""
    CERTIFICATE = "certificate"
    """Octets of a certificate's public key: who has them has the certificate."""
    TERMINAL_CREDENTIAL = "terminal-credential"


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted value: whose it is (the id of the case), and the value as text or, for a key, in octets."""

    kind: Kind
    owner: str
    text: str = ""
    octets: bytes = b""


_WORDS = "葵楓柊樺椿榎楢橡梓柚桂樟檜欅椋栃萩菫蓮蕗薄葦蓬茜藍蘭菖芹葛蔦茅蕨"
"""Thirty-two characters of JIS X 0208; five of them in a row are nobody's name but one planted here."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
KEY_OCTETS = slice(16, 64)
"""Of the modulus: past the first octets, whose high bits are set in every key."""


def planted(seed: int, owner: str) -> dict[str, Any]:
    """Return name and address of the resident of a case, as the seed and its id make them: nobody else has them."""
    drawn = _drawn(seed, owner, "who")
    words = "".join(_WORDS[each % len(_WORDS)] for each in drawn[:10])
    where = (AOI, WAKABA)[drawn[10] % 2]
    lot = f"本町{_wide(1 + drawn[11] % 9)}丁目{_wide(drawn[12])}番地"
    return {
        "name": f"標本　{words[:5]}",
        "municipality": where.code,
        "address": f"{where.prefecture}{where.name}{lot}　{words[5:]}荘",
    }


def planted_pins(seed: int, owner: str) -> Pins:
    """Return the secrets of the resident of a case; the password is as long as one may be, and a PIN is four digits."""
    drawn = _drawn(seed, owner, "secrets")
    password = "KZ" + "".join(_LETTERS[each % len(_LETTERS)] for each in drawn[:13]) + "7"
    pin = 1000 + int.from_bytes(drawn[16:20]) % 9000
    pins = Pins(auth=str(pin).encode(), sign=password.encode())
    if not PinFormat.LETTERS_AND_DIGITS.fits(pins.sign):
        raise ValueError("expected a password that can be typed")
    return pins


def canaries_of(owner: str, card: IssuedCard, pins: Pins) -> Iterator[Canary]:
    """Yield what is planted in the holder of a card."""
    resident = card.resident
    values = {
        Kind.PIN: pins.auth.decode(),
        Kind.PASSWORD: pins.sign.decode(),
        Kind.PERSONAL_NUMBER: resident.number,
        Kind.NAME: resident.name,
        Kind.ADDRESS: resident.address,
        Kind.BIRTH_DATE: resident.birth_date.isoformat(),
        Kind.CARD_NUMBER: card.profile.serial,
    }
    yield from (Canary(kind, owner, value) for kind, value in values.items())
    for serial in sorted(set(card.serials.values())):
        yield Canary(Kind.CERTIFICATE_NUMBER, owner, f"{serial:x}")
    for certificate in card.certificates.values():
        key = x509.load_der_x509_certificate(certificate).public_key()
        if isinstance(key, RSAPublicKey):
            modulus = key.public_numbers().n.to_bytes(key.key_size // 8)
            yield Canary(Kind.CERTIFICATE, owner, octets=modulus[KEY_OCTETS])


def _drawn(seed: int, owner: str, what: str) -> bytes:
    return hashlib.sha256(f"{seed}/{owner}/{what}".encode()).digest()


def _wide(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
