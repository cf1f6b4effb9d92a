"""Garbage through PC/SC: a defined status word, nothing changed, the card lives on.

A command of one octet cannot be tried: vpcd takes it for one of its control frames (spec/card.md §9).
"""

import random

import pytest

from harness.pcsc_lane import Connection
from tests.real_clients.programs import Bench

SELECT_JPKI = "00A4040C0AD392F000260100000001"
SELECT_PIN = "00A4020C020018"
LONGEST = 65535


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("00A4", "6700"),
        ("00A404", "6700"),
        ("00A4040C0B" + SELECT_JPKI[10:], "6700"),
        ("00A4040C0AD392F00026", "6700"),
        (SELECT_JPKI + "0000", "6700"),
        ("00B00000FF00", "6700"),
        ("00B0" + "00" * 300, "6700"),
        ("00A4040C0000FF" + "41" * 20, "6700"),
        ("0020008011" + "31" * 17, "6986"),
        ("0020009811" + "31" * 17, "6700"),
        ("00" * 261, "6700"),
        ("00" * LONGEST, "6700"),
        ("00FE0000", "6D00"),
        ("FFCA000000", "6E00"),
    ],
    ids=lambda value: f"{value[:14]} of {len(value) // 2}" if len(value) > 4 else value,
)
def test_a_malformed_command_has_a_defined_answer(shared_bench: Bench, command: str, status: str) -> None:
    """The status word is the one of spec/card.md §1.4; the card then answers as before."""
    with shared_bench.lane.connected() as connection:
        assert ask(connection, SELECT_JPKI) == "9000"
        assert ask(connection, command) == status
        assert ask(connection, "00B08A0004")[:4] == "3082"
    assert shared_bench.card.is_alive()


def test_noise_gets_answers_and_leaves_the_card_as_it_was(shared_bench: Bench) -> None:
    """300 commands of random length and content: each is answered by a status word, no try is spent, nobody ends."""
    noise = random.Random(20261121)  # noqa: S311 - a test that can be repeated
    with shared_bench.lane.connected() as connection:
        for _ in range(300):
            command = noise.randbytes(noise.randint(2, 300))
            assert ask(connection, command.hex())[-4:-2] in {"67", "68", "69", "6A", "6B", "6D", "6E"}
        assert ask(connection, SELECT_JPKI) == "9000"
        assert ask(connection, SELECT_PIN) == "9000"
        assert ask(connection, "00200080") == "63C3"
    assert shared_bench.card.is_alive()


def ask(connection: Connection, command: str) -> str:
    """The answer to one command, both as hex."""
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
    return bytes([*data, sw1, sw2]).hex().upper()
