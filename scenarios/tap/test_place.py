"""Where a tap may be offered: face to face, in a managed place, on a lent terminal (spec/pki.md §5 "Where")."""

from scenarios.vocabulary import Confidence, Environment, Reason, Resident, Secret, StoryClock, Town, story


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


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="A wrong birth date burns a try at each tap, and gives none back: ten of them lock the chip's record",
    ja="誤った生年月日によるかざしは1回ずつ照合回数を減らし、10回でチップの記録がロックされる",
)
def test_wrong_birth_date_burns_tries(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.has_the_birth_date_corrected()
    for _ in range(10):
        resident.taps().is_stopped_by_the_card().tries_were_spent(1).jlis_was_not_asked()
    resident.taps().is_stopped_by_the_card().tries_were_spent(0)
    resident.types(Secret.BIRTH_DATE).is_blocked()
    resident.logs_in().is_accepted()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="The very last second counts: 23:59:59 in Japan on the certificate's last day is accepted, 00:00:00 is not",
    ja="最終日の23時59分59秒のかざしは受け入れられ（最終秒は期間に含まれる）、0時0分0秒は拒否される",
)
def test_very_last_second(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_today=True)
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("23:59:59")
    resident.taps().is_accepted().jlis_was_asked()
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()
