"""What exactly goes over the line, octet by octet; 61xx and 6Cxx; slow cards; connections that end."""

import threading
from collections.abc import Callable, Iterator

import pytest

from cardsim.slot import InsertedCard
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import AnswerUnreadable, CardEndless, CardRefused, PinWrong, ReaderFault
from reference_impl.reader.link import MOST_EXCHANGES, Command, Step
from reference_impl.reader.lost import (
    CardInUse,
    CardRemoved,
    CardReset,
    CardTooSlow,
    LinkClosed,
    NoAnswer,
    ReaderGone,
    Risk,
)
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN, VISUAL_CODE_B
from reference_impl.reader.words import Words
from tests.cardsim.free_area_cards import RIDE_CARD, loaded_card
from tests.reference_impl.reader.cards import CHALLENGE, Bent, Desk, Recorded, answer, connected, tries_kept, verifies
from tests.reference_impl.reader.operations import NO_TRY, OPERATIONS

SELECT_JPKI = "00a4040c0ad392f000260100000001"
DIGEST_INFO = "3031300d060960864801650304020105000420"
SHA256_OF_CHALLENGE = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"  # sha256sum of 00 to 1F


def genuine(desk: Desk) -> InsertedCard:
    """A fresh card."""
    return InsertedCard.unused(desk.profile())


def test_authentication_octet_by_octet(desk: Desk) -> None:
    """Application, PIN, tries, VERIFY, certificate in blocks of 256, key, DigestInfo of the challenge (§4, §5.2)."""
    connection = Recorded(connected(genuine(desk)))
    certificate = CardClient(connection).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN)).certificate
    full, rest = divmod(len(certificate) - 4, 256)
    blocks = [f"00b0{4 + 256 * block:04x}00" for block in range(full)] + [f"00b0{4 + 256 * full:04x}{rest:02x}"]
    assert [each.hex() for each in connection.sent] == [
        SELECT_JPKI,
        "00a4020c020018",
        "00200080",
        "002000800431323334",
        "00a4020c02000a",
        "00b0000004",
        *blocks,
        "00a4020c020017",
        "802a008033" + DIGEST_INFO + SHA256_OF_CHALLENGE + "00",
    ]


def in_pieces(size: int) -> Callable[[int, bytes, bytes], object]:
    """A card that gives long answers by 61xx and GET RESPONSE, so many octets at a time, as over T=0."""
    left = b""

    def bend(_: int, command: bytes, raw: bytes) -> object:
        nonlocal left
        if command[1] == 0xC0:
            assert command[:4].hex() == "00c00000"
            raw = left
        if len(raw) - 2 <= size or raw[-2:] != b"\x90\x00":
            return answer(raw)
        left = raw[size:]
        return answer(raw[:size] + bytes([0x61, min(len(left) - 2, 0xFF)]))

    return bend


class T0Connection(Bent):
    """A connection that answers GET RESPONSE itself: the card never saw one."""

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        """The next piece, or the card's answer."""
        if apdu[1] == 0xC0:
            self.sent.append(bytes(apdu))
            return self._bend(len(self.sent), bytes(apdu), b"")  # type: ignore[return-value]
        return super().transmit(apdu)


@pytest.mark.parametrize("size", [1, 100, 255])
@pytest.mark.parametrize("name", ["auth certificate", "authenticate", "chip", "attributes"])
def test_answers_that_come_in_pieces_are_put_together(desk: Desk, name: str, size: int) -> None:
    """61xx until 9000; one octet at a time is too many exchanges for a certificate, and is told as an endless card."""
    operation = OPERATIONS[name]
    attempt = NO_TRY if operation.reference is None else desk.attempt(operation.reference)
    client = CardClient(T0Connection(connected(genuine(desk)), in_pieces(size)))
    if size == 1:
        with pytest.raises(CardEndless):
            operation.do(client, attempt)
    else:
        assert operation.do(client, attempt) == operation.do(CardClient(connected(genuine(desk))), attempt)


def test_6cxx_names_the_right_le_and_the_command_goes_out_once_more(desk: Desk) -> None:
    """READ BINARY with another Le is repeated with the one that was named; VERIFY never is."""

    def bend(number: int, command: bytes, raw: bytes) -> object:
        del number
        return ([], 0x6C, 0x03) if command.hex() == "00b0000000" else answer(raw)

    connection = Bent(connected(genuine(desk)), bend)
    assert CardClient(connection).jpki.read_presence().auth
    assert [each.hex() for each in connection.sent[-2:]] == ["00b0000000", "00b0000003"]


def test_6cxx_replaces_the_le_behind_the_data(desk: Desk) -> None:
    """A command with data keeps them: only the last octet is another."""
    bent = Bent(
        connected(genuine(desk)), lambda _, command, raw: ([], 0x6C, 0x64) if command[1] == 0x2A else answer(raw)
    )
    with pytest.raises(CardRefused):
        CardClient(bent).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
    first, second = (each.hex() for each in bent.sent[-2:])
    assert first == "802a008033" + DIGEST_INFO + SHA256_OF_CHALLENGE + "00"
    assert second == first[:-2] + "64"


def test_6cxx_twice_is_a_refusal(desk: Desk) -> None:
    """Once more and no further."""
    connection = Bent(
        connected(genuine(desk)), lambda _, command, raw: ([], 0x6C, 3) if command[1] == 0xB0 else answer(raw)
    )
    with pytest.raises(CardRefused) as caught:
        CardClient(connection).jpki.read_presence()
    assert caught.value.sw == 0x6C03
    assert sum(each[1] == 0xB0 for each in connection.sent) == 2


@pytest.mark.parametrize("sw", [0x6C04, 0x6700, 0x6F00, 0x6282, 0x9100])
def test_verify_is_never_repeated_whatever_comes_back(desk: Desk, sw: int) -> None:
    """One VERIFY; the fault says the word, and the counter is read before anything else: nobody knows what it did."""
    bent = Bent(
        connected(card := genuine(desk)),
        lambda _, command, raw: ([], sw >> 8, sw & 0xFF) if verifies([command]) else answer(raw),
    )
    client = CardClient(bent)
    with pytest.raises(CardRefused) as caught:
        client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    assert caught.value.sw == sw
    assert len(verifies(bent.sent)) == 1
    assert client.doubt is not None
    settled = client.settle()
    assert settled is not None
    assert settled.tries == tries_kept(card, AUTH_PIN) == 2


def test_the_first_command_after_power_on_may_fail_without_reason(desk: Desk) -> None:
    """6F00 once (spec/card.md §1.4): SELECT is sent again; 6F00 twice is a refusal."""
    connection = Bent(connected(genuine(desk)), lambda number, _, raw: ([], 0x6F, 0) if number == 1 else answer(raw))
    assert CardClient(connection).jpki.read_presence().auth
    broken = Bent(connected(genuine(desk)), lambda _, __, ___: ([], 0x6F, 0))
    with pytest.raises(CardRefused):
        CardClient(broken).jpki.read_presence()
    assert len(broken.sent) == 2


def test_a_decrease_whose_answer_comes_in_pieces_is_sent_once(desk: Desk) -> None:
    """GET RESPONSE fetches the rest of the one command; it is no second DECREASE."""
    connection = T0Connection(connected(loaded_card(desk.profile(), RIDE_CARD)), in_pieces(4))
    counter = CardClient(connection).card_application(RIDE_CARD.aid).decrease(1, bytes([1] * 16))
    assert counter.value == 69
    assert sum(each[1] == 0x30 for each in connection.sent) == 1


def test_an_exchange_that_is_interrupted_closes_the_line(desk: Desk) -> None:
    """Ctrl-C while the card works: the answer may still come, so nothing more goes out until the card is back."""
    card = genuine(desk)
    connection = Failing(card, KeyboardInterrupt())
    client = CardClient(connection)
    with pytest.raises(KeyboardInterrupt):
        client.jpki.read_token()
    with pytest.raises(LinkClosed):
        client.jpki.read_token()
    client.reinserted(connected(card))
    assert client.jpki.read_token().serial


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (None, AnswerUnreadable),
        ("9000", AnswerUnreadable),
        (([], 0x90), AnswerUnreadable),
        (([256], 0x90, 0), AnswerUnreadable),
        (([-1], 0x90, 0), AnswerUnreadable),
        ((10**12, 0x90, 0), AnswerUnreadable),
        (([], 0x90, None), AnswerUnreadable),
        (([], 0x00, 0x00), AnswerUnreadable),
        (([], 0x60, 0x00), AnswerUnreadable),
        (([0] * 65537, 0x90, 0), AnswerUnreadable),
        (([], 0x61, 0x00), AnswerUnreadable),
        (([0], 0x61, 0x01), CardEndless),
    ],
    ids=str,
)
def test_what_is_no_answer_ends_in_a_fault(desk: Desk, raw: object, fault: type[ReaderFault]) -> None:
    """Another shape, octets that are none, no status word, pieces without content, pieces without end."""
    connection = Bent(connected(genuine(desk)), lambda _, __, ___: raw)
    with pytest.raises(fault):
        CardClient(connection).jpki.read_token()
    assert len(connection.sent) <= MOST_EXCHANGES


@pytest.mark.parametrize("length", [0, 5])
def test_a_block_of_another_length_is_unreadable(desk: Desk, length: int) -> None:
    """An empty 9000 ends the reading instead of repeating it, and more than was asked for is refused (§4)."""
    connection = Bent(
        connected(genuine(desk)),
        lambda _, command, raw: answer(bytes(length) + b"\x90\x00") if command[1] == 0xB0 else answer(raw),
    )
    with pytest.raises(AnswerUnreadable, match=f"expected 1 to 4 octets at 0, found {length}"):
        CardClient(connection).jpki.read_auth_certificate()
    assert sum(each[1] == 0xB0 for each in connection.sent) == 1


@pytest.mark.parametrize("head", ["30800000", "31820100", "3082ffff", "30818000"])
def test_a_file_that_does_not_begin_as_it_should_is_not_read_on(desk: Desk, head: str) -> None:
    """Indefinite length, another tag, longer than a file, the form 81 that no card has."""
    connection = Bent(
        connected(genuine(desk)),
        lambda _, command, raw: answer(bytes.fromhex(head) + b"\x90\x00") if command[1] == 0xB0 else answer(raw),
    )
    with pytest.raises(AnswerUnreadable):
        CardClient(connection).jpki.read_auth_certificate()
    assert sum(each[1] == 0xB0 for each in connection.sent) == 1


def test_a_signature_of_another_length_is_unreadable(desk: Desk) -> None:
    """256 octets and no fewer."""
    connection = Bent(
        connected(genuine(desk)), lambda _, command, raw: answer(raw[1:]) if command[1] == 0x2A else answer(raw)
    )
    with pytest.raises(AnswerUnreadable, match="expected 256 octets, found 255"):
        CardClient(connection).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))


class Stuck(Recorded):
    """A connection that hangs at the n-th command until it is let go."""

    def __init__(self, card: InsertedCard, at: Callable[[list[bytes]], bool]) -> None:
        super().__init__(connected(card))
        self.let_go = threading.Event()
        self.came_back = threading.Event()
        self._at = at

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        """The card's answer, late."""
        stuck = self._at([*self.sent, bytes(apdu)])
        returned = super().transmit(apdu)
        if stuck:
            self.let_go.wait(20)
            self.came_back.set()
        return returned


@pytest.fixture
def stuck(desk: Desk) -> Iterator[Stuck]:
    """A card whose answer to VERIFY does not come."""
    connection = Stuck(genuine(desk), lambda sent: bool(verifies(sent[-1:])))
    yield connection
    connection.let_go.set()
    assert connection.came_back.wait(20)


def test_an_exchange_that_takes_too_long_is_given_up(stuck: Stuck) -> None:
    """`CardTooSlow`: a try may have been spent; nothing more goes out, for the next answer could be that one's."""
    client = CardClient(stuck, time_limit=2)  # of each exchange, those before it, too
    with pytest.raises(CardTooSlow) as caught:
        client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    assert caught.value.risk is Risk.TRY_SPENT
    sent = len(stuck.sent)
    with pytest.raises(LinkClosed):
        client.jpki.read_token()
    assert len(stuck.sent) == sent


def test_a_card_within_the_time_is_not_disturbed(desk: Desk) -> None:
    """The twin: the same time limit, a card that answers."""
    client = CardClient(connected(genuine(desk)), time_limit=20)
    assert client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN)).signature
    with pytest.raises(PinWrong):
        client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))


class Failing(Recorded):
    """A connection that raises, as pyscard does."""

    def __init__(self, card: InsertedCard, fault: BaseException) -> None:
        super().__init__(connected(card))
        self._fault = fault

    def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
        """Nothing."""
        del apdu
        raise self._fault


class PcscException(Exception):
    """Of the shape of pyscard's: PC/SC's result, as a signed number on some machines."""

    def __init__(self, result: int) -> None:
        super().__init__("Failed to transmit")
        self.hresult = result


@pytest.mark.parametrize(
    ("fault", "loss"),
    [
        (PcscException(0x80100069), CardRemoved),
        (PcscException(0x80100069 - 2**32), CardRemoved),
        (PcscException(0x80100068), CardReset),
        (PcscException(0x8010000B), CardInUse),
        (PcscException(0x8010001D), ReaderGone),
        (PcscException(0x8010001D - 2**32), ReaderGone),
        (PcscException(0x80100017), ReaderGone),
        (PcscException(0x80100016), CardRemoved),
        (OSError("broken pipe"), CardRemoved),
    ],
)
def test_whatever_a_connection_raises_is_a_lost_answer(desk: Desk, fault: Exception, loss: type[NoAnswer]) -> None:
    """By PC/SC's result where there is one (PC/SC part 5 §3.1.5); the cause is kept."""
    with pytest.raises(loss) as caught:
        CardClient(Failing(genuine(desk), fault)).jpki.read_token()
    assert type(caught.value) is loss
    assert caught.value.__cause__ is fault


def test_progress_is_told_before_each_exchange(desk: Desk) -> None:
    """Numbers go up by one, octets up to the length of the file, each step says what it is; no octets of a command."""
    steps: list[Step] = []
    connection = Recorded(connected(genuine(desk)))
    client = CardClient(connection, progress=steps.append)
    client.visual.read_face(VISUAL_CODE_B, desk.attempt(VISUAL_CODE_B))
    assert [each.number for each in steps] == list(range(1, len(connection.sent) + 1))
    read = [each.octets for each in steps if each.doing.en == "face of the card" and each.of > 1000]
    assert read == sorted(read)
    assert len(read) > 5
    assert all(each.doing.ja and each.doing.en for each in steps)


def test_a_command_does_not_show_its_octets() -> None:
    """They may hold a PIN."""
    shown = repr(Command(bytes.fromhex("002000800431323334"), Words("照合", "VERIFY"), Risk.TRY_SPENT))
    assert shown == "Command(VERIFY)"
