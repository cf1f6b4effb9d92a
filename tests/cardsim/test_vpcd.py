"""The door to vpcd, against a reader made of a plain socket (spec/card.md §9)."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cardsim.faults import ReaderUnreachable
from cardsim.folder import save_card
from cardsim.profile import Profile
from cardsim.readers.conditions import Conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.interface import Interface
from cardsim.readers.stop import Stop
from cardsim.readers.vpcd import Address, Ending, answer_frame, connect, main, serve, serve_again
from cardsim.readers.vpcd_frames import FrameReader, build_frame
from cardsim.readers.weak_field import WeakField
from cardsim.slot import InsertedCard

ATR = bytes.fromhex("3BE000FF8131FE4514")
JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
OFF, ON, RESET, GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"


class FakeReader:
    """What vpcd does with its socket: listens, and writes length and content apart."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.port: int = self.listener.getsockname()[1]
        self.line: socket.socket | None = None

    def accept(self) -> None:
        """The card arrives; the one before it has left."""
        if self.line is not None:
            self.line.close()
        self.line, _ = self.listener.accept()
        self.line.settimeout(20)

    def send(self, content: bytes) -> None:
        """One frame, in two writes."""
        assert self.line is not None
        self.line.sendall(len(content).to_bytes(2, "big"))
        self.line.sendall(content)

    def receive(self) -> bytes:
        """One frame."""
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def ask(self, content: bytes) -> bytes:
        """One frame out, one in."""
        self.send(content)
        return self.receive()

    def _exactly(self, length: int) -> bytes:
        assert self.line is not None
        got = b""
        while len(got) < length:
            piece = self.line.recv(length - len(got))
            assert piece, "the card closed the line"
            got += piece
        return got

    def gone(self) -> bool:
        """Whether the card has closed the line."""
        assert self.line is not None
        return self.line.recv(1) == b""

    def close(self) -> None:
        """The reader ends."""
        self.listener.close()
        if self.line is not None:
            self.line.close()


class Served:
    """A card served by the door in a thread."""

    def __init__(self, card: InsertedCard, reader: FakeReader) -> None:
        self.stop = Stop()
        self.ending: list[Ending] = []
        self.thread = threading.Thread(
            target=lambda: self.ending.append(serve(card, "127.0.0.1", reader.port, stop=self.stop))
        )
        self.thread.start()
        reader.accept()

    def ended(self) -> Ending:
        """How it ended."""
        self.thread.join(20)
        self.stop.close()
        return self.ending[0]


@pytest.fixture
def reader() -> Iterator[FakeReader]:
    """A reader without a card."""
    made = FakeReader()
    yield made
    made.close()


def test_frames(profile: Profile, reader: FakeReader) -> None:
    """Power, ATR, commands short and long, a reset: each as vpcd sends it; the door ends with its reader."""
    card = InsertedCard.unused(profile)
    served = Served(card, reader)
    assert reader.ask(GET_ATR) == ATR
    reader.send(ON)
    assert reader.ask(JPKI) == b"\x90\x00"
    assert reader.ask(bytes.fromhex("002000980431323334")) == b"\x90\x00"
    assert len(reader.ask(bytes.fromhex("00B08A00000000"))) == 1902
    assert reader.ask(b"\x00\xa4") == b"\x67\x00"
    assert reader.ask(b"\x00" * 4096) == b"\x67\x00"
    reader.send(RESET)
    assert reader.ask(JPKI) == b"\x90\x00"
    assert reader.ask(bytes.fromhex("802A009701AA00")) == b"\x69\x82"
    reader.send(OFF)
    reader.send(RESET)
    assert reader.ask(bytes.fromhex("00A40000")) == b"\x6a\x86"
    reader.close()
    assert served.ended() is Ending.READER_GONE
    assert not card.powered


def test_stop_ends_at_once(profile: Profile, reader: FakeReader) -> None:
    """Stopped while it waits for the reader, the door closes the line and the card loses its power."""
    card = InsertedCard.unused(profile)
    served = Served(card, reader)
    reader.send(ON)
    assert reader.ask(GET_ATR) == ATR
    served.stop.set()
    assert reader.gone()
    assert served.ended() is Ending.STOPPED
    assert not card.powered


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_of_any_size(size: int) -> None:
    """Frames are found in a stream however it is cut, several in one piece too."""
    frames = [ON, GET_ATR, JPKI, b"\xaa" * 300, OFF]
    stream = b"".join(len(frame).to_bytes(2, "big") + frame for frame in frames)
    found = FrameReader()
    read = [frame for start in range(0, len(stream), size) for frame in found.feed(stream[start : start + size])]
    assert read == frames


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\x00", b"\x00\x01\x03", b"\x00\x01\xff"], ids=repr
)
def test_who_is_no_vpcd_loses_this_connection_only(profile: Profile, reader: FakeReader, said: bytes) -> None:
    """A frame the protocol does not have, or a web client whose frame never ends: closed; the card serves the next."""
    card = InsertedCard.unused(profile)
    for _ in range(2):
        served = Served(card, reader)
        assert reader.line is not None
        reader.line.sendall(said)
        reader.line.shutdown(socket.SHUT_WR)
        assert reader.gone()
        assert served.ended() in {Ending.NO_VPCD, Ending.READER_GONE}
        assert not card.powered
    served = Served(card, reader)
    assert reader.ask(GET_ATR) == ATR
    served.stop.set()
    assert served.ended() is Ending.STOPPED


def test_process_outlives_who_is_no_vpcd(folder: Path, reader: FakeReader) -> None:
    """With --reconnect the process says so and comes again; without, it ends with 1 and one line."""
    with process(folder, reader.port, "--reconnect") as door:
        for said in (b"\x00\x01\x07", b"\x00\x00"):
            reader.accept()
            assert reader.line is not None
            reader.line.sendall(said)
            assert reader.gone()
        reader.accept()
        assert reader.ask(GET_ATR) == ATR
        door.send_signal(signal.SIGTERM)
        _, errors = door.communicate(timeout=20)
        assert (
            errors.splitlines()
            == [f"it is no vpcd: 127.0.0.1:{reader.port} sent what vpcd does not; that connection was closed".encode()]
            * 2
        )
    with process(folder, reader.port) as door:
        reader.accept()
        assert reader.line is not None
        reader.line.sendall(b"\x00\x00")
        _, errors = door.communicate(timeout=20)
        assert door.returncode == 1
        assert errors.startswith(b"it is no vpcd")


def test_a_contactless_card_behind_vpcd(folder: Path, reader: FakeReader) -> None:
    """`--conditions contactless:nfc-phone`: the reader's ATR, the card's number, and answers that take their time."""
    with process(folder, reader.port, "--conditions", "contactless:nfc-phone") as door:
        reader.accept()
        assert reader.ask(GET_ATR) == bytes.fromhex("3B888001000005E0B381A1007F")
        reader.send(ON)
        assert len(reader.ask(bytes.fromhex("FFCA000000"))) == 6
        begun = time.monotonic()
        assert reader.ask(JPKI) == b"\x90\x00"
        assert time.monotonic() - begun > 0.017  # 12 ms of the telephone, 5 ms of the chip, and the line
        door.send_signal(signal.SIGTERM)
        assert reader.gone()


def test_a_card_lost_in_a_weak_field_comes_again(profile: Profile, reader: FakeReader) -> None:
    """To vpcd it leaves and comes back: the door says that it was lost, and serves it again."""
    weak = WeakField(1.0, retries=0)
    card = CardInReader(InsertedCard.unused(profile), Conditions(Interface.CONTACTLESS, weak=weak))
    stop, ending = Stop(), list[Ending]()
    thread = threading.Thread(
        target=lambda: ending.append(serve_again(card, Address("127.0.0.1", reader.port), stop=stop, wait=20, again=0))
    )
    thread.start()
    reader.accept()
    reader.send(ON)
    reader.send(JPKI)
    assert reader.gone()
    card.conditions = Conditions(Interface.CONTACTLESS)
    reader.accept()
    reader.send(ON)
    assert reader.ask(JPKI) == b"\x90\x00"
    stop.set()
    thread.join(20)
    stop.close()
    assert ending == [Ending.STOPPED]


def test_unfinished_frame_waits() -> None:
    """No byte of a frame is given out before its last has come, and then only once."""
    found = FrameReader()
    for byte in b"\x00\x03\xaa\xbb":
        assert found.feed(bytes([byte])) == []
    assert found.feed(b"\xcc\x00") == [b"\xaa\xbb\xcc"]
    assert found.feed(b"\x01\x04") == [GET_ATR]


def test_frame_that_is_too_long() -> None:
    """A length has two bytes."""
    assert build_frame(b"\xaa" * 65535)[:3] == b"\xff\xff\xaa"
    with pytest.raises(ValueError, match="65535"):
        build_frame(b"\xaa" * 65536)


@pytest.mark.parametrize("frame", [b"", b"\x03", b"\xff"])
def test_unknown_control(card: InsertedCard, frame: bytes) -> None:
    """A control frame vpcd does not have is a fault of the other end."""
    with pytest.raises(ReaderUnreachable, match="does not know"):
        answer_frame(card, frame)


def test_stopped_while_it_looks_for_a_reader(profile: Profile) -> None:
    """A door that finds no reader ends when it is stopped, not at its deadline."""
    stop = Stop()
    stop.set()
    stop.set()
    assert serve(InsertedCard.unused(profile), "127.0.0.1", closed_port(), stop=stop) is Ending.STOPPED
    stop.close()
    stop.set()


def test_no_reader() -> None:
    """Where none listens in time, or none can, the error says where and what to do."""
    stop = Stop()
    with pytest.raises(ReaderUnreachable, match=r"start pcscd with vpcd"):
        connect("127.0.0.1", closed_port(), stop=stop, seconds=0)
    with pytest.raises(ReaderUnreachable, match=r"127\.0\.0\.1:99999: a port is 1 to 65535"):
        connect("127.0.0.1", 99999, stop=stop)
    with pytest.raises(ReaderUnreachable, match=r"cannot reach a reader at 255\.255\.255\.255:1"):
        connect("255.255.255.255", 1, stop=stop)
    stop.close()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def folder(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "card")
    return tmp_path / "card"


@contextmanager
def process(folder: Path, port: int, *more: str) -> "Iterator[subprocess.Popen[bytes]]":
    """The door as a process of its own; a test that fails within does not wait for it."""
    command = [sys.executable, "-m", "cardsim.readers.vpcd", "--card", str(folder), "--port", str(port), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as door:
        try:
            yield door
        finally:
            door.kill()


def test_process_serves_until_sigterm(folder: Path, reader: FakeReader) -> None:
    """A process says `ready` when the reader holds the card, and ends on SIGTERM with 0 and without a word."""
    with process(folder, reader.port, "--trace", str(folder / "trace")) as door:
        reader.accept()
        assert door.stdout is not None
        assert door.stdout.readline() == b"ready\n"
        reader.send(ON)
        assert reader.ask(JPKI) == b"\x90\x00"
        door.send_signal(signal.SIGTERM)
        assert reader.gone()
        assert door.communicate(timeout=20) == (b"", b"")
        assert door.returncode == 0
    assert len((folder / "trace").read_bytes().splitlines()) == 3


def test_tries_survive_a_killed_process(folder: Path, reader: FakeReader) -> None:
    """A try whose answer the reader has seen is spent for the next process, though the first was killed."""
    for left in (2, 1):
        with process(folder, reader.port) as door:
            reader.accept()
            reader.send(ON)
            reader.ask(JPKI)
            assert reader.ask(bytes.fromhex("002000980439393939")) == bytes([0x63, 0xC0 | left])
            os.kill(door.pid, signal.SIGKILL)
            assert reader.gone()


def test_process_ends_with_its_reader(folder: Path, reader: FakeReader) -> None:
    """When the reader closes the line the process says so and ends with 1."""
    with process(folder, reader.port) as door:
        reader.accept()
        reader.close()
        _, errors = door.communicate(timeout=20)
        assert door.returncode == 1
        assert errors == f"the reader is gone: 127.0.0.1:{reader.port} closed the connection\n".encode()


@pytest.mark.parametrize("more", [(), ("--reconnect",)], ids=["once", "reconnect"])
def test_card_whose_tries_cannot_be_stored_is_gone(folder: Path, reader: FakeReader, more: tuple[str, ...]) -> None:
    """The reader sees the card leave, without an answer to a right PIN; one line says why, exit 2, and no return."""
    with process(folder, reader.port, *more) as door:
        reader.accept()
        (folder / "kept.new").mkdir()
        reader.send(ON)
        assert reader.ask(JPKI) == b"\x90\x00"
        reader.send(bytes.fromhex("002000980431323334"))
        assert reader.gone()
        _, errors = door.communicate(timeout=20)
        assert door.returncode == 2
    assert errors.startswith(f"cannot write {folder / 'kept.json'}: ".encode())
    assert errors.count(b"\n") == 1


def test_full_disk_under_the_trace_is_one_line(folder: Path, reader: FakeReader) -> None:
    """A trace that cannot be written any more ends the door as any fault does."""
    with process(folder, reader.port, "--trace", "/dev/full") as door:
        reader.accept()
        reader.send(ON)
        assert reader.gone()
        _, errors = door.communicate(timeout=20)
        assert (door.returncode, errors) == (2, b"cannot write the trace /dev/full: No space left on device\n")


def test_mistakes_are_one_line_and_exit_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No card, no reader, no place for the trace: one line that says which, exit 2."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    port = str(closed_port())
    for arguments, says in (
        (["--card", str(tmp_path / "none"), "--port", port], "no card in"),
        (["--card", str(folder), "--port", port, "--wait", "0"], "no reader at"),
        (
            ["--card", str(folder), "--port", port, "--trace", str(tmp_path / "none" / "trace")],
            "cannot write the trace",
        ),
    ):
        assert main(arguments) == 2
        printed = capsys.readouterr().err
        assert says in printed
        assert printed.count("\n") == 1
