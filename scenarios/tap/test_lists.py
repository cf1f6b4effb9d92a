"""A product that asks the daily lists and no responder: the hours in which it cannot know (spec/pki.md §2, §3)."""

from scenarios.vocabulary import Confidence, Reason, SetUp, StoryClock, Town, story


@story(
    requirement="RP-CRL-016",
    confidence=Confidence.ASSUMED,
    en="Lost at 09:07, the card taps on all day where only lists are asked: from 03:00 the next day it is on hold",
    ja="9時7分の紛失届の後も、失効リストだけを調べる製品では一日中かざせる。翌日3時からは一時停止として拒否される",
    set_up=SetUp.LISTS,
)
def test_hours_in_which_the_list_cannot_know(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(in_the_city=True)
    clock.turns_to_next_day("08:00:00")
    town.has_the_lists_of_today(resident)
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("23:59:00")
    resident.taps().is_accepted()
    clock.turns_to_next_day("03:30:00")
    town.has_the_lists_of_today(resident)
    resident.taps().is_refused(Reason.ON_HOLD)


@story(
    requirement="RP-CRL-016",
    confidence=Confidence.ASSUMED,
    en="Revoked at 02:50, the list of 03:00 says it ten minutes later: the lists' hours can be short, too",
    ja="2時50分の失効申請は、3時の失効リストに載る。リストで分かるまでの時間は短いこともある",
    set_up=SetUp.LISTS,
)
def test_shortly_before_the_list(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(in_the_city=True)
    clock.turns_to_next_day("08:00:00")
    town.has_the_lists_of_today(resident)
    resident.enrols()
    clock.turns_to_next_day("02:50:00")
    resident.revokes_the_certificates()
    clock.turns_to("02:59:00")
    resident.taps().is_accepted()
    clock.turns_to("03:30:00")
    town.has_the_lists_of_today(resident)
    resident.taps().is_refused(Reason.REVOKED)
