"""Which day is the last: birthdays, leap days, minors, foreign residents, cards that end first (spec/pki.md §1.7)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, date, story, timedelta


def taps_until(resident: Resident, clock: StoryClock, days: int) -> None:
    """The tap is accepted in the last minute of the day so many days from now, and refused the next morning."""
    clock.lets_days_pass(days, "23:59:00")
    resident.taps().is_accepted()
    clock.turns_to_next_day("08:00:00")
    resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="An adult's certificates end with the fifth birthday after they were issued, five years before the card",
    ja="成人の電子証明書は発行後5回目の誕生日まで。カードはさらに5年有効",
    begins=date(2026, 5, 11),
)
def test_fifth_birthday(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1980, 5, 20))
    resident.has_certificates_until(date(2030, 5, 20))
    clock.turns_to("08:00:00")
    resident.enrols()
    taps_until(resident, clock, (date(2030, 5, 20) - date(2026, 5, 12)).days)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="Who was born on 29 February has certificates until 28 February of a common year",
    ja="2月29日生まれの人の電子証明書は、平年では2月28日まで（仮定）",
    begins=date(2026, 2, 26),
)
def test_born_on_a_leap_day(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(2000, 2, 29))
    resident.has_certificates_until(date(2030, 2, 28))
    clock.turns_to("08:00:00")
    resident.enrols()
    taps_until(resident, clock, (date(2030, 2, 28) - date(2026, 2, 27)).days)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="A leap day is a day: certificates that end on 29 February are good on it, and over on 1 March",
    ja="うるう日が最終日の証明書は2月29日の終わりまで有効で、3月1日には期限切れ",
    begins=date(2028, 2, 27),
)
def test_leap_day_is_the_last_day(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_in=timedelta(days=1))
    resident.has_certificates_until(date(2028, 2, 29))
    clock.turns_to("08:00:00")
    resident.enrols()
    taps_until(resident, clock, 1)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="The last day of the year: good on 31 December at 23:59, over in the new year",
    ja="12月31日が最終日の証明書は、年が明けると期限切れ",
    begins=date(2026, 12, 29),
)
def test_last_day_of_the_year(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_in=timedelta(days=1))
    clock.turns_to("08:00:00")
    resident.enrols()
    taps_until(resident, clock, 1)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="A card that ends before the fifth birthday takes its certificates with it",
    ja="5回目の誕生日より前にカードが満了する場合、電子証明書もカードと同じ日まで",
)
def test_card_ends_first(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_in=timedelta(days=3))
    resident.has_certificates_until(clock.today().date() + timedelta(days=3))
    clock.turns_to("08:00:00")
    resident.enrols()
    taps_until(resident, clock, 3)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="A child of fourteen has no signature certificate; login and tap are as everybody's",
    ja="14歳の子どもに署名用電子証明書はない。ログインとかざしは大人と同じ",
)
def test_minor_does_not_sign(town: Town, clock: StoryClock) -> None:
    today = clock.today().date()
    child = town.issues_a_card(to_somebody_born=date(today.year - 14, 1, 15))
    clock.turns_to("08:00:00")
    child.enrols()
    child.logs_in().is_accepted()
    child.taps().is_accepted()
    child.has_certificates_until(date(today.year + 5, 1, 15))
    child.signs().is_stopped_by_the_card().jlis_was_not_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="On the fifteenth birthday the same person may have a signature certificate, and signs",
    ja="15歳の誕生日からは署名用電子証明書の発行を受けて署名できる",
)
def test_fifteenth_birthday(town: Town, clock: StoryClock) -> None:
    tomorrow = clock.today().date() + timedelta(days=1)
    child = town.issues_a_card(to_somebody_born=tomorrow.replace(year=tomorrow.year - 15))
    clock.turns_to("08:00:00")
    child.signs().is_stopped_by_the_card()
    clock.turns_to_next_day("09:07:00")
    child.gets_a_new_signature_certificate()
    clock.turns_to("09:30:00")
    child.signs().is_accepted()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="A foreign resident's card ends with the stay; extended, the card goes on, and the certificates need a renewal",
    ja="外国人住民のカードは在留期間まで。期間が延びてもカードだけで、電子証明書は更新が必要",
)
def test_foreign_residents_card(town: Town, clock: StoryClock) -> None:
    until = clock.today().date() + timedelta(days=2)
    resident = town.issues_a_card(nationality="USA", residence_until=until, name="SMITH JOHN")
    resident.has_certificates_until(until)
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.has_the_stay_extended(until + timedelta(days=300))
    taps_until(resident, clock, 2)
    resident.renews_the_certificates()
    resident.has_certificates_until(until + timedelta(days=300))


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="An adult under guardianship has no signature certificate, and taps until the same day as anybody",
    ja="成年被後見人には署名用電子証明書がない。かざしは他の人と同じ日まで",
)
def test_under_guardianship(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_in=timedelta(days=1), under_guardianship=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.signs().is_stopped_by_the_card()
    taps_until(resident, clock, 1)
