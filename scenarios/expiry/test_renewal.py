"""更新: within three months before the end, or after it: other numbers, other keys, another CN (spec/pki.md §4)."""

from scenarios.vocabulary import Capability, Confidence, Reason, Resident, StoryClock, Town, story, timedelta


def ends_in_two_months(town: Town, clock: StoryClock) -> Resident:
    """A resident whose certificates end in two months, enrolled this morning."""
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(days=60))
    clock.turns_to("08:00:00")
    resident.enrols()
    return resident


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="Renewed two months early, what was read off the card before is refused as revoked from the next mark on",
    ja="2か月前に更新すると、更新前に読み取った証明書は次の区切りから失効として拒否される",
)
def test_what_was_read_before_is_revoked(town: Town, clock: StoryClock) -> None:
    resident = ends_in_two_months(town, clock)
    stale = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:14:59")
    stale.taps().is_accepted()
    clock.turns_to("09:15:00")
    stale.taps().is_refused(Reason.REVOKED).jlis_was_asked()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="A renewal changes serial number, key and CN, and keeps chip, PIN and birth date: linked again, it logs in",
    ja="更新でシリアル・鍵・CNは変わるが、チップ・PIN・生年月日はそのまま。紐付け直せばログインできる",
)
def test_what_a_renewal_changes(town: Town, clock: StoryClock) -> None:
    resident = ends_in_two_months(town, clock)
    before = resident.identity()
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    resident.differs_from(before, serial=True, key=True, common_name=True, chip=False)
    clock.turns_to("09:30:00")
    resident.links_the_renewed_card().is_accepted()
    resident.logs_in().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="Renewed in the last three months, the new certificates run to the sixth birthday; nothing of the time is lost",
    ja="満了前3か月以内の更新では、6回目の誕生日まで有効になり、残り期間は失われない",
)
def test_early_renewal_loses_no_time(town: Town, clock: StoryClock) -> None:
    today = clock.today().date()
    born = (today + timedelta(days=60)).replace(year=today.year - 40)
    resident = town.issues_a_card(to_somebody_born=born, whose_certificates_end_in=timedelta(days=60))
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    resident.has_certificates_until(born.replace(year=today.year + 5))
    clock.turns_to("09:30:00")
    resident.links_the_renewed_card().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="Renewed a day after the end, at the counter: the card goes on, and its holder links it again",
    ja="満了の翌日に窓口で更新すると、カードは引き続き使え、紐付け直しができる",
)
def test_renewed_after_the_end(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(whose_certificates_end_in=timedelta())
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to_next_day("08:00:00")
    resident.taps().is_refused(Reason.EXPIRED)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    resident.links_the_renewed_card().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="Renewed on the last evening: over midnight the old certificate has ended, and the new one goes on",
    ja="最終日の夜に更新すれば、0時を過ぎても新しい証明書で続けられる",
)
def test_renewed_on_the_last_evening(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(whose_certificates_end_in=timedelta())
    clock.turns_to("20:07:00")
    resident.renews_the_certificates()
    clock.turns_to("20:30:00")
    resident.enrols().is_accepted()
    clock.turns_to_next_day("00:00:10")
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A renewal is of both certificates: a signature made before it is refused after it, a new one accepted",
    ja="更新では署名用も新しくなる。更新前の署名は拒否され、新しい署名は受け入れられる",
)
def test_signature_over_a_renewal(town: Town, clock: StoryClock) -> None:
    resident = ends_in_two_months(town, clock)
    stale = town.finds_the_old_card_of(resident)
    stale.signs().is_accepted()
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:15:00")
    stale.signs().is_refused(Reason.REVOKED)
    resident.signs().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="A renewed card that taps as if nothing had happened is told to link again, not called a stranger",
    ja="更新後のカードをそのままかざすと、別人ではなく「紐付け直しが必要」と案内される",
)
def test_renewed_card_is_no_stranger(town: Town, clock: StoryClock) -> None:
    town.wants_a_product_that_offers(Capability.RELINK)
    resident = ends_in_two_months(town, clock)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    resident.enrols().is_told_of_the_renewal()
    resident.links_the_renewed_card().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="A stranger's new card is nobody's renewal, though its holder was born on the same day",
    ja="同じ日に生まれた別人の新しいカードは、誰かの更新とはみなされない",
)
def test_stranger_is_no_renewal(town: Town, clock: StoryClock) -> None:
    town.wants_a_product_that_offers(Capability.RELINK)
    resident = ends_in_two_months(town, clock)
    clock.turns_to("08:07:00")
    stranger = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("09:30:00")
    stranger.links_the_renewed_card().is_not_accepted()
    stranger.taps().is_refused(Reason.NOT_ENROLLED)
    resident.taps().is_accepted()
