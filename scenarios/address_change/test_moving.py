"""Moved at 09:07: the old signature certificate ends at 09:15 for OCSP; PIN and tap go on (spec/pki.md §4)."""

from scenarios.address_change.beginnings import moved_this_morning
from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, story


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Until the next 15-minute mark nobody can know of the move, and the signature is accepted",
    ja="転居の後も次の15分の区切りまでは誰も知り得ず、署名は受け入れられる",
)
def test_signature_before_the_mark_is_accepted(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.turns_to("09:14:59")
    resident.signs().is_accepted().jlis_was_asked()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="From the mark on the old signature certificate is refused as revoked; the next day still",
    ja="区切りの時刻からは旧住所の署名用電子証明書は失効として拒否され、翌日も変わらない",
)
def test_signature_after_the_mark_is_refused(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED).jlis_was_asked()
    clock.turns_to_next_day("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="The login of the same resident goes on after the move",
    ja="同じ利用者のログインは転居後も受け入れられる",
)
def test_login_goes_on(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    resident.logs_in().is_accepted().jlis_was_asked()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="The tap of the same resident goes on after the move, the next day too",
    ja="同じ利用者のかざしは転居後も、翌日も受け入れられる",
)
def test_tap_goes_on(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    resident.taps().is_accepted().jlis_was_asked()
    clock.turns_to_next_day("10:00:00")
    resident.taps().is_accepted()
