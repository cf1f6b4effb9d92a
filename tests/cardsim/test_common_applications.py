"""共通カードAP and 住基AP (spec/card.md §2.4, §2.5, §3): records, INTERNAL AUTHENTICATE, CHANGE KEY."""

from pathlib import Path

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from tests.cardsim import openssl
from tests.cardsim.conftest import Keys, ask, with_options

COMMON, JUKI = "00A4040C0AD3921000310001010100", "00A4040C0AD3921000310001010401"
CARD = "011C" + b"234567890123456".hex() + b"48201".hex() + b"20350217".hex()
KEY = "0110" + b"6000023\x08\x05001\x00\x00\x00\x00".hex().upper()
PIN = "0020009C0431323334"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("00B2010C00", CARD + "9000", id="myna: record 1 of SFI 1"),
        pytest.param("00B2010D00", CARD + "9000", id="all from record 1"),
        pytest.param("00B2010C05", CARD[:10] + "9000", id="cut to Le"),
        pytest.param("00B2010C000000", CARD + "9000", id="extended Le"),
        pytest.param("00B2011400", KEY + "9000", id="key reference, SFI 2"),
        pytest.param("00B2020C00", "6A83", id="no such record"),
        pytest.param("00B2FF0D00", "6A83", id="no such record, to the last"),
        pytest.param("00B2000C00", "6A83", id="the current record"),
        pytest.param("00B2010400", "6986", id="no current file"),
        pytest.param("00B2012C00", "6A82", id="no such file"),
        pytest.param("00B201CC00", "6981", id="a key has no records"),
        pytest.param("00B2010C", "6700", id="no Le"),
        pytest.param("00B2010C01AA00", "6700", id="data"),
        pytest.param("00B2010E00", "6A86", id="P2 110"),
        pytest.param("00B201FC00", "6A86", id="SFI 31"),
        pytest.param("00B0810000", "6981", id="records are not read as bytes"),
    ],
)
def test_records(card: InsertedCard, command: str, answer: str) -> None:
    """The card's number, municipality and expiry as `01 1C` and 28 digits, free; a refusal leaves everything."""
    assert ask(card, COMMON, command) == ["9000", answer.upper()]


def test_current_record_file(card: InsertedCard) -> None:
    """A selected record file is read with P2 04, and a short identifier makes a file current."""
    assert ask(card, COMMON, "00A4020C020001", "00B2010400", "00B2011400", "00B2010400")[2:] == [
        CARD.upper() + "9000", KEY + "9000", KEY + "9000",
    ]  # fmt: skip


def test_transparent_file_has_no_records(card: InsertedCard) -> None:
    """READ RECORD on the token information is 6981."""
    assert ask(card, "00A4040C0AD392F000260100000001", "00B2013400") == ["9000", "6981"]


def test_juki_application(card: InsertedCard) -> None:
    """EF 0002 is identical to that of the 共通カードAP; the PIN has three tries; 住民票コード is nowhere."""
    assert ask(card, JUKI, "00B2011400", "0020009C", "80AE000001AA", "00A4020C020001") == [
        "9000", KEY + "9000", "63C3", "6982", "6A82",
    ]  # fmt: skip


@pytest.mark.parametrize("challenge", [b"\x00", b"kazashi", bytes(range(255))])
def test_internal_authentication(card: InsertedCard, keys: Keys, tmp_path: Path, challenge: bytes) -> None:
    """Key 0019 signs a challenge of 1 to 255 bytes with SHA-256, without any PIN: OpenSSL accepts."""
    (answer,) = ask(card, COMMON, f"00880099{len(challenge):02X}{challenge.hex()}00")[1:]
    assert openssl.accepts(tmp_path, keys.chip.public_key(), challenge, bytes.fromhex(answer)[:-2])
    assert not openssl.accepts(tmp_path, keys.chip.public_key(), challenge + b"x", bytes.fromhex(answer)[:-2])


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("008800990100", "6700"), ("0088009900", "6985"), ("00880099", "6985"),
        (f"00880099000100{'AA' * 256}0000", "6985"), ("0088009901AAFF", "6700"), ("0088019901AA00", "6A86"),
        ("0088001901AA00", "6A86"), ("0088009C01AA00", "6985"), ("0088009501AA00", "6A82"),
        ("802A009901AA00", "6985"), ("802A000001AA00", "6A86"),
    ],
)  # fmt: skip
def test_internal_authentication_refused(card: InsertedCard, command: str, sw: str) -> None:
    """Nothing or more than 255 bytes, another key, another P1; and key 0019 does not sign."""
    assert ask(card, COMMON, command) == ["9000", sw]


@pytest.mark.parametrize("aid", [COMMON, JUKI])
def test_change_key(card: InsertedCard, aid: str) -> None:
    """`80 32 00 80` on the verified PIN 001C; not before, not in another format, not with another P1."""
    new = "8032009C0439393939"
    assert ask(card, aid, new, PIN, "8032009C03393939", "8032019C0439393939", "8032009C", new) == [
        "9000", "6982", "9000", "6A80", "6A86", "6700", "9000",
    ]  # fmt: skip
    assert ask(card, PIN, "0020009C0439393939") == ["63C2", "9000"]


def test_counters_of_001c_are_apart(card: InsertedCard) -> None:
    """共通 001C and 住基 001C count for themselves (§3)."""
    assert ask(card, COMMON, "0020009C0430303030", JUKI, "0020009C") == ["9000", "63C2", "9000", "63C3"]


OTHER = StatusWord.WRONG_DATA


@pytest.mark.parametrize(
    ("options", "commands", "default"),
    [
        (Options(current_record=OTHER), [COMMON, "00B2000C00"], "6A83"),
        (Options(change_by_other_command=OTHER), [COMMON, PIN, "0024019C0439393939"], "6985"),
        (
            Options(change_by_other_command=OTHER),
            ["00A4040C0AD392F000260100000001", "002000980431323334", "803200980439393939"],
            "6985",
        ),
        (Options(authenticate_on_other_file=OTHER), [COMMON, "0088009C01AA00"], "6985"),
    ],
)
def test_word_is_an_option(issued: IssuedFiles, options: Options, commands: list[str], default: str) -> None:
    """What no source tells a profile may tell."""
    assert ask(with_options(issued, Options()), *commands)[-1] == default
    assert ask(with_options(issued, options), *commands)[-1] == "6A80"
