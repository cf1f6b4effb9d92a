"""Chip, printed face and register, each with its own idea of where somebody lives (pki.md §4, card.md §7a)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Why, story


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="Moved out and not yet in: the text application on the chip still has the old address",
    ja="転出後まだ転入していない間、券面事項入力補助APの住所は旧住所のまま",
)
def test_chip_has_the_old_address(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    before = resident.address
    clock.turns_to("09:07:00")
    resident.moves_out()
    resident.shows_on_the_card(address=before)
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    resident.taps().is_accepted()


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="Arrived: the counter writes the new address into the chip and onto the sign panel",
    ja="転入の届出で、チップにも券面の追記領域にも新しい住所が書かれる",
)
def test_counter_writes_both(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.moves()
    address = resident.address
    resident.shows_on_the_card(address=address)
    resident.has_on_the_sign_panel(address)
    resident.taps().is_accepted()


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="The panel was written and the chip was not: chip and panel contradict each other, the login does not care",
    ja="追記領域だけが更新されチップが未更新のカード。両者は食い違うが、ログインには影響しない",
)
def test_panel_written_and_chip_not(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    before = resident.address
    unwritten = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.moves()
    unwritten.has_on_the_sign_panel(resident.address)
    unwritten.shows_on_the_card(address=before)
    clock.turns_to("09:15:00")
    unwritten.logs_in().is_accepted()
    unwritten.signs().is_refused(Reason.REVOKED)


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="A new address where they live: written on the chip, while the first print of the face stays what it was",
    ja="住居表示の変更ではチップは更新されるが、券面の最初の印刷はそのまま残る",
)
def test_first_print_stays(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    before = resident.address
    clock.turns_to("09:07:00")
    resident.is_relabelled()
    resident.has_as_first_print(before)
    resident.shows_on_the_card(address=resident.address)
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="A corrected birth date opens the chip no more with the date learnt at the enrolment: the tap stops at the card",
    ja="生年月日が訂正されると、登録時の生年月日ではチップが開かず、かざしはカードで止まる",
)
def test_corrected_birth_date(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted()
    clock.turns_to("09:07:00")
    resident.has_the_birth_date_corrected()
    resident.taps().is_stopped_by_the_card().tries_were_spent(1)
    resident.logs_in().is_accepted()


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="The chip was written and the panel was not: who reads the chip has the new address, who looks at it the old",
    ja="チップだけが更新され追記領域が空欄のカード。チップを読めば新住所、券面を見れば旧住所になる",
)
def test_chip_written_and_panel_not(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    before = resident.address
    resident.is_not_written_on_the_panel()
    clock.turns_to("09:07:00")
    resident.moves()
    resident.shows_on_the_card(address=resident.address)
    resident.has_on_the_sign_panel("")
    resident.has_as_first_print(before)
    clock.turns_to("09:15:00")
    resident.taps().is_accepted()
    resident.signs().is_refused(Reason.REVOKED)


@story(
    requirement="TC-READ-006",
    confidence=Confidence.ASSUMED,
    en="A service that reads the text serves whom the chip still calls a citizen: nothing in it tells of the move",
    ja="券面事項入力補助APを読むサービスは、チップが旧住所のままなら転出者も市民として扱ってしまう",
)
def test_text_still_calls_a_citizen(town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident, desk = town.issues_a_card(in_the_city=True), town.has_a_desk_for_citizens()
    clock.turns_to("09:07:00")
    desk.reads_the_text_of(resident).is_accepted()
    resident.moves_out()
    clock.turns_to("09:15:00")
    desk.reads_the_text_of(resident).is_accepted()
    resident.signs().is_refused(Reason.REVOKED)
    clock.turns_to("10:07:00")
    resident.moves()
    desk.reads_the_text_of(resident).is_refused(Why.ELSEWHERE)
