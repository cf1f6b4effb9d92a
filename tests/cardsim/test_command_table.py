"""The table of commands, and what is answered to commands that are not in it (spec/card.md §1.2, §1.4, §6)."""

import pytest

from cardsim.card import COMMANDS
from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import ask, with_options

EXERCISED = {
    (0x00, 0xA4), (0x00, 0xB0), (0x00, 0xCA), (0x00, 0x20), (0x00, 0x24), (0x80, 0x2A),
    (0x00, 0xB2), (0x00, 0x84), (0x00, 0x88), (0x80, 0x32), (0x80, 0xA2), (0x80, 0xAE), (0x80, 0xFC),
    (0x80, 0x50), (0x80, 0x52), (0x80, 0x54), (0x80, 0x06), (0x80, 0x8A),
}  # fmt: skip


def test_every_row_is_exercised() -> None:
    """A row added to the table is added to these tests too."""
    assert set(COMMANDS) == EXERCISED


def test_every_row_says_what_it_is() -> None:
    """Each row has a name in both languages and its clause."""
    for row in COMMANDS.values():
        assert row.english
        assert row.japanese
        assert "§" in row.clause


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        pytest.param("01A4040C0AD392F000260100000001", "6881", id="channel 1"),
        pytest.param("40B0000000", "6881", id="channel 4"),
        pytest.param("0DB0000000", "6881", id="channel 1, secured"),
        pytest.param("01FF0000", "6881", id="channel 1, unknown instruction"),
        pytest.param("0CA4040C0AD392F000260100000001", "6882", id="SELECT secured"),
        pytest.param("08A4040C0AD392F000260100000001", "6882", id="SELECT secured 08"),
        pytest.param("0CB0000000", "69FC", id="READ secured"),
        pytest.param("08B0000000", "69FC", id="READ secured 08"),
        pytest.param("0C200080", "69FC", id="VERIFY secured"),
        pytest.param("08200080", "69FC", id="VERIFY secured 08"),
        pytest.param("0C24018004AAAAAAAA", "6882", id="CHANGE secured"),
        pytest.param("10B0000000", "6884", id="chained"),
        pytest.param("00CB3FFF035C017E08", "6D00", id="GET DATA CB"),
        pytest.param("00C0000000", "6D00", id="GET RESPONSE"),
        pytest.param("0CCB3FFF", "6D00", id="CB secured"),
        pytest.param("80FF0000", "6D00", id="proprietary, unknown instruction"),
        pytest.param("80A40000", "6E00", id="SELECT as proprietary"),
        pytest.param("002A008001AA00", "6E00", id="signature as interindustry"),
        pytest.param("20B0000000", "6E00", id="reserved class"),
        pytest.param("90B0000000", "6E00", id="class 90"),
        pytest.param("FFCA000000", "6E00", id="reader's pseudo-command"),
        pytest.param("00CADF3005", "6A88", id="GET DATA DF30"),
        pytest.param("8050000000", "6982", id="LOCK DF"),
        pytest.param("8052000000", "6982", id="UNLOCK DF"),
        pytest.param("80540080", "6982", id="UNLOCK KEY"),
        pytest.param("80060000", "6982", id="issuer 06"),
        pytest.param("808A0000", "6982", id="issuer 8A"),
        pytest.param("00", "6700", id="one byte"),
        pytest.param("00A404", "6700", id="three bytes"),
        pytest.param("00A4040C0AD392", "6700", id="data missing"),
    ],
)
def test_refused_before_it_begins(card: InsertedCard, command: str, sw: str) -> None:
    """What the card does not do it refuses with the documented word, whatever application is current."""
    assert ask(card, command) == [sw]
    assert ask(card, "00A4040C0AD392F000260100000001", command) == ["9000", sw]


TEXT, COMMON = "00A4040C0AD3921000310001010408", "00A4040C0AD3921000310001010100"


@pytest.mark.parametrize(
    ("before", "header", "data", "ne"),
    [
        pytest.param([], "00A40400", "D392F000260100000001", 256, id="SELECT with FCI"),
        pytest.param([], "00A4040C", "D392F000260100000001", None, id="SELECT"),
        pytest.param([TEXT], "00B08400", "", 256, id="READ BINARY"),
        pytest.param([COMMON], "00B2010C", "", 256, id="READ RECORD"),
        pytest.param([TEXT], "00200091", "31323334", None, id="VERIFY"),
        pytest.param([TEXT], "00200091", "30303030", None, id="VERIFY of a wrong value"),
        pytest.param([TEXT, "002000910431323334"], "00240191", "39393939", None, id="CHANGE REFERENCE DATA"),
        pytest.param([COMMON, "0020009C0431323334"], "8032009C", "39393939", None, id="CHANGE KEY"),
        pytest.param([TEXT], "802A0000", "AABB", 256, id="COMPUTE DIGITAL SIGNATURE"),
        pytest.param([COMMON], "00880099", "AABB", 256, id="INTERNAL AUTHENTICATE"),
        pytest.param([], "00CA0045", "", 256, id="GET DATA"),
        pytest.param([], "80500000", "AA", None, id="LOCK DF"),
    ],
)
def test_short_and_extended_form_say_the_same(  # one command, its two forms
    issued: IssuedFiles, before: list[str], header: str, data: str, ne: int | None
) -> None:
    """Each command is answered alike in both forms of ISO/IEC 7816-3:2006 §12.1.3 where its lengths fit into both."""
    length = len(data) // 2
    short = header + (f"{length:02X}{data}" if data else "") + ("" if ne is None else f"{ne & 0xFF:02X}")
    long = header + "00" + (f"{length:04X}{data}" if data else "") + ("" if ne is None else f"{ne:04X}")
    answers = [ask(with_options(issued, Options()), *before, form)[-1] for form in (short, long)]
    assert answers[0] == answers[1]
    assert answers[0][-4:] in {"9000", "63C2", "6982"}
