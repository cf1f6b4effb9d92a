"""What a terminal does between card and product: late, twice, in the wrong session, or with its word alone."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, story, timedelta


@story(
    requirement="RP-PROOF-003",
    confidence=Confidence.ASSUMED,
    en="One tap presented twice: the first is accepted, the second is a replay",
    ja="同じかざしを2回提示すると、1回目は受け入れられ、2回目は再使用として拒否される",
)
def test_tap_presented_twice(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    tap = resident.begins_a_tap()
    tap.is_presented().is_accepted()
    tap.is_presented().is_refused(Reason.CHALLENGE_REPLAYED)
    resident.taps().is_accepted()


@story(
    requirement="RP-PROOF-004",
    confidence=Confidence.ASSUMED,
    en="The answer to one session's challenge is not that of another's, though the card is the same",
    ja="別の手続きのチャレンジへの応答は、同じカードでも受け入れられない",
)
def test_answer_of_another_session(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    first, second = resident.begins_a_tap(), resident.begins_a_tap()
    first.is_presented_in(second).is_refused(Reason.CHALLENGE_MISMATCH).jlis_was_not_asked()
    first.is_presented().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="Yesterday's answer of the chip under today's challenge is no proof: the signature is over another one",
    ja="昨日のチップの応答に今日のチャレンジを添えても、署名が合わないため拒否される",
)
def test_yesterdays_answer_under_todays_challenge(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    yesterday = resident.begins_a_tap()
    yesterday.is_presented().is_accepted()
    clock.turns_to_next_day("08:00:00")
    today = resident.begins_a_tap()
    yesterday.is_presented_to(today).is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-PROOF-005",
    confidence=Confidence.ASSUMED,
    en="A tap presented a day after it was begun is too late",
    ja="かざしてから1日後に提示しても、チャレンジの有効時間を過ぎているため拒否される",
)
def test_tap_presented_too_late(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    tap = resident.begins_a_tap()
    clock.lets_pass(timedelta(hours=23))
    tap.is_presented().is_refused(Reason.CHALLENGE_EXPIRED)
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-004",
    confidence=Confidence.PUBLISHED,
    en="The certificate alone, which anybody can read off any card, is no tap",
    ja="誰でもPINなしで読める証明書だけを提示しても、かざしにはならない",
)
def test_certificate_alone_is_no_tap(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.begins_a_tap().is_presented_without_chip().is_refused(Reason.MALFORMED).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="A terminal that read the chip's records and merely claims that it answered is not believed",
    ja="チップの記録を読んだだけで「応答した」と主張する端末は信用されない",
)
def test_mere_claim_is_refused(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    tap = resident.begins_a_tap()
    tap.is_presented_with_a_made_up_answer().is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-PATH-015",
    confidence=Confidence.ASSUMED,
    en="The signature certificate of the same holder in the place of the authentication certificate is refused",
    ja="同じ利用者の署名用電子証明書を利用者証明用の代わりに添えても拒否される",
)
def test_signature_certificate_is_no_tap(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    tap = resident.begins_a_tap()
    tap.is_presented_with_certificate(resident.signature_certificate).is_refused(Reason.WRONG_PURPOSE)
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-001",
    confidence=Confidence.PUBLISHED,
    en="A neighbour's certificate put under this chip's answer is another account, whose chip it is not",
    ja="別人の証明書をこのチップの応答に添えると、その人の登録時のチップではないため拒否される",
)
def test_neighbours_certificate(resident: Resident, town: Town, clock: StoryClock) -> None:
    neighbour = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    resident.enrols()
    neighbour.enrols()
    tap = resident.begins_a_tap()
    tap.is_presented_with_certificate(neighbour.issued.auth_certificate).is_refused(Reason.CARD_CHANGED)
    neighbour.taps().is_accepted()
