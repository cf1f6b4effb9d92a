"""GET DATA and GET CHALLENGE (spec/card.md §1.3, §2.7), `80 A2` and `80 FC` (§1.3, §8)."""

import pytest
from asn1crypto.core import ObjectIdentifier

from cardsim.card import fresh_kept, power_on, transmit
from cardsim.personalise import IssuedFiles
from cardsim.profile import Options, Profile
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from cardsim.store import MemoryStore
from tests.cardsim.conftest import CVC, ask, with_options

JPKI = "00A4040C0AD392F000260100000001"
ISD = "00A4040C07A0000001510000"
KEY_ID = b"6000023\x08\x05001\x00\x00\x00\x00".hex().upper()
CONTACT_ATR = "E000FF8131FE4514"
"""3BE000FF8131FE4514 without its first byte (§1.1)."""


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00CA004200", KEY_ID + "9000"),
        ("00CA004500", b"234567890123456".hex().upper() + "9000"),
        ("00CA004504", b"2345".hex() + "9000"),
        ("00CA00F000", b"48201".hex() + "9000"),
        ("00CA00F200", b"20350217".hex() + "9000"),
        ("00CA00F700", KEY_ID + "9000"),
        ("00CA5F5100", CONTACT_ATR + "9000"),
        ("00CA00F800", "6700"),
        ("00CA00F8000000", CVC[5:].hex().upper() + "9000"),
        ("00CA00F8000100", CVC[5:261].hex().upper() + "9000"),
        ("00CA7F2100", "6A88"),
        ("00CADF3005", "6A88"),
        ("00CA0045", "6700"),
        ("00CA004501AA00", "6700"),
    ],
)
def test_object(card: InsertedCard, command: str, answer: str) -> None:
    """While no application is current: the objects of §2.7; the large one only with an extended Le."""
    assert ask(card, command) == [answer]
    inside = answer if answer == "6700" and command[:8] == "00CA0045" else "6A88"
    expected = CONTACT_ATR + "9000" if "5F51" in command else inside
    assert ask(card, JPKI, command, ISD, command) == ["9000", expected, "9000", answer]


def test_recognition_data(card: InsertedCard) -> None:
    """Object 0066 holds GlobalPlatform's identifiers, says asn1crypto: 1.2.840.114283.1 first."""
    (answer,) = ask(card, "00CA006600")
    data = bytes.fromhex(answer)[:-2]
    assert data[:4] == bytes([0x66, len(data) - 2, 0x73, len(data) - 4])
    assert ObjectIdentifier.load(data[4:13]).native == "1.2.840.114283.1"
    assert ObjectIdentifier.load(data[15:26]).native == "1.2.840.114283.2.2.2"


def test_atr_of_some_cards(issued: IssuedFiles) -> None:
    """A profile may find the contact ATR inside an application only."""
    card = with_options(issued, Options(contact_atr_inside_only=True))
    assert ask(card, "00CA5F5100", JPKI, "00CA5F5100") == ["6A88", "9000", CONTACT_ATR + "9000"]


def test_lower_cvc_of_some_cards(issued: IssuedFiles) -> None:
    """A profile may have object 7F21."""
    card = with_options(issued, Options(lower_cvc=True))
    assert ask(card, "00CA7F2100", "00CA7F21000000") == ["6700", CVC.hex().upper() + "9000"]


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("0084000000", "9000"), ("0084000001", "9000"), ("0084000010", "9000"), ("00840000000100", "6985"),
        ("00840000000101", "6985"), ("00840000000010", "6985"), ("00840000", "6700"), ("0084000001AA00", "6700"),
        ("0084010010", "6A86"),
    ],
)  # fmt: skip
def test_challenge_lengths(card: InsertedCard, command: str, sw: str) -> None:
    """1 to 256 bytes by a short Le; an extended one is 6985 (§1.3)."""
    for _ in range(2):
        (answer,) = ask(card, command)
        assert answer[-4:] == sw
        assert len(answer) // 2 - 2 == ((int(command[8:10], 16) or 256) if sw == "9000" else 0)
        ask(card, JPKI)


def test_challenges_differ(profile: Profile) -> None:
    """No challenge comes twice, not after a reset nor after a power-off, and another card has others."""
    seen = set()
    for _ in range(2):
        card = InsertedCard.unused(profile)
        for _ in range(2):
            card.power_on()
            seen |= set(ask(card, "0084000020", "0084000020"))
            card.reset()
            seen |= set(ask(card, "0084000020"))
            card.power_off()
    assert len(seen) == 12


def test_challenges_can_be_repeated(profile: Profile) -> None:
    """The same entropy gives the same challenges: a golden trace holds."""
    answers = []
    for _ in range(2):
        card = InsertedCard(profile, MemoryStore(fresh_kept(profile)), entropy=lambda: b"seed")
        card.power_on()
        answers.append(ask(card, "0084000000", JPKI, "0084000000"))
    assert answers[0] == answers[1]
    assert answers[0][0] != answers[0][2]


def test_longer_challenge_has_no_period(profile: Profile) -> None:
    """256 bytes are eight different blocks."""
    _, answer = transmit(profile, power_on(profile, fresh_kept(profile), b"x"), bytes.fromhex("0084000000"))
    assert len({answer[at : at + 32] for at in range(0, 256, 32)}) == 8


GOOD_CVC = CVC[:307] + bytes.fromhex("5F37820100") + bytes(256)


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        pytest.param(f"80A200C1000100{'00' * 256}", "6700", id="jsapdu: 256 zero bytes"),
        pytest.param(f"80A200C1000238{GOOD_CVC.hex()}", "6982", id="a CVC that nobody we know signed"),
        pytest.param(f"80A206C1000238{GOOD_CVC.hex()}", "6982", id="P1 06"),
        pytest.param(f"80A206C1000238{'00' * 568}", "6A80", id="no CVC"),
        pytest.param(f"80A206C2000238{GOOD_CVC.hex()}", "6A86", id="P2 C2"),
        pytest.param("80A206C1", "6700", id="nothing"),
    ],
)
def test_terminal_certificate(card: InsertedCard, command: str, sw: str) -> None:
    """No terminal authority's key is public: 6700 for the length, 6A80 for the form, 6982 otherwise (§8)."""
    assert ask(card, JPKI, "00A4020C020016", command) == ["9000", "9000", sw]


def test_terminal_certificate_without_its_slot(issued: IssuedFiles) -> None:
    """EF 0016 is selected first; what comes otherwise is unknown."""
    command = f"80A206C1000238{GOOD_CVC.hex()}"
    assert ask(with_options(issued, Options()), JPKI, command)[-1] == "6985"
    other = Options(terminal_certificate_without_slot=StatusWord.WRONG_P1P2)
    assert ask(with_options(issued, other), JPKI, command)[-1] == "6A86"
