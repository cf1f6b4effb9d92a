"""The next-generation profile (ASSUMED): two applications, two PINs, P-384; its signatures are OpenSSL's to judge."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from asn1crypto.algos import DSASignature
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cardsim.applications import next_generation
from cardsim.personalise_next import NextIssuedFiles, personalise_next
from cardsim.pins import PinFormat
from cardsim.profile import Profile, pins_of
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import HOLDER, SERIAL, ask, powered

AUTHENTICATION = "00A4040C09F04B415A4153484921"
FACE = "00A4040C09F04B415A4153484922"
PIN, PASSWORD = "002000980431323334", "0020009B06414243313233"
DOCUMENT = b"an application to the city of Aoi"


def certificate(key: ec.EllipticCurvePrivateKey, name: str) -> bytes:
    """A self-signed certificate, valid for ten years."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2028, 4, 1, tzinfo=UTC))
        .not_valid_after(datetime(2038, 4, 1, tzinfo=UTC))
    )
    return builder.sign(key, SHA384()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def next_files() -> NextIssuedFiles:
    """What was issued for a next-generation card."""
    auth, sign, chip = (ec.generate_private_key(ec.SECP384R1()) for _ in range(3))
    return NextIssuedFiles(
        auth_certificate=certificate(auth, "auth " + 50 * "."),
        auth_ca_certificate=certificate(chip, "auth ca" + 50 * "."),
        sign_certificate=certificate(sign, "sign" + 50 * "."),
        sign_ca_certificate=certificate(chip, "sign ca" + 50 * "."),
        auth_key=auth,
        sign_key=sign,
        chip_key=chip,
    )


@pytest.fixture(scope="module")
def next_profile(next_files: NextIssuedFiles) -> Profile:
    """A next-generation card."""
    return personalise_next(HOLDER, next_files, serial=SERIAL)


@pytest.fixture
def next_card(next_profile: Profile) -> InsertedCard:
    """The card in a slot, powered."""
    return powered(next_profile)


def test_two_applications_two_pins(next_profile: Profile) -> None:
    """What the plan says can be counted, beside 照合番号; all of it is labelled an assumption."""
    assert len(next_profile.applications) == 2
    chosen = [pin for pin in pins_of(next_profile) if pin.changeable]
    assert [(pin.form, pin.tries) for pin in chosen] == [(PinFormat.FOUR_DIGITS, 3), (PinFormat.LETTERS_AND_DIGITS, 5)]
    assert next_generation.CONFIDENCE == "assumed"
    assert msgspec.json.decode(msgspec.json.encode(next_profile), type=Profile) == next_profile


@pytest.mark.parametrize(
    ("key", "unlock", "sfi"), [("97", PIN, "8A"), ("9A", PASSWORD, "81")], ids=["authentication", "signature"]
)
def test_signature_verifies_with_openssl(
    next_card: InsertedCard, tmp_path: Path, key: str, unlock: str, sfi: str
) -> None:
    """Hash in, r and s out; OpenSSL verifies them under the certificate read from the card, valid for ten years."""
    digest = openssl("dgst", "-sha384", "-binary", given=DOCUMENT)
    sign = f"802A00{key}30{digest.hex()}00"
    assert ask(next_card, AUTHENTICATION, sign, f"00B0{sfi}00000000") == ["9000", "6982", "6982"]
    unlocked, signed, read, again = ask(next_card, unlock, sign, f"00B0{sfi}00000000", sign)
    assert (unlocked, len(signed), signed) == ("9000", 2 * 98, again)
    r, s = (int(signed[start : start + 96], 16) for start in (0, 96))
    (tmp_path / "signature").write_bytes(DSASignature({"r": r, "s": s}).dump())
    body = bytes.fromhex(read[:-4])
    (tmp_path / "certificate.der").write_bytes(body[: 4 + int.from_bytes(body[2:4], "big")])
    public = openssl("x509", "-inform", "DER", "-in", str(tmp_path / "certificate.der"), "-pubkey", "-noout")
    (tmp_path / "public.pem").write_bytes(public)
    text = openssl("x509", "-inform", "DER", "-in", str(tmp_path / "certificate.der"), "-text", "-noout")
    assert b"ASN1 OID: secp384r1" in text
    assert b"ecdsa-with-SHA384" in text
    verify = ("dgst", "-sha384", "-verify", str(tmp_path / "public.pem"), "-signature", str(tmp_path / "signature"))
    assert openssl(*verify, given=DOCUMENT) == b"Verified OK\n"
    with pytest.raises(subprocess.CalledProcessError):
        openssl(*verify, given=DOCUMENT + b".")


def test_chip_key_needs_no_pin(next_card: InsertedCard) -> None:
    """P2 = 00 signs a challenge, in the application of the face alone."""
    sign = "802A000030" + 48 * "11" + "00"
    assert ask(next_card, AUTHENTICATION, sign, FACE)[1:] == ["6A86", "9000"]
    assert len(ask(next_card, sign)[0]) == 2 * 98


def test_attributes_are_read_with_what_is_printed(next_card: InsertedCard) -> None:
    """Name, address, birth date; no sex and no 個人番号, which the plan does not print."""
    read = "00B0820000"
    assert ask(next_card, FACE, read, "0020009106353530323137")[1:] == ["6982", "9000"]
    body = bytes.fromhex(ask(next_card, read)[0])
    assert HOLDER.name.encode() in body
    assert HOLDER.address.encode() in body
    assert HOLDER.number.encode() not in body


@pytest.mark.parametrize(
    ("data", "le", "sw"),
    [("11" * 47, "00", "6985"), ("11" * 49, "00", "6985"), ("11" * 48, "5F", "6700"), ("11" * 51, "00", "6985")],
    ids=["47", "49", "Le 95", "DigestInfo of SHA-256"],
)
def test_what_a_curve_does_not_sign(next_card: InsertedCard, data: str, le: str, sw: str) -> None:
    """A product that still sends a DigestInfo of an RSA card is told so."""
    command = f"802A0097{len(data) // 2:02X}{data}{le}"
    assert ask(next_card, AUTHENTICATION, PIN, command) == ["9000", "9000", sw]


def test_todays_applications_are_gone(next_card: InsertedCard) -> None:
    """A product that knows today's AIDs alone finds nothing: 6A82."""
    assert ask(next_card, "00A4040C0AD392F000260100000001", "00A4040C0AD3921000310001010402") == ["6A82", "6A82"]


def test_names_are_a_choice(next_files: NextIssuedFiles) -> None:
    """The AIDs to come are unknown: a card takes others, and answers to none but those."""
    aids = (bytes.fromhex("D392F000260200000001"), bytes.fromhex("D392F000260200000002"))
    card = powered(personalise_next(HOLDER, next_files, serial=SERIAL, aids=aids))
    assert ask(card, *(f"00A4040C0A{aid.hex()}" for aid in aids), AUTHENTICATION) == ["9000", "9000", "6A82"]


def test_other_curves_are_refused() -> None:
    """The profile is P-384: another curve is an error when the card is made."""
    key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="expected secp384r1, got secp256r1"):
        NextIssuedFiles(b"", b"", b"", b"", key, key, key)


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """What OpenSSL prints."""
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout
