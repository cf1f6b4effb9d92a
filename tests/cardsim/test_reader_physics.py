"""A card as its reader has it: ATRs, the number of a contactless card, time, a weak field, a card torn out."""

import math
from functools import reduce
from operator import xor

import msgspec
import pytest

from cardsim.faults import CardLost, CardShared, CardTorn
from cardsim.profile import Profile
from cardsim.readers.conditions import Conditions, TakenOut, parse_conditions
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import LEAVE_CARD, SHARE_EXCLUSIVE, InProcessConnection, InProcessReader
from cardsim.readers.interface import (
    CONTACT_ATRS,
    CONTACTLESS_ATRS,
    READ_UID,
    Interface,
    UidAnswer,
    frame_waiting_time,
    pupi_of,
    with_pupi,
)
from cardsim.readers.latency import CLIENTS_GIVE_UP, PROFILES, Basis, Cost, seconds_of
from cardsim.readers.weak_field import Attempts, WeakField, attempts_of
from cardsim.slot import InsertedCard, Tear
from cardsim.trace import Event, Trace, decode

SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
WRONG, RIGHT = bytes.fromhex("002000980439393939"), bytes.fromhex("002000980431323334")
QUERY = bytes.fromhex("00200098")
SIGN = bytes.fromhex("802A009701AA00")
READ_256 = bytes.fromhex("00B08A0000")
AUTH = "jpki.auth"
CONTACTLESS = Conditions(Interface.CONTACTLESS)


def in_reader(profile: Profile, conditions: Conditions, *, insertion: int = 0) -> CardInReader:
    """A fresh card in a reader, powered, its application selected."""
    card = CardInReader(InsertedCard.unused(profile), conditions, insertion=insertion)
    card.power_on()
    assert card.card.transmit(SELECT) == b"\x90\x00"
    return card


@pytest.mark.parametrize("atr", [*CONTACT_ATRS, *CONTACTLESS_ATRS], ids=lambda atr: atr.hex())
def test_every_atr_of_the_specification_checks(atr: bytes) -> None:
    """ISO/IEC 7816-3:2006 §8.2.5: from T0 to TCK the exclusive-or is zero; 3B is the direct convention."""
    assert atr[0] == 0x3B
    assert reduce(xor, atr[1:]) == 0


def test_the_slot_says_which_atr(profile: Profile) -> None:
    """Contact shows the card's, contactless the reader's; either can be named; power-on and reset return the same."""
    for conditions, atr in (
        (Conditions(), "3be000ff8131fe4514"),
        (Conditions(atr=CONTACT_ATRS[1]), CONTACT_ATRS[1].hex()),
        (CONTACTLESS, "3b888001000005e0b381a1007f"),
        (Conditions(Interface.CONTACTLESS, atr=CONTACTLESS_ATRS[2]), CONTACTLESS_ATRS[2].hex()),
    ):
        card = in_reader(profile, conditions)
        assert [card.atr.hex(), card.power_on().hex(), card.reset().hex()] == [atr] * 3


def test_a_pupi_in_the_atr(profile: Profile) -> None:
    """The option of readers that show the PUPI: its four bytes at the application data's place, TCK right again."""
    card = in_reader(profile, Conditions(Interface.CONTACTLESS, pupi_in_atr=True, seed=3))
    assert card.atr[4:8] == card.pupi == pupi_of(3, 0)
    assert card.atr[:4] + card.atr[8:12] == CONTACTLESS_ATRS[0][:4] + CONTACTLESS_ATRS[0][8:12]
    assert reduce(xor, card.atr[1:]) == 0
    assert with_pupi(CONTACTLESS_ATRS[0], CONTACTLESS_ATRS[0][4:8]) == CONTACTLESS_ATRS[0]


def test_the_number_of_a_contactless_card(profile: Profile) -> None:
    """`FFCA000000`: four bytes and 9000, the same until it is put in anew, drawn from the seed."""
    card = in_reader(profile, CONTACTLESS)
    answer = card.transmit(READ_UID)
    assert answer == card.pupi + b"\x90\x00"
    assert len(answer) == 6
    assert card.transmit(READ_UID) == answer
    others = {in_reader(profile, CONTACTLESS, insertion=n).transmit(READ_UID) for n in range(1, 20)}
    seeds = {in_reader(profile, Conditions(Interface.CONTACTLESS, seed=n)).transmit(READ_UID) for n in range(1, 20)}
    assert len(others | seeds | {answer}) == 39
    assert in_reader(profile, CONTACTLESS).transmit(READ_UID) == answer


@pytest.mark.parametrize(
    "conditions", [Conditions(), Conditions(Interface.CONTACTLESS, uid=UidAnswer.REFUSED)], ids=["contact", "option"]
)
def test_a_slot_without_a_number_passes_the_question_on(profile: Profile, conditions: Conditions) -> None:
    """Contact, or a reader that leaves it to the card: 6E00."""
    assert in_reader(profile, conditions).transmit(READ_UID) == b"\x6e\x00"


@pytest.mark.parametrize(
    ("when", "guess", "left"),
    [
        (Tear.BEFORE, WRONG, 3), (Tear.BEFORE, RIGHT, 3), (Tear.DURING, WRONG, 2),
        (Tear.DURING, RIGHT, 2), (Tear.AFTER, WRONG, 2), (Tear.AFTER, RIGHT, 3),
    ],
)  # fmt: skip
def test_a_card_torn_out_of_a_comparison(profile: Profile, when: Tear, guess: bytes, left: int) -> None:
    """No answer; a try that was spent is spent, a right PIN pays where it was not given back; the session is gone."""
    trace = Trace()
    inserted = InsertedCard.unused(profile, trace)
    card = CardInReader(inserted, Conditions(taken_out=TakenOut(2, when)))
    card.power_on()
    assert card.transmit(SELECT) == b"\x90\x00"
    with pytest.raises(CardTorn, match=when.value):
        card.transmit(guess)
    for call in (card.power_on, card.reset, lambda: card.transmit(SELECT)):
        with pytest.raises(CardTorn, match="put it in again"):
            call()
    assert not inserted.powered
    again = CardInReader(inserted)
    again.power_on()
    again.transmit(SELECT)
    assert again.transmit(QUERY)[1] & 0x0F == left == inserted.kept.pins[AUTH].left
    assert again.transmit(SIGN) == b"\x69\x82"
    (torn,) = [line for line in trace if line.event is Event.TORN]
    assert torn.command[5:] == b"****"
    assert "39 39" not in decode(torn)
    assert {"before": "処理前", "during": "処理中", "after": "応答前"}[when.value] in decode(torn, "ja")


def test_time_is_what_the_door_is_told(profile: Profile) -> None:
    """Nothing in `fast`; elsewhere the door waits once a command, as long as the pure function says."""
    told: list[float] = []

    def wait(seconds: float) -> bool:
        told.append(seconds)
        return False

    for name, latency in PROFILES.items():
        told.clear()
        card = CardInReader(InsertedCard.unused(profile), Conditions(latency=name), wait=wait)
        card.power_on()
        expected = [seconds_of(latency, command, card.transmit(command)) for command in (SELECT, RIGHT, SIGN)]
        assert told == [seconds for seconds in expected if seconds > 0]
        assert (name == "fast") == (told == [])
        assert card.spent == pytest.approx(sum(expected))


def test_a_card_taken_out_while_it_takes_its_time(profile: Profile) -> None:
    """A door that is told to end while it waits gives no answer; what was computed is kept."""
    inserted = InsertedCard.unused(profile)
    card = CardInReader(inserted, Conditions(latency="contact"), wait=lambda _: True)
    card.power_on()
    inserted.transmit(SELECT)
    with pytest.raises(CardTorn, match="before its answer had left"):
        card.transmit(WRONG)
    assert inserted.kept.pins[AUTH].left == 2
    assert not inserted.powered


def test_latency_by_hand() -> None:
    """A 256-byte READ over T=1 at 4 MHz, computed beside the code from ISO/IEC 7816-3: 11 etu of 93 µs a byte."""
    etu = 372 / 4e6
    # 5 bytes in one block of 4 more; 258 bytes in two
    line = (5 + 4 + 258 + 8) * 11 * etu
    contact = PROFILES["contact"]
    taken = seconds_of(contact, READ_256, bytes(256) + b"\x90\x00")
    assert taken == pytest.approx(line + contact.exchange.seconds + 256 * contact.read_byte.seconds)
    assert 0.28 < line < 0.29
    phone = PROFILES["nfc-phone"].line_byte.seconds
    assert phone == pytest.approx(10 * 9.44e-6, rel=1e-3)  # etu = 128/fc
    assert PROFILES["transit-gate"].line_byte.seconds == pytest.approx(phone / 4)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_one_a_client_can_live_with(name: str) -> None:
    """Each cost says why; a right PIN and a wrong one take the same; a query and a refusal cost no chip time."""
    latency = PROFILES[name]
    costs = [value for value in msgspec.structs.astuple(latency) if isinstance(value, Cost)]
    assert len(costs) == 6
    assert all(cost.why and cost.basis in Basis for cost in costs)
    longest = max(
        seconds_of(latency, READ_256, bytes(1900) + b"\x90\x00"), seconds_of(latency, SIGN, bytes(256) + b"\x90\x00")
    )
    assert longest < CLIENTS_GIVE_UP
    assert seconds_of(latency, RIGHT, b"\x90\x00") == seconds_of(latency, WRONG, b"\x63\xc2")
    assert seconds_of(latency, SIGN, b"\x69\x82") <= seconds_of(latency, SIGN, bytes(256) + b"\x90\x00")
    line = latency.line_byte.seconds * (4 + 2 + 2 * latency.frame_overhead)
    if name != "fast":
        assert seconds_of(latency, QUERY, b"\x63\xc3") == pytest.approx(latency.exchange.seconds + line)
    assert latency.japanese


def test_frame_waiting_time() -> None:
    """FWI 10 in `B3 81 A1`: 4096/fc · 2^10 = 309 ms (ISO/IEC 14443-4 §7.2)."""
    assert frame_waiting_time(CONTACTLESS_ATRS[0]) == pytest.approx(0.3093, abs=1e-4)


def test_a_weak_field_repeats_and_gives_up() -> None:
    """The same seed loses the same frames; without loss none; with all lost so many attempts as there may be."""
    field = WeakField(0.5, retries=3, seed=9)
    drawn = [attempts_of(field, number) for number in range(4000)]
    assert drawn == [attempts_of(field, number) for number in range(4000)]
    assert attempts_of(WeakField(0.0), 1) == Attempts(0, lost=False, computed=True)
    assert all(attempts_of(WeakField(1.0, retries=3), n).failed == 4 for n in range(50))
    lost = sum(each.lost for each in drawn) / 4000
    assert lost == pytest.approx(0.5**4, abs=5 * math.sqrt(0.5**4 / 4000))
    assert {each.computed for each in drawn if each.lost} == {True, False}
    for wrong in ({"loss": 1.5}, {"loss": -0.1}, {"loss": 0.5, "retries": -1}):
        with pytest.raises(ValueError, match="weak field"):
            WeakField(**wrong)  # type: ignore[arg-type]


def test_a_repeated_frame_costs_time_and_no_second_try(profile: Profile) -> None:
    """Half of all frames lost, guesses until blocked: one try each, each repetition one frame waiting time."""
    field = WeakField(0.5, retries=60, seed=1)
    card = CardInReader(InsertedCard.unused(profile), Conditions(Interface.CONTACTLESS, weak=field))
    card.power_on()
    answers = [card.transmit(command).hex() for command in (SELECT, WRONG, WRONG, WRONG, WRONG)]
    assert answers == ["9000", "63c2", "63c1", "63c0", "6984"]
    failed = sum(attempts_of(field, number).failed for number in range(1, 6))
    assert failed > 0
    assert card.spent == pytest.approx(failed * frame_waiting_time(CONTACTLESS_ATRS[0]))


def test_a_card_lost_in_the_field_comes_back_with_what_it_spent(profile: Profile) -> None:
    """Lost before it saw the guess it spent nothing, lost after it one; activated again it answers."""
    spent = set()
    for seed in range(12):
        inserted = InsertedCard.unused(profile)
        field = WeakField(1.0, retries=0, seed=seed)
        card = CardInReader(inserted, Conditions(Interface.CONTACTLESS, weak=field))
        card.power_on()
        inserted.transmit(SELECT)
        with pytest.raises(CardLost, match="hold it closer"):
            card.transmit(WRONG)
        assert not card.powered
        left = inserted.kept.pins[AUTH].left
        assert left == (2 if attempts_of(field, 1).computed else 3)
        spent.add(left)
        card.conditions = CONTACTLESS
        card.power_on()
        assert card.transmit(SELECT) == b"\x90\x00"
        assert card.transmit(QUERY)[1] & 0x0F == left
    assert spent == {2, 3}


def test_conditions_that_contradict_themselves() -> None:
    """A contact reader has no field; latencies have names; a command to be torn out of has a number."""
    assert parse_conditions("contactless:nfc-phone") == Conditions(Interface.CONTACTLESS, latency="nfc-phone")
    assert parse_conditions("contact") == Conditions()
    for text in ("", "nfc", "contact:slow"):
        with pytest.raises(ValueError, match="expected"):
            parse_conditions(text)
    with pytest.raises(ValueError, match="contactless slot"):
        Conditions(weak=WeakField(0.1))
    with pytest.raises(ValueError, match="contactless slot"):
        Conditions(pupi_in_atr=True)
    with pytest.raises(ValueError, match="from 1 on"):
        Conditions(taken_out=TakenOut(0, Tear.BEFORE))


def test_exclusive_and_shared_connections(profile: Profile) -> None:
    """As PC/SC: shared beside shared; neither beside exclusive, nor exclusive beside another; free when given back."""
    reader = InProcessReader(InsertedCard.unused(profile), "Kazashi Reader 3")
    first, second = reader.connection(), reader.connection()
    first.connect(disposition=LEAVE_CARD)
    second.connect(disposition=LEAVE_CARD)
    with pytest.raises(CardShared, match=r"Kazashi Reader 3: expected no other connection.*actual 1.*VIOLATION"):
        second.connect(mode=SHARE_EXCLUSIVE)
    second.disconnect()
    first.disconnect()
    first.connect(mode=SHARE_EXCLUSIVE, disposition=LEAVE_CARD)
    for mode in (None, SHARE_EXCLUSIVE):
        with pytest.raises(CardShared, match="holds the card exclusively"):
            second.connect(mode=mode)
    assert first.transmit(list(SELECT)) == ([], 0x90, 0x00)
    first.disconnect()
    second.connect(mode=SHARE_EXCLUSIVE)
    assert second.transmit([0x00, 0xB0, 0x86, 0x00, 0x02]) == ([0x4A, 0x50], 0x90, 0x00)


def test_two_readers_do_not_know_of_each_other(profile: Profile) -> None:
    """A connection made without a reader is alone in one of its own."""
    card = InsertedCard.unused(profile)
    InProcessReader(card).connection().connect(mode=SHARE_EXCLUSIVE)
    InProcessConnection(card).connect(mode=SHARE_EXCLUSIVE)
