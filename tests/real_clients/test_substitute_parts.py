"""The parts of the substitute: its binary interface, its build, what an ATR offers, its wire."""

import os
import queue
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from harness.pcsc_lane import LaneUnavailable
from harness.pcsc_substitute import library
from harness.pcsc_substitute.library import SONAME, built_library
from harness.pcsc_substitute.slots import CardLine, listen_for_cards, protocols_of
from harness.pcsc_substitute.wire import Question, WireBroken, build_answer
from harness.pcsc_substitute.words import Protocol

NATIVE = Path(library.__file__).parent / "native"
LAYOUT = """
#include <stddef.h>
#include <stdio.h>
#include HEADER
int main(void)
{
    printf("%zu %zu %zu %zu|", sizeof(LONG), sizeof(DWORD), sizeof(SCARDCONTEXT), sizeof(SCARDHANDLE));
    printf("%zu %zu %zu %zu %zu %zu %zu|", sizeof(SCARD_READERSTATE), offsetof(SCARD_READERSTATE, szReader),
           offsetof(SCARD_READERSTATE, pvUserData), offsetof(SCARD_READERSTATE, dwCurrentState),
           offsetof(SCARD_READERSTATE, dwEventState), offsetof(SCARD_READERSTATE, cbAtr),
           offsetof(SCARD_READERSTATE, rgbAtr));
    printf("%zu %zu %zu|", sizeof(SCARD_IO_REQUEST), offsetof(SCARD_IO_REQUEST, dwProtocol),
           offsetof(SCARD_IO_REQUEST, cbPciLength));
    printf("%lx %lx %lx %lx %lx %lx %lx %lx %lx", (unsigned long)SCARD_AUTOALLOCATE, (unsigned long)SCARD_S_SUCCESS,
           (unsigned long)SCARD_E_INVALID_HANDLE, (unsigned long)SCARD_E_INVALID_PARAMETER,
           (unsigned long)SCARD_E_NO_MEMORY, (unsigned long)SCARD_E_INSUFFICIENT_BUFFER,
           (unsigned long)SCARD_E_SHARING_VIOLATION, (unsigned long)SCARD_E_NO_SERVICE,
           (unsigned long)SCARD_E_UNSUPPORTED_FEATURE);
    return 0;
}
"""
SYSTEM_LIBRARIES = [Path(folder, SONAME) for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")]


def test_the_interface_is_the_one_of_pcsc_lites_headers(tmp_path: Path) -> None:
    """Sizes, offsets and results as we declare them equal those that programs were compiled with."""
    source = tmp_path / "layout.c"
    source.write_text(LAYOUT, encoding="ascii")
    printed: list[str] = []
    for header, flags in ((f'"{NATIVE / "pcsc_abi.h"}"', ()), ("<winscard.h>", ("-I/usr/include/PCSC",))):
        program = tmp_path / f"layout{len(printed)}"
        subprocess.run(["cc", f"-DHEADER={header}", *flags, "-o", str(program), str(source)], check=True)
        printed.append(subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout)
    assert printed[0] == printed[1]
    assert printed[0].startswith("8 8 8 8|80 0 8 16 24 32 40|16 0 8|")


def test_every_function_of_pcsc_lite_is_there() -> None:
    """Every SCard function, PCI and text function that Debian's library exports, ours exports; and our label."""
    (theirs,) = (path for path in SYSTEM_LIBRARIES if path.exists())
    expected = {name for name in exported(theirs) if name.startswith(("SCard", "g_rgSCard", "pcsc_"))}
    ours = exported(built_library() / SONAME)
    assert len(expected) >= 21
    assert ours == expected | {"kazashi_pcsc_label"}


def test_the_library_is_built_once_and_anew_when_its_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the user's cache folder, for its owner only; the same sources are not compiled again, others are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = built_library()
    assert first.is_relative_to(tmp_path / "cache")
    assert first.stat().st_mode & 0o077 == 0
    made = (first / SONAME).stat().st_mtime_ns
    assert (built_library() / SONAME).stat().st_mtime_ns == made
    assert [file.name for file in first.iterdir()] == [SONAME]
    changed = tmp_path / "native"
    shutil.copytree(NATIVE, changed)
    (changed / "line.c").write_bytes((changed / "line.c").read_bytes() + b"\n/* changed */\n")
    monkeypatch.setattr(library, "_SOURCES", changed)
    assert built_library() != first
    (changed / "line.c").write_text("no C\n", encoding="ascii")
    with pytest.raises(LaneUnavailable, match=rf"cannot build {SONAME}: .*line\.c"):
        built_library()


def test_without_a_compiler_the_reason_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line: which program, for what, which package."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LaneUnavailable, match="no program cc: the substitute library is built once; install a C comp"):
        built_library()


@pytest.mark.parametrize(
    ("atr", "offered"),
    [
        ("3BE000FF8131FE4514", Protocol.T1),
        ("3B00", Protocol.T0),
        ("3B021450", Protocol.T0),
        ("3B8080 01 01", Protocol.T0 | Protocol.T1),
        ("3B8001 81", Protocol.T1),
        ("3BF00000000000", Protocol.T0),
        ("3B80", Protocol.T0),  # cut before its TD(1)
    ],
)
def test_an_atr_says_which_protocols_it_offers(atr: str, offered: Protocol) -> None:
    """The low nibbles of TD(1), TD(2), …; without any, T=0: ISO 7816-3:2006 §8.2.3."""
    assert protocols_of(bytes.fromhex(atr)) == offered


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00", b"\x00\x01\x3b", b"\x00\x09\x00" + bytes(8), b"\xff\xff", b""]
)
def test_who_is_no_card_loses_that_line_only(said: bytes) -> None:
    """A web client, an empty answer, what is no ATR: closed, the slot stays empty, the card that calls next is in."""
    inserted: queue.Queue[CardLine] = queue.Queue()
    port = listen_for_cards(inserted.put, lambda _: None)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stranger:
        assert stranger.recv(3) == b"\x00\x01\x04"
        stranger.sendall(said)
        with suppress(OSError):  # closed by then
            stranger.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):  # what it said was not read to its end
            assert stranger.recv(1) == b""
    assert inserted.empty()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as card:
        card.sendall(b"\x00\x09" + bytes.fromhex("3BE000FF8131FE4514"))
        assert inserted.get(timeout=10).atr == bytes.fromhex("3BE000FF8131FE4514")


def test_a_question_is_read_field_by_field_and_to_its_end() -> None:
    """Numbers and counted bytes in order; cut anywhere, or with a tail, it is refused."""
    frame = bytes.fromhex("03 00000002 4B5A 00000007")
    question = Question(frame)
    assert (question.operation, question.text(), question.number()) == (3, "KZ", 7)
    question.end()
    for cut in range(1, len(frame)):
        with pytest.raises(WireBroken):
            read(frame[:cut])
    with pytest.raises(WireBroken, match="1 bytes after the last field"):
        read(frame + b"\0")
    with pytest.raises(WireBroken, match="an empty frame"):
        Question(b"")


def test_an_answer_is_its_length_and_its_fields() -> None:
    """As native/line.c reads it."""
    assert build_answer(0x8010000B, b"KZ") == bytes.fromhex("0000000A 8010000B 00000002 4B5A")
    assert build_answer() == bytes(4)


def read(frame: bytes) -> None:
    """Takes a name and a number, and nothing may follow."""
    question = Question(frame)
    question.text()
    question.number()
    question.end()


def exported(path: Path) -> set[str]:
    """The names that a library defines for others: nm of binutils, which comes with the compiler."""
    listed = subprocess.run(
        ["nm", "--dynamic", "--defined-only", str(path)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split()[-1] for line in listed.stdout.splitlines()}
