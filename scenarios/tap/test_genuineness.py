"""A certificate can be read from any card without PIN: only the chip proves that the card is here (spec/pki.md §5)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, story


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="A cloned certificate on a self-made chip is refused at the tap; the card itself goes on tapping",
    ja="複製した証明書を載せた自作チップのかざしは拒否される。本物のカードは引き続き使える",
)
def test_cloned_certificate_on_self_made_chip_is_refused(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("10:00:00")
    resident.taps(with_self_made_chip=True).is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="A self-made chip cannot be enrolled either: it would be remembered as genuine",
    ja="自作チップは登録の時点でも拒否される（受け入れると以後真正と見なされる）",
)
def test_self_made_chip_is_not_enrolled(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols(with_self_made_chip=True).is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()


@story(
    requirement="RP-KAZ-007",
    confidence=Confidence.ASSUMED,
    en="Another resident's genuine chip, even of somebody born on the same day, is not the chip that enrolled",
    ja="同じ日に生まれた別人の真正なチップでも、登録時のチップではないので拒否される",
)
def test_spliced_card_is_refused(resident: Resident, town: Town, clock: StoryClock) -> None:
    accomplice = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("10:00:00")
    resident.taps(with_chip_of=accomplice).is_refused(Reason.CARD_CHANGED)
    resident.taps().is_accepted()
