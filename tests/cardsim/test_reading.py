"""READ BINARY (spec/card.md §1.3, §2.1, §4)."""

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import BIRTH_RECORD, CVC, ask

JPKI = "00A4040C0AD392F000260100000001"
VISUAL = "00A4040C0AD3921000310001010402"
TOKEN_INFO = (
    b"JPKIAPICCTOKEN2                 "
    b"00000000000000000000000000000001"
    b"E16R01NJ        "
    b"1234567890123456"
    + bytes.fromhex(
        "0000040D 00000001 00000000 00000001 00000000 00000010 00000006 FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 30333031"
    )
    + b"9999999999999999"
)  # fmt: skip


def test_token_info(card: InsertedCard) -> None:
    """EF 0006 is the 160 bytes of spec/card.md §2.1, serial at 80."""
    assert len(TOKEN_INFO) == 160
    assert ask(card, JPKI, "00A4020C020006", "00B0000000")[2] == TOKEN_INFO.hex().upper() + "9000"


def test_availability(card: InsertedCard) -> None:
    """EF 0008 says that both certificates are there."""
    assert ask(card, JPKI, "00A4020C020008", "00B0000000") == ["9000", "9000", "8F8F009000"]


@pytest.mark.parametrize(
    ("sfi", "name"), [("8A", "auth_certificate"), ("8B", "auth_ca_certificate"), ("82", "sign_ca_certificate")]
)
def test_certificate_files(card: InsertedCard, issued: IssuedFiles, sfi: str, name: str) -> None:
    """A certificate file is DER, then zeros, 1900 bytes in all, readable at once with an extended Le."""
    der: bytes = getattr(issued, name)
    answer = bytes.fromhex(ask(card, JPKI, f"00B0{sfi}00000000")[1])
    assert answer == der + bytes(1900 - len(der)) + b"\x90\x00"


def test_blocks_until_the_end(card: InsertedCard, issued: IssuedFiles) -> None:
    """Blocks of 256 give the same file; the last is short with 9000, and from the end on it is 6B00."""
    ask(card, JPKI, "00A4020C02000A")
    blocks = ask(card, *(f"00B0{offset:04X}00" for offset in range(0, 1900, 256)))
    assert [block[-4:] for block in blocks] == ["9000"] * 8
    whole = bytes.fromhex("".join(block[:-4] for block in blocks))
    assert whole == issued.auth_certificate.ljust(1900, b"\x00")
    assert ask(card, "00B0076B02", "00B0076C00", "00B0080000", "00B07FFF01") == ["009000", "6B00", "6B00", "6B00"]


def test_le_is_never_exceeded(card: InsertedCard) -> None:
    """Exactly Le bytes come while there are as many."""
    ask(card, JPKI, "00A4020C02000A")
    answers = ask(card, "00B0000004", "00B00000FF", "00B0000000", "00B00000000514")
    assert [len(answer) // 2 - 2 for answer in answers] == [4, 255, 256, 0x514]


def test_short_identifier_makes_the_file_current(card: InsertedCard) -> None:
    """Reading by short identifier has an 8-bit offset and selects; identifier 0 is the current file."""
    assert ask(card, JPKI, "00B0860002", "00B0000403", "00B0860403", "00B0800403") == [
        "9000", "4A509000", "4150499000", "4150499000", "4150499000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00B0970000", "6981"),
        ("00B0980000", "6981"),
        ("00B09A0000", "6981"),
        ("00B0810000", "6982"),
        ("00B0830000", "6A82"),
        ("00B09F0000", "6A86"),
        ("00B0C10000", "6A86"),
        ("00B00000", "6700"),
        ("00B0000001AA", "6700"),
        ("00B0000001AA00", "6700"),
    ],
)
def test_refused_read_changes_nothing(card: InsertedCard, command: str, sw: str) -> None:
    """A refused READ BINARY leaves the current file as it was."""
    ask(card, JPKI, "00A4020C020006")
    assert ask(card, command, "00B0000002") == [sw, "4A509000"]


def test_signature_certificate_needs_its_password(card: InsertedCard, issued: IssuedFiles) -> None:
    """EF 0001 is 6982 without the password, also with the other PIN, and the certificate with it."""
    assert ask(card, JPKI, "002000980431323334", "00A4020C020001", "00B0000004") == ["9000", "9000", "9000", "6982"]
    assert ask(card, "0020009B06414243313233", "00A4020C020001") == ["9000", "9000"]
    assert ask(card, "00B0000004") == [
        issued.sign_certificate[:4].hex().upper() + "9000" if issued.sign_certificate else ""
    ]


def test_birth_record_needs_the_birth_date(card: InsertedCard) -> None:
    """EF 0001 of the visual application opens with 550217 (昭和55年2月17日); two FF follow the record."""
    assert ask(card, VISUAL, "00A4020C020001", "00B0000000") == ["9000", "9000", "6982"]
    assert ask(card, "00A4020C020011", "0020008006353530323137", "00A4020C020001") == ["9000", "9000", "9000"]
    assert ask(card, "00B00000000000") == [(BIRTH_RECORD + b"\xff\xff").hex().upper() + "9000"]


def test_card_verifiable_certificate_is_free(card: InsertedCard) -> None:
    """EF 0004 is exactly 568 bytes and needs nothing."""
    assert ask(card, VISUAL, "00B08400000000") == ["9000", CVC.hex().upper() + "9000"]
