"""`python -m reference_impl.reader`: what it shows, both languages, JSON; PINs from a prompt and from nowhere else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cardsim.slot import InsertedCard
from harness.presented import Form
from reference_impl.reader.command import app
from reference_impl.reader.connection import Connection
from reference_impl.reader.pcsc import ReaderState
from reference_impl.reader.pcsc_faults import NoCardCame
from reference_impl.reader.references import AUTH_PIN, TEXT_CODE_A, TEXT_CODE_B, TEXT_PIN, VISUAL_CODE_B, Reference
from tests.reference_impl.reader.cards import Desk, connected, tries_kept

ROOT = Path(__file__).parents[3]


@dataclass
class InProcess:
    """The readers of the test: one, with a card or without."""

    card: InsertedCard | None
    name: str = "Kazashi In-process Reader 00 00"
    asked: tuple[str, float] = ("", -1)

    def states(self) -> list[ReaderState]:
        """Its reader, an empty one, one with what does not answer."""
        atr = self.card.atr if self.card else b""
        return [
            ReaderState(self.name, present=self.card is not None, mute=False, in_use=False, atr=atr),
            ReaderState("Acme CardStation 00 00", present=False, mute=False, in_use=False, atr=b""),
            ReaderState("Acme CardStation 01 00", present=True, mute=True, in_use=False, atr=b""),
        ]

    @contextmanager
    def open(self, reader: str, seconds: float) -> Iterator[Connection]:
        """A connection to the card."""
        self.asked = (reader, seconds)
        if self.card is None:
            raise NoCardCame(seconds)
        yield connected(self.card, self.name)


@pytest.fixture
def door(desk: Desk) -> InProcess:
    """Our reader with a fresh card."""
    return InProcess(InsertedCard.unused(desk.profile()))


def run(door: InProcess, *words: str, typed: str = "") -> Result:
    """The command's result."""
    return CliRunner().invoke(app, list(words), input=typed and f"{typed}\n", obj=door)


def read(result: Result) -> dict[str, Any]:
    """The JSON of a command that ended well."""
    assert result.exit_code == 0, result.output
    members: dict[str, Any] = json.loads(result.stdout)
    return members


def test_what_a_card_tells_without_a_pin(door: InProcess, desk: Desk) -> None:
    """Kind, serial, certificates, expiry, the tries of each PIN; no prompt, no try spent."""
    shown = read(run(door, "--json", "show"))
    assert shown["kind"] == {"ja": "マイナンバーカード", "en": "a My Number card"}
    assert shown["serial"] == desk.profile().serial
    assert (shown["tries_auth_pin"], shown["tries_sign_password"], shown["tries_visual_code_a"]) == (3, 5, 10)
    assert shown["auth_until"].endswith("Z")
    japanese, english = run(door, "show").stdout, run(door, "--lang", "en", "show").stdout
    assert "利用者証明用暗証番号" in japanese
    assert "authentication PIN" in english


def test_a_phone_tells_less(desk: Desk) -> None:
    """No certificate without its PIN, no PINs of applications that it has not."""
    shown = read(run(InProcess(InsertedCard.unused(desk.profile(Form.ANDROID))), "--json", "show"))
    assert "auth_until" not in shown
    assert "municipality" not in shown
    assert (shown["tries_auth_pin"], shown["tries_text_pin"]) == (3, None)


def test_a_foreign_reader_is_not_asked_for_tries(desk: Desk) -> None:
    """What is free is shown, and why nothing else was asked; with the test card named it is."""
    door = InProcess(InsertedCard.unused(desk.profile()), "Acme CardStation 00 00")
    shown = read(run(door, "--json", "show"))
    assert "Acme CardStation" in shown["tries"]["ja"]
    assert run(door, "tries").exit_code == 1
    assert read(run(door, "--json", "--test-card", desk.profile().serial, "tries"))["tries_auth_pin"] == 3


def test_readers_are_listed(door: InProcess) -> None:
    """With a card, empty, mute; in both languages."""
    japanese = run(door, "readers").stdout
    assert "カードあり（接触" in japanese
    assert "空" in japanese
    assert "応答しないカード" in japanese
    assert "a card (contact" in run(door, "--lang", "en", "readers").stdout


@pytest.mark.parametrize(
    ("words", "reference", "member"),
    [
        (("text",), TEXT_PIN, "name"),
        (("text", "--key", "b"), TEXT_CODE_B, "address"),
        (("number",), TEXT_PIN, "number"),
        (("number", "--key", "a"), TEXT_CODE_A, "number"),
        (("visual",), VISUAL_CODE_B, "photo_octets"),
    ],
)
def test_a_file_is_read_with_what_was_typed(
    door: InProcess, desk: Desk, words: tuple[str, ...], reference: Reference, member: str
) -> None:
    """The prompt tells the tries first and is not on standard output; the value is not echoed."""
    result = run(door, "--json", *words, typed=desk.secret(reference))
    assert member in read(result)
    assert f"残り{tries_kept(required(door), reference)}回" in result.stderr
    assert desk.secret(reference) not in result.stderr
    if member != "number":
        assert desk.secret(TEXT_CODE_A) not in result.stdout


def test_a_wrong_pin_costs_one_try_and_the_last_is_kept(door: InProcess) -> None:
    """Exit 1 with the tries that are left; the last one is spent only with --must-remain 0."""
    for left in (2, 1):
        result = run(door, "text", typed="9999")
        assert result.exit_code == 1
        assert f"残り{left}回" in result.stderr
    result = run(door, "--json", "--lang", "en", "text", typed="9999")
    assert (result.exit_code, json.loads(result.stdout)["fault"]) == (1, "LastTryRefused")
    assert "municipal office" in result.stderr
    assert tries_kept(required(door), TEXT_PIN) == 1
    assert run(door, "--must-remain", "0", "text", typed="9999").exit_code == 1
    assert tries_kept(required(door), TEXT_PIN) == 0


def test_no_option_and_no_argument_takes_a_pin(door: InProcess) -> None:
    """A command line can be read by others: a value on it is refused before a card is touched."""
    for words in (("text", "1234"), ("text", "--pin", "1234"), ("number", "1234"), ("visual", "12345678901234")):
        assert run(door, *words).exit_code == 2
    assert door.asked == ("", -1)


def test_pictures_are_written_for_their_owner_alone(door: InProcess, desk: Desk, tmp_path: Path) -> None:
    """PNG, PNG, JPEG 2000; nobody else may read them."""
    folder = tmp_path / "face"
    read(run(door, "--json", "visual", "--out", str(folder), typed=desk.secret(VISUAL_CODE_B)))
    heads = {path.name: path.read_bytes()[:8].hex() for path in folder.iterdir()}
    png = "89504e470d0a1a0a"
    assert heads == {"name.png": png, "address.png": png, "photo.jp2": "0000000c6a502020"}
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_the_card_is_waited_for_as_long_as_was_said(desk: Desk) -> None:
    """Reader and seconds reach the door; no card is exit 1, in the language asked for."""
    door = InProcess(None)
    result = run(door, "--lang", "en", "--reader", "Kazashi", "--wait", "2.5", "show")
    assert (result.exit_code, door.asked) == (1, ("Kazashi", 2.5))
    assert result.stderr.strip() == "no card was put down within 2.5 s"
    assert "2.5秒以内にカードが置かれませんでした" in run(door, "--wait", "2.5", "show").stderr
    assert desk.resident


@pytest.mark.parametrize(("word", "meaning"), [("6984", "the PIN is locked"), ("63c1", "wrong PIN, 1 try left")])
def test_a_status_word_is_explained(door: InProcess, word: str, meaning: str) -> None:
    """With what to do; no reader is needed."""
    shown = read(run(door, "--json", "explain", word))
    assert shown["meaning"]["en"] == meaning
    assert shown["advice"]["ja"]


@pytest.mark.parametrize("word", ["x", "10000", "-1", ""])
def test_what_is_no_status_word_is_refused(door: InProcess, word: str) -> None:
    """Four hexadecimal digits."""
    assert run(door, "explain", "--", word).exit_code == 2


def test_it_runs_as_a_program() -> None:
    """A process of its own; without PC/SC it says so instead of a traceback."""
    command = [sys.executable, "-m", "reference_impl.reader", "--lang", "en", "explain", "6A82"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "no such application or file" in done.stdout


def test_the_verified_pin_is_forgotten_when_the_command_ends(door: InProcess, desk: Desk) -> None:
    """The next program finds the text application closed."""
    read(run(door, "--json", "text", typed=desk.secret(TEXT_PIN)))
    card = required(door)
    for command, sw in (
        ("00A4040C0AD3921000310001010408", "9000"), ("00A4020C020002", "9000"), ("00B0000004", "6982"),
    ):  # fmt: skip
        assert card.transmit(bytes.fromhex(command))[-2:].hex() == sw
    assert AUTH_PIN.application != TEXT_PIN.application


def required(door: InProcess) -> InsertedCard:
    """The card in the reader."""
    assert door.card is not None
    return door.card
