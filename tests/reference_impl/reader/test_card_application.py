"""Applications of the free area: whose, until when, how often still. INVENTED, as docs/free-area.md says."""

from collections.abc import Callable
from datetime import date

import pytest

from cardsim.slot import InsertedCard
from reference_impl.reader.card_application import MARK, CardApplication, Counter
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import (
    AnswerUnreadable,
    CardRefused,
    CounterRefused,
    NotGenuine,
    PinWrong,
    ReaderFault,
    ReaderRefused,
)
from reference_impl.reader.pins import PinTry
from tests.cardsim.free_area_cards import PIN_CARD, RIDE_CARD, USER_CARD, loaded_card, with_free_area
from tests.reference_impl.reader.cards import Bent, Desk, Recorded, answer, connected, verifies

MARK_1, MARK_2 = bytes([1] * MARK), bytes([2] * MARK)
PIN = PinTry("4321", must_remain=1)


def rides(desk: Desk) -> tuple[Recorded, CardApplication]:
    """A card with seventy rides, and the client's view of it."""
    connection = Recorded(connected(loaded_card(desk.profile(), RIDE_CARD)))
    return connection, CardClient(connection).card_application(RIDE_CARD.aid)


def test_whose_it_is_and_until_when(desk: Desk) -> None:
    """User id and last day; the reader compares with its own day, for the card has no clock."""
    client = CardClient(connected(loaded_card(desk.profile(), USER_CARD)))
    record = client.card_application(USER_CARD.aid).read()
    assert (record.user_id, record.expiry) == (b"0001234567", date(2036, 11, 20))
    assert record.is_valid_on(date(2036, 11, 20))
    assert not record.is_valid_on(date(2036, 11, 21))
    assert "0001234567" not in repr(record)


def test_one_mark_counts_once(desk: Desk) -> None:
    """The same mark again changes nothing and sends no DECREASE; another mark counts on."""
    connection, application = rides(desk)
    first = application.decrease(1, MARK_1)
    assert first == Counter(69, first.changes, 70, MARK_1)
    connection.sent.clear()
    assert application.decrease(1, MARK_1) == first
    assert all(each[1] != 0x30 for each in connection.sent)
    assert application.decrease(2, MARK_2) == Counter(67, first.changes + 1, 70, MARK_2)
    assert application.read_counter().value == 67


@pytest.mark.parametrize("amount", [0, -1, 71, 2**32])
def test_more_than_there_is_is_refused_before_the_card(desk: Desk, amount: int) -> None:
    """Below zero, or nothing at all: `CounterRefused`, nothing sent, nothing changed."""
    connection, application = rides(desk)
    with pytest.raises(CounterRefused):
        application.decrease(amount, MARK_1)
    assert all(each[1] != 0x30 for each in connection.sent)
    assert application.read_counter().value == 70


@pytest.mark.parametrize("mark", [b"", bytes(MARK), bytes(15), bytes([1] * 17)])
def test_a_mark_is_sixteen_octets_of_its_own(desk: Desk, mark: bytes) -> None:
    """Zeros are what a record has that nobody marked."""
    _, application = rides(desk)
    with pytest.raises(ValueError, match="a mark has 16 octets"):
        application.decrease(1, mark)


def test_behind_a_pin_it_opens_with_it(desk: Desk) -> None:
    """Without 6982, with a wrong one a try is spent, with the right one it counts."""
    connection = Recorded(connected(loaded_card(desk.profile(), PIN_CARD)))
    client = CardClient(connection)
    application = client.card_application(PIN_CARD.aid)
    with pytest.raises(CardRefused) as caught:
        application.read()
    assert caught.value.sw == 0x6982
    with pytest.raises(PinWrong):
        application.read(PinTry("0000", must_remain=1))
    assert client.tries_left(application.pin) == 2
    assert application.read(PIN).user_id == PIN_CARD.user_id
    assert application.decrease(5, MARK_1, PIN).value == 0
    assert len(verifies(connection.sent)) == 3


def test_a_foreign_reader_changes_no_counter(desk: Desk) -> None:
    """What a card tells freely is read in any reader; it is changed in ours alone."""
    connection = Recorded(connected(loaded_card(desk.profile(), RIDE_CARD), "Acme CardStation 00 00"))
    application = CardClient(connection).card_application(RIDE_CARD.aid)
    assert application.read_counter().value == 70
    with pytest.raises(ReaderRefused):
        application.decrease(1, MARK_1)
    assert all(each[1] != 0x30 for each in connection.sent)


@pytest.mark.parametrize("with_area", [False, True])
def test_a_card_without_the_application_says_so(desk: Desk, with_area: bool) -> None:  # noqa: FBT001
    """6A82, explained, with a free area and without one."""
    profile = with_free_area(desk.profile()) if with_area else desk.profile()
    client = CardClient(connected(InsertedCard.unused(profile)))
    with pytest.raises(CardRefused) as caught:
        client.card_application(RIDE_CARD.aid).read()
    assert caught.value.sw == 0x6A82
    with pytest.raises(ValueError, match="5 to 16 octets"):
        client.card_application(b"\xf0")


def bent(command: int, raw: bytes) -> Callable[[int, bytes, bytes], object]:
    """Answers every command of this instruction with that."""
    return lambda _, sent, real: answer(raw if sent[1] == command else real)


@pytest.mark.parametrize(
    ("command", "raw", "fault"),
    [
        (0x30, bytes(8) + b"\x90\x00", NotGenuine),
        (0x30, b"\x69\x85", CounterRefused),
        (0x30, b"\x6a\x86", CardRefused),
        (0xB0, bytes(27) + b"\x90\x00", AnswerUnreadable),
    ],
)
def test_a_counter_that_does_not_count_is_told(desk: Desk, command: int, raw: bytes, fault: type[ReaderFault]) -> None:
    """Another value than must come is a card that is not genuine; 6985 an empty counter; a short record unreadable."""
    connection = Bent(connected(loaded_card(desk.profile(), RIDE_CARD)), bent(command, raw))
    with pytest.raises(fault):
        CardClient(connection).card_application(RIDE_CARD.aid).decrease(1, MARK_1)


@pytest.mark.parametrize("day", [b"20361301", b"2036112", b"abcdefgh", b""])
def test_a_date_that_is_none_is_unreadable(desk: Desk, day: bytes) -> None:
    """Not of the calendar, not eight digits."""
    connection = Bent(connected(loaded_card(desk.profile(), USER_CARD)), bent(0xB0, day + b"\x90\x00"))
    with pytest.raises(AnswerUnreadable, match="a date YYYYMMDD"):
        CardClient(connection).card_application(USER_CARD.aid).read()
