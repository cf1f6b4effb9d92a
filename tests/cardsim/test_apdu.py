"""Commands as bytes, against the cases of ISO/IEC 7816-3:2006 §12.1.3."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.apdu import Answer, Command, parse_command
from cardsim.status import Refusal, StatusWord

LONG = bytes(range(256)) + b"\x01\x02"
CASES = [
    pytest.param("00200080", Command(0x00, 0x20, 0x00, 0x80, b"", None), id="1"),
    pytest.param("00B0010204", Command(0x00, 0xB0, 0x01, 0x02, b"", 4), id="2S"),
    pytest.param("00B0010200", Command(0x00, 0xB0, 0x01, 0x02, b"", 256), id="2S-256"),
    pytest.param("00A4020C020018", Command(0x00, 0xA4, 0x02, 0x0C, b"\x00\x18", None), id="3S"),
    pytest.param("802A008003AABBCC00", Command(0x80, 0x2A, 0x00, 0x80, b"\xaa\xbb\xcc", 256), id="4S"),
    pytest.param("802A008003AABBCC05", Command(0x80, 0x2A, 0x00, 0x80, b"\xaa\xbb\xcc", 5), id="4S-5"),
    pytest.param("00B00000000514", Command(0x00, 0xB0, 0x00, 0x00, b"", 0x514, extended=True), id="2E"),
    pytest.param("00B08A00000000", Command(0x00, 0xB0, 0x8A, 0x00, b"", 65536, extended=True), id="2E-65536"),
    pytest.param("802A0080000102" + LONG.hex(), Command(0x80, 0x2A, 0x00, 0x80, LONG, None, extended=True), id="3E"),
    pytest.param(
        "802A0080000102" + LONG.hex() + "0000",
        Command(0x80, 0x2A, 0x00, 0x80, LONG, 65536, extended=True),
        id="4E-65536",
    ),
    pytest.param(
        "802A0080000102" + LONG.hex() + "0100", Command(0x80, 0x2A, 0x00, 0x80, LONG, 256, extended=True), id="4E"
    ),
]


def outcome(raw: bytes) -> Command | StatusWord:
    """The command read, or the status word of the refusal."""
    try:
        return parse_command(raw)
    except Refusal as refusal:
        return refusal.status


@pytest.mark.parametrize(("raw", "means"), CASES)
def test_case_is_read(raw: str, means: Command) -> None:
    """Each of the seven cases is read as the standard says."""
    assert parse_command(bytes.fromhex(raw)) == means


@pytest.mark.parametrize(("raw", "means"), CASES)
def test_tail_is_not_overlooked(raw: str, means: Command) -> None:
    """Three bytes more make another command or none: never the same."""
    assert outcome(bytes.fromhex(raw) + b"\xaa\xbb\xcc") != means


TRUNCATED: dict[str, dict[int, tuple[Any, ...]]] = {
    "802A008003AABBCC00": {4: (b"", None), 5: (b"", 3), 8: (b"\xaa\xbb\xcc", None)},
    "802A0080000003AABBCC0100": {4: (b"", None), 5: (b"", 256), 7: (b"", 3, True), 10: (b"\xaa\xbb\xcc", None, True)},
}


@pytest.mark.parametrize("raw", TRUNCATED)
def test_truncated_at_every_byte(raw: str) -> None:
    """A beginning that is itself a command is read as that one; every other is refused with 6700."""
    whole = bytes.fromhex(raw)
    for length in range(len(whole)):
        expected = TRUNCATED[raw].get(length)
        if expected is None:
            with pytest.raises(Refusal) as caught:
                parse_command(whole[:length])
            assert caught.value.status == 0x6700
        else:
            assert parse_command(whole[:length]) == Command(0x80, 0x2A, 0x00, 0x80, *expected)


@pytest.mark.parametrize(
    "raw", ["00B000000000", "00A40400000000AA", "00A4040000000000", "00B000000000000100", "00A4020C030018"]
)
def test_malformed_is_refused(raw: str) -> None:
    """An extended field cut short or empty, and an Lc that promises more than comes, are 6700."""
    with pytest.raises(Refusal) as caught:
        parse_command(bytes.fromhex(raw))
    assert caught.value.status == 0x6700


@given(st.binary(max_size=300))
def test_any_bytes_are_a_command_or_refused(raw: bytes) -> None:
    """No bytes make the parser fail in any other way, and what it reads is no longer than what came."""
    read = outcome(raw)
    if isinstance(read, Command):
        assert (read.cla, read.ins, read.p1, read.p2) == tuple(raw[:4])
        assert read.data in raw[5:]
    else:
        assert read == StatusWord.WRONG_LENGTH


def test_answer_as_bytes() -> None:
    """Data first, then SW1 SW2."""
    assert Answer(b"\x01\x02", 0x63C3).to_bytes() == b"\x01\x02\x63\xc3"
