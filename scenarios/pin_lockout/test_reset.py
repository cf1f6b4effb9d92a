"""Where a locked PIN is reset, and what each place reaches (spec/pki.md §4)."""

from scenarios.vocabulary import Confidence, Desk, Reason, Resident, Secret, StoryClock, story


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.PUBLISHED,
    en="A locked PIN is reset at the counter; certificates and account are what they were, and the login is accepted",
    ja="ロックされたPINは窓口で再設定できる。証明書もアカウントもそのままでログインできる",
)
def test_counter_resets_the_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.PIN)
    resident.logs_in().is_refused(Reason.MALFORMED).card_answered(0x6984).account_is_unchanged()
    clock.turns_to("10:00:00")
    resident.has_the_pins_reset(at=Desk.COUNTER)
    resident.finds_tries_left(pin=3, password=5)
    resident.logs_in().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.PUBLISHED,
    en="A locked signature password is reset at the kiosk with the telephone app, and the resident signs",
    ja="ロックされた署名用パスワードはコンビニのキオスク端末でも再設定でき、署名できる",
)
def test_kiosk_resets_the_password(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.locks(Secret.PASSWORD)
    resident.signs().is_stopped_by_the_card()
    resident.types(Secret.PASSWORD).is_blocked().sends_the_holder(Desk.COUNTER, Desk.KIOSK)
    clock.turns_to("12:00:00")
    resident.has_the_pins_reset(at=Desk.KIOSK)
    resident.signs().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.PUBLISHED,
    en="The kiosk reaches the two PINs of the JPKI application: the text PIN stays locked until the counter",
    ja="キオスク端末で再設定できるのは利用者証明用と署名用だけ。券面事項入力補助用PINは窓口へ行くまでロックのまま",
)
def test_kiosk_does_not_reach_the_text_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.PIN)
    resident.locks(Secret.TEXT_PIN)
    clock.turns_to("12:00:00")
    resident.has_the_pins_reset(at=Desk.KIOSK)
    resident.types(Secret.PIN).is_right()
    resident.types(Secret.TEXT_PIN).is_blocked()
    clock.turns_to("13:00:00")
    resident.has_the_pins_reset(at=Desk.COUNTER)
    resident.types(Secret.TEXT_PIN).is_right()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.ASSUMED,
    en="A reset gives tries, not certificates: the lost card that is found again stays refused as on hold",
    ja="暗証番号の再設定で証明書は回復しない。紛失届を出したカードは、見つかっても一時停止のまま",
)
def test_reset_is_no_cure_for_a_loss(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.PIN)
    clock.turns_to("09:07:00")
    resident.has_the_pins_reset(at=Desk.COUNTER)
    resident.logs_in().is_accepted()
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    resident.logs_in().is_refused(Reason.ON_HOLD)


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.ASSUMED,
    en="What a counter resets it does not read: code  are printed, and stay locked",
    ja="照合番号は券面に印刷された値であり、窓口の暗証番号再設定では回復しない",
)
def test_printed_secrets_are_not_reset(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.locks(Secret.NUMBER_B)
    clock.turns_to("12:00:00")
    resident.has_the_pins_reset(at=Desk.COUNTER)
    resident.types(Secret.NUMBER_B).is_blocked()
    resident.types(Secret.TEXT_PIN).is_right()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="A changed PIN is the PIN: the old one costs a try, the new one logs in, and a wrong old one changes nothing",
    ja="変更後は新しいPINだけが正しい。旧PINは1回減り、旧PINを誤ると変更されない",
)
def test_changed_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.changes(Secret.PIN, old="9999", new="2468").is_wrong(tries_left=2)
    resident.logs_in().is_accepted()
    resident.changes(Secret.PIN, old="1234", new="2468").is_right()
    resident.types(Secret.PIN, value="1234").is_wrong(tries_left=2)
    resident.logs_in().is_accepted()
    resident.finds(Secret.PIN, tries_left=3)
