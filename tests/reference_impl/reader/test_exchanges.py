"""The card client against a scripted connection: exact commands, and no PIN where none may go."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from reference_impl.reader.client import CardClient
from reference_impl.reader.era import era_digits
from reference_impl.reader.faults import (
    AnswerUnreadable,
    CardRefused,
    LastTryRefused,
    PinBlocked,
    PinUnusable,
    PinWrong,
    ReaderRefused,
)
from reference_impl.reader.status_words import explain

SELECT_JPKI = "00A4040C0AD392F000260100000001"
SELECT_VISUAL = "00A4040C0AD3921000310001010402"
QUERY = "00200080"
VERIFY_1234 = "002000800431323334"
DIGEST_INFO = "3031300D060960864801650304020105000420"
SHA256_OF_ABC = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"  # FIPS 180-4's example
SIGNATURE = "5A" * 256
CERTIFICATE = "3082012C" + "AB" * 300


@dataclass(slots=True)
class Script:
    """A connection that expects these commands and gives these answers (data and status word, in hex)."""

    lines: list[tuple[str, str]]
    name: str = "Kazashi Virtual Reader 00 00"
    sent: list[str] = field(default_factory=list)

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        """The next answer."""
        self.sent.append(bytes(apdu).hex().upper())
        expected, answer = self.lines[len(self.sent) - 1]
        assert self.sent[-1] == expected
        data = bytes.fromhex(answer)
        return list(data[:-2]), data[-2], data[-1]

    def getReader(self) -> str:  # noqa: N802 - pyscard's name
        """The reader's name."""
        return self.name

    def is_finished(self) -> bool:
        """Whether every command was sent."""
        return len(self.sent) == len(self.lines)


OPENING = [(SELECT_JPKI, "9000"), ("00A4020C020018", "9000")]
SIGNING = [("00A4020C020017", "9000"), ("802A008033" + DIGEST_INFO + SHA256_OF_ABC + "00", SIGNATURE + "9000")]


def read_file(file: str, content: str, head: int = 8) -> list[tuple[str, str]]:
    """The commands that read one file of 304 bytes: its header, then 256 bytes from there, then the rest."""
    first, rest = head // 2, len(content) // 2 - head // 2
    lines = [(f"00A4020C02{file}", "9000"), (f"00B00000{first:02X}", content[:head] + "9000")]
    offset = first
    while rest:
        block = min(256, rest)
        lines.append((f"00B0{offset:04X}{block % 256:02X}", content[2 * offset : 2 * (offset + block)] + "9000"))
        offset, rest = offset + block, rest - block
    return lines


def test_authentication_certificate_is_read_without_its_filler() -> None:
    """Header first, then what it announces in blocks of 256, and no PIN."""
    script = Script([(SELECT_JPKI, "9000"), *read_file("000A", CERTIFICATE)], name="Any Reader 00")
    assert CardClient(script).read_auth_certificate() == bytes.fromhex(CERTIFICATE)
    assert script.is_finished()


def test_challenge_is_signed_after_query_and_pin() -> None:
    """Select, ask the tries, verify, select the key, sign the DigestInfo of the challenge."""
    script = Script([*OPENING, (QUERY, "63C3"), (VERIFY_1234, "9000"), *SIGNING])
    assert CardClient(script).sign_challenge(b"abc", "1234") == bytes.fromhex(SIGNATURE)
    assert script.is_finished()


def test_document_is_signed_with_the_password_in_capitals() -> None:
    """Password, signature certificate, key 001A."""
    lines = [
        (SELECT_JPKI, "9000"),
        ("00A4020C02001B", "9000"),
        (QUERY, "63C5"),
        ("0020008006414243313233", "9000"),
        *read_file("0001", CERTIFICATE),
        ("00A4020C02001A", "9000"),
        SIGNING[1],
    ]
    script = Script(lines)
    assert CardClient(script).sign_document(b"abc", "abc123") == (bytes.fromhex(CERTIFICATE), bytes.fromhex(SIGNATURE))
    assert script.is_finished()


def test_chip_is_authenticated_by_birth_date_without_a_pin() -> None:
    """Key 0011 by era digits, record and certificate, then P2=00: the key that needs no PIN."""
    record, certificate = "FF1082012C" + "CD" * 300, "7F2182012C" + "EF" * 300
    lines = [
        (SELECT_VISUAL, "9000"),
        ("00A4020C020011", "9000"),
        (QUERY, "63CA"),
        ("0020008006303230343031", "9000"),
        *read_file("0001", record, 10),
        *read_file("0004", certificate, 10),
        ("802A000033" + DIGEST_INFO + SHA256_OF_ABC + "00", SIGNATURE + "9000"),
    ]
    script = Script(lines)
    proof = CardClient(script).authenticate_chip(b"abc", date(1990, 4, 1))
    assert proof.birth_record.hex().upper() == record
    assert proof.card_certificate.hex().upper() == certificate
    assert proof.signature.hex().upper() == SIGNATURE
    assert script.is_finished()


def test_decoy_reader_gets_no_command_at_all() -> None:
    """A reader that is not ours is refused by every method that sends a secret, before anything is sent."""
    for name in ("SONY FeliCa Port 00", "kazashi", "A Kazashi Reader", ""):
        script = Script([], name=name)
        client = CardClient(script)
        with pytest.raises(ReaderRefused):
            client.sign_challenge(b"abc", "1234")
        with pytest.raises(ReaderRefused):
            client.sign_document(b"abc", "ABC123")
        with pytest.raises(ReaderRefused):
            client.authenticate_chip(b"abc", date(1990, 4, 1))
        assert script.sent == []


TOKEN = [(SELECT_JPKI, "9000"), ("00A4020C020006", "9000"), ("00B0005010", b"1234567890123456".hex() + "9000")]


def test_named_test_card_gets_its_pin_in_any_reader() -> None:
    """The serial of a real test card opens the way; another serial does not, and no PIN leaves."""
    script = Script([*TOKEN, *OPENING, (QUERY, "63C3"), (VERIFY_1234, "9000"), *SIGNING], name="SONY FeliCa Port 00")
    assert CardClient(script, test_card="1234567890123456").sign_challenge(b"abc", "1234")
    other = Script(TOKEN, name="SONY FeliCa Port 00")
    with pytest.raises(ReaderRefused):
        CardClient(other, test_card="9999999999999999").sign_challenge(b"abc", "1234")
    assert other.is_finished()


def test_last_try_is_not_sent_unless_told() -> None:
    """With one try left nothing is sent; told so, it is."""
    script = Script([*OPENING, (QUERY, "63C1")])
    with pytest.raises(LastTryRefused):
        CardClient(script).sign_challenge(b"abc", "1234")
    told = Script([*OPENING, (QUERY, "63C1"), (VERIFY_1234, "9000"), *SIGNING])
    assert CardClient(told).sign_challenge(b"abc", "1234", may_spend_last_try=True)


@pytest.mark.parametrize("answer", ["63C0", "6984", "6983"])
def test_blocked_pin_is_not_sent(answer: str) -> None:
    """No tries left, however the card says it: nothing is sent."""
    script = Script([*OPENING, (QUERY, answer)])
    with pytest.raises(PinBlocked):
        CardClient(script).sign_challenge(b"abc", "1234", may_spend_last_try=True)
    assert script.is_finished()


def test_wrong_pin_is_sent_once() -> None:
    """A wrong PIN costs one try, says how many are left in both languages, and is not repeated."""
    script = Script([*OPENING, (QUERY, "63C3"), (VERIFY_1234, "63C2")])
    with pytest.raises(PinWrong) as caught:
        CardClient(script).sign_challenge(b"abc", "1234")
    assert (caught.value.tries, caught.value.ja, caught.value.en) == (
        2,
        "暗証番号が違います。残り2回です",
        "wrong PIN, 2 tries left",
    )
    assert script.is_finished()


def test_pin_blocked_between_query_and_verify_is_told() -> None:
    """Somebody else spent the tries in between: PinBlocked."""
    script = Script([*OPENING, (QUERY, "63C3"), (VERIFY_1234, "6984")])
    with pytest.raises(PinBlocked):
        CardClient(script).sign_challenge(b"abc", "1234")


@pytest.mark.parametrize("pin", ["", "1" * 17, "１２３４"])
def test_pin_of_another_form_is_not_sent(pin: str) -> None:
    """No card has such a PIN; the card hears nothing, and the message does not repeat it."""
    script = Script([])
    with pytest.raises(PinUnusable) as caught:
        CardClient(script).sign_challenge(b"abc", pin)
    assert script.sent == []
    assert not pin or pin not in str(caught.value)


def test_refusal_of_the_card_is_explained() -> None:
    """A status word that ends the work says what was done and what the word means."""
    with pytest.raises(CardRefused) as caught:
        CardClient(Script([(SELECT_JPKI, "6A82")])).read_auth_certificate()
    assert caught.value.sw == 0x6A82
    assert "6A82" in caught.value.ja
    assert "no such application" in caught.value.en


@pytest.mark.parametrize(
    "head", ["30800000", "31820100", "3082FFFF"], ids=["indefinite", "other-tag", "longer-than-a-file"]
)
def test_garbled_file_is_unreadable(head: str) -> None:
    """A file that does not begin as it should is not read on."""
    script = Script([(SELECT_JPKI, "9000"), ("00A4020C02000A", "9000"), ("00B0000004", head + "9000")])
    with pytest.raises(AnswerUnreadable):
        CardClient(script).read_auth_certificate()


@pytest.mark.parametrize("block", ["", "00" * 5])
def test_block_of_another_length_is_unreadable(block: str) -> None:
    """An empty 9000 ends the reading instead of repeating it, and more than was asked is refused."""
    script = Script([(SELECT_JPKI, "9000"), ("00A4020C02000A", "9000"), ("00B0000004", block + "9000")])
    with pytest.raises(AnswerUnreadable):
        CardClient(script).read_auth_certificate()


def test_signature_of_another_length_is_unreadable() -> None:
    """A signature is 256 octets."""
    lines = [*OPENING, (QUERY, "63C3"), (VERIFY_1234, "9000"), SIGNING[0], (SIGNING[1][0], "5A9000")]
    with pytest.raises(AnswerUnreadable):
        CardClient(Script(lines)).sign_challenge(b"abc", "1234")


@pytest.mark.parametrize(
    ("birth_date", "digits"),
    [
        (date(1980, 2, 17), "550217"),
        (date(1989, 1, 7), "640107"),
        (date(1989, 1, 8), "010108"),
        (date(2019, 4, 30), "310430"),
        (date(2019, 5, 1), "010501"),
        (date(1926, 12, 24), "151224"),
        (date(1926, 12, 25), "011225"),
        (date(1912, 7, 29), "450729"),
        (date(1912, 7, 30), "010730"),
    ],
)
def test_birth_date_is_counted_in_its_era(birth_date: date, digits: str) -> None:
    """The first and last days of the eras."""
    assert era_digits(birth_date) == digits


def test_birth_date_before_the_eras_is_refused() -> None:
    """Nobody's card says so."""
    with pytest.raises(ValueError, match="found 1868-01-24"):
        era_digits(date(1868, 1, 24))


@pytest.mark.parametrize(
    ("sw", "ja", "en"),
    [
        (0x63C2, "暗証番号が違います。残り2回です", "wrong PIN, 2 tries left"),
        (
            0x6984,
            "暗証番号がロックされています。市区町村の窓口で再設定してください (6984)",
            "the PIN is locked; the municipal office can set a new one (6984)",
        ),
        (0x6F00, "カードが要求を受け付けませんでした (6F00)", "the card refused the command (6F00)"),
    ],
)
def test_status_words_are_explained(sw: int, ja: str, en: str) -> None:
    """Known words have their own sentence, unknown ones say that the card refused, both with the word."""
    assert (explain(sw, "ja"), explain(sw, "en")) == (ja, en)
