"""Found by exploring: the oracle had not looked whose clock an answer of OCSP is held against, nor in which order."""

from scenarios.vocabulary import Confidence, Fault, Jlis, Reason, StoryClock, Town, date, story, timedelta

SLOW = timedelta(seconds=-60)


@story(
    requirement="RP-OCSP-012",
    confidence=Confidence.NORMATIVE,
    begins=date(2027, 12, 27),
    alone=True,
    en="An answer that ended a second ago is refused; a product whose clock is a minute slow still takes it",
    ja="1秒前に期限の切れた回答は使えないが、時計が1分遅れた製品はまだ受け入れる",
)
def test_answer_that_ended_a_second_ago(town: Town, clock: StoryClock, jlis: Jlis) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    clock.turns_to("07:15:00")
    jlis.answers_wrongly(Fault.STALE, seconds=1.0)
    resident.signs().is_refused(Reason.STATUS_STALE)
    with clock.is_wrong_at_the_product(SLOW):
        resident.signs().is_accepted()


@story(
    requirement="RP-OCSP-012",
    confidence=Confidence.ASSUMED,
    begins=date(2027, 12, 27),
    alone=True,
    en="An answer from the product's future that says unknown is no answer yet: its window is looked at first",
    ja="製品の時計で未来にあたる回答は、内容が不明（unknown）でも、まず時刻で退けられる",
)
def test_unknown_in_an_answer_of_the_future(town: Town, clock: StoryClock, jlis: Jlis) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    clock.lets_days_pass(156, until="12:00:00")
    jlis.answers_wrongly(Fault.SAYS_UNKNOWN)
    resident.enrols().is_refused(Reason.STATUS_UNKNOWN)
    with clock.is_wrong_at_the_product(SLOW):
        resident.enrols().comes_out_as(Reason.STATUS_STALE, Reason.STATUS_UNKNOWN)
