"""The rows of spec/card.md §5 that the two other tables leave: hosts, explorers, and the text readers of telephones."""

from dataclasses import replace

import pytest

from cardsim.personalise import IssuedFiles, personalise
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import HOLDER, SERIAL, ask, powered

JPKI, TEXT, VISUAL = "D392F000260100000001", "D3921000310001010408", "D3921000310001010402"
COMMON, JUKI = "D3921000310001010100", "D3921000310001010401"
S_J, S_T, S_V = ((f"00A4040C0A{aid}", "9000") for aid in (JPKI, TEXT, VISUAL))
TEXT_PIN = [("00A4020C020011", "9000"), ("002000800431323334", "9000")]
SIGN_PIN = [("00A4020C02001B", "9000"), ("0020008006414243313233", "9000")]
AUTH_PIN = [("00A4020C020018", "9000"), ("002000800431323334", "9000")]
SHA1_INFO = "3021300906052B0E03021A05000414" + "5A" * 20
SHA256_INFO = "3031300D060960864801650304020105000420" + "5A" * 32
SIGN_SHA256 = (f"802A008033{SHA256_INFO}00", "*9000")
ATTRIBUTES = "FF2050DF2108000E00200044004F"
"""Header and offsets of the holder's four attributes: 3 + 11 bytes, then 18, 36 and 11."""
SEQUENCES = {
    "mpa login": [
        S_J, ("00A4020C020006", "9000"), ("00B0000020", "*9000"), *AUTH_PIN, ("00A4020C020017", "9000"), SIGN_SHA256,
        ("00A4020C02000A", "9000"), ("00B0000007", "3082*9000"), ("00B0000700", "*9000"),
    ],
    "mpa document": [
        S_J, ("00A4020C020006", "9000"), ("00B0000020", "*9000"), *SIGN_PIN, ("00A4020C02001A", "9000"), SIGN_SHA256,
        SIGN_SHA256, SIGN_SHA256, ("00A4020C020001", "9000"), ("00B0000007", "3082*9000"), S_T, *TEXT_PIN,
        ("00A4020C020002", "9000"), ("00B0000007", "FF2050DF2108009000"),
    ],
    "myna jpki cert -t sign": [
        S_J, ("00A4020C020006", "9000"), ("00B0000020", "*9000"), *SIGN_PIN, ("00A4020C020001", "9000"),
        ("00B0000007", "3082*9000"), ("00B0000700", "*9000"), ("00B0010700", "*9000"),
    ],
    "myna pin change sign": [
        S_J, *SIGN_PIN, ("00240180085A5A5A5A39393939", "9000"), ("0020008006414243313233", "63C4"),
        ("00200080085A5A5A5A39393939", "9000"),
    ],
    "myna-card power cycle": [("00A40000", "6A86"), S_J],
    "myna-sign unlock": [
        ("00A4040C0A" + JPKI, "9000"), ("00A4020C02001B", "9000"), ("00200080", "63C5"), S_J, *SIGN_PIN,
        ("00A4020C020001", "9000"), ("00B0000000", "3082*9000"),
        ("00A4020C020002", "9000"), ("00B0000000", "3082*9000"),
    ],
    "jpki-rs crypto read-certificate": [
        S_J, *SIGN_PIN, ("00A4020C020001", "9000"), ("00B0000007", "3082*9000"), ("00B0000000", "3082*9000"),
    ],
    "jpki-rs crypto sign": [S_J, *SIGN_PIN, ("00A4020C02001A", "9000"), (f"802A008023{SHA1_INFO}00", "*9000")],
    "jpki-rs crypto --auth sign": [S_J, *AUTH_PIN, ("00A4020C020017", "9000"), (f"802A008023{SHA1_INFO}00", "*9000")],
    "jpki-rs support get my-number": [
        S_T, *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000011", "FF100C393939393030303030303131FFFF9000"),
    ],
    "jpki-rs support get attributes": [
        S_T, *TEXT_PIN, ("00A4020C020002", "9000"), ("00B0000007", "FF2050DF2108009000"),
        ("00B0000053", f"{ATTRIBUTES}*9000"),
    ],
    "JWB to the end": [
        S_J, *SIGN_PIN, ("00A4020C020001", "9000"),
        *((f"00B0{offset:04X}E0", "*9000") for offset in range(0, 0x700, 0xE0)), ("00B00700E0", "*9000"),
        ("00B0076CE0", "6B00"),
    ],
    "PYJ text": [S_T, *TEXT_PIN, S_T, ("00A4020C020002", "9000"), ("00B0000000", f"{ATTRIBUTES}*9000")],
    "PYM both PINs in one session": [
        S_J, *AUTH_PIN, *SIGN_PIN, ("00B08A0004", "3082*9000"), ("00B0810004", "3082*9000"),
    ],
    "MNB my number": [
        S_T, *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000000", "FF100C393939393030303030303131FFFF9000"),
    ],
    "FNM text": [
        S_T, *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000000", "FF100C*FFFF9000"), ("00A4020C020002", "9000"),
        ("00B0000201", "509000"), ("00B0000071", f"{ATTRIBUTES}*FF9000"),
    ],
    "TRE token and number": [
        S_J, ("00A4020C020006", "9000"), ("00B0000014", "4A504B494150494343544F4B454E3220202020209000"), S_T,
        *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000011", "FF100C393939393030303030303131FFFF9000"),
    ],
    "WUM text": [
        S_T, *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000010", "FF100C393939393030303030303131FF9000"),
        ("00A4020C020002", "9000"), ("00B0000007", "FF2050DF2108009000"), ("00B000074C", "*9000"),
    ],
    "RMP text": [
        S_T, *TEXT_PIN, ("00A4020C020001", "9000"), ("00B0000010", "FF100C393939393030303030303131FF9000"),
        ("00B00000FF", "FF100C393939393030303030303131FFFF9000"),
    ],
    "libjeid: visual verifies with what it derived": [
        S_T, *TEXT_PIN, ("00B0810011", "FF100C*9000"), S_V, ("00A4020C020013", "9000"),
        ("002000800C393939393030303030303131", "9000"), ("00B0820007", "FF2082*DF219000"),
    ],
}  # fmt: skip
FILES = {
    JPKI: [0x01, 0x02, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0B, 0x10, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1E],
    TEXT: [*range(0x01, 0x09), *range(0x10, 0x16), 0x1C, 0x1E],
    VISUAL: [*range(0x01, 0x07), *range(0x11, 0x16), 0x1A, 0x1C, 0x1E],
    COMMON: [0x01, 0x02, 0x19, 0x1C, 0x1E],
    JUKI: [0x02, 0x1C],
}
"""What the tables of §2.1 to §2.5 list."""
OBJECTS = [0x0042, 0x0045, 0x0066, 0x00F0, 0x00F2, 0x00F7, 0x00F8, 0x5F51]
"""What §2.7 lists, but for 7F21, which some cards have not."""


@pytest.mark.parametrize("name", SEQUENCES)
def test_client(card: InsertedCard, name: str) -> None:
    """Each answer is the one the client needs; `*` stands for bytes that depend on the card."""
    for command, expected in SEQUENCES[name]:
        (answer,) = ask(card, command)
        head, star, tail = expected.partition("*")
        assert answer == expected if not star else answer.startswith(head) and answer.endswith(tail), (command, answer)


@pytest.mark.parametrize("aid", FILES)
def test_explorer_finds_the_files_of_the_tables(card: InsertedCard, aid: str) -> None:
    """SCT looks for EF 0000 to 0030 and 2F00 to 2FFF in every application: exactly those of §2 are there."""
    ask(card, f"00A4040C0A{aid}")
    looked_at = [*range(0x31), *range(0x2F00, 0x3000)]
    assert [fid for fid in looked_at if ask(card, f"00A4020C02{fid:04X}") == ["9000"]] == FILES[aid]


def test_explorer_finds_the_data_objects(card: InsertedCard) -> None:
    """SCT asks for every tag, with an extended Le: those of §2.7 are found, and inside an application the ATR alone."""
    found = [tag for tag in range(0x10000) if ask(card, f"00CA{tag:04X}000000")[0].endswith("9000")]
    assert found == OBJECTS
    ask(card, f"00A4040C0A{JPKI}")
    assert [tag for tag in OBJECTS if ask(card, f"00CA{tag:04X}000000")[0].endswith("9000")] == [0x5F51]


def test_explorer_asks_for_challenges(card: InsertedCard) -> None:
    """0x100 bytes are drawn, 0x101 must fail; there is nothing to fetch with GET RESPONSE (§1.3, §1.4)."""
    drawn, too_many, response = ask(card, "0084000000", "00840000000101", "00C0000000")
    assert (len(drawn) // 2, too_many, response) == (258, "6985", "6D00")


def test_mnbcard_reads_the_attributes_of_a_long_address(issued: IssuedFiles) -> None:
    """It takes offsets from bytes 9, 11, 13 and 15, where they are with the 82 form; a short file it cannot read."""
    for address, right in (("あ" * 40, True), (HOLDER.address, False)):
        card = powered(personalise(replace(HOLDER, address=address), issued, serial=SERIAL))
        *_, answer = ask(card, S_T[0], TEXT_PIN[0][0], TEXT_PIN[1][0], "00A4020C020002", "00B0000000")
        file = bytes.fromhex(answer)
        tags = [file[file[place] : file[place] + 2].hex().upper() for place in (9, 11, 13, 15)]
        assert (tags == ["DF22", "DF23", "DF24", "DF25"]) is right
        assert file.startswith(b"\xff\x20\x82") is right
