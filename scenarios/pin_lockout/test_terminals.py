"""Terminals that no product should have: what they do shows in the trace of the card (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Habit, Reason, Resident, Secret, StoryClock, story


@story(
    requirement="TC-PIN-002",
    confidence=Confidence.ASSUMED,
    en="A terminal that tries a refused PIN again by itself is caught: one entry by the holder, two tries spent",
    ja="拒否されたPINを自動で再送する端末は、カードのトレースで分かる（1回の入力で2回減る）",
)
def test_terminal_that_retries_is_caught(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED).tries_were_spent(1)
    resident.finds_tries_left(pin=2, password=5)
    resident.logs_in(with_wrong_pin=True, at_a_terminal_that=Habit.RETRIES).is_refused(
        Reason.MALFORMED
    ).tries_were_spent(2)
    resident.finds_tries_left(pin=0, password=5)


@story(
    requirement="TC-READ-001",
    confidence=Confidence.OBSERVED,
    en="A terminal that sends a PIN in a tap is caught, though the tap itself is accepted",
    ja="かざし利用でPINを送る端末は、かざしが受け入れられてもトレースで分かる",
)
def test_terminal_that_sends_a_pin_in_a_tap_is_caught(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted().no_pin_was_sent()
    resident.taps(at_a_terminal_that=Habit.SENDS_A_PIN).is_accepted().a_pin_was_sent().tries_were_spent(1)
    resident.finds_tries_left(pin=2, password=5)


@story(
    requirement="TC-PIN-006",
    confidence=Confidence.OBSERVED,
    en="The card compares bytes: a password sent in lower case is a wrong one, and a client has to raise it first",
    ja="カードは文字コードを比較する。小文字のまま送られた署名用パスワードは誤りとして数えられる",
)
def test_lower_case_password_is_wrong(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.types(Secret.PASSWORD, value="abc123").is_wrong(tries_left=4).tries_were_spent(1)
    resident.signs().is_accepted()
    resident.finds_tries_left(pin=3, password=5)


@story(
    requirement="TC-PIN-006",
    confidence=Confidence.ASSUMED,
    en="A PIN of three or five digits is counted like any wrong one: a client has to look at it before it sends it",
    ja="桁数の違うPINも誤りとして数えられる。送る前に形式を確かめなければならない",
)
def test_wrong_length_is_counted(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, value="123").is_wrong(tries_left=2)
    resident.types(Secret.PIN, value="12345").is_wrong(tries_left=1)
    resident.logs_in().is_accepted()


@story(
    requirement="RP-PROOF-003",
    confidence=Confidence.ASSUMED,
    en="The PIN locks in the middle of a login: the attempt is refused, its challenge is spent, nothing else changed",
    ja="ログインの途中でPINがロックされると、その手続きは拒否されチャレンジも使用済みになる。他は変わらない",
)
def test_locked_in_the_middle(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.types(Secret.PIN, wrong=True).is_wrong(tries_left=2)
    resident.types(Secret.PIN, wrong=True).is_wrong(tries_left=1)
    locked = resident.logs_in(with_wrong_pin=True).is_refused(Reason.MALFORMED)
    locked.card_answered(0x63C0).jlis_was_not_asked().account_is_unchanged()
    resident.logs_in().is_refused(Reason.MALFORMED).card_answered(0x6984)
    resident.taps().is_accepted()
