"""Cards for the tests: keys once a session, certificates self-signed and small, everything else spelt out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cardsim.personalise import Holder, IssuedFiles, Pins, personalise
from cardsim.placeholder_images import placeholder_images
from cardsim.profile import Options, Profile
from cardsim.slot import InsertedCard

HOLDER = Holder(
    name="試験\u3000太郎",
    address="試験県葵市一丁目１番地",
    birth_date=date(1980, 2, 17),
    sex="1",
    number="999900000011",
    expiry=date(2035, 2, 17),
    municipality_code="48201",
    security_code="2285",
)
SERIAL = "1234567890123456"
BIRTH_RECORD = bytes.fromhex("FF1082021E") + bytes(0x21E)
CVC = bytes.fromhex("7F218202335F4E820129") + b"6000023\x08\x05001".ljust(16, b"\x00") + bytes(542)
TEXT_CVC = bytes.fromhex("7F218202335F4E820129") + b"6000033\x08\x05001".ljust(16, b"\x00") + bytes(542)


@dataclass(frozen=True, slots=True)
class Keys:
    """The three keys of a card."""

    auth: rsa.RSAPrivateKey
    sign: rsa.RSAPrivateKey
    chip: rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys of one card."""
    return Keys(*(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)))


def certificate(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """A self-signed certificate as DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="session")
def issued(keys: Keys) -> IssuedFiles:
    """What was issued for the card; the CA certificates are stand-ins told apart by their names."""
    return IssuedFiles(
        auth_certificate=certificate(keys.auth, "auth"),
        auth_ca_certificate=certificate(keys.chip, "auth ca"),
        sign_certificate=certificate(keys.sign, "sign"),
        sign_ca_certificate=certificate(keys.chip, "sign ca"),
        auth_key=keys.auth,
        sign_key=keys.sign,
        chip_key=keys.chip,
        birth_record=BIRTH_RECORD,
        cvc=CVC,
        text_cvc=TEXT_CVC,
        sign_record=lambda digest_info: keys.auth.sign(digest_info, PKCS1v15(), NoDigestInfo()),
        images=placeholder_images,
    )


@pytest.fixture(scope="session")
def profile(issued: IssuedFiles) -> Profile:
    """The card as personalised, PINs 1234 and ABC123, born 1980-02-17 (昭和55)."""
    return personalise(HOLDER, issued, Pins(), serial=SERIAL)


@pytest.fixture
def card(profile: Profile) -> InsertedCard:
    """The card in a slot, powered."""
    return powered(profile)


def powered(profile: Profile) -> InsertedCard:
    """A fresh card in a slot, powered."""
    inserted = InsertedCard.unused(profile)
    inserted.power_on()
    return inserted


def with_options(issued: IssuedFiles, options: Options) -> InsertedCard:
    """A fresh card that departs from the defaults."""
    return powered(personalise(HOLDER, issued, Pins(), serial=SERIAL, options=options))


def ask(card: InsertedCard, *commands: str) -> list[str]:
    """The answers to hex commands, as upper-case hex."""
    return [card.transmit(bytes.fromhex(command)).hex().upper() for command in commands]
