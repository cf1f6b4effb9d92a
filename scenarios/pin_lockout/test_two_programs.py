"""Two programs at one reader: the card counts for both, and is open for both (spec/card.md §3)."""

from scenarios.vocabulary import Confidence, Resident, Secret, StoryClock, story


@story(
    requirement="TC-PIN-002",
    confidence=Confidence.OBSERVED,
    en="Two programs that each think they have three tries have three between them",
    ja="2つのプログラムが同時に使っても、残り回数は合わせて3回",
)
def test_two_programs_share_the_tries(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    with resident.leaves_the_card_to_two_programs() as (portal, mail):
        portal.sends(Secret.PIN, wrong=True).is_wrong(tries_left=2)
        mail.sends(Secret.PIN, wrong=True).is_wrong(tries_left=1)
        portal.sends(Secret.PIN, wrong=True).is_wrong(tries_left=0)
        mail.sends(Secret.PIN).is_blocked()
    resident.taps().is_accepted()


@story(
    requirement="TC-PIN-008",
    confidence=Confidence.OBSERVED,
    en="A PIN sent by one program opens the key for the other too, until the card loses its power",
    ja="一方のプログラムが照合したPINで、もう一方もPINなしに署名できてしまう。電源を切れば閉じる",
)
def test_one_programs_pin_opens_the_key_for_the_other(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    with resident.leaves_the_card_to_two_programs() as (portal, mail):
        mail.signs_without_asking().answers(0x6982)
        portal.sends(Secret.PIN).is_right()
        mail.signs_without_asking().is_right()
    with resident.leaves_the_card_to_two_programs() as (portal, mail):
        mail.signs_without_asking().answers(0x6982)
    resident.logs_in().is_accepted()


@story(
    requirement="TC-PIN-001",
    confidence=Confidence.OBSERVED,
    en="What one program knows of the tries left is old as soon as the other has sent a PIN",
    ja="他のプログラムがPINを送れば、以前に照会した残り回数はもう正しくない",
)
def test_right_pin_of_one_gives_the_tries_back_to_both(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    with resident.leaves_the_card_to_two_programs() as (portal, mail):
        portal.sends(Secret.PIN, wrong=True).is_wrong(tries_left=2)
        portal.sends(Secret.PIN, wrong=True).is_wrong(tries_left=1)
        mail.sends(Secret.PIN).is_right()
        portal.sends(Secret.PIN, wrong=True).is_wrong(tries_left=2)
    resident.logs_in().is_accepted()
