"""Cards that are not what they say, each with one thing wrong: what a tap sees of it, and what it cannot see."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Variant, story


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="A card that copies everything that can be read, on a chip with keys of its own, is refused",
    ja="読めるものをすべて写した複製カードは、チップの鍵が違うため拒否される",
)
def test_clone_is_refused(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clone = town.sees_a_forgery(resident, Variant.CLONED)
    clone.taps().is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="A card whose chain hangs on its maker's own key is refused at the certificate of the chip's signer",
    ja="製作者自身の鍵で作った連鎖のカードは、券面事項の証明書（CVC）の検証で拒否される",
)
def test_self_made_card_is_refused(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    forged = town.sees_a_forgery(resident, Variant.SELF_MADE)
    forged.taps().is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="A card certified by an issuer key that was given up is refused: the chain ends at no anchor",
    ja="廃止された発行者鍵によるカードは、信頼点に至らないため拒否される",
)
def test_card_of_an_old_issuer_is_refused(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    forged = town.sees_a_forgery(resident, Variant.OLD_ISSUER)
    forged.taps().is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.PUBLISHED,
    en="A chip that plays back an internal authentication it once heard fails, because the challenge is fresh",
    ja="以前に聞いた内部認証を再生するチップは、チャレンジが毎回新しいため拒否される",
)
def test_replayed_internal_authentication_is_refused(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    forged = town.sees_a_forgery(resident, Variant.REPLAYING)
    forged.taps().is_refused(Reason.CARD_NOT_GENUINE).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-007",
    confidence=Confidence.ASSUMED,
    en="A victim's certificate on an accomplice's genuine chip of the same birth date: the remembered key shows it",
    ja="被害者の証明書を同じ生年月日の共犯者のチップに載せた継ぎ合わせは、登録時の鍵を覚えていれば分かる",
)
def test_spliced_card_shows_by_its_key(resident: Resident, town: Town, clock: StoryClock) -> None:
    accomplice = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    resident.enrols()
    spliced = town.sees_a_forgery(resident, Variant.SPLICED, on_the_chip_of=accomplice)
    spliced.taps().is_refused(Reason.CARD_CHANGED)
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-007",
    confidence=Confidence.ASSUMED,
    en="What remains: a splice at the enrolment itself passes, for nothing public binds chip and certificate",
    ja="残る危険：登録の時点で継ぎ合わせると見分けられない（チップと証明書を結ぶ公開情報がない）",
)
def test_splice_at_the_enrolment_remains(resident: Resident, town: Town, clock: StoryClock) -> None:
    accomplice = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    resident.enrols(with_chip_of=accomplice).is_accepted()
    resident.taps(with_chip_of=accomplice).is_accepted()
    resident.taps().is_refused(Reason.CARD_CHANGED)


@story(
    requirement="RP-KAZ-003",
    confidence=Confidence.ASSUMED,
    en="A chip of somebody born on another day does not open with the birth date learnt at the enrolment",
    ja="生年月日の違う別人のチップは、登録時の生年月日では開かない",
)
def test_chip_of_another_birth_date_does_not_open(resident: Resident, town: Town, clock: StoryClock) -> None:
    other = town.issues_a_card(to_somebody_born=resident.birth_date.replace(year=resident.birth_date.year - 1))
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps(with_chip_of=other).is_stopped_by_the_card().account_is_unchanged()
    resident.taps().is_accepted()
