"""The second PKI: a card-issuer key certifies a municipality's key, which signs the birth record of each chip.

    card-issuer key (the anchor) → CVC (EF 0004 of the 券面事項確認AP) → DF13 of EF 0001 → the chip's key DF12

Encodings: spec/card.md §2.2 (0004) and §2.3 (0001); signatures are PKCS#1 v1.5 with SHA-256.
"""

from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.records import RecordSigner, key_id, public_key_objects
from cardsim.tlv import build
from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.municipalities import Municipality

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/card.md §2.2, §2.3",
        "カード検証用証明書（CVC）の第2の PKI と、生年月日レコードの署名",
        "the second PKI of card-verifiable certificates, and the signature over the birth record",
    ),
)

TEST_ISSUER = "6000023"
"""The test issuer of the visual application (spec/card.md §2.2)."""
TEXT_TEST_ISSUER = "6000033"
"""The test issuer of the text application (spec/card.md §2.2)."""
BIRTH_RECORD, BIRTH_DATE, CHIP_KEY, RECORD_SIGNATURE = 0xFF10, 0xDF11, 0xDF12, 0xDF13
CVC, CVC_BODY, CVC_SIGNATURE = 0x7F21, 0x5F4E, 0x5F37


@dataclass(frozen=True, slots=True)
class CardIssuer:
    """The anchor of genuine cards."""

    key: RSAPrivateKey
    id: bytes = key_id(TEST_ISSUER)

    @property
    def public_key(self) -> bytes:
        """The anchor as DER SubjectPublicKeyInfo."""
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def certify(self, municipality: Municipality, key: RSAPublicKey) -> bytes:
        """Return the card-verifiable certificate (568 bytes) of a municipality's key."""
        body = self.id + key_id(f"60{municipality.code}") + public_key_objects(key)
        return build(CVC, build(CVC_BODY, body) + build(CVC_SIGNATURE, _sign(self.key, body)))


def birth_record(birth_date: date, chip_key: RSAPublicKey, municipality_key: RSAPrivateKey) -> bytes:
    """Return EF 0001: birth date YYYYMMDD, the chip's key, and the municipality's signature over both objects."""
    signed = build(BIRTH_DATE, f"{birth_date:%Y%m%d}".encode()) + build(CHIP_KEY, public_key_objects(chip_key))
    return build(BIRTH_RECORD, signed + build(RECORD_SIGNATURE, _sign(municipality_key, signed)))


def record_signer(key: RSAPrivateKey) -> RecordSigner:
    """Return what signs the other records of a card: a DigestInfo as given, by the key that its CVC certify."""

    def sign(digest_info: bytes) -> bytes:
        return key.sign(digest_info, PKCS1v15(), NoDigestInfo())

    return sign


def _sign(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PKCS1v15(), SHA256())
