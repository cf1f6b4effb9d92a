"""A lost card taps until J-LIS says so: its OCSP data are renewed every 15 minutes (spec/pki.md §2, §3)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, story


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    en="Lost at 09:07: at 09:14:59 nobody can know, and the tap is accepted",
    ja="9時7分に紛失届。9時14分59秒には誰も知り得ず、かざしは受け入れられる",
)
def test_lost_card_taps_until_the_mark(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:14:59")
    resident.taps().is_accepted().jlis_was_asked()


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    en="Lost at 09:07: from 09:15:00 on the tap is refused as on hold, and the login too; the next day still",
    ja="9時7分に紛失届。9時15分0秒からはかざしもログインも一時停止として拒否され、翌日も変わらない",
)
def test_lost_card_is_on_hold_from_the_mark(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD).jlis_was_asked()
    resident.logs_in().is_refused(Reason.ON_HOLD)
    clock.turns_to_next_day("09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD)
