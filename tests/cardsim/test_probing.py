"""What programs send that look for other cards (spec/card.md §1.2, §6), and what nothing but VERIFY may do (§3)."""

from itertools import product

import pytest

from cardsim.apdu import Command
from cardsim.card import fresh_kept, power_on, step, transmit
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import ask

JPKI = "D392F000260100000001"
APPLICATIONS = [JPKI, *(f"D392100031000101{last}" for last in ("0408", "0402", "0401", "0100")), "A0000001510000"]
SELECTED_BY_OPENSC = [
    "627601FF0000", "A00000000101", "E82B0601040181C31F0201", "D23300000045737445494420763335",
    "A00000030800001000", "A00000030800001000", "A000000116DB00", "A0000000791000",
    *(f"A00000007901{last:02X}" for last in range(0x10)),
    "F276A288BCFBA69D34F31001", "A00000039742544659", "D27600012401",
]  # fmt: skip
PROBES = [
    *((f"00A40400{len(aid) // 2:02X}{aid}00", "6A82") for aid in SELECTED_BY_OPENSC),
    ("00CADF3005", "6A88"),
    ("00CB3FFF035C017E08", "6D00"),
]


def test_as_many_probes_as_were_seen() -> None:
    """OpenSC 0.23.0 sent 29 commands before its jpki driver had its turn."""
    assert len(PROBES) == 29


@pytest.mark.parametrize("current", [None, *APPLICATIONS])
def test_opensc_finds_no_other_card(card: InsertedCard, current: str | None) -> None:
    """Every SELECT 6A82, `00CA` 6A88, `00CB` 6D00, and the jpki driver then binds, whatever was current before."""
    if current is not None:
        assert ask(card, f"00A4040C{len(current) // 2:02X}{current}") == ["9000"]
    assert ask(card, *(command for command, _ in PROBES)) == [answer for _, answer in PROBES]
    assert ask(card, f"00A4040C0A{JPKI}", "00A4020C020018", "00200080", "00A4020C02001B", "00200080") == [
        "9000", "9000", "63C3", "9000", "63C5",
    ]  # fmt: skip


@pytest.mark.parametrize("aid", APPLICATIONS)
def test_no_class_and_instruction_changes_a_try(profile: Profile, aid: str) -> None:
    """Every CLA with every INS, with and without data: what is kept stays the very same, and nothing else escapes.

    VERIFY (00 20) with data is the one that may cost a try, and is left out with data.
    """
    state = power_on(profile, fresh_kept(profile))
    state, answer = transmit(profile, state, bytes.fromhex(f"00A4040C{len(aid) // 2:02X}{aid}"))
    assert answer == b"\x90\x00"
    kept = state.kept
    for cla, ins in product(range(0x100), range(0x100)):
        for p2, data, ne in ((0x80, b"", None), (0x00, b"", 256), (0x91, b"", 256), (0x80, b"\x00\x18", 256)):
            if (cla, ins) == (0x00, 0x20) and data:
                continue
            after, reply = step(profile, state, Command(cla, ins, 0x00, p2, data, ne))
            assert after.kept is kept, f"{cla:02X} {ins:02X}"
            assert 0x6000 <= reply.sw <= 0x9FFF


CHANNELS = [*range(0x01, 0x04), *range(0x11, 0x14), *range(0x40, 0x80)]


@pytest.mark.parametrize("ins", [0xA4, 0xB0, 0x20, 0x84, 0xB2, 0x88, 0xCA, 0x24, 0xFF])
def test_logical_channels(card: InsertedCard, ins: int) -> None:
    """Every class byte that names another channel than 0 gets 6881 (§1.2)."""
    answers = {ask(card, f"{cla:02X}{ins:02X}0000")[0] for cla in CHANNELS}
    assert answers == {"6881"}


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("A4040C0AD392F000260100000001", "6882"), ("B0000000", "69FC"), ("20009804AAAAAAAA", "69FC"),
        ("84000010", "6882"), ("B2010C00", "6882"), ("CA004500", "6882"), ("8800990100", "6882"), ("FF0000", "6D00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cla", ["08", "0C", "04"])
def test_secure_messaging_classes(card: InsertedCard, cla: str, command: str, sw: str) -> None:
    """Outside the text application SELECT is 6882, READ BINARY and VERIFY 69FC (§1.2); the rest taken to be 6882."""
    assert ask(card, cla + command) == [sw]
    assert ask(card, f"00A4040C0A{JPKI}", cla + command, "00200098") == ["9000", sw, "63C3"]
