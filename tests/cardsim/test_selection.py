"""SELECT (spec/card.md §1.2, §1.3, §3, §6)."""

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.profile import FciForm, Options
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import ask, with_options

JPKI = "00A4040C0AD392F000260100000001"
VISUAL = "00A4040C0AD3921000310001010402"
ISD = "00A4040C07A0000001510000"
VERIFY_AUTH = "002000980431323334"
SIGN_AUTH = "802A0097023132 00"

FOREIGN = [
    "00A4040006627601FF000000", "00A4040006A0000000010100", "00A404000CE82B0601040181C31F020100",
    "00A404000BA000000308000010000100", "00A4040007A000000116DB00", "00A404000CF276A288BCFBA69D34F3100100",
    "00A4040006D2760001240100", "00A4040C0AD3921000310001010403", "00A4040C05D392F00026",
    "00A4040C0BD392F00026010000000100",
]  # fmt: skip


@pytest.mark.parametrize("command", FOREIGN)
def test_foreign_application_is_not_found(card: InsertedCard, command: str) -> None:
    """OpenSC's probing and near misses of an AID all get 6A82."""
    assert ask(card, command) == ["6A82"]


def test_fci_is_answered_when_asked_for(card: InsertedCard) -> None:
    """P2 = 00 answers the AID in a template, cut to Le; P2 = 0C and a missing Le answer nothing."""
    fci = "6F0C840AD392F000260100000001"
    assert ask(card, "00A404000AD392F00026010000000100") == [fci + "9000"]
    assert ask(card, "00A404000AD392F00026010000000104") == [fci[:8] + "9000"]
    assert ask(card, "00A404000AD392F000260100000001", "00A4040C0AD392F00026010000000100") == ["9000", "9000"]


def test_fci_can_be_empty(issued: IssuedFiles) -> None:
    """The content of the FCI is unknown: a profile may say there is none."""
    card = with_options(issued, Options(fci=FciForm.EMPTY))
    assert ask(card, "00A404000AD392F00026010000000100") == ["9000"]


def test_select_without_data(card: InsertedCard) -> None:
    """`00A40000` is 6A86 after reset and 9000 without any change while an application is current."""
    assert ask(card, "00A40000", JPKI, "00A4020C02000A", "00A40000", "00B0000002", ISD, "00A40000") == [
        "6A86", "9000", "9000", "9000", "30829000", "9000", "6A86",
    ]  # fmt: skip


def test_master_file_cannot_be_selected(card: InsertedCard) -> None:
    """3F00 is 6A82 in every form."""
    assert ask(card, "00A4000C023F00", JPKI, "00A4000C023F00", "00A4020C023F00") == ["6A82", "9000", "6A82", "6A82"]


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00A4020C020003", "6A82"),
        ("00A4020C02001F", "6A82"),
        ("00A4020C0100", "6700"),
        ("00A4020C03000A00", "6700"),
        ("00A4020C", "6700"),
        ("00A4040C", "6700"),
        ("00A4000C01AA", "6700"),
        ("00A4010C02000A", "6A86"),
        ("00A4040F0AD392F000260100000001", "6A86"),
    ],
)
def test_refused_select_changes_nothing(card: InsertedCard, command: str, sw: str) -> None:
    """A refused SELECT leaves application, file and PIN as they were."""
    ask(card, JPKI, VERIFY_AUTH, "00A4020C02000A")
    assert ask(card, command, "00B0000002") == [sw, "30829000"]
    assert ask(card, SIGN_AUTH)[0].endswith("9000")


def test_failed_select_can_lose_the_file(issued: IssuedFiles) -> None:
    """Whether the current file survives is unknown: a profile may say it does not."""
    card = with_options(issued, Options(failed_select_keeps_file=False))
    assert ask(card, JPKI, "00A4020C02000A", "00A4020C020003", "00B0000002") == ["9000", "9000", "6A82", "6986"]


def test_file_before_any_application(card: InsertedCard) -> None:
    """There is no file under the MF."""
    assert ask(card, "00A4020C02000A", "00B0000000", "00200080", "00B08A0000") == ["6A82", "6986", "6986", "6A82"]


def test_pin_survives_the_same_application(card: InsertedCard) -> None:
    """Selecting JPKI again keeps its PIN verified (PYJ relies on it) but no file is current."""
    ask(card, JPKI, VERIFY_AUTH)
    assert ask(card, JPKI, "00B0000002") == ["9000", "6986"]
    assert ask(card, SIGN_AUTH)[0].endswith("9000")


@pytest.mark.parametrize("other", [VISUAL, ISD])
def test_pin_is_lost_with_the_application(card: InsertedCard, other: str) -> None:
    """Selecting another application or the ISD forgets the PIN."""
    assert ask(card, JPKI, VERIFY_AUTH, other, JPKI, SIGN_AUTH) == ["9000", "9000", "9000", "9000", "6982"]


def test_pin_can_be_lost_on_the_same_application(issued: IssuedFiles) -> None:
    """A profile may say that selecting the same application logs out, as OpenSC's logout assumes."""
    card = with_options(issued, Options(reselect_clears_verified=True))
    assert ask(card, JPKI, VERIFY_AUTH, JPKI, SIGN_AUTH) == ["9000", "9000", "9000", "6982"]
