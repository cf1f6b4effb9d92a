"""Each tap asks whether the certificate is still valid, and no answer is not a good one (spec/pki.md §5)."""

from scenarios.vocabulary import Confidence, Fault, Jlis, Reason, Resident, StoryClock, story, timedelta


@story(
    requirement="RP-OCSP-021",
    confidence=Confidence.ASSUMED,
    en="J-LIS is gone: the tap is refused as not checkable; when it is back, the same card taps",
    ja="J-LISに照会できない間のかざしは確認不能として拒否され、復旧後は受け入れられる",
)
def test_jlis_gone(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.UNAVAILABLE)
    resident.taps().is_put_off(Reason.STATUS_UNAVAILABLE)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-OCSP-004",
    confidence=Confidence.NORMATIVE,
    en="Somebody of the same name and another key answers for J-LIS: the tap is refused, whatever is said",
    ja="同じ名前で鍵の違う者がJ-LISになりすまして答えても、かざしは拒否される",
)
def test_somebody_else_answers(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.WRONG_SIGNER)
    resident.taps().is_refused(Reason.STATUS_UNTRUSTED)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    en="An answer of the day before yesterday is stale, though it is properly signed",
    ja="正しく署名されていても、期限の切れた失効情報では受け入れられない",
)
def test_stale_answer(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.STALE, seconds=2 * 86_400)
    resident.taps().is_refused(Reason.STATUS_STALE)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-OCSP-012",
    confidence=Confidence.NORMATIVE,
    en="J-LIS does not know the certificate: unknown is not good",
    ja="J-LISが「不明」と答えた場合は有効とみなさない",
)
def test_unknown_is_not_good(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.SAYS_UNKNOWN)
    resident.taps().is_refused(Reason.STATUS_UNKNOWN)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-OCSP-001",
    confidence=Confidence.NORMATIVE,
    en="An answer about the next certificate is none about this one",
    ja="隣の番号の証明書についての回答は、この証明書の回答ではない",
)
def test_answer_about_another_certificate(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.WRONG_SERIAL)
    resident.taps().is_refused(Reason.STATUS_UNTRUSTED)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-OCSP-023",
    confidence=Confidence.NORMATIVE,
    en="The holder has the certificates revoked: from the next mark on the tap is refused as revoked",
    ja="失効を申請すると、次の15分の区切りからかざしは失効として拒否される",
)
def test_revoked(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.revokes_the_certificates()
    clock.turns_to("09:14:59")
    resident.taps().is_accepted()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.REVOKED).jlis_was_asked()


@story(
    requirement="RP-ACC-006",
    confidence=Confidence.PUBLISHED,
    en="Suspended by telephone is on hold, a week later still: a hold is never lifted",
    ja="電話で一時停止した証明書は、1週間たっても一時停止のまま（解除されない）",
)
def test_suspended_stays_suspended(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.has_the_functions_stopped()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD)
    clock.lets_days_pass(7, "09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD)


@story(
    requirement="RP-CRL-016",
    confidence=Confidence.PUBLISHED,
    en="The hours before the list knows: lost at 09:07, OCSP refuses at 09:15, the list says it the next morning",
    ja="9時7分の紛失は、OCSPでは9時15分に、失効リストでは翌朝の発行まで分からない",
)
def test_hours_before_the_list_knows(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD)
    jlis.publishes_for(resident).does_not_show_it()
    clock.turns_to_next_day("03:00:00")
    jlis.publishes_for(resident).shows_it("certificateHold")


@story(
    requirement="RP-OCSP-022",
    confidence=Confidence.ASSUMED,
    en="A tap that began while J-LIS was well and is presented when it is gone is not accepted",
    ja="かざし始めた後にJ-LISが停止した場合も、確認できないため拒否される",
)
def test_jlis_goes_in_the_middle(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted()
    clock.lets_pass(timedelta(minutes=20))
    tap = resident.begins_a_tap()
    jlis.answers_wrongly(Fault.INTERNAL_ERROR)
    tap.is_presented().is_put_off(Reason.STATUS_UNAVAILABLE)
    jlis.is_well_again()
    resident.taps().is_accepted()


@story(
    requirement="RP-OCSP-022",
    confidence=Confidence.ASSUMED,
    en="J-LIS takes a minute to answer: the product does not wait for it, and accepts nothing meanwhile",
    ja="J-LISの応答に1分かかるとき、製品は待ち続けず、その間は受け入れない",
)
def test_jlis_slow(resident: Resident, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    jlis.answers_wrongly(Fault.DELAY, seconds=60)
    resident.taps().is_put_off(Reason.STATUS_UNAVAILABLE)
    jlis.is_well_again()
    resident.taps().is_accepted()
