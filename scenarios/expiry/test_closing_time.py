"""A service that closes at 23:00, and certificates that end at 23:59:59 of the same day (spec/pki.md §8)."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Reason, Resident, SetUp, StoryClock, Town, story


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="At 22:59:59 the kiosk serves, at 23:00:00 it is closed, whatever the certificate says; at 06:30 it opens",
    ja="22時59分59秒までは受け付け、23時0分0秒には閉まる。証明書の期限とは関係なく、翌朝6時30分に再開する",
    set_up=SetUp.KIOSK,
)
def test_kiosk_closes(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("22:59:59")
    resident.taps().is_accepted()
    clock.turns_to("23:00:00")
    resident.taps().is_refused(Reason.POLICY).jlis_was_not_asked()
    clock.turns_to_next_day("06:29:59")
    resident.taps().is_refused(Reason.POLICY)
    clock.turns_to("06:30:00")
    resident.taps().is_accepted()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="On its last day a certificate is over when the kiosk closes, an hour early; the next morning it is expired",
    ja="最終日の証明書は、キオスクが閉まる23時で実質的に終わる。翌朝は期限切れ",
    set_up=SetUp.KIOSK,
)
def test_last_day_ends_with_the_kiosk(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("22:59:59")
    resident.taps().is_accepted()
    clock.turns_to("23:30:00")
    resident.taps().is_refused(Reason.POLICY)
    clock.turns_to_next_day("06:30:00")
    resident.taps().is_refused(Reason.EXPIRED)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="Begun at 22:59:50, a tap may end after closing time, but not after the certificate's last second",
    ja="22時59分50秒に始めたかざしは閉店後に終えてよい。証明書の期限は越えられない",
    set_up=SetUp.KIOSK,
)
def test_begun_before_closing(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("22:59:50")
    tap, forgotten = resident.begins_a_tap(), resident.begins_a_tap()
    clock.turns_to("23:00:10")
    tap.is_presented().is_accepted()
    clock.turns_to_next_day("00:00:10")
    forgotten.is_presented().is_not_accepted()
