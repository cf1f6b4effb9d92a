"""Found by exploring: what was refused for its age is spent as well, and may be called either when it comes again."""

from scenarios.vocabulary import Confidence, Reason, StoryClock, Town, date, story, timedelta


@story(
    requirement="RP-PROOF-003",
    confidence=Confidence.NORMATIVE,
    begins=date(2026, 3, 28),
    alone=True,
    en="A login presented after the life of its challenge is refused, and is no better for being presented again",
    ja="チャレンジの有効時間を過ぎたログインは拒否され、再び提示しても受け入れられない",
)
def test_too_old_and_presented_again(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    resident.enrols().is_accepted()
    attempt = resident.begins_to_log_in()
    clock.turns_to("07:15:00")
    attempt.is_presented().is_refused(Reason.CHALLENGE_EXPIRED)
    attempt.is_presented().comes_out_as(Reason.CHALLENGE_EXPIRED, Reason.CHALLENGE_REPLAYED)


@story(
    requirement="RP-PROOF-002",
    confidence=Confidence.ASSUMED,
    begins=date(2028, 2, 26),
    alone=True,
    en="A session of yesterday is too old, and is nobody's once the product's clock has been beyond a day of it",
    ja="昨日の手続きは有効時間を過ぎており、製品の時計が1日を越えたあとは存在しない手続きとされてもよい",
)
def test_session_of_yesterday(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    attempt = resident.begins_to_log_in()
    clock.turns_to_next_day("07:00:00")
    attempt.is_presented().is_refused(Reason.CHALLENGE_EXPIRED)
    with clock.is_wrong_at_the_product(timedelta(seconds=60)):
        resident.enrols(with_self_made_chip=True).is_refused(Reason.CARD_NOT_GENUINE)
    attempt.is_presented().comes_out_as(Reason.CHALLENGE_EXPIRED, Reason.CHALLENGE_REPLAYED, Reason.CHALLENGE_MISMATCH)
