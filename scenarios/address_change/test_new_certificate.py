"""Nobody is given a new signature certificate unasked: the holder has to apply, and many never do (spec/pki.md §4)."""

from scenarios.address_change.beginnings import moved_this_morning
from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Verifier, story, timedelta


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Applied for at the counter on the day of the move, the new certificate signs from half past nine on",
    ja="転入の日に窓口で発行を受ければ、その日のうちに新しい署名用電子証明書で署名できる",
)
def test_applied_for_on_the_same_day(resident: Resident, town: Town, clock: StoryClock) -> None:
    old = town.finds_the_old_card_of(resident)
    moved_this_morning(resident, clock)
    resident.gets_a_new_signature_certificate()
    clock.turns_to("09:30:00")
    old.signs().is_refused(Reason.REVOKED)
    resident.signs().is_accepted()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Never applied for: two weeks later the signature is refused as ever, and the tap is accepted as ever",
    ja="発行を受けないまま2週間たっても署名は拒否され、かざしは受け入れられる",
)
def test_never_applied_for(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.lets_days_pass(14, "10:00:00")
    resident.signs().is_refused(Reason.REVOKED)
    resident.taps().is_accepted()
    resident.logs_in().is_accepted()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A document signed before the move and presented after it is refused: the certificate is judged, not the hour",
    ja="転居前に署名した文書も、転居後に提示されれば拒否される",
)
def test_document_signed_before_the_move(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("09:05:00")
    before = resident.begins_to_sign()
    clock.turns_to("09:07:00")
    resident.moves()
    clock.lets_pass(timedelta(minutes=3))
    resident.signs().is_accepted()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    before.is_presented().is_refused(Reason.CHALLENGE_EXPIRED)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Moved twice in a week: the certificate of the place between is refused as the first one is",
    ja="1週間に2回転居すると、途中の住所の署名用電子証明書も失効する",
)
def test_moved_twice(resident: Resident, town: Town, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    resident.gets_a_new_signature_certificate()
    between = town.finds_the_old_card_of(resident)
    clock.turns_to("09:30:00")
    between.signs().is_accepted()
    clock.lets_days_pass(5, "09:07:00")
    resident.moves()
    resident.gets_a_new_signature_certificate()
    clock.turns_to("09:30:00")
    between.signs().is_refused(Reason.REVOKED)
    resident.signs().is_accepted()


@story(
    requirement="RP-ACC-007",
    confidence=Confidence.ASSUMED,
    en="The phone's signature certificate ends with the move as well; bound anew, another is in force",
    ja="スマホの署名用電子証明書も転居で失効する。窓口での発行後に搭載し直せば新しいものが有効になる",
)
def test_phone_after_a_move(resident: Resident, town: Town, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:07:00")
    resident.binds_a_phone()
    before = town.looks_at_the_phone_of(resident).issued.sign_serial
    clock.turns_to("08:30:00")
    verifier.looks_again_at(before, to_find="good, unchanged")
    clock.turns_to("09:07:00")
    resident.moves()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    verifier.looks_again_at(before, to_find="revoked, may have changed")
    clock.turns_to("09:37:00")
    resident.gets_a_new_signature_certificate()
    resident.binds_a_phone()
    clock.turns_to("10:00:00")
    resident.signs().is_accepted()
    after = town.looks_at_the_phone_of(resident).issued.sign_serial
    verifier.looks_again_at(after, to_find="good, unchanged")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Lost after the move: the tap that went on until then ends at the next mark",
    ja="転居後も続けられたかざしは、紛失届の後の区切りで一時停止になる",
)
def test_lost_after_the_move(resident: Resident, clock: StoryClock) -> None:
    moved_this_morning(resident, clock)
    clock.turns_to("09:37:00")
    resident.taps().is_accepted()
    resident.loses_the_card()
    clock.turns_to("09:45:00")
    resident.taps().is_refused(Reason.ON_HOLD)
    resident.signs().is_refused(Reason.REVOKED)
