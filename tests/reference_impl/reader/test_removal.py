"""The card is pulled out before, during and after each single command of each operation, and put in again.

Whatever the moment: `CardRemoved` says at which step and what may have happened; a VERIFY went out once; the try that
may have been spent is read from the counter before anything else; and then everything works.
"""

from collections.abc import Iterator

import pytest

from cardsim.profile import Profile
from cardsim.slot import InsertedCard, Tear
from harness.presented import Form
from reference_impl.reader.card_application import MARK, Counter
from reference_impl.reader.client import CardClient
from reference_impl.reader.doubt import Outcome
from reference_impl.reader.faults import PinWrong
from reference_impl.reader.lost import CardRemoved, LinkClosed, NoAnswer, Risk
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN, SIGN_PASSWORD, TEXT_PIN, Reference
from tests.cardsim.free_area_cards import RIDE_CARD, loaded_card
from tests.reference_impl.reader.cards import CHALLENGE, Desk, Recorded, connected, pulled, tries_kept, verifies
from tests.reference_impl.reader.operations import NO_TRY, OPERATIONS, SPENDING, Operation

WRONG = {AUTH_PIN: "9999", SIGN_PASSWORD: "WRONG1", TEXT_PIN: "9999"}
AID = RIDE_CARD.aid
MINE = bytes(range(1, MARK + 1))


def attempt_for(desk: Desk, operation: Operation) -> PinTry:
    """The right value."""
    return NO_TRY if operation.reference is None else desk.attempt(operation.reference)


def commands_of(desk: Desk, operation: Operation) -> tuple[list[bytes], object]:
    """What the operation sends when nothing happens, and what it returns."""
    connection = Recorded(connected(InsertedCard.unused(desk.profile())))
    result = operation.do(CardClient(connection), attempt_for(desk, operation))
    return connection.sent, result


def moments(sent: list[bytes]) -> Iterator[tuple[int, Tear]]:
    """Each command before and after; a VERIFY while it compares, too, where a card stores the try as spent."""
    for at, command in enumerate(sent, start=1):
        yield at, Tear.BEFORE
        yield at, Tear.AFTER
        if command in verifies(sent):
            yield at, Tear.DURING


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_card_is_pulled_at_each_command(desk: Desk, name: str) -> None:
    """The fault is right, no try is spent twice, and with the card back in the result is the same."""
    operation = OPERATIONS[name]
    sent, expected = commands_of(desk, operation)
    assert len(sent) >= 2
    for at, when in moments(sent):
        card = InsertedCard.unused(desk.profile())
        client = CardClient(pulled(card, at, when))
        is_verify = sent[at - 1] in verifies(sent)
        with pytest.raises(CardRemoved) as caught:
            operation.do(client, attempt_for(desk, operation))
        require_told(caught.value, Risk.TRY_SPENT if is_verify else Risk.NONE)
        assert (client.doubt is not None) is is_verify
        with pytest.raises(LinkClosed):  # nothing goes out on a connection whose last answer is unknown
            operation.do(client, attempt_for(desk, operation))

        again = Recorded(connected(card))
        settled = client.reinserted(again)
        if operation.reference is not None:
            full = tries_kept(InsertedCard.unused(desk.profile()), operation.reference)
            spent = is_verify and when is Tear.DURING
            assert tries_kept(card, operation.reference) == full - spent
            assert (settled.outcome if settled else None) == told_by_counter(is_verify, spent=spent)
        assert verifies(again.sent) == []  # settling spends nothing
        assert operation.do(client, attempt_for(desk, operation)) == expected
        assert client.doubt is None


def told_by_counter(is_verify: bool, *, spent: bool) -> Outcome | None:  # noqa: FBT001
    """What the counter says afterwards of a right PIN that was presented with all tries left."""
    if not is_verify:
        return None
    return Outcome.SPENT if spent else Outcome.NOT_SPENT


def require_told(fault: NoAnswer, risk: Risk) -> None:
    """The step and what may have happened, in both languages, and no value."""
    assert fault.risk is risk
    for said, doing, told in ((fault.ja, fault.doing.ja, risk.value.ja), (fault.en, fault.doing.en, risk.value.en)):
        assert said.startswith(doing)
        assert told in said
        assert "9999" not in said
        assert "1234" not in said


@pytest.mark.parametrize("when", Tear)
@pytest.mark.parametrize("reference", WRONG, ids=lambda each: each.name.en)
def test_a_wrong_pin_whose_answer_was_lost_is_counted_once(desk: Desk, reference: Reference, when: Tear) -> None:
    """Before: not spent. During, after: spent. The counter says so, and nothing was sent a second time."""
    operation = next(each for each in SPENDING.values() if each.reference == reference)
    sent, _ = commands_of(desk, operation)
    at = sent.index(verifies(sent)[0]) + 1
    card = InsertedCard.unused(desk.profile())
    full = tries_kept(card, reference)
    client = CardClient(pulled(card, at, when))
    with pytest.raises(CardRemoved):
        operation.do(client, PinTry(WRONG[reference], must_remain=1))
    again = Recorded(connected(card))
    settled = client.reinserted(again)
    left = full if when is Tear.BEFORE else full - 1
    assert settled is not None
    assert (settled.tries, tries_kept(card, reference)) == (left, left)
    assert settled.outcome is (Outcome.NOT_SPENT if when is Tear.BEFORE else Outcome.SPENT)
    assert verifies(again.sent) == []


def test_a_right_pin_whose_answer_was_lost_gave_the_tries_back(desk: Desk) -> None:
    """One try was spent before; torn after the right one, all are there: the counter says that it was right."""
    card = InsertedCard.unused(desk.profile())
    with pytest.raises(PinWrong):
        CardClient(connected(card)).jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    sent, _ = commands_of(desk, OPERATIONS["authenticate"])
    card.power_off()
    client = CardClient(pulled(card, sent.index(verifies(sent)[0]) + 1, Tear.AFTER))
    with pytest.raises(CardRemoved):
        client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
    settled = client.reinserted(connected(card))
    assert settled is not None
    assert (settled.tries, settled.outcome) == (3, Outcome.RIGHT)


def test_the_counter_is_read_before_anything_else(desk: Desk) -> None:
    """Whoever only renews the connection and goes on with something else: the counter comes first all the same."""
    sent, _ = commands_of(desk, OPERATIONS["authenticate"])
    card = InsertedCard.unused(desk.profile())
    client = CardClient(pulled(card, sent.index(verifies(sent)[0]) + 1, Tear.AFTER))
    with pytest.raises(CardRemoved):
        client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    again = Recorded(connected(card))
    client._card.renew(again)
    client.text.read_information()
    assert [each.hex() for each in again.sent[:3]] == [
        "00a4040c0ad392f000260100000001", "00a4020c020018", "00200080",
    ]  # fmt: skip


def test_another_card_is_not_taken_for_the_first(desk: Desk) -> None:
    """Put back is a card without that PIN: the doubt ends, and it is said that nothing is known of the first one."""
    sent, _ = commands_of(desk, OPERATIONS["attributes"])
    client = CardClient(pulled(InsertedCard.unused(desk.profile()), sent.index(verifies(sent)[0]) + 1, Tear.AFTER))
    with pytest.raises(CardRemoved):
        client.text.read_attributes(TEXT_PIN, desk.attempt(TEXT_PIN))
    settled = client.reinserted(connected(InsertedCard.unused(phone_of(desk))))
    assert settled is not None
    assert (settled.tries, settled.outcome, client.doubt) == (None, Outcome.OTHER_CARD, None)


@pytest.mark.parametrize("when", Tear)
def test_a_change_whose_answer_was_lost_left_one_of_the_two(desk: Desk, when: Tear) -> None:
    """The fault says that either may hold; exactly one does, and nothing but a try tells which."""
    card = InsertedCard.unused(desk.profile())
    connection = Recorded(connected(card))
    CardClient(connection).jpki.change_auth_pin(desk.attempt(AUTH_PIN), "4321")
    at = next(place for place, each in enumerate(connection.sent, start=1) if each[1] == 0x24)
    card = InsertedCard.unused(desk.profile())
    client = CardClient(pulled(card, at, when))
    with pytest.raises(CardRemoved) as caught:
        client.jpki.change_auth_pin(desk.attempt(AUTH_PIN), "4321")
    require_told(caught.value, Risk.PIN_CHANGED)
    assert client.reinserted(connected(card)) is None
    holds = []
    for value in ("1234", "4321"):
        try:
            client.jpki.authenticate(CHALLENGE, PinTry(value, must_remain=1))
        except PinWrong:
            continue
        holds.append(value)
    assert holds == (["4321"] if when is Tear.AFTER else ["1234"])


def test_a_ride_is_paid_once_whenever_the_card_is_pulled(desk: Desk) -> None:
    """At each command, each moment: after the same call with the same mark, one ride is gone and never two."""
    connection = Recorded(connected(loaded_card(desk.profile(), RIDE_CARD)))
    paid = CardClient(connection).card_application(AID).decrease(1, MINE)
    assert paid == Counter(69, paid.changes, 70, MINE)
    for at in range(1, len(connection.sent) + 1):
        for when in Tear:
            card = loaded_card(desk.profile(), RIDE_CARD)
            client = CardClient(pulled(card, at, when))
            with pytest.raises(CardRemoved) as caught:
                client.card_application(AID).decrease(1, MINE)
            changes = connection.sent[at - 1][1] == 0x30
            require_told(caught.value, Risk.COUNT_CHANGED if changes else Risk.NONE)
            assert client.reinserted(connected(card)) is None
            assert client.card_application(AID).decrease(1, MINE) == paid
            assert client.card_application(AID).read_counter() == paid


def phone_of(desk: Desk) -> Profile:
    """Their phone, which has no text application."""
    return desk.profile(Form.ANDROID)
