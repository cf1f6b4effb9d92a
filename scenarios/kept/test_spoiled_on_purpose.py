"""Found by exploring products and cards that were spoiled on purpose (tests/scenarios/exploration)."""

from scenarios.vocabulary import Confidence, Environment, Reason, Secret, StoryClock, Town, date, story


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    begins=date(2027, 12, 27),
    alone=True,
    en="The old card of somebody who was given another one is refused as expired the second after its certificate ends",
    ja="再交付前の古いカードは、証明書の有効期限の1秒後には期限切れとして拒否される",
)
def test_old_card_a_second_after_its_end(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    old_card_of_resident = town.finds_the_old_card_of(resident)
    resident.gets_another_card()
    clock.lets_days_pass(1618, until="00:00:00")
    old_card_of_resident.taps(Environment.ATTENDED).is_refused(Reason.EXPIRED)


@story(
    requirement="RP-KAZ-008",
    confidence=Confidence.ASSUMED,
    begins=date(2026, 3, 28),
    alone=True,
    en="A genuine chip of somebody born on the same day does not stand for the one that was enrolled",
    ja="同じ生年月日の別人の真正なチップは、登録したチップの代わりにならない",
)
def test_chip_of_somebody_born_on_the_same_day(town: Town) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1980, 6, 1), that_expires_today=True)
    neighbour = town.issues_a_card(to_somebody_born=date(1980, 6, 1), that_expires_today=True)
    resident.enrols().is_accepted()
    resident.taps(Environment.ATTENDED, with_chip_of=neighbour).is_refused(Reason.CARD_CHANGED)


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    begins=date(2026, 3, 28),
    alone=True,
    en="With no try left the right signature password is refused like a wrong one",
    ja="残り回数がなければ、正しい署名用パスワードも拒否される",
)
def test_right_password_without_a_try(town: Town) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    for left in reversed(range(5)):
        resident.types(Secret.PASSWORD, wrong=True).is_wrong(tries_left=left)
    resident.types(Secret.PASSWORD).is_blocked()
