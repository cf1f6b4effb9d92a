"""The trace: complete, readable, and without a secret in it."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cardsim.faults import CardUnreadable
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.trace import Event, Trace, TraceLine, command_name, decode, mask_secrets, spent_a_try
from cardsim.trace_file import TraceFile, main, read_trace
from tests.cardsim.conftest import ask

JPKI = "00A4040C0AD392F000260100000001"


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        pytest.param("002000800431323334", "00200080042A2A2A2A", id="VERIFY"),
        pytest.param("002401800435363738", "00240180042A2A2A2A", id="CHANGE REFERENCE DATA"),
        pytest.param("803200800435363738", "80320080042A2A2A2A", id="CHANGE KEY"),
        pytest.param("0C20008004313233", "0C200080042A2A2A", id="secured, truncated"),
        pytest.param("0020008000000431323334", "00200080002A2A2A2A2A2A", id="extended"),
        pytest.param("0020008031323334", "00200080312A2A2A", id="PIN where Lc should be: its first digit is Lc"),
        pytest.param("00200080", "00200080", id="query"),
        pytest.param("0020008000", "0020008000", id="query with Le"),
        pytest.param("00A4020C020018", "00A4020C020018", id="SELECT"),
        pytest.param("00", "00", id="one byte"),
    ],
)
def test_secrets_are_masked(raw: str, masked: str) -> None:
    """Everything behind Lc of a command that carries a PIN is masked, well-formed or not; nothing else is."""
    assert mask_secrets(bytes.fromhex(raw)) == bytes.fromhex(masked)


@pytest.fixture
def traced(profile: Profile) -> Trace:
    """The trace of a short visit with a wrong PIN, a right one, and a new one."""
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    card.power_on()
    ask(card, JPKI, "00A4020C020018", "00200080", "002000800439393939", "002000800431323334", "002401800435363738")
    card.reset()
    ask(card, "00CB3FFF035C017E08")
    card.close()
    return trace


def test_no_line_holds_a_pin(traced: Trace) -> None:
    """Neither the lines nor what is read out of them contain a PIN."""
    for pin in (b"1234", b"9999", b"5678"):
        assert not any(pin in line.command or pin in line.answer for line in traced)
    text = "".join(decode(line) for line in traced)
    for digits in ("31 32 33 34", "39 39 39 39", "35 36 37 38"):
        assert digits not in text


def test_lines_are_complete(traced: Trace) -> None:
    """Each command and each change of power is a line, numbered in order, with what was current before it."""
    assert [line.number for line in traced] == list(range(1, 11))
    assert [line.event for line in traced if line.event is not Event.COMMAND] == [
        Event.POWER_ON, Event.RESET, Event.POWER_OFF,
    ]  # fmt: skip
    assert [(line.sw, line.fid) for line in traced if line.event is Event.COMMAND] == [
        (0x9000, 0), (0x9000, 0), (0x63C3, 0x18), (0x63C2, 0x18), (0x9000, 0x18), (0x9000, 0x18), (0x6D00, 0),
    ]  # fmt: skip
    assert traced.lines[3].where == "公的個人認証AP 0018 利用者証明用暗証番号"


def test_spent_tries_are_found(traced: Trace) -> None:
    """Exactly the wrong VERIFY spent a try: a query that answers 63C3 did not."""
    assert [line.number for line in traced if spent_a_try(line)] == [5]


def test_since_a_mark(traced: Trace) -> None:
    """A mark splits the trace."""
    assert traced.since(traced.mark()) == []
    assert [line.number for line in traced.since(8)] == [9, 10]


def test_decoded(traced: Trace) -> None:
    """A line reads in both languages, secrets as stars, bytes in rows of sixteen."""
    assert decode(traced.lines[4], "en") == (
        "    5 VERIFY [公的個人認証AP 0018 利用者証明用暗証番号]\n  > 00 20 00 80 04 ** ** ** **\n  < 63C2 2 tries left"
    )
    assert decode(traced.lines[3], "ja") == (
        "    4 残り回数の照会 [公的個人認証AP 0018 利用者証明用暗証番号]\n  > 00 20 00 80\n  < 63C3 残り3回"
    )
    assert decode(traced.lines[0], "ja") == "    1 -- 電源投入"
    assert decode(traced.lines[7]) == "    8 -- reset"


def test_rows_of_sixteen(profile: Profile) -> None:
    """A long answer is broken into rows."""
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    card.power_on()
    ask(card, JPKI, "00B0860012")
    assert decode(trace.lines[2]).splitlines()[2:] == [
        "  < 4A 50 4B 49 41 50 49 43 43 54 4F 4B 45 4E 32 20",
        "  < 20 20",
        "  < 9000 done",
    ]


@pytest.mark.parametrize(
    ("raw", "english"),
    [
        ("00A40000", "SELECT"),
        ("0CB0000000", "READ BINARY"),
        ("01B0000000", "READ BINARY"),
        ("802A008001AA00", "COMPUTE DIGITAL SIGNATURE"),
        ("00CB3FFF", "unknown command"),
        ("80B00000", "unknown command"),
        ("00", "unknown command"),
        ("", "unknown command"),
    ],
)
def test_command_names(raw: str, english: str) -> None:
    """A coloured class does not hide the name; what is in no table has none."""
    assert command_name(bytes.fromhex(raw)) == english


def test_trace_file(profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A trace file holds the same lines, is private, and is read out by its command."""
    path = tmp_path / "trace.jsonl"
    trace, file = Trace(), TraceFile(path)
    for sink in (trace, file):
        card = InsertedCard.unused(profile, sink)
        card.power_on()
        ask(card, JPKI, "002000980439393939")
    file.close()
    assert read_trace(path) == trace.lines
    assert path.stat().st_mode & 0o777 == 0o600
    assert main([str(path), "--lang", "ja"]) == 0
    assert "照合 VERIFY" in capsys.readouterr().out


def test_what_is_no_trace_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing, garbled or unwritable trace file is one line of error and exit 2."""
    (tmp_path / "garbled").write_bytes(b"{}\n")
    for name in ("garbled", "missing"):
        assert main([str(tmp_path / name)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(CardUnreadable, match="cannot write the trace"):
        TraceFile(tmp_path / "missing" / "trace")


def test_a_line_is_read_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel shows a reader the first half of a line that is being written; the reader waits for the other."""
    line, path = TraceLine(1, Event.COMMAND, command=bytes(20)), tmp_path / "trace"
    write, half_written, go_on = os.write, threading.Event(), threading.Event()

    def in_halves(descriptor: int, octets: bytes) -> int:
        middle = write(descriptor, octets[: len(octets) // 2])
        half_written.set()
        go_on.wait(60)
        return middle + write(descriptor, octets[middle:])

    monkeypatch.setattr(os, "write", in_halves)
    with closing(TraceFile(path)) as file, ThreadPoolExecutor() as threads:
        writing = threads.submit(file, line)
        assert half_written.wait(60)
        reading = threads.submit(read_trace, path)
        with pytest.raises(TimeoutError):
            reading.result(timeout=0.3)
        go_on.set()
        assert reading.result(timeout=60) == [line]
        writing.result(timeout=60)


def test_a_line_that_finds_no_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that becomes full in the middle of a line takes a part, and says nothing but how much."""
    write, path = os.write, tmp_path / "trace"
    monkeypatch.setattr(os, "write", lambda descriptor, octets: write(descriptor, octets[:7]))
    with closing(TraceFile(path)) as file, pytest.raises(CardUnreadable, match="found room for 7"):
        file(TraceLine(1, Event.POWER_ON))
