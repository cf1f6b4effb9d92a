"""A try is the holder's: never spent untold, never below what the caller said, never by a value no card can have."""

from collections.abc import Callable

import pytest

from cardsim.options import Options
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from harness.forgery import Variant
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import (
    KeyDoesNotOpen,
    LastTryRefused,
    NotGenuine,
    PinBlocked,
    PinFault,
    PinUnusable,
    PinWrong,
    ReaderRefused,
    TryRefused,
)
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import (
    AUTH_PIN,
    BIRTH_DATE,
    REFERENCES,
    SIGN_PASSWORD,
    TEXT_CODE_A,
    TEXT_CODE_B,
    TEXT_PIN,
    VISUAL_CODE_A,
    VISUAL_CODE_B,
    Reference,
    is_number,
)
from tests.reference_impl.reader.cards import CHALLENGE, Desk, Recorded, connected, tries_kept, verifies
from tests.reference_impl.reader.operations import SPENDING, Operation

WRONG = {AUTH_PIN: "9999", SIGN_PASSWORD: "WRONG1", TEXT_PIN: "9999", TEXT_CODE_B: "0" * 14, BIRTH_DATE: "010101"}
WRONG |= {TEXT_CODE_A: "0" * 12, VISUAL_CODE_A: "0" * 12, VISUAL_CODE_B: "0" * 14}
OF_REFERENCE = {each.reference: each for each in SPENDING.values()}
UNUSABLE = {
    AUTH_PIN: ["", "123", "12345", "１２３４", "12a4", "1234\n", " 1234"],
    SIGN_PASSWORD: ["ABC12", "A" * 17, "ABC-123", "ÅBC123", ""],
    TEXT_PIN: ["123", "abcd"],
    TEXT_CODE_A: ["999900000012", "99990000001", "9" * 13],
    TEXT_CODE_B: ["1234567890123", "x" * 14],
    BIRTH_DATE: ["19900401", "9004"],
    VISUAL_CODE_A: ["000000000001"],
    VISUAL_CODE_B: ["0" * 13],
}


def before(desk: Desk, name: str = "Kazashi In-process Reader 00 00") -> tuple[InsertedCard, Recorded, CardClient]:
    """A fresh card, what is sent to it, and a client."""
    card = InsertedCard.unused(desk.profile())
    connection = Recorded(connected(card, name))
    return card, connection, CardClient(connection)


@pytest.mark.parametrize("name", SPENDING)
def test_the_right_pin_is_sent_once_and_the_tries_asked_before(desk: Desk, name: str) -> None:
    """One VERIFY with a value, right after an empty one, and all tries are there afterwards."""
    operation = SPENDING[name]
    reference = required(operation)
    card, connection, client = before(desk)
    full = tries_kept(card, reference)
    operation.do(client, desk.attempt(reference, full - 1))
    assert len(verifies(connection.sent)) == 1
    place = connection.sent.index(verifies(connection.sent)[0])
    assert connection.sent[place - 1].hex() == "00200080"
    assert tries_kept(card, reference) == full


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: each.name.en)
def test_a_wrong_value_costs_one_try_and_says_how_many_are_left(desk: Desk, reference: Reference) -> None:
    """`PinWrong` with the reference and the number, both languages, the value in neither; sent once."""
    card, connection, client = before(desk)
    full = tries_kept(card, reference)
    with pytest.raises(PinWrong) as caught:
        OF_REFERENCE[reference].do(client, PinTry(WRONG[reference], must_remain=1))
    assert (caught.value.reference, caught.value.tries) == (reference, full - 1)
    assert f"残り{full - 1}回" in caught.value.ja
    assert f"{full - 1} tr" in caught.value.en
    assert WRONG[reference] not in caught.value.ja + caught.value.en
    assert tries_kept(card, reference) == full - 1
    assert len(verifies(connection.sent)) == 1


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: each.name.en)
def test_no_try_is_spent_below_what_must_remain(desk: Desk, reference: Reference) -> None:
    """Down to the last try one by one; the last only for who says 0; then locked, and nothing more is sent."""
    card, connection, client = before(desk)
    full, operation = tries_kept(card, reference), OF_REFERENCE[reference]
    with pytest.raises(TryRefused) as refused:
        operation.do(client, PinTry(WRONG[reference], must_remain=full))
    assert (refused.value.tries, verifies(connection.sent)) == (full, [])
    for left in range(full - 1, 0, -1):
        with pytest.raises(PinWrong):
            operation.do(client, PinTry(WRONG[reference], must_remain=left))
    sent = len(verifies(connection.sent))
    with pytest.raises(LastTryRefused) as last:
        operation.do(client, desk.attempt(reference, 1))
    assert "窓口" in last.value.ja
    assert "municipal office" in last.value.en
    assert (len(verifies(connection.sent)), tries_kept(card, reference)) == (sent, 1)
    with pytest.raises(PinWrong) as locked:
        operation.do(client, PinTry(WRONG[reference], must_remain=0))
    assert (locked.value.tries, tries_kept(card, reference)) == (0, 0)
    assert "ロック" in locked.value.ja
    with pytest.raises(PinBlocked) as blocked:
        operation.do(client, desk.attempt(reference, 0))
    assert "窓口" in blocked.value.ja
    assert len(verifies(connection.sent)) == sent + 1
    assert client.tries_left(reference) == 0


def test_the_last_try_with_the_right_value_brings_all_back(desk: Desk) -> None:
    """Told so, the client spends it."""
    card, _, client = before(desk)
    for _ in range(2):
        with pytest.raises(PinWrong):
            client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN, 0))
    assert tries_kept(card, AUTH_PIN) == 3


@pytest.mark.parametrize(
    ("reference", "value"), [(reference, value) for reference, values in UNUSABLE.items() for value in values]
)
def test_a_value_that_no_card_has_reaches_no_card(desk: Desk, reference: Reference, value: str) -> None:
    """`PinUnusable` says the form, repeats no value, and the card was not even asked for its tries."""
    _, connection, client = before(desk)
    with pytest.raises(PinUnusable) as caught:
        OF_REFERENCE[reference].do(client, PinTry(value, must_remain=1))
    assert not any(each[1] == 0x20 for each in connection.sent)
    assert not value.strip() or value not in caught.value.ja + caught.value.en


def test_the_password_is_sent_in_capitals(desk: Desk) -> None:
    """As every client does (spec/card.md §3)."""
    _, connection, client = before(desk)
    client.jpki.sign_document(b"x", PinTry(desk.secret(SIGN_PASSWORD).lower(), must_remain=4))
    assert verifies(connection.sent)[0][5:].decode() == desk.secret(SIGN_PASSWORD)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client, value: client.text.read_attributes(TEXT_CODE_A, value),
        lambda client, value: client.text.read_personal_number(TEXT_CODE_B, value),
        lambda client, value: client.text.read_attributes(AUTH_PIN, value),
        lambda client, value: client.visual.read_face(BIRTH_DATE, value),
        lambda client, value: client.visual.read_face(TEXT_CODE_B, value),
    ],
)
def test_a_key_that_does_not_open_it_is_not_sent(desk: Desk, attempt: Callable[[CardClient, PinTry], object]) -> None:
    """照合番号A opens no attributes, B no number (spec/card.md §2.2): a try for nothing is refused before the card."""
    _, connection, client = before(desk)
    with pytest.raises(KeyDoesNotOpen):
        attempt(client, PinTry("1234", must_remain=1))
    assert connection.sent == []


@pytest.mark.parametrize("name", SPENDING)
@pytest.mark.parametrize("reader", ["Acme CardStation 00 00", "kazashi", "A Kazashi Reader", ""])
def test_a_decoy_reader_gets_no_verify(desk: Desk, name: str, reader: str) -> None:
    """Neither a value nor an empty one: a real card may be in it."""
    _, connection, client = before(desk, reader)
    operation = SPENDING[name]
    with pytest.raises(ReaderRefused):
        operation.do(client, desk.attempt(required(operation)))
    with pytest.raises(ReaderRefused):
        client.tries_left(required(operation))
    assert not any(each[1] == 0x20 for each in connection.sent)


def test_the_named_test_card_gets_its_pin_in_any_reader(desk: Desk) -> None:
    """The serial of a real test card opens the way; another serial does not."""
    serial = desk.profile().serial
    card = InsertedCard.unused(desk.profile())
    connection = Recorded(connected(card, "Acme CardStation 00 00"))
    assert CardClient(connection, test_card=serial).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN)).signature
    connection.sent.clear()
    with pytest.raises(ReaderRefused, match="another card"):
        CardClient(connection, test_card="9" * 16).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
    assert not any(each[1] == 0x20 for each in connection.sent)


@pytest.mark.parametrize("answer", [StatusWord.METHOD_BLOCKED, StatusWord.REFERENCE_BLOCKED])
def test_a_pin_that_is_locked_between_question_and_verify_is_told(desk: Desk, answer: StatusWord) -> None:
    """Somebody else spent the tries in between; 6983 of ISO and 6984 of the card are both a locked PIN (rfc.md B37)."""
    profile = desk.world.card_of(desk.resident, options=Options(blocked_attempt=answer)).profile
    card = InsertedCard.unused(profile)
    other = CardClient(connected(card))

    class Between(Recorded):
        """Before the VERIFY goes out another terminal spends all tries."""

        def transmit(self, apdu: list[int]) -> tuple[list[int], int, int]:
            """The card's answer."""
            if len(apdu) > 5 and apdu[1] == 0x20:
                for _ in range(3):
                    with pytest.raises(PinWrong):
                        other.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=0))
            return super().transmit(apdu)

    with pytest.raises(PinBlocked) as caught:
        CardClient(Between(connected(card))).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
    assert caught.value.sw == answer


def test_tries_that_stay_are_a_card_that_is_not_genuine(desk: Desk) -> None:
    """A wrong PIN that costs nothing is told as what it is, not as a wrong PIN."""
    card = InsertedCard.unused(desk.profile(variant=Variant.TRIES_STAY))
    with pytest.raises(NotGenuine):
        CardClient(connected(card)).jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))


CHANGES: dict[str, tuple[Reference, str, Callable[[CardClient, PinTry, str], None]]] = {
    "auth": (AUTH_PIN, "4321", lambda client, old, new: client.jpki.change_auth_pin(old, new)),
    "sign": (SIGN_PASSWORD, "xyz789", lambda client, old, new: client.jpki.change_sign_password(old, new)),
    "text": (TEXT_PIN, "4321", lambda client, old, new: client.text.change_pin(old, new)),
}


@pytest.mark.parametrize("which", CHANGES)
def test_a_pin_is_changed(desk: Desk, which: str) -> None:
    """The old one opens the change and then is wrong, the new one is right; with a wrong old one nothing changes."""
    reference, new, change = CHANGES[which]
    _, _, client = before(desk)
    with pytest.raises(PinWrong):
        change(client, PinTry(WRONG[reference], must_remain=1), new)
    change(client, desk.attempt(reference), new)
    with pytest.raises(PinWrong):
        OF_REFERENCE[reference].do(client, desk.attempt(reference))
    assert OF_REFERENCE[reference].do(client, PinTry(new, must_remain=1))


@pytest.mark.parametrize(("which", "new"), [("auth", "123"), ("sign", "ABCDEF"), ("sign", "123456"), ("text", "abcd")])
def test_a_new_value_of_the_wrong_form_reaches_no_card(desk: Desk, which: str, new: str) -> None:
    """A password has a letter and a digit; refused before the old one was spent."""
    reference, _, change = CHANGES[which]
    _, connection, client = before(desk)
    with pytest.raises(PinUnusable):
        change(client, desk.attempt(reference), new)
    assert connection.sent == []


def test_a_verified_pin_is_forgotten_at_the_end(desk: Desk) -> None:
    """Leaving the client's block selects the card manager: what was open is closed (spec/card.md §3)."""
    _, connection, client = before(desk)
    with client:
        client.jpki.read_sign_certificate(desk.attempt(SIGN_PASSWORD))
    connection.sent.clear()
    for command, sw in (("00A4040C0AD392F000260100000001", 0x90), ("00A4020C020001", 0x90), ("00B0000004", 0x69)):
        assert connection.transmit(list(bytes.fromhex(command)))[1] == sw


def test_must_remain_is_stated_and_not_negative() -> None:
    """There is no default, and less than nothing cannot remain."""
    with pytest.raises(TypeError):
        PinTry("1234")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="found -1"):
        PinTry("1234", must_remain=-1)


@pytest.mark.parametrize(("digits", "right"), [("999900000011", True), ("999900000012", False), ("123456789018", True)])
def test_the_check_digit_of_a_number(digits: str, right: bool) -> None:  # noqa: FBT001
    """By hand: 1·2+0·3+9·4+8·5+7·6+6·7+5·2+4·3+3·4+2·5+1·6 = 212, 212 mod 11 = 3, 11 - 3 = 8."""
    assert is_number(digits) is right


def required(operation: Operation) -> Reference:
    """The PIN that an operation spends a try of."""
    assert operation.reference is not None
    return operation.reference


def test_every_fault_about_a_pin_names_it(desk: Desk) -> None:
    """`reference` tells which of the eight it was, in the message too."""
    _, _, client = before(desk)
    with pytest.raises(PinFault) as caught:
        client.jpki.authenticate(CHALLENGE, PinTry("9999", must_remain=1))
    assert caught.value.reference == AUTH_PIN
    assert caught.value.ja.startswith("利用者証明用暗証番号")
