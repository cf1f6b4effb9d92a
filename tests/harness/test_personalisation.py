"""The cards of the world: whose they are, what their applications say, which signatures hold (spec/card.md §2, §3)."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.applications import common, jpki, juki, text, visual
from cardsim.files import Element, File, RecordFile
from cardsim.folder import load_card, save_card
from cardsim.pins import Pin
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import World

MakeCard = Callable[..., IssuedCard]


@pytest.fixture
def make_card(world: World) -> MakeCard:
    """Makes the card of a new resident of 葵市."""

    def make(**fields: object) -> IssuedCard:
        return world.issue_card(world.new_resident(municipality=AOI.code, **fields).id)  # type: ignore[arg-type]

    return make


def element(card: IssuedCard, aid: bytes, fid: int) -> Element:
    """A file of the card."""
    return card.profile.applications[aid].elements[fid]


def body(card: IssuedCard, aid: bytes, fid: int) -> bytes:
    """The content of a transparent file."""
    file = element(card, aid, fid)
    assert isinstance(file, File)
    return file.body


def initial(card: IssuedCard, aid: bytes, fid: int) -> bytes | None:
    """The value of a PIN when the card was made."""
    pin = element(card, aid, fid)
    assert isinstance(pin, Pin)
    return pin.initial


def certified(cvc: bytes) -> RSAPublicKey:
    """The key in a card-verifiable certificate of 568 bytes: its modulus ends the body."""
    return RSAPublicNumbers(65537, int.from_bytes(cvc[51:307], "big")).public_key()


def test_text_chain(make_card: MakeCard, keys: KeyPool) -> None:
    """Issuer 6000033 certifies the municipality, whose key signed 0003 and 0007; the visual issuer did not."""
    card = make_card()
    cvc, record, chip = (body(card, text.AID, fid) for fid in (text.CVC, text.INTEGRITY, text.CHIP_KEY_RECORD))
    assert (len(cvc), cvc[10:26]) == (568, b"6000033\x08\x05001\x00\x00\x00\x00")
    issuer = keys.named("card-issuer-text").public_key()
    issuer.verify(cvc[312:], cvc[10:307], PKCS1v15(), SHA256())
    municipality = certified(cvc)
    municipality.verify(record[80:], record[5:75], PKCS1v15(), SHA256())
    municipality.verify(chip[280:], chip[5:275], PKCS1v15(), SHA256())
    assert certified(body(card, visual.AID, visual.CVC)).public_numbers() == municipality.public_numbers()
    assert record[8:40] == hashlib.sha256(body(card, text.AID, text.NUMBER)).digest()


def test_codes_are_the_holders(make_card: MakeCard) -> None:
    """照合番号A is the number, 照合番号B birth date, year of expiry and security code, both the same in both places."""
    card = make_card(birth_date=date(1980, 2, 17))
    holder = card.resident
    assert initial(card, text.AID, text.CODE_A) == initial(card, visual.AID, visual.CODE_A) == holder.number.encode()
    code_b = initial(card, text.AID, text.CODE_B)
    assert code_b == initial(card, visual.AID, visual.CODE_B)
    record = element(card, common.AID, common.CARD_RECORD)
    assert isinstance(record, RecordFile)
    (only,) = record.records
    expiry = only[-8:]
    assert code_b == b"550217" + expiry[:4] + holder.security_code.encode()
    assert only[2:22] == card.profile.serial[1:].encode() + AOI.code.encode()
    assert expiry[4:] == b"0217"
    assert body(card, text.AID, text.NUMBER) == b"\xff\x10\x0c" + holder.number.encode() + b"\xff\xff"


def test_attributes_have_substitutes(make_card: MakeCard) -> None:
    """A name outside of the repertoire stands in the chip with the substitutes of the certificate (assumed)."""
    card = make_card(name="髙橋　𠮷子")
    assert "高橋　吉子".encode() in body(card, text.AID, text.ATTRIBUTES)
    assert "髙".encode() not in body(card, text.AID, text.ATTRIBUTES)


def test_short_expiry_of_a_foreign_resident(world: World, make_card: MakeCard) -> None:
    """The card ends with the period of stay, also in 照合番号B and in the face record."""
    stay = date(world.clock.now().year + 1, 6, 30)
    card = make_card(nationality="USA", residence_until=stay)
    face = body(card, visual.AID, visual.FACE_RECORD)
    assert f"{stay:%Y%m%d}".encode() in face
    code_b = initial(card, text.AID, text.CODE_B)
    assert code_b is not None
    assert code_b[6:10] == f"{stay:%Y}".encode()


def test_child_has_no_signature_certificate(world: World, make_card: MakeCard) -> None:
    """Everything else is there: the four attributes, the codes, the face."""
    card = make_card(birth_date=date(world.clock.now().year - 5, 4, 1))
    assert body(card, jpki.AID, jpki.AVAILABILITY) == bytes.fromhex("008F00")
    assert not any(body(card, jpki.AID, jpki.SIGN_CERTIFICATE))
    assert initial(card, jpki.AID, jpki.SIGN_PASSWORD) is None
    assert body(card, text.AID, text.ATTRIBUTES).startswith(b"\xff\x20")


def test_card_goes_through_a_folder(make_card: MakeCard, tmp_path: Path) -> None:
    """A card of the world that is saved and loaded has all five applications, byte for byte."""
    card = make_card()
    save_card(card.profile, tmp_path / "card")
    loaded, store = load_card(tmp_path / "card")
    store.close()
    assert set(loaded.applications) == {each.AID for each in (jpki, text, visual, common, juki)}
    assert loaded == card.profile


def test_neighbours_share_what_is_the_same(make_card: MakeCard) -> None:
    """Certificates of the municipality, images and authorities are one object for all who have them."""
    first, second = make_card(), make_card()
    for aid, fid in ((text.AID, text.CVC), (visual.AID, visual.CVC), (jpki.AID, jpki.AUTH_CA_CERTIFICATE)):
        assert body(first, aid, fid) is body(second, aid, fid)
