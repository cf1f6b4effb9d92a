"""Personalisation: a holder and what authorities issued for them become the profile of a card."""

from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim.applications.jpki import JpkiContent, build_jpki
from cardsim.applications.visual import VisualContent, build_visual
from cardsim.era import era_birth_digits
from cardsim.profile import Options, Profile


@dataclass(frozen=True, slots=True)
class Holder:
    """What is written on a card about the person it belongs to."""

    name: str
    address: str
    birth_date: date
    sex: str
    """"1" male, "2" female, "9" not applicable, "0" unknown (spec/card.md §2.2, DF25)."""
    number: str
    """個人番号, 12 digits; synthetic ones only."""
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
        if self.sex not in {"0", "1", "2", "9"}:
            raise ValueError(f"sex of a holder is '0', '1', '2' or '9', got {self.sex!r}")


@dataclass(frozen=True, slots=True)
class IssuedFiles:
    """What authorities issued for a card: certificates as DER, the keys they certify, the chip's proof."""

    auth_certificate: bytes
    auth_ca_certificate: bytes
    sign_certificate: bytes | None
    sign_ca_certificate: bytes
    auth_key: RSAPrivateKey
    sign_key: RSAPrivateKey | None
    chip_key: RSAPrivateKey
    """Key 001A of the 券面事項確認AP."""
    birth_record: bytes
    """EF 0001 of the 券面事項確認AP: `FF10 {DF11 DF12 DF13}`."""
    cvc: bytes
    """EF 0004 of the 券面事項確認AP, 568 bytes."""

    def __post_init__(self) -> None:
        if (self.sign_certificate is None) != (self.sign_key is None):
            raise ValueError("signature certificate and signature key come together or not at all")


@dataclass(frozen=True, slots=True)
class Pins:
    """The secrets the holder chose at the counter."""

    auth: bytes = b"1234"
    sign: bytes = b"ABC123"


STANDARD_PINS = Pins()
STANDARD_OPTIONS = Options()


def personalise(
    holder: Holder,
    issued: IssuedFiles,
    pins: Pins = STANDARD_PINS,
    *,
    serial: str,
    options: Options = STANDARD_OPTIONS,
) -> Profile:
    """The profile of the holder's card; `serial` has 16 digits and stands in the token info (spec/card.md §2.1)."""
    jpki = build_jpki(
        JpkiContent(
            serial=serial,
            auth_certificate=issued.auth_certificate,
            auth_ca_certificate=issued.auth_ca_certificate,
            auth_key=_pkcs8(issued.auth_key),
            auth_pin=pins.auth,
            sign_ca_certificate=issued.sign_ca_certificate,
            sign_certificate=issued.sign_certificate,
            sign_key=None if issued.sign_key is None else _pkcs8(issued.sign_key),
            sign_password=None if issued.sign_certificate is None else pins.sign,
        )
    )
    visual = build_visual(
        VisualContent(
            birth_record=issued.birth_record,
            cvc=issued.cvc,
            chip_key=_pkcs8(issued.chip_key),
            birth_digits=era_birth_digits(holder.birth_date).encode(),
        )
    )
    return Profile(serial, {application.aid: application for application in (jpki, visual)}, options=options)


def _pkcs8(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
