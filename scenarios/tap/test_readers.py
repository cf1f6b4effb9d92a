"""What a reader has to do with it: two cards in its field, a weak field, and how long a tap takes."""

from scenarios.vocabulary import (
    Conditions,
    Confidence,
    Interface,
    Reason,
    Resident,
    StoryClock,
    Town,
    TwoCards,
    WeakField,
    story,
)

TAPS = 12
"""Through each kind of reader."""


@story(
    requirement="TC-SLOT-002",
    confidence=Confidence.ASSUMED,
    en="Two cards in the field, and the reader shows neither: nothing is decided; one taken away, the other taps",
    ja="読取り範囲に2枚のカードがあり、リーダーがどちらも示さない。何も判定されず、1枚を離せば受け入れられる",
)
def test_two_cards_and_neither_answers(resident: Resident, town: Town, clock: StoryClock) -> None:
    neighbour = town.issues_a_card()
    clock.turns_to("08:00:00")
    resident.enrols()
    neighbour.enrols()
    neither = Conditions(Interface.CONTACTLESS, two_cards=TwoCards.NEITHER)
    both = resident.taps(through=neither, beside=neighbour)
    both.is_stopped_by_the_card().jlis_was_not_asked().account_is_unchanged()
    neighbour.taps(through=neither, beside=resident).is_stopped_by_the_card().account_is_unchanged()
    resident.taps(through=neither).is_accepted()
    neighbour.taps(through=neither).is_accepted()


@story(
    requirement="TC-SLOT-002",
    confidence=Confidence.ASSUMED,
    en="Two cards, and the reader keeps to the first: the tap is its holder's alone, whoever else is enrolled",
    ja="2枚のうち先に置いたカードを読み続けるリーダー。かざしは先の利用者だけのもので、後の人の登録の有無は関係ない",
)
def test_two_cards_and_the_first_answers(resident: Resident, town: Town, clock: StoryClock) -> None:
    neighbour = town.issues_a_card()
    clock.turns_to("08:00:00")
    resident.enrols()
    first = Conditions(Interface.CONTACTLESS, two_cards=TwoCards.FIRST)
    resident.taps(through=first, beside=neighbour).is_accepted().jlis_was_asked()
    neighbour.taps(through=first, beside=resident).is_refused(Reason.NOT_ENROLLED).jlis_was_not_asked()
    resident.taps(through=first).is_accepted()


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="In a field so weak that frames are lost a tap ends in nothing or as it should; held closer, it is accepted",
    ja="電波が弱く応答が失われる場合、かざしは成立しないか正しく受け入れられるかのどちらか。近づければ受け入れられる",
)
def test_weak_field(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for seed in (2, 3, 5):
        lost = WeakField(loss=0.9, seed=seed)
        out_of_reach = resident.taps(through=Conditions(Interface.CONTACTLESS, weak=lost))
        out_of_reach.is_stopped_by_the_card().jlis_was_not_asked().account_is_unchanged()
    repeated = WeakField(loss=0.2, retries=9, seed=7)
    resident.taps(through=Conditions(Interface.CONTACTLESS, weak=repeated)).is_accepted()
    resident.taps(through=Conditions(Interface.CONTACTLESS)).is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="From field to answer, by the kind of reader: a distribution each, and no client gives up on a command",
    ja="かざしてから判定までの時間をリーダーの種類ごとに分布で示す。どのコマンドもクライアントの待ち時間に収まる",
)
def test_time_from_field_to_answer(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for stopwatch, reader in town.has_stopwatches():
        for _ in range(TAPS):
            stopwatch.notes(resident.taps(through=reader))
        stopwatch.tells().no_client_gives_up().takes_the_card(at_most=8.0)
