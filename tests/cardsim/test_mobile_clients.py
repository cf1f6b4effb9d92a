"""What telephones and terminals send to the JPKI application: spec/card.md §5.4, §5.6, replayed."""

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.slot import InsertedCard
from tests.cardsim.conftest import ask

S_J = ("00A4040C0AD392F000260100000001", "9000")
AUTH_FILE, AUTH_PIN, AUTH_KEY = ("00A4020C02000A", "9000"), ("00A4020C020018", "9000"), ("00A4020C020017", "9000")
SHA1_INFO = "3021300906052B0E03021A05000414" + "5A" * 20
SHA384_INFO = "3041300D060960864801650304020205000430" + "5A" * 48
SHA512_INFO = "3051300D060960864801650304020305000440" + "5A" * 64
RIGHT = ("002000800431323334", "9000")
SEQUENCES = {
    "JRD": [
        S_J, AUTH_FILE, ("00B0000004", "3082*9000"), ("00B0000000", "3082*9000"), ("00B0010000", "*9000"),
        ("00B0020000", "*9000"), AUTH_PIN, ("00200080", "63C3"), RIGHT, AUTH_KEY, (f"802A008023{SHA1_INFO}00", "*9000"),
    ],
    "FNM": [S_J, AUTH_PIN, ("00200080", "63C3"), RIGHT, AUTH_KEY, ("802A008005112233445500", "*9000")],
    "IDP": [
        S_J, AUTH_FILE, ("00B0000004", "3082*9000"), ("00B0000400000297", "6700"), ("00B00004000297", "*9000"),
        AUTH_PIN, ("00200080", "63C3"), ("002000800439393939", "63C2"), RIGHT, AUTH_KEY,
    ],
    "JLS": [
        S_J, AUTH_PIN, ("002000800439393939", "63C2"), ("002000800439393939", "63C1"), ("002000800439393939", "63C0"),
        ("002000800431323334", "6984"), ("00200080", "63C0"),
    ],
    "RMP": [S_J, AUTH_PIN, RIGHT, AUTH_FILE, ("00B0000004", "3082*9000"), ("00B0000000", "3082*9000")],
    "WUM": [
        S_J, AUTH_PIN, RIGHT, AUTH_KEY,
        (f"802A008043{SHA384_INFO}00", "*9000"), (f"802A008053{SHA512_INFO}00", "*9000"),
    ],
    "jpki-rs read-certificate": [
        S_J, AUTH_FILE, ("00B0000007", "3082*9000"), ("00B0000000", "3082*9000"), ("00B001009B", "*9000"),
    ],
    "jpki-rs stat": [
        S_J, AUTH_PIN, ("00200080", "63C3"), ("00A4020C02001B", "9000"), ("00200080", "63C5"),
    ],
    "MYN-GO token": [S_J, ("00A4020C020006", "9000"), ("00B0000020", "*9000")],
    "MC and MS: SFI, then the security domain": [
        S_J, ("0020009804" + "31323334", "9000"), ("00A4040C07A0000001510000", "9000"), S_J, ("802A009701AA00", "6982"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SEQUENCES)
def test_client(card: InsertedCard, issued: IssuedFiles, name: str) -> None:
    """Each answer is the one the client needs; `*` stands for bytes that depend on the card."""
    assert len(issued.auth_certificate) == 0x29B
    for command, expected in SEQUENCES[name]:
        (answer,) = ask(card, command)
        head, star, tail = expected.partition("*")
        assert answer == expected if not star else answer.startswith(head) and answer.endswith(tail), command


def test_a_certificate_in_pieces_is_the_certificate(card: InsertedCard, issued: IssuedFiles) -> None:
    """The blocks of a telephone (JRD) and the one long READ of another (IDP) are the same bytes."""
    ask(card, S_J[0], AUTH_FILE[0])
    blocks = "".join(answer[:-4] for answer in ask(card, "00B0000000", "00B0010000", "00B0020000"))
    (rest,) = ask(card, "00B00004000297")
    whole = issued.auth_certificate.hex().upper()
    assert blocks.startswith(whole)
    assert whole[8:] == rest[:-4]
