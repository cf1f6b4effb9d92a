"""Every secret of the card has a counter of its own, and each locks by itself (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Desk, Resident, Secret, StoryClock, story


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="Three wrong PINs lock the text application; login, signature and tap go on, and only a counter can help",
    ja="券面事項入力補助用PINを3回誤るとロックされる。ログイン・署名・かざしは続けられ、再設定は窓口だけ",
)
def test_text_pin_locks_alone(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for left in (2, 1, 0):
        resident.types(Secret.TEXT_PIN, wrong=True).is_wrong(tries_left=left).tries_were_spent(1)
    resident.types(Secret.TEXT_PIN).is_blocked().sends_the_holder(Desk.COUNTER)
    resident.finds_tries_left(pin=3, password=5)
    resident.logs_in().is_accepted()
    resident.signs().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="The right text PIN after two wrong ones gives all three tries back",
    ja="券面事項入力補助用PINは、2回誤っても正しく入力すれば残り3回に戻る",
)
def test_right_text_pin_gives_the_tries_back(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.TEXT_PIN, wrong=True).is_wrong(tries_left=2)
    resident.types(Secret.TEXT_PIN, wrong=True).is_wrong(tries_left=1)
    resident.types(Secret.TEXT_PIN).is_right()
    resident.finds(Secret.TEXT_PIN, tries_left=3)
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="Locked means what the text PIN opened is closed; code B still opens the four attributes",
    ja="券面事項入力補助用PINがロックされても、照合番号Bによる4情報の読取りは続けられる",
)
def test_number_b_opens_what_the_locked_pin_does_not(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.TEXT_PIN)
    resident.types(Secret.TEXT_PIN).is_blocked()
    resident.types(Secret.NUMBER_B).is_right()
    resident.finds(Secret.NUMBER_B, tries_left=10)
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.ASSUMED,
    en="A bad scan of the face costs one of ten tries; the holder scans again, and the good scan gives it back",
    ja="券面の誤読取りは照合番号Bの10回のうち1回を減らす。再読取りを案内し、正しく読めば元に戻る",
)
def test_bad_scan_costs_a_try(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.NUMBER_B, wrong=True).is_wrong(tries_left=9).tries_were_spent(1).sends_the_holder()
    resident.types(Secret.NUMBER_B).is_right()
    resident.finds(Secret.NUMBER_B, tries_left=10)
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.ASSUMED,
    en="A scanner that reads the same digit wrong ten times locks code B: the right scan is refused, the PIN is not",
    ja="同じ誤読取りが10回続くと照合番号Bがロックされ、正しく読んでも拒否される。PINは使える",
)
def test_scanner_that_insists_locks_number_b(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.NUMBER_B)
    resident.types(Secret.NUMBER_B).is_blocked().sends_the_holder(Desk.COUNTER)
    resident.types(Secret.TEXT_PIN).is_right()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="code A, ten times wrong, locks; code B of the same application keeps its ten tries",
    ja="照合番号Aを10回誤るとロックされるが、同じAPの照合番号Bは10回のまま",
)
def test_number_a_locks_alone(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.NUMBER_A)
    resident.types(Secret.NUMBER_A).is_blocked()
    resident.finds(Secret.NUMBER_B, tries_left=10)
    resident.finds(Secret.TEXT_PIN, tries_left=3)
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="The PIN of the resident register has one counter in its own application and another in the common one",
    ja="住民基本台帳用PINの残り回数は、住基APと共通APで別々に数えられる",
)
def test_register_pin_is_counted_twice(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.REGISTER_PIN)
    resident.types(Secret.REGISTER_PIN).is_blocked().sends_the_holder(Desk.COUNTER)
    resident.finds(Secret.COMMON_PIN, tries_left=3)
    resident.types(Secret.COMMON_PIN).is_right()
    resident.taps().is_accepted()


@story(
    requirement="TC-SIGN-002",
    confidence=Confidence.ASSUMED,
    en="A terminal that guesses birth dates locks the key of the birth record: the tap ends there, the login goes on",
    ja="誤った生年月日を10回送ると生年月日照合がロックされ、かざしはできない。ログインは続けられる",
)
def test_guessed_birth_dates_lock_the_tap(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted()
    resident.locks(Secret.BIRTH_DATE)
    resident.types(Secret.BIRTH_DATE).is_blocked()
    resident.taps().is_stopped_by_the_card().jlis_was_not_asked().account_is_unchanged()
    resident.logs_in().is_accepted()


@story(
    requirement="TC-PIN-005",
    confidence=Confidence.OBSERVED,
    en="Asking how many tries are left costs none, however often; nor does it say whether the PIN was verified",
    ja="残り回数の照会は何度行っても回数を減らさない",
)
def test_asking_costs_nothing(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, wrong=True).is_wrong(tries_left=2)
    for _ in range(5):
        resident.finds(Secret.PIN, tries_left=2)
    resident.types(Secret.PIN).is_right()
    resident.finds(Secret.PIN, tries_left=3)
    resident.taps().is_accepted()
