"""Who a card is for, what was issued for them, and the secrets they chose: what personalisation is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from cardsim.applications.visual_records import Images
from cardsim.options import ImageSizes
from cardsim.personal_number import TEST_PREFIX, is_synthetic
from cardsim.pins import PinFormat
from cardsim.records import RecordSigner


@dataclass(frozen=True, slots=True)
class Holder:
    """What is written on a card about the person it belongs to."""

    name: str
    address: str
    birth_date: date
    sex: str
    """"1" male, "2" female, "9" not applicable, "0" unknown (spec/card.md §2.2, DF25)."""
    number: str
    """個人番号, 12 digits; synthetic ones only (`cardsim.personal_number`)."""
    expiry: date
    municipality_code: str
    """5 digits."""
    security_code: str
    """4 digits."""

    def __post_init__(self) -> None:
        for what, value, digits in (
            ("number", self.number, 12),
            ("municipality_code", self.municipality_code, 5),
            ("security_code", self.security_code, 4),
        ):
            if len(value) != digits or not (value.isascii() and value.isdigit()):
                raise ValueError(f"{what} of a holder has {digits} digits, got {len(value)} characters")
        if not is_synthetic(self.number):
            raise ValueError(
                f"number of a holder begins {TEST_PREFIX} and ends with its check digit: a card of this program never "
                "carries a number that somebody could have"
            )
        if self.sex not in {"0", "1", "2", "9"}:
            raise ValueError(f"sex of a holder is '0', '1', '2' or '9', got {self.sex!r}")


PrivateKey = RSAPrivateKey | bytes
"""A private key, or its PKCS#8 (DER): ten thousand cards with keys of their own hold a twentieth of it as bytes."""


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What authorities issued for a card: certificates as DER, the keys they certify, the chip's proof."""

    auth_certificate: bytes
    auth_ca_certificate: bytes
    sign_certificate: bytes | None
    sign_ca_certificate: bytes
    auth_key: PrivateKey
    sign_key: PrivateKey | None
    chip_key: PrivateKey
    """Key 001A of the 券面事項確認AP."""
    birth_record: bytes
    """EF 0001 of the 券面事項確認AP: `FF10 {DF11 DF12 DF13}`."""
    cvc: bytes
    """EF 0004 of the 券面事項確認AP, 568 bytes."""
    text_cvc: bytes
    """EF 0004 of the 券面事項入力補助AP, 568 bytes: another issuer, the same certified key."""
    sign_record: RecordSigner
    """Signs the records of both applications, with the key that the two certificates certify."""
    images: Callable[[ImageSizes], Images]
    """Draws the pictures, so large; asked when a file that holds one is first read: drawing costs ten milliseconds."""
    text_key: PrivateKey | None = None
    """Key 0013 of the 券面事項入力補助AP. None: the chip's; whether it is, is unknown. So for the next two."""
    common_key: PrivateKey | None = None
    """Key 0019 of the 共通カードAP."""
    delivery_key: PrivateKey | None = None
    """Key 0006 of the 券面事項入力補助AP, which takes session keys."""

    def __post_init__(self) -> None:
        if (self.sign_certificate is None) != (self.sign_key is None):
            raise ValueError("signature certificate and signature key come together or not at all")


@dataclass(frozen=True, slots=True)
class Pins:
    """The secrets the holder chose at the counter."""

    auth: bytes = b"1234"
    sign: bytes = b"ABC123"
    text: bytes = b"1234"
    """券面事項入力補助用."""
    juki: bytes = b"1234"
    """住民基本台帳用."""

    def require_formats(self) -> None:
        """ValueError where one of them could never be typed; it is not repeated in the message."""
        for what, value, form in (
            ("auth", self.auth, PinFormat.FOUR_DIGITS),
            ("sign", self.sign, PinFormat.LETTERS_AND_DIGITS),
            ("text", self.text, PinFormat.FOUR_DIGITS),
            ("juki", self.juki, PinFormat.FOUR_DIGITS),
        ):
            if not form.fits(value):
                raise ValueError(f"the {what} PIN does not have the format {form.name}")
