"""Where a tap may be offered: face to face, in a managed place, on a lent terminal (spec/pki.md §5 "Where")."""

from scenarios.vocabulary import Confidence, Environment, Reason, Resident, StoryClock, story


@story(
    requirement="RP-KAZ-005",
    confidence=Confidence.PUBLISHED,
    en="A tap is accepted at the counter, in a supervised room and on a lent terminal",
    ja="窓口、管理された施設内、貸与端末でのかざしは受け入れられる",
)
def test_managed_places_are_accepted(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for place in (Environment.ATTENDED, Environment.MANAGED, Environment.LENT):
        resident.taps(at=place).is_accepted().jlis_was_asked()


@story(
    requirement="RP-KAZ-005",
    confidence=Confidence.PUBLISHED,
    en="The same tap outdoors or online is refused, and J-LIS is not asked; back at the counter it is accepted",
    ja="同じかざしでも屋外やオンラインでは拒否され、失効情報も照会されない。窓口に戻れば受け入れられる",
)
def test_outdoors_and_online_are_refused(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for place in (Environment.OUTDOOR, Environment.ONLINE):
        resident.taps(at=place).is_refused(Reason.PLACE_NOT_ALLOWED).jlis_was_not_asked()
    resident.taps(at=Environment.ATTENDED).is_accepted()


@story(
    requirement="RP-KAZ-004",
    confidence=Confidence.PUBLISHED,
    en="A terminal that cannot say who it is gets no tap: anybody holding a certificate could ask for a birth date",
    ja="自らを証明できない端末のかざしは拒否される（証明書だけで生年月日を聞き出せてしまうため）",
)
def test_strange_terminal_is_refused(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps(at_a_strange_terminal=True).is_refused(Reason.POLICY).jlis_was_not_asked()
    resident.taps().is_accepted()
