"""Certificates that end while a terminal has no line: taps are judged later, as of when they were taken."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Fault, Jlis, Reason, Resident, StoryClock, Town, story, timedelta


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


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="A terminal whose clock is a minute fast dates a tap of 23:59:30 into the next day, and it does not count",
    ja="時計が1分進んだ端末は23時59分30秒のかざしを翌日と記録し、期限切れとして数えられない",
)
def test_terminal_a_minute_fast(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    terminal = town.has_a_terminal_without_a_line()
    clock.turns_to("23:58:30")
    in_time = terminal.takes_a_tap_of(resident, clock_wrong_by=timedelta(minutes=1))
    clock.turns_to("23:59:30")
    too_late = terminal.takes_a_tap_of(resident, clock_wrong_by=timedelta(minutes=1))
    clock.turns_to_next_day("08:00:00")
    terminal.uploads()
    in_time.came_out().is_accepted()
    too_late.came_out().is_refused(Reason.EXPIRED)


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.ASSUMED,
    en="What remains: a terminal nine hours slow dates the morning's tap into the last evening, and it counts",
    ja="残る危険：9時間遅れた端末は翌朝のかざしを前夜と記録し、数えられてしまう（時刻は端末の申告）",
)
def test_terminal_nine_hours_slow(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    slow, right = town.has_a_terminal_without_a_line(), town.has_a_terminal_without_a_line()
    clock.turns_to_next_day("08:00:00")
    dated_back = slow.takes_a_tap_of(resident, clock_wrong_by=timedelta(hours=-9))
    dated_right = right.takes_a_tap_of(resident)
    slow.uploads()
    dated_back.came_out().is_accepted()
    right.uploads()
    dated_right.came_out().is_refused(Reason.EXPIRED)


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.ASSUMED,
    en="A terminal nine hours fast, set to Japan's time and read as UTC, loses the taps of the last afternoon",
    ja="日本時間をUTCと取り違えて9時間進んだ端末では、最終日の午後のかざしが期限切れになる",
)
def test_terminal_nine_hours_fast(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    fast, right = town.has_a_terminal_without_a_line(), town.has_a_terminal_without_a_line()
    clock.turns_to("16:00:00")
    dated_ahead = fast.takes_a_tap_of(resident, clock_wrong_by=timedelta(hours=9))
    dated_right = right.takes_a_tap_of(resident)
    clock.turns_to_next_day("08:00:00")
    fast.uploads()
    dated_ahead.came_out().is_refused(Reason.EXPIRED)
    right.uploads()
    dated_right.came_out().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="A queue over a renewal: the tap taken before it counts, one with the old certificate after it does not",
    ja="更新をまたぐ未送信の記録：更新前のかざしは数えられ、更新後に古い証明書でしたかざしは失効として拒否される",
)
def test_queue_over_a_renewal(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(days=60))
    clock.turns_to("08:00:00")
    resident.enrols()
    before = town.finds_the_old_card_of(resident)
    terminal = town.has_a_terminal_without_a_line()
    clock.turns_to("09:00:00")
    in_the_queue = terminal.takes_a_tap_of(resident)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    with_the_old = terminal.takes_a_tap_of(before)
    clock.turns_to("10:00:00")
    terminal.uploads()
    in_the_queue.came_out().is_accepted()
    with_the_old.came_out().is_refused(Reason.REVOKED)


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.ASSUMED,
    en="Lost while the terminal had no line: the tap before the loss counts, the one after it is told as on hold",
    ja="通信できない間の紛失届：届出前のかざしは数えられ、届出後のかざしは一時停止として分かる",
)
def test_lost_while_there_was_no_line(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    terminal = town.has_a_terminal_without_a_line()
    clock.turns_to("09:00:00")
    before = terminal.takes_a_tap_of(resident)
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:10:00")
    after = terminal.takes_a_tap_of(resident)
    clock.turns_to("10:00:00")
    terminal.uploads()
    before.came_out().is_accepted()
    after.came_out().is_refused(Reason.ON_HOLD)


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.ASSUMED,
    en="Uploaded while J-LIS is gone, taps stay in the queue; uploaded again they count, and a third time no more",
    ja="J-LISの停止中に送信した記録は端末に残る。再送信で数えられ、三度目に送信しても二重には数えない",
)
def test_queue_waits_for_jlis(resident: Resident, town: Town, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    terminal = town.has_a_terminal_without_a_line()
    tap = terminal.takes_a_tap_of(resident)
    clock.turns_to("09:00:00")
    jlis.answers_wrongly(Fault.UNAVAILABLE)
    terminal.uploads()
    tap.came_out().is_put_off(Reason.STATUS_UNAVAILABLE)
    jlis.is_well_again()
    terminal.uploads()
    tap.came_out().is_accepted()
    resident.has_been_accepted(times=2)
    terminal.notes_again(tap)
    terminal.uploads()
    tap.came_out().is_accepted()
    resident.has_been_accepted(times=2)


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.ASSUMED,
    en="Who was not enrolled when the terminal had no line is nobody's tap, and enrolling later does not mend it",
    ja="通信できない間に登録のなかった人のかざしは数えられない。後から登録しても遡らない",
)
def test_enrolled_too_late_for_the_queue(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    terminal = town.has_a_terminal_without_a_line()
    stranger = terminal.takes_a_tap_of(resident)
    clock.turns_to("09:00:00")
    resident.enrols()
    member = terminal.takes_a_tap_of(resident)
    terminal.uploads()
    stranger.came_out().is_refused(Reason.NOT_ENROLLED)
    member.came_out().is_accepted()
