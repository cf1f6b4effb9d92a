"""A hostile card says whatever it likes: the client ends, within its bound, in a result or a named fault.

And however it lies, no operation sends more than one VERIFY with a value, none sends one below what must remain, and
no fault repeats a secret.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardsim.slot import InsertedCard
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import ReaderFault
from reference_impl.reader.link import MOST_EXCHANGES
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN
from tests.cardsim.free_area_cards import PIN_CARD, RIDE_CARD, loaded_card
from tests.reference_impl.reader.cards import Bent, Desk, answer, connected, verifies
from tests.reference_impl.reader.operations import NO_TRY, OPERATIONS, Operation

APPLICATIONS_OPENED = 24
"""The most that any operation opens: the tries of eight PINs, each with the doubt of an earlier one before it."""
FIXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATUS_WORDS = st.sampled_from([0x9000, 0x63C0, 0x63C1, 0x63CF, 0x6300, 0x6983, 0x6984, 0x6982, 0x6A82, 0x6B00, 0x6F00])
ANY_ANSWER = st.tuples(
    st.one_of(st.binary(max_size=300), st.builds(lambda head, rest: head + rest, st.sampled_from(
        [bytes.fromhex(each) for each in ("3082", "FF1082021E", "FF20", "7F21820233", "FF308201", "8F8F00", "011C")]
    ), st.binary(max_size=280))),
    st.one_of(STATUS_WORDS, st.integers(0x6100, 0x61FF), st.integers(0x6C00, 0x6CFF), st.integers(0, 0xFFFF)),
)  # fmt: skip
NAMES = st.sampled_from(sorted(OPERATIONS))


def run(desk: Desk, client: CardClient, operation: Operation, must_remain: int) -> None:
    """The operation to its end; anything but a result or a fault of ours fails the test where it is raised."""
    secret = "" if operation.reference is None else desk.secret(operation.reference)
    fault = fault_of(lambda: operation.do(client, PinTry(secret, must_remain=must_remain) if secret else NO_TRY))
    if fault is not None:
        assert fault.ja
        assert fault.en
        assert not secret or secret not in fault.ja + fault.en


def fault_of(use: Callable[[], object]) -> ReaderFault | None:
    """The fault that a use ends in, or None."""
    try:
        use()
    except ReaderFault as fault:
        return fault
    return None


def told_tries(sent: list[bytes], answers: list[int]) -> int | None:
    """The tries that the card told before the VERIFY with a value, which is the last of the two."""
    place = next(place for place, each in enumerate(sent) if verifies([each]))
    return answers[place - 1] & 0x0F if answers[place - 1] & 0xFFF0 == 0x63C0 else None


@FIXED
@given(name=NAMES, answers=st.lists(ANY_ANSWER, min_size=1, max_size=40), must_remain=st.integers(0, 3))
def test_any_answers_end_within_the_bound(
    desk: Desk, name: str, answers: list[tuple[bytes, int]], must_remain: int
) -> None:
    """The answers come one after the other, over and over; nothing of a real card is behind them."""
    words: list[int] = []

    def bend(number: int, command: bytes, raw: bytes) -> object:
        del command, raw
        data, sw = answers[(number - 1) % len(answers)]
        words.append(sw)
        return list(data), sw >> 8, sw & 0xFF

    connection = Bent(connected(InsertedCard.unused(desk.profile())), bend)
    run(desk, CardClient(connection), OPERATIONS[name], must_remain)
    require_modest(connection, words, must_remain)


@FIXED
@given(
    name=NAMES,
    at=st.integers(1, 40),
    lie=ANY_ANSWER,
    for_good=st.booleans(),
    must_remain=st.integers(0, 2),
)
def test_a_genuine_card_that_lies_from_some_point_on(  # noqa: PLR0917
    desk: Desk,
    name: str,
    at: int,
    lie: tuple[bytes, int],
    for_good: bool,  # noqa: FBT001  (drawn)
    must_remain: int,
) -> None:
    """The first answers are right, then one is not, or none any more: so the lie meets every step."""
    words: list[int] = []

    def bend(number: int, command: bytes, raw: bytes) -> object:
        del command
        lies = number == at or (for_good and number > at)
        sw = lie[1] if lies else int.from_bytes(raw[-2:])
        words.append(sw)
        return (list(lie[0]), sw >> 8, sw & 0xFF) if lies else answer(raw)

    connection = Bent(connected(InsertedCard.unused(desk.profile())), bend)
    client = CardClient(connection)
    run(desk, client, OPERATIONS[name], must_remain)
    require_modest(connection, words, must_remain)
    run(desk, client, OPERATIONS["authenticate"], must_remain)  # whatever it left behind, the next one ends, too
    assert len(connection.sent) <= 2 * APPLICATIONS_OPENED * MOST_EXCHANGES


@FIXED
@given(name=NAMES, at=st.integers(1, 30), place=st.integers(0, 260), octet=st.integers(1, 255))
def test_one_octet_of_an_answer_is_another(desk: Desk, name: str, at: int, place: int, octet: int) -> None:
    """A bit on the line, or a file that was bent by one octet: a fault or a result, never a traceback."""

    def bend(number: int, command: bytes, raw: bytes) -> object:
        del command
        if number != at or len(raw) == 2:
            return answer(raw)
        data = bytearray(raw)
        data[place % (len(raw) - 2)] ^= octet
        return answer(bytes(data))

    connection = Bent(connected(InsertedCard.unused(desk.profile())), bend)
    run(desk, CardClient(connection, card_issuers=desk.issuers), OPERATIONS[name], 1)
    assert len(verifies(connection.sent)) <= 1


@FIXED
@given(at=st.integers(1, 12), lie=ANY_ANSWER, amount=st.integers(-1, 80), counts=st.booleans())
def test_a_card_application_that_lies(
    desk: Desk,
    at: int,
    lie: tuple[bytes, int],
    amount: int,
    counts: bool,  # noqa: FBT001
) -> None:
    """The same of the free area: one DECREASE at most."""
    wanted = RIDE_CARD if counts else PIN_CARD

    def bend(number: int, command: bytes, raw: bytes) -> object:
        del command
        return (list(lie[0]), lie[1] >> 8, lie[1] & 0xFF) if number == at else answer(raw)

    connection = Bent(connected(loaded_card(desk.profile(), wanted)), bend)
    application = CardClient(connection).card_application(wanted.aid)
    attempt = None if counts else PinTry("4321", must_remain=1)
    for use in (lambda: application.decrease(amount, bytes([7] * 16), attempt), lambda: application.read(attempt)):
        fault = fault_of(use)
        assert fault is None or "4321" not in fault.ja + fault.en
    assert sum(each[1] == 0x30 for each in connection.sent) <= 1


def require_modest(connection: Bent, words: list[int], must_remain: int) -> None:
    """Within the bound; one VERIFY with a value at most, and only where the card told more tries than must remain."""
    assert len(connection.sent) <= APPLICATIONS_OPENED * MOST_EXCHANGES
    sent = verifies(connection.sent)
    assert len(sent) <= 1
    if sent:
        tries = told_tries(connection.sent, words)
        assert tries is not None
        assert tries - 1 >= must_remain


ENDLESS: dict[str, Callable[[bytes], tuple[list[int], int, int]]] = {
    "61xx with an octet each time": lambda _: ([0], 0x61, 0x10),
    "61xx without": lambda _: ([], 0x61, 0x10),
    "6Cxx": lambda command: ([], 0x6C, (command[-1] + 1) & 0xFF),
    "9000 and nothing": lambda _: ([], 0x90, 0x00),
    "one octet of a longest file at a time": lambda command: (
        ([0x30, 0x82, 0x7F, 0xFB][: command[-1] or 256], 0x90, 0x00) if command[:4].hex() == "00b00000"
        else ([0], 0x90, 0x00) if command[1] == 0xB0 else ([], 0x90, 0x00)
    ),
    "tries for ever": lambda _: ([], 0x63, 0xCF),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("kind", ENDLESS)
def test_a_card_without_end_is_ended(desk: Desk, kind: str, name: str) -> None:
    """A fault within the bound of one application."""
    connection = Bent(connected(InsertedCard.unused(desk.profile())), lambda _, command, __: ENDLESS[kind](command))
    operation = OPERATIONS[name]
    attempt = NO_TRY if operation.reference is None else desk.attempt(operation.reference)
    with pytest.raises(ReaderFault):
        operation.do(CardClient(connection), attempt)
    assert len(connection.sent) <= 2 * MOST_EXCHANGES


def test_the_fuzz_would_see_a_second_verify(desk: Desk) -> None:
    """The check above fails on two: a client that tried again by itself would be found."""
    connection = Bent(connected(InsertedCard.unused(desk.profile())), lambda _, __, raw: answer(raw))
    connection.sent += [bytes.fromhex("00200080"), bytes.fromhex("002000800431323334")] * 2
    with pytest.raises(AssertionError):
        require_modest(connection, [0x63C3, 0x63C2] * 2, 1)
    assert AUTH_PIN.form.encode("1234") == b"1234"
