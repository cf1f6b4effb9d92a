"""Certificates that end while a terminal has no line: taps are judged later, as of when they were taken."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Reason, StoryClock, Town, story


@story(
    requirement="RP-KAZ-012",
    confidence=Confidence.ASSUMED,
    en="Taken offline on the last evening and uploaded the next morning, a tap counts: it was right when it was taken",
    ja="最終日の夜に通信なしで受け付けたかざしは、翌朝に送信しても有効（受け付けた時点で期限内）",
)
def test_taken_before_the_end_and_judged_after_it(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    terminal = town.has_a_terminal_without_a_line()
    clock.turns_to("23:30:00")
    evening = terminal.takes_a_tap_of(resident)
    clock.turns_to_next_day("06:00:00")
    morning = terminal.takes_a_tap_of(resident)
    clock.turns_to("08:00:00")
    resident.taps().is_refused(Reason.EXPIRED)
    terminal.uploads()
    evening.came_out().is_accepted()
    morning.came_out().is_refused(Reason.EXPIRED)
