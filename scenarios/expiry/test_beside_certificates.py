"""What does not end with the certificates: the text of the chip, and applications, which have a day of their own."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Why, story, timedelta


def ends_today(town: Town, clock: StoryClock) -> Resident:
    """A resident in the city whose certificates end tonight, whose card has room for applications."""
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(), with_a_free_area=True, in_the_city=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    return resident


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="The text of the chip opens the day after the certificates ended: a desk that reads it has to look elsewhere",
    ja="証明書が満了した翌日でもチップの4情報は読める。読むだけの窓口は期限を別に確かめる必要がある",
)
def test_text_opens_after_the_end(town: Town, clock: StoryClock) -> None:
    resident, desk = ends_today(town, clock), town.has_a_desk_for_citizens()
    desk.reads_the_text_of(resident).is_accepted()
    clock.turns_to_next_day("08:00:00")
    resident.logs_in().is_refused(Reason.EXPIRED)
    desk.reads_the_text_of(resident).is_accepted()
    desk.reads_the_text_of(resident, with_wrong_pin=True).is_refused(Why.WRONG_PIN)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="An application has a last day of its own: the library's ends a day before the certificates, or outlives them",
    ja="カードAPの有効期限は証明書と別。証明書より先に切れることも、証明書の満了後まで使えることもある",
)
def test_application_has_its_own_last_day(town: Town, clock: StoryClock) -> None:
    short, long = town.has_a_service_on_the_card(), town.has_a_service_on_the_card(that_counts_rides=True)
    resident = ends_today(town, clock)
    today = clock.today().date()
    short.loads_its_application(resident, until=today)
    long.loads_its_application(resident, until=today + timedelta(days=30), rides=2)
    clock.turns_to("23:59:58")
    short.serves(resident).is_accepted()
    resident.taps().is_accepted()
    clock.turns_to_next_day("00:00:10")
    short.serves(resident).is_refused(Why.OUT_OF_DATE)
    resident.taps().is_refused(Reason.EXPIRED)
    long.takes_a_ride_of(resident).is_accepted()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="Rides that nobody took end with the application's day: the counter on the card still has them",
    ja="使い残した回数も有効期限が過ぎれば使えない。カードには残っている",
)
def test_rides_end_with_their_day(town: Town, clock: StoryClock) -> None:
    bus, resident = town.has_a_service_on_the_card(that_counts_rides=True), ends_today(town, clock)
    bus.loads_its_application(resident, until=clock.today().date(), rides=2)
    bus.takes_a_ride_of(resident).is_accepted()
    clock.turns_to_next_day("08:00:00")
    bus.takes_a_ride_of(resident).is_refused(Why.OUT_OF_DATE)
    bus.finds_rides_left(resident, 1)
    resident.taps().is_refused(Reason.EXPIRED)


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="A renewal writes certificates, not applications: number and rides are what they were",
    ja="電子証明書を更新しても、カードAPの利用者番号と残り回数はそのまま",
)
def test_application_survives_a_renewal(town: Town, clock: StoryClock) -> None:
    bus, resident = town.has_a_service_on_the_card(that_counts_rides=True), ends_today(town, clock)
    bus.loads_its_application(resident, until=clock.today().date() + timedelta(days=365), rides=3)
    bus.takes_a_ride_of(resident).is_accepted()
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    bus.takes_a_ride_of(resident).is_accepted()
    bus.finds_rides_left(resident, 1)
    resident.links_the_renewed_card().is_accepted()


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    en="The library of 2017 lends at midnight and after it: the last second is nothing to a serial number",
    ja="2017年方式の図書館は0時を過ぎても貸し出す。発行番号だけでは最終秒を知らない",
)
def test_serial_knows_no_last_second(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_library_of_2017(), enrolled_on_the_last_day(town, clock)
    library.links(resident)
    clock.turns_to("23:59:58")
    library.lends_to(resident).is_accepted()
    resident.taps().is_accepted()
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    library.lends_to(resident).is_accepted()
    resident.taps().is_refused(Reason.EXPIRED)
