"""Services that know their users by an application on the card: a tap without certificate (spec/card.md §2.6)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Tear, Town, Why, date, story

UNTIL = date(2035, 3, 31)


def with_a_free_area(town: Town) -> Resident:
    """A resident whose card has room for applications."""
    return town.issues_a_card(with_a_free_area=True)


@story(
    requirement="RP-KAZ-004",
    confidence=Confidence.ASSUMED,
    en="The shelter reads a number off the card, and no certificate; a card without its application is not served",
    ja="避難所はカードAPの利用者番号だけを読む。カードAPのないカードは利用できず、登録なしのかざしも拒否される",
)
def test_shelter_reads_its_application(town: Town, clock: StoryClock) -> None:
    shelter = town.has_a_service_on_the_card()
    resident, neighbour = with_a_free_area(town), with_a_free_area(town)
    clock.turns_to("08:00:00")
    shelter.loads_its_application(resident, until=UNTIL)
    shelter.serves(resident).is_accepted()
    shelter.serves(neighbour).is_refused(Why.NO_APPLICATION)
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.ASSUMED,
    en="A lost card goes on opening what asks only for its application, and the tap beside it is refused",
    ja="紛失届の後も、カードAPだけを読むサービスは利用できてしまう。かざしは一時停止として拒否される",
)
def test_lost_card_still_opens_what_reads_its_application(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_service_on_the_card(), with_a_free_area(town)
    clock.turns_to("08:00:00")
    library.loads_its_application(resident, until=UNTIL)
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    library.serves(resident).is_accepted()
    resident.taps().is_refused(Reason.ON_HOLD)


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="A ride is paid once, whenever the card is pulled out: the gate that heard no answer finds its mark",
    ja="引落しのどの瞬間にカードが離れても、支払いは1回だけ。応答を聞けなかったゲートは印で分かる",
)
def test_ride_is_paid_once(town: Town, clock: StoryClock) -> None:
    bus, resident = town.has_a_service_on_the_card(that_counts_rides=True), with_a_free_area(town)
    clock.turns_to("08:00:00")
    resident.enrols()
    bus.loads_its_application(resident, until=UNTIL, rides=3)
    bus.takes_a_ride_of(resident, pulled=Tear.BEFORE).is_refused(Why.CARD_GONE)
    bus.finds_rides_left(resident, 3)
    bus.takes_a_ride_of(resident, mark=bus.last_ride()).is_accepted()
    bus.finds_rides_left(resident, 2)
    bus.takes_a_ride_of(resident, pulled=Tear.AFTER).is_refused(Why.CARD_GONE)
    bus.finds_rides_left(resident, 1)
    bus.takes_a_ride_of(resident, mark=bus.last_ride()).is_accepted()
    bus.finds_rides_left(resident, 1)
    resident.taps().is_accepted()


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="Pulled out while the chip writes, the counter is the old one or the new one, and the ride is paid once",
    ja="チップの書込み中に離れても、残り回数は引落し前か後のどちらかで、支払いは1回だけ",
)
def test_ride_pulled_while_the_chip_writes(town: Town, clock: StoryClock) -> None:
    bus, resident = town.has_a_service_on_the_card(that_counts_rides=True), with_a_free_area(town)
    clock.turns_to("08:00:00")
    resident.enrols()
    bus.loads_its_application(resident, until=UNTIL, rides=2)
    bus.takes_a_ride_of(resident, pulled=Tear.DURING).is_refused(Why.CARD_GONE)
    bus.takes_a_ride_of(resident, mark=bus.last_ride()).is_accepted()
    bus.finds_rides_left(resident, 1)
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-004",
    confidence=Confidence.ASSUMED,
    en="The last ride is taken, and one more is refused by the card itself; a tap does not count rides",
    ja="最後の1回までは乗れ、次はカード自身が拒否する。かざしは回数を減らさない",
)
def test_no_ride_is_left(town: Town, clock: StoryClock) -> None:
    bus, resident = town.has_a_service_on_the_card(that_counts_rides=True), with_a_free_area(town)
    clock.turns_to("08:00:00")
    resident.enrols()
    bus.loads_its_application(resident, until=UNTIL, rides=2)
    bus.takes_a_ride_of(resident).is_accepted()
    resident.taps().is_accepted()
    bus.takes_a_ride_of(resident).is_accepted()
    bus.takes_a_ride_of(resident).is_refused(Why.USED_UP)
    bus.finds_rides_left(resident, 0)
