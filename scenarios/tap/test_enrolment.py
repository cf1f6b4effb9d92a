"""Whoever taps has enrolled before, with the PIN (spec/pki.md §5 "When")."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, story


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.PUBLISHED,
    en="A resident who enrolled with the PIN taps, and no PIN is asked",
    ja="PINで登録した利用者がかざす。PINは求められない",
)
def test_enrolled_resident_taps(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols().is_accepted().jlis_was_asked()
    clock.turns_to("10:00:00")
    resident.taps().is_accepted().no_pin_was_sent().jlis_was_asked()


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.PUBLISHED,
    en="The same tap by a resident who never enrolled is refused; J-LIS is not asked; after enrolling it is accepted",
    ja="登録していない利用者が同じようにかざすと拒否され、失効情報も照会されない。登録後は受け入れられる",
)
def test_resident_who_never_enrolled_is_refused(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("10:00:00")
    resident.taps().is_refused(Reason.NOT_ENROLLED).jlis_was_not_asked()
    clock.turns_to("10:05:00")
    resident.enrols()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.PUBLISHED,
    en="Somebody else's enrolment does not let a resident tap",
    ja="他人の登録では、登録していない利用者のかざしは認められない",
)
def test_neighbours_enrolment_does_not_count(resident: Resident, town: Town, clock: StoryClock) -> None:
    neighbour = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    neighbour.enrols()
    resident.taps().is_refused(Reason.NOT_ENROLLED).jlis_was_not_asked()
    neighbour.taps().is_accepted()
