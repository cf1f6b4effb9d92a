"""The second PKI by raw slicing: 568 octets of CVC, 547 of birth record, each signature at its own offset."""

from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from cardsim.applications import visual
from cardsim.files import File
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.openssl import openssl

TEST_ISSUER = b"6000023\x08\x05001\x00\x00\x00\x00"
AOI_KEY = b"6048201\x08\x05001\x00\x00\x00\x00"


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of somebody of 葵市, born on 17 February 1980."""
    return world.issue_card(world.new_resident(municipality=AOI.code, birth_date=date(1980, 2, 17)).id)


def body(card: IssuedCard, fid: int) -> bytes:
    """Return the content of a file of the 券面事項確認AP."""
    file = card.profile.applications[visual.AID].elements[fid]
    assert isinstance(file, File)
    return file.body


def key_at(octets: bytes) -> RSAPublicKey:
    """Return the key in `90 03 010001 91 82 0100 …` (265 octets)."""
    assert octets[:9] == bytes.fromhex("900301000191820100")
    assert len(octets) == 265
    return RSAPublicNumbers(65537, int.from_bytes(octets[9:], "big")).public_key()


def anchor(world: World) -> RSAPublicKey:
    """Return the card issuer's key, which a relying party is told."""
    (key_id, spki), _ = world.trust().card_issuers
    assert key_id == TEST_ISSUER
    key = load_der_public_key(spki)
    assert isinstance(key, RSAPublicKey)
    return key


def test_cvc(world: World, card: IssuedCard) -> None:
    """spec/card.md §2.2: 7F21 82 0233 {5F4E 82 0129 [16][16][265]; 5F37 82 0100 signature over the 297}: 568 octets."""
    cvc = body(card, 0x0004)
    assert len(cvc) == 568
    assert cvc[:10] == bytes.fromhex("7f218202335f4e820129")
    assert cvc[10:26] == TEST_ISSUER
    assert cvc[26:42] == AOI_KEY
    assert cvc[307:312] == bytes.fromhex("5f37820100")
    anchor(world).verify(cvc[312:568], cvc[10:307], PKCS1v15(), SHA256())


def test_birth_record(card: IssuedCard) -> None:
    """spec/card.md §2.3: FF10 82 021E {DF11 date; DF12 key; DF13 over both as written}: 547 octets."""
    record, cvc = body(card, 0x0001)[:547], body(card, 0x0004)
    assert record[:5] == bytes.fromhex("ff1082021e")
    assert record[5:16] == bytes.fromhex("df1108") + b"19800217"
    assert record[16:21] == bytes.fromhex("df12820109")
    assert record[286:291] == bytes.fromhex("df13820100")
    municipality, chip = key_at(cvc[42:307]), key_at(record[21:286])
    municipality.verify(record[291:547], record[5:286], PKCS1v15(), SHA256())
    assert chip.public_numbers() != municipality.public_numbers()


def test_openssl_agrees(world: World, card: IssuedCard, tmp_path: Path) -> None:
    """`openssl dgst -verify` says OK to both signatures, and not with the keys exchanged."""
    record, cvc = body(card, 0x0001), body(card, 0x0004)
    keys = {"issuer": anchor(world), "municipality": key_at(cvc[42:307])}
    signed = {"issuer": (cvc[10:307], cvc[312:568]), "municipality": (record[5:286], record[291:547])}
    for signer, (message, signature) in signed.items():
        (tmp_path / "message").write_bytes(message)
        (tmp_path / "signature").write_bytes(signature)
        for name, key in keys.items():
            pem = tmp_path / "key.pem"
            pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
            options: list[str | Path] = [
                "-sha256",
                "-verify",
                pem,
                "-signature",
                tmp_path / "signature",
                tmp_path / "message",
            ]
            code, said = openssl("dgst", *options)
            assert (code == 0) == ("Verified OK" in said) == (name == signer), said
