"""An application on the card may have a PIN of its own: three tries, counted by nobody else (docs/free-area.md)."""

from scenarios.vocabulary import (
    APPLICATION_PIN,
    Confidence,
    Desk,
    Reason,
    Resident,
    Secret,
    StoryClock,
    Town,
    Why,
    date,
    story,
)

UNTIL = date(2035, 3, 31)
WRONG = "0000"


def with_a_guarded_application(town: Town, clock: StoryClock) -> Resident:
    """A resident who enrolled this morning, whose card has room for applications."""
    resident = town.issues_a_card(with_a_free_area=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    return resident


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.ASSUMED,
    en="Three wrong PINs lock the application, and it alone: the login and the tap go on",
    ja="カードAPの暗証番号を3回誤るとそのカードAPだけがロックされ、ログインとかざしは続けられる",
)
def test_application_locks_alone(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_service_on_the_card(), with_a_guarded_application(town, clock)
    library.loads_its_application(resident, until=UNTIL, guarded_by_a_pin=True)
    library.serves(resident, pin=APPLICATION_PIN).is_accepted()
    library.serves(resident, pin=WRONG).is_refused(Why.WRONG_PIN)
    library.serves(resident, pin=WRONG).is_refused(Why.WRONG_PIN)
    library.serves(resident, pin=WRONG).is_refused(Why.LOCKED)
    library.serves(resident, pin=APPLICATION_PIN).is_refused(Why.LOCKED)
    resident.finds_tries_left(pin=3, password=5)
    resident.logs_in().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.ASSUMED,
    en="The right PIN of the application after two wrong ones gives all its tries back",
    ja="2回誤った後の正しい暗証番号で、カードAPの残り回数は3回に戻る",
)
def test_right_application_pin_gives_the_tries_back(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_service_on_the_card(), with_a_guarded_application(town, clock)
    library.loads_its_application(resident, until=UNTIL, guarded_by_a_pin=True)
    for _ in range(2):
        library.serves(resident, pin=WRONG).is_refused(Why.WRONG_PIN)
        library.serves(resident, pin=WRONG).is_refused(Why.WRONG_PIN)
        library.serves(resident, pin=APPLICATION_PIN).is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.ASSUMED,
    en="A ride needs the application's PIN, not the card's: with the PIN of the login locked the bus still goes",
    ja="乗車に必要なのはカードAPの暗証番号だけ。利用者証明用PINがロックされていてもバスには乗れる",
)
def test_locked_pin_does_not_stop_the_bus(town: Town, clock: StoryClock) -> None:
    bus = town.has_a_service_on_the_card(that_counts_rides=True)
    resident = with_a_guarded_application(town, clock)
    bus.loads_its_application(resident, until=UNTIL, rides=2, guarded_by_a_pin=True)
    resident.locks(Secret.PIN)
    resident.logs_in().is_refused(Reason.MALFORMED).card_answered(0x6984)
    bus.takes_a_ride_of(resident, pin=WRONG).is_refused(Why.WRONG_PIN)
    bus.finds_rides_left(resident, 2, pin=APPLICATION_PIN)
    bus.takes_a_ride_of(resident, pin=APPLICATION_PIN).is_accepted()
    bus.finds_rides_left(resident, 1, pin=APPLICATION_PIN)


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.ASSUMED,
    en="The counter's reset does not reach an application: the town loads it anew, and the number stays the holder's",
    ja="窓口の暗証番号再設定はカードAPに及ばない。町がカードAPを書き直す",
)
def test_reset_does_not_reach_an_application(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_service_on_the_card(), with_a_guarded_application(town, clock)
    library.loads_its_application(resident, until=UNTIL, guarded_by_a_pin=True)
    resident.locks(Secret.PIN)
    for why in (Why.WRONG_PIN, Why.WRONG_PIN, Why.LOCKED):
        library.serves(resident, pin=WRONG).is_refused(why)
    clock.turns_to("10:00:00")
    resident.has_the_pins_reset(at=Desk.COUNTER)
    resident.logs_in().is_accepted()
    library.serves(resident, pin=APPLICATION_PIN).is_refused(Why.LOCKED)
    library.deletes_its_application(resident)
    library.loads_its_application(resident, until=UNTIL, guarded_by_a_pin=True)
    library.serves(resident, pin=APPLICATION_PIN).is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="A desk that reads the text with a wrong PIN locks it at the third try; a card application does not ask for it",
    ja="券面事項入力補助用PINを3回誤った窓口は4情報を読めなくなる。カードAPの利用には影響しない",
)
def test_text_desk_locks_the_text_alone(town: Town, clock: StoryClock) -> None:
    desk, shelter = town.has_a_desk_for_citizens(), town.has_a_service_on_the_card()
    resident = town.issues_a_card(with_a_free_area=True, in_the_city=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    shelter.loads_its_application(resident, until=UNTIL)
    desk.reads_the_text_of(resident).is_accepted()
    desk.reads_the_text_of(resident, with_wrong_pin=True).is_refused(Why.WRONG_PIN)
    desk.reads_the_text_of(resident, with_wrong_pin=True).is_refused(Why.WRONG_PIN)
    desk.reads_the_text_of(resident, with_wrong_pin=True).is_refused(Why.LOCKED)
    desk.reads_the_text_of(resident).is_refused(Why.LOCKED)
    shelter.serves(resident).is_accepted()
    resident.taps().is_accepted()
