"""Applications on the card know no address: what a town has to do itself when somebody moves (spec/card.md §2.6)."""

from scenarios.vocabulary import Confidence, Reason, StoryClock, Town, Why, date, story

UNTIL = date(2035, 3, 31)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Moved away, the bus card works on until the old town deletes it; the signature ended with the move",
    ja="転出しても旧市のバスのカードAPは消去されるまで使える。署名用電子証明書は転入で失効する",
)
def test_application_outlives_a_move(town: Town, clock: StoryClock) -> None:
    bus = town.has_a_service_on_the_card(that_counts_rides=True)
    resident = town.issues_a_card(with_a_free_area=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    bus.loads_its_application(resident, until=UNTIL, rides=5)
    clock.turns_to("09:07:00")
    resident.moves()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    bus.takes_a_ride_of(resident).is_accepted()
    bus.deletes_its_application(resident)
    bus.takes_a_ride_of(resident).is_refused(Why.NO_APPLICATION)
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="What was on the old card is not on the new one: number and rides are gone with it, and loaded anew",
    ja="再交付後のカードにカードAPはない。利用者番号も残り回数も書き直す必要がある",
)
def test_application_does_not_move_to_another_card(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_service_on_the_card(), town.issues_a_card(with_a_free_area=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    library.loads_its_application(resident, until=UNTIL)
    old = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.gets_another_card()
    clock.turns_to("09:15:00")
    library.serves(old).is_accepted()
    old.taps().is_refused(Reason.REVOKED)
    library.serves(resident).is_refused(Why.NO_APPLICATION)
    library.loads_its_application(resident, until=UNTIL)
    library.serves(resident).is_accepted()


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="The other town's gate does not know the old town's number, though the card has an application of that name",
    ja="転入先の町のゲートは、旧市のカードAPの利用者番号を知らないので利用できない",
)
def test_another_towns_application(town: Town, clock: StoryClock) -> None:
    here, there = town.has_a_service_on_the_card(), town.has_a_service_on_the_card()
    resident = town.issues_a_card(with_a_free_area=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    here.loads_its_application(resident, until=UNTIL)
    clock.turns_to("09:07:00")
    resident.moves()
    here.serves(resident).is_accepted()
    there.serves(resident).is_refused(Why.ANOTHER_USER)
    here.deletes_its_application(resident)
    there.loads_its_application(resident, until=UNTIL)
    there.serves(resident).is_accepted()
    resident.taps().is_accepted()
