"""継続利用: who moves in has the card continued at the new counter, or it lapses (spec/pki.md §4; days: assumed)."""

from scenarios.address_change.beginnings import moved_this_morning
from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, story

DAYS = 90
"""After the moving-in was filed."""


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Forgotten for ninety days: the card taps until it lapses, with the old address in its chip, and then no more",
    ja="継続利用を90日忘れると、チップは旧住所のまま失効の日までかざせて、その後はかざしもログインもできない",
)
def test_forgotten_until_it_lapses(resident: Resident, town: Town, clock: StoryClock) -> None:
    before = resident.address
    unwritten = town.finds_the_old_card_of(resident)
    moved_this_morning(resident, clock)
    clock.lets_days_pass(DAYS - 1, "10:00:00")
    unwritten.taps().is_accepted()
    unwritten.logs_in().is_accepted()
    unwritten.shows_on_the_card(address=before)
    unwritten.signs().is_refused(Reason.REVOKED)
    clock.turns_to_next_day("09:07:00")
    resident.lets_the_card_lapse()
    clock.turns_to("09:15:00")
    unwritten.taps().is_refused(Reason.REVOKED)
    unwritten.logs_in().is_refused(Reason.REVOKED)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Continued in time: the chip has the new address, and the tap goes on after the ninety days as before them",
    ja="期限内に継続利用の手続きをすれば、チップの住所は新しくなり、90日を過ぎてもかざせる",
)
def test_continued_in_time(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    resident.shows_on_the_card(address=resident.address)
    clock.lets_days_pass(DAYS + 1, "10:00:00")
    resident.taps().is_accepted()
    resident.logs_in().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="Lapsed, the card cannot be continued: another one is made, and its holder enrols or is linked again",
    ja="失効したカードは継続できない。新しいカードの交付を受け、登録し直す",
)
def test_another_card_after_it_lapsed(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.lets_days_pass(DAYS, "09:07:00")
    resident.lets_the_card_lapse()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.REVOKED)
    clock.turns_to("10:07:00")
    resident.gets_another_card()
    clock.turns_to("10:15:00")
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()
    resident.taps().is_accepted()
