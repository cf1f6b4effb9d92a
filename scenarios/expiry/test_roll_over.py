"""Authorities of one name: another generation takes office, and the one before it lives on (spec/pki.md §1.1)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, date, story, timedelta

ORIGIN = date(2026, 12, 20)
"""In the year before the 1 April on which the next generation takes office."""
END = date(2033, 3, 31)
"""The last day of the generation that is in office in such a world."""


def on_the_eve(clock: StoryClock) -> None:
    """Turn to the morning of 31 March."""
    clock.lets_days_pass((date(2027, 3, 31) - clock.today().date()).days, "08:00:00")


@story(
    requirement="RP-PATH-007",
    confidence=Confidence.OBSERVED,
    en="A card of the new generation is refused as of an unknown issuer until the operator pins the new authority",
    ja="新しい世代の認証局のカードは、運用者が信頼点に加えるまで未知の発行者として拒否される",
    begins=ORIGIN,
)
def test_new_generation_is_unknown_until_it_is_pinned(town: Town, clock: StoryClock) -> None:
    on_the_eve(clock)
    clock.lets_days_pass(2, "08:00:00")
    newcomer = town.issues_a_card()
    clock.turns_to("09:00:00")
    newcomer.enrols().is_refused(Reason.UNKNOWN_ISSUER).jlis_was_not_asked()
    town.tells_the_product_of_new_authorities()
    newcomer.enrols().is_accepted()
    newcomer.taps().is_accepted()


@story(
    requirement="RP-PATH-007",
    confidence=Confidence.OBSERVED,
    en="The roll-over leaves cards of the generation before as they are: same name, another key, both pinned",
    ja="認証局の世代交代後も、前の世代のカードはそのまま使える（同じ名前・別の鍵）",
    begins=date(2026, 12, 21),
)
def test_cards_of_the_generation_before_go_on(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    on_the_eve(clock)
    resident.taps().is_accepted()
    clock.lets_days_pass(2, "08:00:00")
    resident.taps().is_accepted()
    town.tells_the_product_of_new_authorities()
    resident.taps().is_accepted()
    clock.turns_to("09:07:00")
    newcomer = town.issues_a_card()
    newcomer.taps().is_refused(Reason.NOT_ENROLLED)


@story(
    requirement="RP-PATH-007",
    confidence=Confidence.OBSERVED,
    en="Renewed after the roll-over: the certificate on the old chip is the new generation's",
    ja="世代交代の後に更新すると、同じチップに新しい世代の証明書が載る",
    begins=date(2026, 12, 22),
)
def test_renewed_over_the_roll_over(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card()
    clock.turns_to("08:00:00")
    resident.enrols()
    on_the_eve(clock)
    clock.lets_days_pass(2, "09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    resident.logs_in().is_refused(Reason.UNKNOWN_ISSUER)
    town.tells_the_product_of_new_authorities()
    resident.links_the_renewed_card().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-PATH-007",
    confidence=Confidence.ASSUMED,
    en="An authority's last second under a living leaf: its certificates are refused with it, the next one's are not",
    ja="利用者の証明書が有効でも、発行した認証局の証明書が満了すると拒否される。次の世代のものは受け入れられる",
    begins=date(2026, 12, 23),
)
def test_authority_ends_under_a_living_leaf(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(days=365 * 8))
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.lets_days_pass((END - clock.today().date()).days, "23:59:00")
    resident.taps().is_accepted()
    clock.turns_to_next_day("08:00:00")
    resident.taps().is_not_accepted()
    resident.logs_in().is_not_accepted()
    clock.turns_to("09:07:00")
    newcomer = town.issues_a_card()
    clock.turns_to("09:30:00")
    town.tells_the_product_of_new_authorities()
    newcomer.enrols().is_accepted()
    newcomer.taps().is_accepted()
