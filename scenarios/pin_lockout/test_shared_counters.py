"""Counters that two applications share, and those that they do not: unknown of the 照合番号, so both are told."""

from scenarios.vocabulary import Confidence, Resident, Secret, StoryClock, Town, story


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.ASSUMED,
    en="On this card code B for the text and for the face are counted apart",
    ja="照合番号Bの残り回数が券面事項入力補助APと券面事項確認APで別々のカード",
)
def test_number_b_counted_apart(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.NUMBER_B)
    resident.types(Secret.NUMBER_B).is_blocked()
    resident.finds(Secret.NUMBER_B_OF_FACE, tries_left=10)
    resident.types(Secret.NUMBER_B_OF_FACE).is_right()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.ASSUMED,
    en="On a card that counts them together a wrong scan for the text is one less for the face, and locks both",
    ja="照合番号Bの残り回数を共有するカードでは、一方の誤りが他方の回数も減らし、両方がロックされる",
)
def test_number_b_counted_together(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_counts_scans_together=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.NUMBER_B, wrong=True).is_wrong(tries_left=9)
    resident.finds(Secret.NUMBER_B_OF_FACE, tries_left=9)
    resident.types(Secret.NUMBER_B_OF_FACE).is_right()
    resident.finds(Secret.NUMBER_B, tries_left=10)
    resident.locks(Secret.NUMBER_B)
    resident.types(Secret.NUMBER_B_OF_FACE).is_blocked()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="Somebody whose three 4-digit PINs are the same number locks one of them; the other two still open",
    ja="3つの4桁PINに同じ番号を設定していても、ロックされるのは誤ったPINだけ",
)
def test_same_number_is_not_the_same_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.PIN)
    resident.types(Secret.TEXT_PIN).is_right()
    resident.types(Secret.REGISTER_PIN).is_right()
    resident.taps().is_accepted()
