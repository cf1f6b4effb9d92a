"""Secure messaging of the text application (spec/card.md §1.2, §1.4, §5.3; MC `sm.rs`).

The terminal's side is OpenSSL: RSAES-OAEP for the key, `openssl enc` for the cryptograms. Only the padding and the
counter are written here, from MC's account.
"""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from tests.cardsim import openssl
from tests.cardsim.conftest import ask, with_options
from tests.cardsim.test_text_application import CODE_A, NUMBER_FILE, PIN, TEXT, read

SEED = bytes(range(32))
FORM = bytes.fromhex("A0228020")


class Terminal:
    """A terminal that counts its secured commands."""

    def __init__(self, card: InsertedCard, folder: Path) -> None:
        self.card = card
        self.folder = folder
        self.number = 1

    def deliver(self, message: bytes) -> str:
        """SET SESSION KEY with a message; the status word."""
        key = read(self.card, 6)
        public = RSAPublicNumbers(65537, int.from_bytes(key[13:], "big")).public_key()
        openssl.write_key(self.folder, public)
        oaep = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256")
        options = [part for option in oaep for part in ("-pkeyopt", option)]
        done = openssl.run(self.folder, "pkeyutl", "-encrypt", "-pubin", "-inkey", "key.pem", *options, given=message)
        assert len(done.stdout) == 256, done.stderr
        return ask(self.card, f"80AE0000000100{done.stdout.hex()}")[0]

    def enc(self, data: bytes, iv: bytes, *options: str) -> bytes:
        """AES-128-CBC without padding, by OpenSSL."""
        key = ("-K", SEED[:16].hex(), "-iv", iv.hex(), "-nopad")
        return openssl.run(self.folder, "enc", "-aes-128-cbc", *key, *options, given=data).stdout

    def cryptogram(self, plain: bytes) -> bytes:
        """The object 86 of this command."""
        padded = plain + b"\x80" + bytes(-(len(plain) + 1) % 16)
        encrypted = self.enc(padded, self.iv())
        return bytes([0x86, 1 + len(encrypted), 0x01]) + encrypted

    def iv(self) -> bytes:
        """The counter, encrypted."""
        return self.enc(self.number.to_bytes(16, "big"), bytes(16))

    def send(self, header: str, data: bytes, *, ne: str = "") -> str:
        """One secured command; the counter goes on."""
        (answer,) = ask(self.card, f"{header}{len(data):02X}{data.hex()}{ne}" if not ne else
                        f"{header}00{len(data):04X}{data.hex()}{ne}")  # fmt: skip
        self.number += 1
        return answer

    def read(self, header: str, length: int) -> bytes:
        """A secured READ BINARY, decrypted."""
        iv = self.iv()
        answer = bytes.fromhex(self.send(header, bytes([0x96, 3, 0]) + length.to_bytes(2, "big"), ne="0000"))
        assert (answer[0], answer[-2:]) == (0x86, b"\x90\x00"), answer.hex()
        body = answer[4 if answer[1] == 0x82 else 2 : -2]
        assert body[0] == 0x01
        return self.enc(body[1:], iv, "-d").rstrip(b"\x00").removesuffix(b"\x80")


@pytest.fixture
def terminal(card: InsertedCard, tmp_path: Path) -> Terminal:
    """A terminal whose session has begun."""
    ask(card, TEXT, PIN)
    terminal = Terminal(card, tmp_path)
    assert terminal.deliver(FORM + SEED) == "9000"
    return terminal


def test_number_is_read_under_encryption(terminal: Terminal) -> None:
    """SELECT, VERIFY of 照合番号A and READ BINARY, each with its own counter; plain commands do not move it."""
    assert terminal.send("08A4020C", terminal.cryptogram(b"\x00\x01")) == "9000"
    assert ask(terminal.card, "00200091") == ["63C3"]
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "9000"
    assert terminal.send("08A4020C", terminal.cryptogram(b"\x00\x01")) == "9000"
    assert terminal.read("08B00000", 0).hex().upper() == NUMBER_FILE
    assert terminal.read("08B00003", 4) == b"9999"
    assert terminal.read("08B08500", 0) == read(terminal.card, 5)


def test_wrong_value_costs_a_try_and_the_session_goes_on(terminal: Terminal) -> None:
    """A refusal by the application still counts the command: the next one must use N + 1."""
    assert terminal.send("08200094", terminal.cryptogram(b"999900000012")) == "63C9"
    assert terminal.send("08200092", terminal.cryptogram(b"1234")) == "6984"
    assert terminal.send("08A4020C", terminal.cryptogram(b"\x00\x1d")) == "6A82"
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "9000"


def test_wrong_counter_ends_the_session(terminal: Terminal) -> None:
    """6988, and 69FC from then on; the tries stay."""
    terminal.number += 1
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "6988"
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "69FC"
    assert ask(terminal.card, "00200094") == ["63CA"]


@pytest.mark.parametrize(
    ("header", "objects", "sw"),
    [
        ("08200094", "960300000F", "6988"), ("08B08500", "861101" + "00" * 16, "6988"), ("08B08500", "", "6987"),
        ("08B08500", "96030000109603000010", "6988"), ("08B08500", "9603010010", "6988"),
        ("08B08500", "96020010", "6988"), ("08200094", "861100" + "00" * 16, "6988"), ("08200094", "8601 01", "6988"),
        ("08200094", "861001" + "00" * 15, "6988"), ("08200094", "8605", "6988"),
        ("0C200094", "861101" + "00" * 16, "6987"),
        ("0CB08500", "9603000010", "6987"), ("0820 0094", "851101" + "00" * 16, "6988"),
    ],
)  # fmt: skip
def test_wrong_objects_end_the_session(terminal: Terminal, header: str, objects: str, sw: str) -> None:
    """Exactly one object, of the right tag; class 0C wants a checksum for which there is no key."""
    data = bytes.fromhex(objects)
    command = f"{header}{len(data):02X}{objects}" if data else f"{header}00"
    assert ask(terminal.card, command.replace(" ", ""), "08200094") == [sw, "69FC"]
    assert ask(terminal.card, "00200094") == ["63CA"]


def test_long_form_of_the_length_is_taken(terminal: Terminal) -> None:
    """`86 81 11 01 …` is as good as `86 11 01 …`."""
    short = terminal.cryptogram(b"999900000011")
    assert terminal.send("08200094", b"\x86\x81" + short[1:]) == "9000"


def test_other_commands_have_no_secure_form(terminal: Terminal) -> None:
    """GET DATA and the like are refused, and the session stays."""
    assert ask(terminal.card, "08CA5F5100", "0824019400") == ["69FC", "69FC"]
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "9000"


@pytest.mark.parametrize("commands", [["00A4040C0AD3921000310001010402", TEXT], ["00A4040C07A0000001510000", TEXT]])
def test_session_is_lost_with_the_application(terminal: Terminal, commands: list[str]) -> None:
    """As a verified PIN is."""
    assert ask(terminal.card, *commands, "08200094")[-1] == "69FC"


def test_session_is_lost_with_the_power(terminal: Terminal) -> None:
    """And with a reset."""
    terminal.card.reset()
    assert ask(terminal.card, TEXT, "08200094") == ["9000", "69FC"]


@pytest.mark.parametrize("message", [b"A0", FORM + SEED + b"x", b"\xa0\x22\x81\x20" + SEED, FORM + SEED[1:], b""])
def test_other_forms_of_delivery(terminal: Terminal, message: bytes) -> None:
    """A checksum key, or anything else than 32 bytes for encryption, is 6A80; the old session stays."""
    assert terminal.deliver(message or b"\x00") == "6A80"
    assert terminal.send("08200094", terminal.cryptogram(b"999900000011")) == "9000"


def test_garbled_delivery(terminal: Terminal) -> None:
    """What does not decrypt is 6A80, what has another length 6700, other parameters 6A86."""
    assert ask(terminal.card, f"80AE0000000100{'00' * 256}", "80AE000001AA", f"80AE0001000100{'00' * 256}") == [
        "6A80", "6700", "6A86",
    ]  # fmt: skip


def test_only_the_pin_allows_a_session(card: InsertedCard, tmp_path: Path) -> None:
    """Nothing presented, or 照合番号A: 6982."""
    command = f"80AE0000000100{'00' * 256}"
    assert ask(card, TEXT, command, CODE_A, command) == ["9000", "6982", "9000", "6982"]
    assert Terminal(card, tmp_path).deliver(FORM + SEED) == "6982"


@pytest.mark.parametrize("select", ["00A4040C0AD392F000260100000001", "00A4040C07A0000001510000"])
def test_no_key_delivery_elsewhere(card: InsertedCard, select: str) -> None:
    """66F1 where no key delivery is configured."""
    assert ask(card, select, f"80AE0000000100{'00' * 256}") == ["9000", "66F1"]


def test_card_without_key_delivery(issued: IssuedFiles) -> None:
    """A profile may have none in the text application either."""
    card = with_options(issued, Options(key_delivery=False))
    assert ask(card, TEXT, PIN, f"80AE0000000100{'00' * 256}") == ["9000", "9000", "66F1"]


def test_secured_without_a_session(card: InsertedCard) -> None:
    """69FC in the text application, whatever the command; outside it as §1.2 says."""
    assert ask(card, TEXT, "08A4020C020001", "0CB0000000", "08200094") == ["9000", "69FC", "69FC", "69FC"]
    assert ask(card, "00A4040C07A0000001510000", "08A4020C020001") == ["9000", "6882"]
