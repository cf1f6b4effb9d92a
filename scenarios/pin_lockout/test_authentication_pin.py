"""The 利用者証明用PIN: three tries, counted by the card and by nobody else (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, story

BLOCKED = 0x6984


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="The right PIN after two wrong ones is accepted, and gives all three tries back",
    ja="2回誤った後の正しいPINは受け入れられ、残り回数は3に戻る",
)
def test_right_pin_after_two_wrong_ones_is_accepted(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for status in (0x63C2, 0x63C1):
        resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED).card_answered(status)
    resident.finds_tries_left(pin=1, password=5)
    resident.logs_in().is_accepted().card_answered(0x9000)
    resident.finds_tries_left(pin=3, password=5)


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="Three wrong PINs lock the card: the right one is then refused too; nothing changes at the service",
    ja="3回誤るとPINがロックされ、正しいPINも拒否される。サービス側では何も変わらない",
)
def test_three_wrong_pins_lock_it(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for status in (0x63C2, 0x63C1, 0x63C0):
        attempt = resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED).card_answered(status)
        attempt.tries_were_spent(1).jlis_was_not_asked().account_is_unchanged()
    attempt = resident.logs_in().is_refused(Reason.MALFORMED).card_answered(BLOCKED)
    attempt.tries_were_spent(0).jlis_was_not_asked().account_is_unchanged()
    resident.finds_tries_left(pin=0, password=5)


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="Tries come back neither when the card loses its power nor overnight",
    ja="残り回数は、カードの電源が切れても一晩たっても戻らない",
)
def test_tries_survive_power_off_and_night(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED).card_answered(0x63C2)
    resident.finds_tries_left(pin=2, password=5)
    clock.turns_to_next_day("08:00:00")
    resident.finds_tries_left(pin=2, password=5)
    resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED).card_answered(0x63C1)


@story(
    requirement="TC-READ-001",
    confidence=Confidence.OBSERVED,
    en="A locked PIN does not stop a tap: no PIN is part of it",
    ja="PINがロックされていても、PINを使わないかざしは受け入れられる",
)
def test_locked_pin_does_not_stop_a_tap(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for _ in range(3):
        resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED)
    resident.logs_in().is_refused(Reason.MALFORMED).card_answered(BLOCKED)
    resident.taps().is_accepted().no_pin_was_sent()
