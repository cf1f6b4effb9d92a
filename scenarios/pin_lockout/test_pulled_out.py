"""A card that is pulled out while a PIN is compared: what is spent is spent, whatever anybody saw (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Resident, Secret, StoryClock, Tear, story


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.OBSERVED,
    en="Pulled before the card is asked, a wrong PIN costs nothing",
    ja="照合の前にカードが抜かれた場合、誤ったPINでも残り回数は減らない",
)
def test_pulled_before_the_question(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, wrong=True, pulled=Tear.BEFORE).was_never_given().tries_were_spent(0)
    resident.finds(Secret.PIN, tries_left=3)
    resident.taps().is_accepted()


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="Pulled while the card compares, a wrong PIN costs its try: nobody can guess without being counted",
    ja="照合の最中にカードが抜かれても、誤ったPINの1回は数えられる（抜いて推測を続けることはできない）",
)
def test_pulled_during_a_wrong_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for left in (2, 1, 0):
        resident.types(Secret.PIN, wrong=True, pulled=Tear.DURING).was_never_given()
        resident.finds(Secret.PIN, tries_left=left)
    resident.types(Secret.PIN).is_blocked()
    resident.taps().is_accepted()


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="Pulled while the card compares, the right PIN costs a try too; the next right one gives all back",
    ja="照合の最中にカードが抜かれると、正しいPINでも1回減る。次に正しく入力すれば3回に戻る",
)
def test_pulled_during_the_right_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, pulled=Tear.DURING).was_never_given()
    resident.finds(Secret.PIN, tries_left=2)
    resident.logs_in().is_accepted()
    resident.finds(Secret.PIN, tries_left=3)


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.OBSERVED,
    en="Pulled before its answer is read, the card has counted all the same: a client has to ask before it tries again",
    ja="応答の前にカードが抜かれても回数は数えられている。再試行の前に残り回数を照会する必要がある",
)
def test_pulled_before_the_answer(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, wrong=True, pulled=Tear.AFTER).was_never_given()
    resident.finds(Secret.PIN, tries_left=2)
    resident.types(Secret.PASSWORD, wrong=True, pulled=Tear.AFTER).was_never_given()
    resident.finds_tries_left(pin=2, password=4)
    resident.taps().is_accepted()


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="A login whose card is pulled at any one command ends without an account changed; put in again, it logs in",
    ja="ログインの途中でカードがどのコマンドで抜かれても、アカウントは変わらない。入れ直せばログインできる",
)
def test_login_pulled_at_any_command(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for command in resident.logs_in().is_accepted().each_command():
        resident.logs_in(pulled_at=command).is_stopped_by_the_card().jlis_was_not_asked().account_is_unchanged()
    resident.finds(Secret.PIN, tries_left=3)
    resident.logs_in().is_accepted()
