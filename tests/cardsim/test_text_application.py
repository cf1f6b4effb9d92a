"""券面事項入力補助AP (spec/card.md §2.2, §3): every byte of its files, and who opens them."""

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from cardsim.applications.text_records import Attributes, attributes_file
from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from tests.cardsim import openssl
from tests.cardsim.conftest import HOLDER, TEXT_CVC, Keys, ask, with_options

TEXT = "00A4040C0AD3921000310001010408"
PIN, CODE_A, CODE_B = (
    "002000910431323334",
    "002000940C393939393030303030303131",
    "002000950E3535303231373230333532323835",
)
DIGEST_INFO = "3031300D060960864801650304020105000420"
NUMBER_FILE = "FF100C" + b"999900000011".hex().upper() + "FFFF"


@pytest.fixture
def text(card: InsertedCard) -> InsertedCard:
    """The card with the application selected."""
    assert ask(card, TEXT) == ["9000"]
    return card


def read(card: InsertedCard, sfi: int) -> bytes:
    """The whole file, with an extended Le."""
    (answer,) = ask(card, f"00B0{0x80 | sfi:02X}0000 0000".replace(" ", ""))
    assert answer.endswith("9000"), answer
    return bytes.fromhex(answer)[:-2]


@pytest.mark.parametrize(
    ("sfi", "opened_by"),
    [
        (0x01, {"PIN", "A"}), (0x02, {"PIN", "B"}), (0x03, {"PIN", "A", "B"}), (0x04, {"", "PIN", "A", "B"}),
        (0x05, {"", "PIN", "A", "B"}), (0x06, {"PIN", "A", "B"}), (0x07, {"PIN", "A", "B"}),
        (0x10, set()), (0x1C, set()), (0x1E, set()),
    ],
)  # fmt: skip
def test_who_opens_what(issued: IssuedFiles, sfi: int, opened_by: set[str]) -> None:
    """The table of §2.2: 個人番号 by PIN or A, not B; attributes by PIN or B, not A; unknown files by nothing."""
    for name, verify in {"": "00200091", "PIN": PIN, "A": CODE_A, "B": CODE_B}.items():
        answers = ask(with_options(issued, Options()), TEXT, verify, f"00B0{0x80 | sfi:02X}0001")
        assert answers[1] == ("9000" if name else "63C3")
        assert (answers[2][-4:] == "9000") == (name in opened_by), name
        assert answers[2][-4:] in {"9000", "6982"}


def test_number_file(text: InsertedCard) -> None:
    """EF 0001 is exactly 17 bytes: FF10 0C, twelve digits, two bytes FF; readers ask 17, 16 or 256."""
    ask(text, PIN)
    assert ask(text, "00B0810011", "00B0000010", "00B0000000") == [
        NUMBER_FILE + "9000", NUMBER_FILE[:32] + "9000", NUMBER_FILE + "9000",
    ]  # fmt: skip
    assert ask(text, "00B0001100") == ["6B00"]


def test_attributes_file_as_measured() -> None:
    """The header and offsets of the measured test card (§2.2): `FF20 65`, 000E 0020 0059 0064; 104 bytes, then FF."""
    measured = Attributes(name="試験　太", address="あ" * 18, birth_date=HOLDER.birth_date, sex="1")
    assert (len(measured.name.encode()), len(measured.address.encode())) == (0x20 - 0x0E - 3 - 3, 0x59 - 0x20 - 3)
    measured = Attributes("試験　太郎", measured.address, measured.birth_date, measured.sex)
    file = attributes_file(measured)
    assert file[:14] == bytes.fromhex("FF2065DF2108000E002000590064")
    assert [file[at : at + 2].hex() for at in (0x0E, 0x20, 0x59, 0x64)] == ["df22", "df23", "df24", "df25"]
    assert file[0x59:0x68] == bytes.fromhex("DF2408") + b"19800217" + bytes.fromhex("DF250131")
    assert file[0x68:] == b"\xff" * (512 - 0x68)


def test_long_values_take_the_82_form() -> None:
    """A value of 128 bytes and more has its length as `82 hi lo`, never `81`: the offsets move by two (§2.2)."""
    file = attributes_file(Attributes("試験　太郎", "あ" * 50, HOLDER.birth_date, "1"))
    length = int.from_bytes(file[3:5], "big")
    assert file[:3] == bytes.fromhex("FF2082")
    assert file[5:16] == bytes.fromhex("DF21080010002200BD00C8")
    assert file[0x22:0x27] == bytes.fromhex("DF23820096")
    assert file[5 + length - 4 : 5 + length] == bytes.fromhex("DF250131")
    assert len(file) == 512


def test_file_beyond_its_size_grows() -> None:
    """An address of 200 characters does not fit into 512 bytes: the file ends with the record."""
    file = attributes_file(Attributes("試験　太郎", "あ" * 200, HOLDER.birth_date, "1"))
    assert len(file) == 5 + int.from_bytes(file[3:5], "big") == 654


def test_integrity_record(text: InsertedCard, keys: Keys, tmp_path: Path) -> None:
    """EF 0003, 336 bytes: DF31 over the physical 17 bytes, DF32 over what follows DF21, DF33 over both objects (70)."""
    ask(text, PIN)
    record, attributes = read(text, 3), read(text, 2)
    assert len(record) == 336
    assert record[:5] == bytes.fromhex("FF3082014B")
    assert record[5:40] == bytes.fromhex("DF3120") + hashlib.sha256(bytes.fromhex(NUMBER_FILE)).digest()
    end = 3 + attributes[2]
    assert record[40:75] == bytes.fromhex("DF3220") + hashlib.sha256(attributes[14:end]).digest()
    assert record[75:80] == bytes.fromhex("DF33820100")
    assert openssl.accepts(tmp_path, keys.auth.public_key(), record[5:75], record[80:])
    assert not openssl.accepts(tmp_path, keys.chip.public_key(), record[5:75], record[80:])


def test_free_files(text: InsertedCard) -> None:
    """EF 0004 is the 568 bytes issued; EF 0005 is `FF40 82009F {DF41 DF42 DF43}` in 256 bytes."""
    assert read(text, 4) == TEXT_CVC
    information = read(text, 5)
    assert len(information) == 256
    assert information[:15] == bytes.fromhex("FF4082009F DF410401030E01 DF4210")
    assert information[15:31] == b"6000033\x08\x05001\x00\x00\x00\x00"
    assert information[31:36] == bytes.fromhex("DF43820080")
    assert information[36 + 32 : 36 + 128] == b"\xff" * 96
    assert information[164:] == b"\xff" * 92


def test_keys_of_the_chip(text: InsertedCard, keys: Keys, tmp_path: Path) -> None:
    """EF 0006 and 0007 carry keys as `90 91`; DF52 is the issuer's over DF51; key 0013 signs without a PIN."""
    ask(text, CODE_B)
    delivery, record = read(text, 6), read(text, 7)
    assert (delivery[:13], len(delivery)) == (bytes.fromhex("A182010990030100019182 0100"), 269)
    assert record[:10] == bytes.fromhex("FF50820213DF51820109")
    assert (len(record), record[275:280]) == (536, bytes.fromhex("DF52820100"))
    assert openssl.accepts(tmp_path, keys.auth.public_key(), record[5:275], record[280:])
    public = RSAPublicNumbers(65537, int.from_bytes(record[19:275], "big")).public_key()
    hashed = hashlib.sha256(b"challenge").hexdigest()
    for p2 in ("00", "93"):
        (answer,) = ask(text, f"802A00{p2}33{DIGEST_INFO}{hashed}00")
        assert openssl.accepts(tmp_path, public, b"challenge", bytes.fromhex(answer)[:-2])


def test_last_file(text: InsertedCard) -> None:
    """EF 0008 holds sixteen bytes FF; who opens it is unknown, here whoever opens its neighbours."""
    assert ask(text, "00B0880000", PIN, "00B0880000") == ["6982", "9000", "FF" * 16 + "9000"]


def test_references(text: InsertedCard) -> None:
    """Tries of §3: PIN 3, A and B 10; 0012 is born blocked, 63C0 to a query and 6984 to an attempt."""
    assert ask(text, "00200091", "00200094", "00200095", "00200092", "002000920431323334") == [
        "63C3", "63CA", "63CA", "63C0", "6984",
    ]  # fmt: skip
    assert ask(text, "002000910430303030", "002000950E3535303231373230333532323836") == ["63C2", "63C9"]


def test_change_of_the_pin(text: InsertedCard) -> None:
    """`00 24 01 80` on the verified PIN; neither 照合番号 can be changed."""
    assert ask(text, "0024019104 39393939".replace(" ", "")) == ["6982"]
    assert ask(text, PIN, "00240191 0439393939".replace(" ", ""), "002000910439393939", PIN) == [
        "9000", "9000", "9000", "63C2",
    ]  # fmt: skip
    assert ask(text, CODE_A, "002401940C393939393030303030303131") == ["9000", "6982"]
