"""The 署名用パスワード: five tries of its own (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, story

BLOCKED = 0x6984


@story(
    requirement="TC-PIN-003",
    confidence=Confidence.OBSERVED,
    en="The right password after four wrong ones signs, and gives all five tries back",
    ja="4回誤った後の正しい署名用パスワードで署名でき、残り回数は5に戻る",
)
def test_right_password_after_four_wrong_ones_signs(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    for status in (0x63C4, 0x63C3, 0x63C2, 0x63C1):
        resident.signs(with_wrong_password=True).is_stopped_by_the_card().card_answered(status)
    resident.signs().is_accepted().jlis_was_asked()
    resident.finds_tries_left(pin=3, password=5)


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="Five wrong passwords lock the signature; the PIN keeps its three tries, and logging in goes on",
    ja="5回誤ると署名用パスワードがロックされる。利用者証明用PINは3回のまま、ログインも続けられる",
)
def test_five_wrong_passwords_lock_only_the_signature(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for status in (0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x63C0):
        attempt = resident.signs(with_wrong_password=True).is_stopped_by_the_card().card_answered(status)
        attempt.tries_were_spent(1).jlis_was_not_asked()
    resident.signs().is_stopped_by_the_card().card_answered(BLOCKED).tries_were_spent(0)
    resident.finds_tries_left(pin=3, password=0)
    resident.logs_in().is_accepted()


@story(
    requirement="TC-PIN-004",
    confidence=Confidence.OBSERVED,
    en="The other way round: three wrong PINs lock the login, and signing goes on",
    ja="逆に、利用者証明用PINを3回誤るとログインはできないが、署名は続けられる",
)
def test_locked_pin_leaves_the_signature(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for _ in range(3):
        resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED)
    resident.logs_in().is_refused(Reason.MALFORMED).card_answered(BLOCKED)
    resident.finds_tries_left(pin=0, password=5)
    resident.signs().is_accepted()
